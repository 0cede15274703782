//! The bot on a stage: the desk's own rules decide what its commands do, and the log comes back to
//! it.

use std::collections::{HashSet, VecDeque};

use heard_client::Update;
use heard_desk::conversation::Recipient;
use heard_desk::{Conversation, Write};
use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, AssignmentAct, AssignmentNoted, Author, Availability, Colleague,
    CommandId, ContactId, ConversationAct, ConversationId, ConversationSummary, Epoch, Facet,
    Marks, Mine, PublicBody, Refusal, Seq, SiteCard, SiteId, Staff, StaffBody, StaffCommand,
    StaffEntry, StaffRow, StaffWelcome, Status, UnixMillis, Welcome,
};

use super::{Act, Agent};
use crate::words::Lang;

const NOW: UnixMillis = UnixMillis(1_767_261_600_000);

fn robin() -> AgentCard {
    AgentCard {
        id: AgentId::from_bits(1),
        name: "Robin".to_owned(),
        kind: AgentKind::Bot,
    }
}

fn maria() -> Colleague {
    Colleague {
        card: AgentCard {
            id: AgentId::from_bits(2),
            name: "Maria".to_owned(),
            kind: AgentKind::Person,
        },
        online: true,
        availability: Availability::Available,
        load: 0,
        capacity: 4,
    }
}

struct Stage {
    bot: Agent,
    talk: Conversation,
    log: Vec<StaffEntry>,
    public: Seq,
    messages: u128,
    offers: u64,
    follows: bool,
    read: Seq,
    done: HashSet<CommandId>,
    colleagues: Vec<Colleague>,
    /// Whether the colleague has left without the bot's knowing.
    left: bool,
    waiting: VecDeque<Update<Staff>>,
}

impl Stage {
    /// A visitor has written this and waits.
    fn new(first: &str, colleagues: Vec<Colleague>) -> Self {
        let talk = Conversation::start(
            ConversationId::from_bits(5 << 80),
            ContactId::from_bits(6),
            NOW,
        );
        let mut stage = Self {
            bot: Agent::new(Lang::En),
            talk,
            log: Vec::new(),
            public: Seq::START,
            messages: 0,
            offers: 0,
            follows: false,
            read: Seq::START,
            done: HashSet::new(),
            colleagues,
            left: false,
            waiting: VecDeque::new(),
        };
        stage.says(first);
        stage.arrives();
        stage
    }

    /// The bot signs on, for the first time or again.
    fn arrives(&mut self) {
        self.bot = Agent::new(Lang::En);
        self.follows = false;
        let welcome = Welcome {
            version: 1,
            epoch: Epoch(1),
            now: NOW,
            idle_ms: 75_000,
            body: StaffWelcome {
                me: robin(),
                site: SiteCard {
                    id: SiteId::from_bits(1),
                    name: String::new(),
                },
            },
        };
        self.waiting.clear();
        self.waiting.push_back(Update::Welcome(Box::new(welcome)));
        let mine = StaffRow::Mine(Mine {
            availability: Availability::Available,
            capacity: 4,
            takes_calls: false,
            phone: String::new(),
            headset: false,
        });
        let colleagues = self.colleagues.iter().cloned().map(StaffRow::Colleague);
        let mut rows: Vec<_> = colleagues.chain([mine]).collect();
        rows.push(StaffRow::Conversation(Box::new(self.row())));
        self.waiting.push_back(Update::Rows { rows, done: true });
        self.settle();
    }

    fn says(&mut self, text: &str) {
        self.messages += 1;
        let id = CommandId::from_bits(self.messages << 66);
        let first = self.log.is_empty();
        let change = self.talk.visitor_says(id, text, first, NOW);
        self.write(change.expect("it says something"));
        self.settle();
    }

    fn offered(&mut self) {
        self.offers += 1;
        self.talk.offer(robin().id, NOW.plus(self.offers * 30_000));
        self.tell_row();
        self.settle();
    }

    /// A colleague acts.
    fn colleague(&mut self, act: &ConversationAct) {
        let id = CommandId::from_bits(u128::from(self.log.len() as u64) << 40);
        let to = Recipient {
            card: robin(),
            online: true,
        };
        let change = self
            .talk
            .acts(&maria().card, id, act, Some(&to), NOW)
            .expect("the colleague may");
        self.write(change);
        self.tell_row();
        self.settle();
    }

    fn write(&mut self, change: Vec<Write>) {
        for write in change {
            let body = match write {
                Write::Public(body) => {
                    self.public = self.public.next();
                    let position = self.public;
                    EntryBody::Public { position, body }
                }
                Write::Staff(body) => EntryBody::Staff(body),
            };
            let seq = Seq(self.log.len() as u64 + 1);
            self.log.push(StaffEntry { seq, at: NOW, body });
            if self.follows {
                self.tell_entries(self.log.len() - 1);
            }
        }
    }

    fn tell_entries(&mut self, from: usize) {
        self.waiting.push_back(Update::Entries {
            conversation: self.talk.id,
            entries: self.log[from..].to_vec(),
            head: Seq(self.log.len() as u64),
        });
    }

    fn row(&self) -> ConversationSummary {
        ConversationSummary {
            id: self.talk.id,
            contact: self.talk.contact,
            status: self.talk.status.clone(),
            head: Seq(self.log.len() as u64),
            marks: Marks {
                public_head: self.public,
                ..Marks::default()
            },
            facets: vec![Facet::Locale("en".to_owned())],
        }
    }

    fn tell_row(&mut self) {
        let rows = vec![StaffRow::Conversation(Box::new(self.row()))];
        self.waiting.push_back(Update::Rows { rows, done: false });
    }

    /// Lets the bot hear and act until there is nothing more.
    fn settle(&mut self) {
        while let Some(update) = self.waiting.pop_front() {
            for act in self.bot.hear(update) {
                self.acts(act);
            }
        }
    }

    fn acts(&mut self, act: Act) {
        match act {
            Act::Follow(_) => {
                self.follows = true;
                self.tell_entries(0);
            }
            Act::Unfollow(_) => self.follows = false,
            Act::Seen(mark) => self.read = mark.after,
            Act::BecomeAvailable => panic!("it is available already"),
            Act::Do(envelope) => {
                let id = envelope.id;
                // A second time is answered like the first and does nothing.
                if self.done.contains(&id) {
                    return;
                }
                let recipient = Recipient {
                    online: !self.left,
                    card: maria().card,
                };
                let StaffCommand::In { act, .. } = &envelope.command else {
                    panic!("it is about the conversation");
                };
                let result = self.talk.acts(&robin(), id, act, Some(&recipient), NOW);
                match result {
                    Ok(change) => {
                        self.done.insert(id);
                        let before = self.talk.status.clone();
                        self.write(change);
                        if before != self.talk.status || self.log.len() > 1 {
                            self.tell_row();
                        }
                    }
                    Err(code) => self.waiting.push_back(Update::Refused {
                        id,
                        refusal: Refusal::from(code),
                    }),
                }
            }
        }
    }

    /// What the bot has said to the visitor.
    fn said(&self) -> Vec<&str> {
        self.log
            .iter()
            .filter_map(|entry| match &entry.body {
                EntryBody::Public {
                    body: PublicBody::Message { author, text, .. },
                    ..
                } if *author == Author::Agent(robin().id) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    fn staff_bodies(&self) -> Vec<&StaffBody> {
        self.log
            .iter()
            .filter_map(|entry| match &entry.body {
                EntryBody::Staff(body) => Some(body),
                EntryBody::Public { .. } => None,
            })
            .collect()
    }

    fn notes(&self) -> usize {
        let note = |body: &&&StaffBody| matches!(body, StaffBody::Note { .. });
        self.staff_bodies().iter().filter(note).count()
    }
}

#[test]
fn it_says_what_it_is_before_it_answers() {
    let mut stage = Stage::new("When are you open?", Vec::new());
    assert!(
        stage.said().is_empty(),
        "nothing is said before it owns the conversation"
    );
    stage.offered();
    assert_eq!(
        stage.said(),
        [Lang::En.greeting("Robin").as_str(), Lang::En.hours()]
    );
    assert_eq!(stage.read, stage.public, "it says how far it has read");
}

#[test]
fn it_answers_in_the_visitors_language_and_follows_a_change() {
    let mut stage = Stage::new("Здравствуйте, где заказ 1042?", Vec::new());
    stage.offered();
    stage.says("1043");
    stage.says("and 1044?");
    let said = stage.said();
    assert_eq!(said[0], Lang::Ru.greeting("Robin"));
    assert_eq!(said[1], "Заказ 1042 уже в пути.");
    assert_eq!(said[2], "Заказ 1043 собирают на складе.");
    assert_eq!(said[3], "Order 1044 has been delivered.");
}

#[test]
fn a_person_who_is_free_gets_the_conversation() {
    let mut stage = Stage::new("Where is order 1042?", vec![maria()]);
    stage.offered();
    stage.says("human please");
    assert_eq!(
        stage.said().last(),
        Some(&Lang::En.handing_over(Some("Maria")).as_str())
    );
    assert_eq!(stage.talk.owner(), Some(maria().card.id));
    assert_eq!(stage.notes(), 1);
    let before = stage.said().len();
    stage.says("are you there? when are you open?");
    assert_eq!(
        stage.said().len(),
        before,
        "it says nothing in somebody else's conversation"
    );
}

#[test]
fn without_a_person_the_conversation_waits_for_one() {
    let away = Colleague {
        availability: Availability::Away,
        ..maria()
    };
    let full = Colleague { load: 4, ..maria() };
    let gone = Colleague {
        online: false,
        ..maria()
    };
    let bot = Colleague {
        card: AgentCard {
            kind: AgentKind::Bot,
            ..maria().card
        },
        ..maria()
    };
    for colleague in [away, full, gone, bot] {
        let mut stage = Stage::new("привет", vec![colleague]);
        stage.offered();
        stage.says("позовите человека");
        assert_eq!(
            stage.said().last(),
            Some(&Lang::Ru.handing_over(None).as_str())
        );
        assert!(matches!(stage.talk.status, Status::Waiting { .. }));
        assert!(stage.talk.front);
        // It comes round again: the bot is still none.
        let said = stage.said().len();
        stage.offered();
        assert!(matches!(stage.talk.status, Status::Waiting { .. }));
        assert_eq!(stage.said().len(), said);
        assert!(matches!(
            stage.staff_bodies().last(),
            Some(StaffBody::Assignment(AssignmentNoted::Declined { .. }))
        ));
    }
}

#[test]
fn whoever_wants_a_person_from_the_start_is_left_to_one() {
    let mut stage = Stage::new("A human, please", vec![maria()]);
    stage.offered();
    assert!(stage.said().is_empty());
    let declined = StaffBody::Assignment(AssignmentNoted::Declined {
        agent: robin().id,
        reason: "asked for a person".to_owned(),
    });
    assert_eq!(stage.staff_bodies().last(), Some(&&declined));
}

#[test]
fn a_person_who_has_just_left_does_not_strand_the_visitor() {
    let mut stage = Stage::new("hello", vec![maria()]);
    stage.offered();
    stage.left = true;
    stage.says("operator");
    assert!(matches!(stage.talk.status, Status::Waiting { .. }));
    assert_eq!(stage.notes(), 1);
}

#[test]
fn after_a_person_the_bot_can_be_given_the_conversation_again() {
    let mut stage = Stage::new("hi", vec![maria()]);
    stage.offered();
    stage.says("human");
    let _conversation = stage.talk.id;
    stage.colleague(&ConversationAct::Send {
        text: "Done.".to_owned(),
    });
    stage.colleague(&ConversationAct::Assignment(AssignmentAct::Transfer {
        to: robin().id,
        comment: String::new(),
    }));
    stage.says("when are you open?");
    let said = stage.said();
    assert_eq!(
        said[said.len() - 2..],
        [Lang::En.greeting("Robin").as_str(), Lang::En.hours()]
    );
    assert_eq!(stage.talk.owner(), Some(robin().id));
}

#[test]
fn two_riddles_fetch_a_person() {
    let mut stage = Stage::new("do you sell teapots?", vec![maria()]);
    stage.offered();
    assert_eq!(stage.said().last(), Some(&Lang::En.not_understood()));
    stage.says("blue ones, I mean");
    assert_eq!(stage.talk.owner(), Some(maria().card.id));
}

#[test]
fn thanks_settle_the_matter() {
    let mut stage = Stage::new("where is 1042", Vec::new());
    stage.offered();
    stage.says("thanks!");
    assert_eq!(stage.said().last(), Some(&Lang::En.welcome()));
    assert!(matches!(stage.talk.status, Status::Resolved { .. }));
    // They write again, and it is not introduced twice.
    stage.says("and 1043?");
    stage.offered();
    let greetings = |stage: &Stage| {
        let greeting = Lang::En.greeting("Robin");
        stage
            .said()
            .iter()
            .filter(|said| **said == greeting)
            .count()
    };
    assert_eq!(stage.said().last(), Some(&"Order 1043 is being packed."));
    assert_eq!(greetings(&stage), 1);
}

#[test]
fn a_restart_at_any_moment_says_nothing_twice() {
    let script = ["hi", "where is 1042", "open?", "are you a person", "human"];
    let mut calm = Stage::new(script[0], vec![maria()]);
    calm.offered();
    for line in &script[1..] {
        calm.says(line);
    }
    for crash in 0..=script.len() {
        let mut stage = Stage::new(script[0], vec![maria()]);
        if crash == 0 {
            stage.arrives();
        }
        stage.offered();
        for (number, line) in script.iter().enumerate().skip(1) {
            if number == crash {
                stage.arrives();
                stage.arrives();
            }
            stage.says(line);
        }
        stage.arrives();
        assert_eq!(stage.said(), calm.said(), "restarted before line {crash}");
        assert_eq!(stage.log, calm.log);
    }
}

#[test]
fn a_crash_between_answer_and_handover_is_made_good() {
    let mut stage = Stage::new("hi", vec![maria()]);
    stage.offered();
    // The bot says that it hands over, and dies before it does.
    let line = CommandId::from_bits((stage.messages + 1) << 66);
    stage.follows = false;
    stage.says("human");
    let answer = ConversationAct::Send {
        text: Lang::En.handing_over(Some("Maria")),
    };
    let id = crate::ids::about(line, crate::ids::Purpose::Answer);
    let change = stage.talk.acts(&robin(), id, &answer, None, NOW);
    stage.write(change.expect("it owns the conversation"));
    stage.done.insert(id);
    stage.arrives();
    assert_eq!(stage.talk.owner(), Some(maria().card.id));
    assert_eq!(stage.notes(), 1);
}
