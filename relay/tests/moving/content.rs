//! A store full of everything that a store can hold.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use heard_desk::callback::CallPolicy;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, AssignmentAct, Availability, CallAnswer, CallEvidence,
    CallOfferAsk, CallReason, CallbackAct, CallbackAsk, CallbackForm, CallbackId, CallbackWhen,
    CommandId, Consent, ContactId, ConversationAct, ConversationId, Cursor, Disposition, MeAct,
    Page, ResolutionAct, Seq, SiteId, StaffCommand, UnixMillis, VisitorCommand,
};
use heard_relay::node::NodeId;
use heard_relay::store::sqlite::SqliteStore;
use heard_relay::store::{
    Answer, Edit, Fact, Listener, NewAgent, Request, SiteRecord, Store, VisitorProfile,
};
use tempfile::TempDir;

pub(crate) const SITES: [SiteId; 2] = [SiteId::from_bits(7), SiteId::from_bits(3)];
/// The first two are of the first site.
pub(crate) const AGENTS: [AgentId; 4] = [
    AgentId::from_bits(12),
    AgentId::from_bits(11),
    AgentId::from_bits(14),
    AgentId::from_bits(13),
];
pub(crate) const TOKEN: [u8; 32] = [9; 32];
const START: u64 = 1_800_000_000_000;
/// What a visitor says at most.
const MESSAGES: u128 = 28;

/// Nobody is told of anything.
#[derive(Debug)]
pub(crate) struct Nobody;

impl Listener for Nobody {
    fn committed(&self, _: Vec<Fact>) {}
}

/// A visitor's command by number. The order of the ids has nothing to do with the order in which
/// they come.
pub(crate) fn command(visitor: u128, number: u128) -> CommandId {
    let spread = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    CommandId::from_bits((visitor * 1_000 + number + 1).wrapping_mul(spread))
}

pub(crate) fn contact(visitor: u128) -> ContactId {
    ContactId::from_bytes(command(visitor, 900).to_bytes())
}

/// The conversation that begins with a command.
pub(crate) fn conversation(visitor: u128, number: u128) -> ConversationId {
    ConversationId::from_bytes(command(visitor, number).to_bytes())
}

/// Which message began the conversation that this one is in.
fn begun(visitor: u128, number: u128) -> u128 {
    if visitor % 5 == 3 && number > 18 {
        19
    } else {
        0
    }
}

/// Whether a visitor says that much.
pub(crate) fn talks(visitor: u128, number: u128) -> bool {
    number < MESSAGES.min(12 + visitor % 40)
}

/// A visitor's conversations.
pub(crate) fn conversations(visitor: u128) -> Vec<ConversationId> {
    let mut numbers = vec![0];
    if begun(visitor, 19) == 19 && talks(visitor, 19) {
        numbers.push(19);
    }
    let numbers = numbers.into_iter();
    numbers
        .map(|number| conversation(visitor, number))
        .collect()
}

pub(crate) fn site_of(visitor: u128) -> SiteId {
    // Where a resolved conversation is not reopened by the next message.
    SITES[usize::from(visitor % 5 == 3)]
}

fn says(visitor: u128, number: u128) -> VisitorCommand {
    let text = match (visitor + number) % 9 {
        0 => format!("Холодильник пищит, {visitor}/{number} 🧊"),
        1 => "long ".repeat(100 + usize::try_from(number).expect("it is small")),
        2 if visitor % 10 == 1 => format!("a NUL: \0 and {number}"),
        _ => format!("\"{number}\" of {visitor}\nand a second line"),
    };
    VisitorCommand::Send { text }
}

fn form(visitor: u128) -> VisitorCommand {
    VisitorCommand::Callback(CallbackAsk::Request(CallbackForm {
        phone: format!("+7912{visitor:07}"),
        name: "Саша".to_owned(),
        topic: "пищит".to_owned(),
        when: CallbackWhen::Asap,
        consent: Consent {
            given: true,
            wording: "Можно позвонить".to_owned(),
        },
    }))
}

fn asks(visitor: u128, number: u128, command: VisitorCommand, now: UnixMillis) -> Request {
    let page = (visitor.is_multiple_of(3)).then(|| Page {
        url: format!("https://shop.example/{visitor}"),
        title: "Холодильники\0".to_owned(),
    });
    Request::Visitor {
        site: site_of(visitor),
        contact: contact(visitor),
        profile: Arc::new(VisitorProfile {
            locale: "ru".to_owned(),
            page,
        }),
        id: self::command(visitor, number),
        after: None,
        command,
        now,
    }
}

/// What a visitor asks for, for the `number`th time.
pub(crate) fn message(visitor: u128, number: u128) -> Request {
    asks(visitor, number, says(visitor, number), UnixMillis(START))
}

fn people() -> Vec<Request> {
    let mut requests = Vec::new();
    for (id, reopen_ms) in SITES.into_iter().zip([3_600_000_000, 0]) {
        requests.push(Request::PutSite(
            SiteRecord {
                id,
                name: "Лавка \0".to_owned(),
                origins: vec!["https://shop.example".to_owned()],
                policy: heard_desk::Policy {
                    reopen_ms,
                    ..heard_desk::Policy::default()
                },
                calls: Arc::new(CallPolicy {
                    home_country: "RU".to_owned(),
                    ..CallPolicy::default()
                }),
            },
            Edit::default(),
        ));
    }
    for (place, id) in AGENTS.into_iter().enumerate() {
        requests.push(Request::PutAgent(
            NewAgent {
                card: AgentCard {
                    id,
                    name: format!("Agent {place}"),
                    kind: if place == 1 {
                        AgentKind::Bot
                    } else {
                        AgentKind::Person
                    },
                },
                site: SITES[place / 2],
                email: format!("Agent{place}@shop.example"),
                password_hash: "$argon2id$".to_owned(),
                capacity: u16::MAX,
            },
            Edit::default(),
        ));
        // The last one has gone, and one was online when the relay ended.
        for online in [true, place < 3] {
            requests.push(Request::Presence {
                agent: id,
                node: NodeId::from_bits(5),
                online,
                now: UnixMillis(START),
            });
        }
        let word = CommandId::from_bytes(id.to_bytes());
        let to = [Availability::Busy, Availability::Available][place / 2];
        requests.push(Request::availability(id, word, to, UnixMillis(START)));
        // What an agent's account was before is history.
        let phone = CommandId::from_bits(u128::from_be_bytes(id.to_bytes()) + (1 << 100));
        requests.push(Request::Staff {
            agent: id,
            id: phone,
            after: None,
            command: StaffCommand::Me(MeAct::SetPhone {
                takes: true,
                address: "sip:desk@phones.example".to_owned(),
            }),
            now: UnixMillis(START),
        });
    }
    requests.push(Request::Beat {
        node: NodeId::from_bits(5),
    });
    requests.push(Request::SignIn {
        agent: AGENTS[0],
        token_hash: TOKEN,
        expires_at: UnixMillis(START * 2),
    });
    requests
}

/// A visitor who was offered to talk, and said no, takes the offer after all: a store that has lost
/// what was offered would refuse it.
pub(crate) fn thinks_better_of_it(visitor: u128, now: UnixMillis) -> Request {
    let answer = VisitorCommand::CallOffer(CallOfferAsk::Answer {
        reason: CallReason::Circles,
        answer: CallAnswer::Phone,
    });
    asks(visitor, 806, answer, now)
}

/// The `number`th turn of a visitor: what they say, and what is done about it.
fn turn(visitor: u128, number: u128, now: &dyn Fn() -> UnixMillis) -> Vec<Request> {
    let site = usize::from(visitor % 5 == 3);
    let team = [AGENTS[site * 2], AGENTS[site * 2 + 1]];
    let [agent, other] = if visitor.is_multiple_of(2) {
        team
    } else {
        [team[1], team[0]]
    };
    let conversation = conversation(visitor, begun(visitor, number));
    let does = |agent, number, command| Request::Staff {
        agent,
        id: self::command(visitor, number),
        after: None,
        command,
        now: now(),
    };
    let mut requests = Vec::new();
    if number == 1 && visitor.is_multiple_of(7) {
        requests.push(asks(visitor, 801, form(visitor), now()));
    }
    requests.push(asks(visitor, number, says(visitor, number), now()));
    let text = format!("answer {number}");
    match number {
        1 if visitor.is_multiple_of(14) => {
            let close = StaffCommand::Callback {
                callback: CallbackId::from_bytes(self::command(visitor, 801).to_bytes()),
                act: CallbackAct::Close {
                    disposition: Disposition::Answered,
                    note: "\0 said thanks".to_owned(),
                },
            };
            requests.push(does(agent, 802, close));
        }
        2 if !visitor.is_multiple_of(5) => {
            let accept = ConversationAct::Assignment(AssignmentAct::Accept).within(conversation);
            requests.push(does(agent, 102, accept.clone()));
            // Too late: refused for good.
            requests.push(does(other, 202, accept));
        }
        // Somebody is offered to talk, and some say no.
        5 if visitor.is_multiple_of(3) => {
            requests.push(Request::Trouble {
                conversation,
                seen: vec![(CallReason::Circles, CallEvidence::AskedAgain(3))],
                stance: None,
                now: now(),
            });
            if visitor.is_multiple_of(2) {
                let answer = VisitorCommand::CallOffer(CallOfferAsk::Answer {
                    reason: CallReason::Circles,
                    answer: CallAnswer::No,
                });
                requests.push(asks(visitor, 805, answer, now()));
            }
        }
        3 => requests.push(does(
            agent,
            103,
            ConversationAct::Note { text }.within(conversation),
        )),
        4..=15 if !visitor.is_multiple_of(5) => {
            let send = ConversationAct::Send { text }.within(conversation);
            requests.push(does(agent, 100 + number, send));
        }
        17 if visitor % 20 == 1 => {
            requests.push(does(
                agent,
                117,
                ConversationAct::Assignment(AssignmentAct::Return).within(conversation),
            ));
        }
        18 if visitor % 5 > 1 => {
            requests.push(does(
                agent,
                118,
                ConversationAct::Resolution(ResolutionAct::Resolve).within(conversation),
            ));
        }
        26 if visitor % 10 == 2 => {
            requests.push(does(
                agent,
                126,
                ConversationAct::Resolution(ResolutionAct::Resolve).within(conversation),
            ));
        }
        _ => {}
    }
    if number == 10 {
        let upto = Cursor {
            conversation,
            after: Seq(6),
        };
        requests.push(Request::VisitorRead {
            contact: contact(visitor),
            upto,
        });
        requests.push(Request::StaffRead { agent, upto });
    }
    requests
}

/// Fills a file with what so many visitors say.
pub(crate) async fn fill(path: &Path, visitors: u128) {
    let store = SqliteStore::open_with(path, Arc::new(Nobody), 8_192).expect("the file opens");
    let clock = AtomicU64::new(START);
    let now = || UnixMillis(clock.fetch_add(1, Ordering::Relaxed));
    for request in people() {
        store.execute(request).await.expect("the store works");
    }
    for number in 0..MESSAGES {
        let answers: Vec<_> = (0..visitors)
            .filter(|visitor| talks(*visitor, number))
            .flat_map(|visitor| turn(visitor, number, &now))
            .map(|request| store.execute(request))
            .collect();
        for answer in answers {
            answer.await.expect("the store works");
        }
    }
    for site in SITES {
        let round = Request::Dispatch { site, now: now() };
        let done = store.execute(round).await.expect("the store works");
        assert!(matches!(done, Answer::Round { .. }), "{done:?}");
    }
}

/// How many visitors the large store has.
pub(crate) const MANY: u128 = 3_200;

/// The large store, in a folder of its own.
pub(crate) fn large() -> (TempDir, PathBuf) {
    static FILLED: OnceLock<Vec<u8>> = OnceLock::new();
    let filled = FILLED.get_or_init(|| {
        let (_folder, path) = filled(MANY);
        std::fs::read(path).expect("the file is read")
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("heard.db");
    std::fs::write(&path, filled).expect("the file is written");
    (folder, path)
}

/// A store of a few visitors, in a folder of its own.
pub(crate) fn small() -> (TempDir, PathBuf) {
    filled(15)
}

fn filled(visitors: u128) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("heard.db");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(fill(&path, visitors));
    (folder, path)
}
