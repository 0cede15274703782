//! The listener, and patience, over a real store.

use std::sync::Arc;

use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, AssignmentAct, Author, CallAnswer, CallEvidence, CallOfferAsk,
    CallOfferNoted, CallOfferTold, CallReason, CommandId, ContactId, ConversationAct,
    ConversationId, PublicBody, Seq, SiteId, StaffBody, StaffCommand, StaffEntry, UnixMillis,
    VisitorCommand, WaitEstimate,
};
use parking_lot::Mutex;
use tempfile::TempDir;

use super::listener::Listener;
use super::{Entries, Heard, Patience, entries};
use crate::clock::ManualClock;
use crate::hub::{Hub, Mailbox};
use crate::store::sqlite::SqliteStore;
use crate::store::{
    Answer, Edit, Fact, Listener as Told, NewAgent, Request, SiteRecord, Store, VisitorProfile,
    Waiting,
};

const SITE: SiteId = SiteId::from_bits(1);
const ANNA: AgentId = AgentId::from_bits(2);
const VISITOR: ContactId = ContactId::from_bits(3);
const START: UnixMillis = UnixMillis(1_800_000_000_000);

/// Keeps what is to be listened to.
#[derive(Default)]
struct Notebook(Mutex<Vec<Entries>>);

impl Told for Notebook {
    fn committed(&self, facts: Vec<Fact>) {
        self.0.lock().extend(entries(&facts));
    }
}

struct Scene {
    store: Arc<dyn Store>,
    notebook: Arc<Notebook>,
    clock: Arc<ManualClock>,
    listener: Listener,
    next: u128,
    _folder: TempDir,
}

impl Scene {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let notebook = Arc::new(Notebook::default());
        let told = Arc::clone(&notebook) as Arc<dyn Told>;
        let store = SqliteStore::open(&folder.path().join("heard.db"), told).expect("it opens");
        let store: Arc<dyn Store> = Arc::new(store);
        let clock = Arc::new(ManualClock::new(START));
        let site = SiteRecord {
            id: SITE,
            name: "Shop".to_owned(),
            origins: Vec::new(),
            policy: heard_desk::Policy::default(),
            calls: Arc::default(),
        };
        let anna = NewAgent {
            card: AgentCard {
                id: ANNA,
                name: "Anna".to_owned(),
                kind: AgentKind::Person,
            },
            site: SITE,
            email: "anna@shop.example".to_owned(),
            password_hash: String::new(),
            capacity: 3,
        };
        for request in [
            Request::PutSite(site, Edit::default()),
            Request::PutAgent(anna, Edit::default()),
        ] {
            store.execute(request).await.expect("the store works");
        }
        let listener = Listener::new(Arc::clone(&store), clock.clone()).unwrap();
        Self {
            store,
            notebook,
            clock,
            listener,
            next: 100,
            _folder: folder,
        }
    }

    async fn does(
        &mut self,
        request: impl FnOnce(CommandId, UnixMillis) -> Request,
    ) -> ConversationId {
        self.next += 1;
        self.clock.advance(5_000);
        let request = request(
            CommandId::from_bits(self.next),
            crate::clock::Clock::now(&*self.clock),
        );
        match self.store.execute(request).await.expect("the store works") {
            Answer::Receipt(receipt) => receipt.conversation.expect("a conversation"),
            other => panic!("a receipt was due, not {other:?}"),
        }
    }

    async fn visitor(&mut self, command: VisitorCommand) -> ConversationId {
        self.contact(VISITOR, command).await
    }

    async fn contact(&mut self, contact: ContactId, command: VisitorCommand) -> ConversationId {
        self.does(|id, now| Request::Visitor {
            site: SITE,
            contact,
            profile: Arc::new(VisitorProfile {
                locale: "en".to_owned(),
                page: None,
            }),
            id,
            after: None,
            command,
            now,
        })
        .await
    }

    async fn agent(&mut self, command: StaffCommand) {
        self.does(|id, now| Request::Staff {
            agent: ANNA,
            id,
            after: None,
            command,
            now,
        })
        .await;
    }

    async fn says(&mut self, text: &str) -> ConversationId {
        let text = text.to_owned();
        self.visitor(VisitorCommand::Send { text }).await
    }

    async fn answers(&mut self, conversation: ConversationId, text: &str) {
        let text = text.to_owned();
        self.agent(StaffCommand::In {
            conversation,
            act: ConversationAct::Send { text },
        })
        .await;
    }

    /// The listener hears everything that was written down, what it writes itself as well.
    async fn listens(&mut self) {
        loop {
            let all = std::mem::take(&mut *self.notebook.0.lock());
            if all.is_empty() {
                return;
            }
            self.listener.hear(Heard::Said { all, ours: true }).await;
        }
    }

    /// The listener is told of nothing that was written down.
    fn misses(&self) {
        self.notebook.0.lock().clear();
    }

    /// A relay that has just been started.
    fn forgets(&mut self) {
        self.listener = Listener::new(Arc::clone(&self.store), self.clock.clone()).unwrap();
    }

    /// Why it was offered to talk, and what staff were told.
    async fn log(
        &self,
        conversation: ConversationId,
    ) -> (Vec<CallReason>, Vec<(CallReason, CallEvidence)>) {
        let log = self.store.read_staff(conversation, Seq::START, 1_000).await;
        let (mut offered, mut seen) = (Vec::new(), Vec::new());
        for entry in log.expect("a log").entries {
            match entry.body {
                EntryBody::Public {
                    body: PublicBody::CallOffer(CallOfferTold::Offered { reason, .. }),
                    ..
                } => offered.push(reason),
                EntryBody::Staff(StaffBody::CallOffer(CallOfferNoted::TroubleSeen {
                    reason,
                    evidence,
                })) => {
                    seen.push((reason, evidence));
                }
                _ => {}
            }
        }
        (offered, seen)
    }

    /// All but the last of three times the same question.
    async fn asks_twice(&mut self) -> ConversationId {
        let conversation = self
            .says("How do I move my booking to another Saturday?")
            .await;
        self.agent(StaffCommand::In {
            conversation,
            act: ConversationAct::Assignment(AssignmentAct::Accept),
        })
        .await;
        self.answers(conversation, "You can find all rules in our help centre.")
            .await;
        self.says("But how can the booking be moved to another Saturday")
            .await;
        self.answers(conversation, "Our cancellation rules are explained there.")
            .await;
        conversation
    }

    async fn asks_again(&mut self) {
        self.says("I want to move the booking to a different Saturday, how?")
            .await;
    }
}

const CIRCLES: (CallReason, CallEvidence) = (CallReason::Circles, CallEvidence::AskedAgain(3));

#[tokio::test]
async fn the_same_question_for_the_third_time_is_offered_once() {
    let mut scene = Scene::begin().await;
    let conversation = scene.asks_twice().await;
    scene.listens().await;
    assert_eq!(scene.log(conversation).await, (vec![], vec![]));
    scene.asks_again().await;
    scene.listens().await;
    let once = (vec![CallReason::Circles], vec![CIRCLES]);
    assert_eq!(scene.log(conversation).await, once);
    scene.asks_again().await;
    scene.listens().await;
    assert_eq!(scene.log(conversation).await, once);
    // After a "no" there is nothing, whatever comes up; a wish is one.
    let answer = VisitorCommand::CallOffer(CallOfferAsk::Answer {
        reason: CallReason::Circles,
        answer: CallAnswer::No,
    });
    scene.visitor(answer).await;
    scene.says("The chat keeps disconnecting").await;
    scene.listens().await;
    let (offered, seen) = scene.log(conversation).await;
    assert_eq!((offered.len(), seen.len()), (1, 2));
    scene.says("Could somebody just ring me?").await;
    scene.listens().await;
    let (offered, seen) = scene.log(conversation).await;
    assert_eq!(offered, [CallReason::Circles, CallReason::Visitor]);
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn everybody_of_a_commit_is_listened_to() {
    let mut scene = Scene::begin().await;
    let mut conversations = Vec::new();
    for (contact, text) in [
        (1, "Hello"),
        (2, "Hello"),
        (1, "Call me back"),
        (2, "Call me back"),
    ] {
        let text = text.to_owned();
        let contact = ContactId::from_bits(contact);
        let said = scene.contact(contact, VisitorCommand::Send { text }).await;
        conversations.push(said);
    }
    scene.listens().await;
    let wish = (
        vec![CallReason::Visitor],
        vec![(CallReason::Visitor, CallEvidence::Said)],
    );
    assert_ne!(conversations[0], conversations[1]);
    for conversation in conversations {
        assert_eq!(scene.log(conversation).await, wish);
    }
}

#[tokio::test]
async fn what_was_lost_is_read_from_the_store() {
    // Nothing was heard but the last message, ...
    let mut scene = Scene::begin().await;
    let conversation = scene.asks_twice().await;
    scene.misses();
    scene.asks_again().await;
    scene.listens().await;
    let once = (vec![CallReason::Circles], vec![CIRCLES]);
    assert_eq!(scene.log(conversation).await, once);

    // ... or it was just that one that was not, ...
    let mut scene = Scene::begin().await;
    let conversation = scene.asks_twice().await;
    scene.listens().await;
    scene.asks_again().await;
    scene.misses();
    scene.says("Are you there").await;
    scene.listens().await;
    assert_eq!(scene.log(conversation).await, once);

    // ... or the relay ended before it could keep what it had found. A "no" is remembered too,
    // however often it is found again.
    let mut scene = Scene::begin().await;
    let conversation = scene.asks_twice().await;
    scene.asks_again().await;
    scene.misses();
    scene.forgets();
    scene.says("Are you there").await;
    scene.listens().await;
    assert_eq!(scene.log(conversation).await, once);
    scene.says("No thanks, no phone calls please").await;
    scene.listens().await;
    for _ in 0..3 {
        scene.forgets();
        scene
            .says("My screen reader makes typing hard for me")
            .await;
        scene.listens().await;
        assert_eq!(scene.log(conversation).await.0, [CallReason::Circles]);
    }
}

#[tokio::test]
async fn a_stale_wish_does_not_undo_a_no() {
    let mut scene = Scene::begin().await;
    let conversation = scene.says("Could somebody just ring me?").await;
    scene.listens().await;
    let answer = VisitorCommand::CallOffer(CallOfferAsk::Answer {
        reason: CallReason::Visitor,
        answer: CallAnswer::No,
    });
    scene.visitor(answer).await;
    scene.forgets();
    scene.says("The chat keeps disconnecting").await;
    scene.listens().await;
    assert_eq!(scene.log(conversation).await.0, [CallReason::Visitor]);
}

#[tokio::test]
async fn two_who_listen_to_the_same_offer_it_once() {
    let mut scene = Scene::begin().await;
    let mut other = Listener::new(Arc::clone(&scene.store), scene.clock.clone()).unwrap();
    let conversation = scene.asks_twice().await;
    scene.asks_again().await;
    scene.asks_again().await;
    // Both are told of everything at once, two messages in one commit.
    let all = std::mem::take(&mut *scene.notebook.0.lock());
    let copy = all.iter().map(|one| Entries {
        site: one.site,
        contact: one.contact,
        conversation: one.conversation,
        new: Arc::clone(&one.new),
    });
    let copy = copy.collect();
    tokio::join!(
        scene.listener.hear(Heard::Said { all, ours: true }),
        other.hear(Heard::Said {
            all: copy,
            ours: true
        }),
    );
    scene.listens().await;
    let once = (vec![CallReason::Circles], vec![CIRCLES]);
    assert_eq!(scene.log(conversation).await, once);
}

#[tokio::test]
async fn what_another_node_wrote_is_heard_and_left_to_it() {
    let mut scene = Scene::begin().await;
    let conversation = scene.asks_twice().await;
    scene.listens().await;
    scene.asks_again().await;
    let all = std::mem::take(&mut *scene.notebook.0.lock());
    scene.listener.hear(Heard::Said { all, ours: false }).await;
    assert_eq!(scene.log(conversation).await, (vec![], vec![]));
    // It never did: the next who speaks here makes up for it.
    scene.says("Are you there").await;
    scene.listens().await;
    let once = (vec![CallReason::Circles], vec![CIRCLES]);
    assert_eq!(scene.log(conversation).await, once);
}

#[tokio::test]
async fn how_hard_it_was_to_write_counts_for_the_next_message() {
    let mut scene = Scene::begin().await;
    let mut conversation = None;
    for text in ["My oven is cold", "I pressed the round knob"] {
        let effort = Heard::Effort {
            contact: VISITOR,
            typed_ms: 300_000,
            deleted: 200,
        };
        scene.listener.hear(effort).await;
        conversation = Some(scene.says(text).await);
        scene.listens().await;
    }
    let (offered, seen) = scene.log(conversation.expect("one")).await;
    assert_eq!(offered, [CallReason::HardToWrite]);
    assert!(matches!(seen[..], [(_, CallEvidence::Laborious(_))]));
}

#[tokio::test]
async fn a_line_that_does_not_hold_is_a_reason() {
    let mut scene = Scene::begin().await;
    let conversation = scene.says("My oven is cold").await;
    scene.listens().await;
    for _ in 0..4 {
        scene.clock.advance(60_000);
        let broke = Heard::Broke {
            site: SITE,
            contact: VISITOR,
        };
        scene.listener.hear(broke).await;
    }
    let broken = (CallReason::Connection, CallEvidence::Broken(3));
    let (offered, seen) = scene.log(conversation).await;
    assert_eq!(
        (&*offered, &*seen),
        (&[CallReason::Connection][..], &[broken][..])
    );
}

#[tokio::test]
async fn what_is_remembered_is_not_read_again() {
    let mut scene = Scene::begin().await;
    // The store knows nothing of this conversation: whoever has to read it stops listening.
    let conversation = ConversationId::from_bits(77);
    let written = |first: u64, count: u64| Entries {
        site: SITE,
        contact: VISITOR,
        conversation,
        new: (first..first + count).map(message).collect(),
    };
    for first in [1, 2, 3, 4, 5] {
        let all = vec![written(first, 1)];
        scene.listener.hear(Heard::Said { all, ours: true }).await;
    }
    assert_eq!(scene.listener.upto(conversation), Some(Seq(5)));
    let all = vec![written(9, 2)];
    scene.listener.hear(Heard::Said { all, ours: true }).await;
    assert_eq!(scene.listener.upto(conversation), None);
}

fn message(seq: u64) -> StaffEntry {
    StaffEntry {
        seq: Seq(seq),
        at: START.plus(seq),
        body: EntryBody::Public {
            position: Seq(seq),
            body: PublicBody::Message {
                id: CommandId::from_bits(u128::from(seq)),
                author: Author::Visitor,
                text: "one more thing".to_owned(),
            },
        },
    }
}

#[tokio::test]
async fn who_waits_too_long_is_offered_a_call() {
    let mut scene = Scene::begin().await;
    let conversation = scene.says("Is anybody there").await;
    let hub = Hub::default();
    let mut patience = Patience::default();
    let since = crate::clock::Clock::now(&*scene.clock);
    let line = [(
        Waiting {
            contact: VISITOR,
            conversation,
            since,
        },
        WaitEstimate::Unknown,
    )];
    let over = since.plus(heard_desk::trouble::Limits::default().wait_ms);
    let store = Arc::clone(&scene.store);
    // Nobody is offered anything who is not there.
    let look = patience.look(&*store, &hub, SITE, &line, over).await;
    assert_eq!((look, scene.log(conversation).await.0), (None, vec![]));
    hub.add_visitor(SITE, VISITOR, &Arc::new(Mailbox::new(8)));
    let look = patience.look(&*store, &hub, SITE, &line, since).await;
    assert_eq!(
        (look, scene.log(conversation).await.0),
        (Some(over), vec![])
    );
    for _ in 0..2 {
        let look = patience.look(&*store, &hub, SITE, &line, over).await;
        assert_eq!(look, None);
        assert_eq!(scene.log(conversation).await.0, [CallReason::NobodyFree]);
    }
    // Somebody comes after all: the offer has no point any more, and another reason may be offered.
    scene
        .agent(StaffCommand::In {
            conversation,
            act: ConversationAct::Assignment(AssignmentAct::Accept),
        })
        .await;
    scene.says("Could somebody just ring me?").await;
    scene.listens().await;
    let (offered, _) = scene.log(conversation).await;
    assert_eq!(offered, [CallReason::NobodyFree, CallReason::Visitor]);
}
