//! What every case starts with: a store with one site, two agents, and somebody who listens.

use std::sync::Arc;

use heard_protocol::{
    AgentCard, AgentId, AgentKind, Availability, CommandId, ContactId, ConversationId, Receipt,
    RefusalCode, SiteId, StaffCommand, UnixMillis, VisitorCommand,
};
use heard_relay::node::NodeId;
use heard_relay::store::{
    Account, Answer, Edit, Fact, Listener, NewAgent, Request, SiteRecord, Store, VisitorProfile,
};
use parking_lot::Mutex;

pub(crate) const SITE: SiteId = SiteId::from_bits(1);
pub(crate) const ANNA: AgentId = AgentId::from_bits(10);
pub(crate) const OLEG: AgentId = AgentId::from_bits(11);
/// The node whose sockets these are.
pub(crate) const NODE: NodeId = NodeId::from_bits(1);
pub(crate) const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

/// A place where a store lives: made fresh, and opened as often as a case likes.
pub(crate) trait Home: Sized {
    /// An empty place.
    async fn make() -> Self;
    /// Opens the store in it.
    async fn open(&self, listener: Arc<dyn Listener>) -> Arc<dyn Store>;
}

/// Writes down what is announced.
#[derive(Debug, Default)]
pub(crate) struct Notebook(Mutex<Vec<Fact>>);

impl Listener for Notebook {
    fn committed(&self, facts: Vec<Fact>) {
        self.0.lock().extend(facts);
    }
}

impl Notebook {
    /// What was announced since the last look.
    pub(crate) fn take(&self) -> Vec<Fact> {
        std::mem::take(&mut self.0.lock())
    }
}

pub(crate) struct Bench<H> {
    pub(crate) home: H,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) notebook: Arc<Notebook>,
}

/// A command id by number.
pub(crate) fn id(n: u128) -> CommandId {
    CommandId::from_bits(n)
}

/// A visitor by number.
pub(crate) fn contact(n: u128) -> ContactId {
    ContactId::from_bits(n)
}

pub(crate) fn site(id: SiteId) -> SiteRecord {
    SiteRecord {
        id,
        name: "Shop".to_owned(),
        origins: vec!["https://shop.example".to_owned()],
        policy: heard_desk::Policy::default(),
        calls: Arc::default(),
    }
}

pub(crate) fn agent(id: AgentId, name: &str, site: SiteId) -> NewAgent {
    NewAgent {
        card: AgentCard {
            id,
            name: name.to_owned(),
            kind: AgentKind::Person,
        },
        site,
        email: format!("{name}@shop.example"),
        password_hash: String::new(),
        capacity: 3,
    }
}

/// An agent's account by number and words.
pub(crate) fn account(id: u128, words: &str) -> Account {
    Account {
        id: AgentId::from_bits(id),
        site: SITE,
        name: words.to_owned(),
        kind: AgentKind::Person,
        email: format!("{words}@shop.example"),
        capacity: 3,
        takes_calls: true,
        phone: String::new(),
        skills: heard_desk::Skills::default(),
    }
}

impl<H: Home> Bench<H> {
    pub(crate) async fn set_up() -> Self {
        let home = H::make().await;
        let notebook = Arc::new(Notebook::default());
        let store = home.open(Arc::clone(&notebook) as Arc<dyn Listener>).await;
        let bench = Self {
            home,
            store,
            notebook,
        };
        bench
            .done(Request::PutSite(site(SITE), Edit::default()))
            .await;
        for (agent_id, name) in [(ANNA, "Anna"), (OLEG, "Oleg")] {
            bench
                .done(Request::PutAgent(
                    agent(agent_id, name, SITE),
                    Edit::default(),
                ))
                .await;
        }
        bench.notebook.take();
        bench
    }

    /// Closes the store and opens it again.
    pub(crate) async fn restart(self) -> Self {
        let Self { home, store, .. } = self;
        drop(store);
        let notebook = Arc::new(Notebook::default());
        let store = home.open(Arc::clone(&notebook) as Arc<dyn Listener>).await;
        Self {
            home,
            store,
            notebook,
        }
    }

    pub(crate) async fn answer(&self, request: Request) -> Answer {
        self.store.execute(request).await.expect("the store works")
    }

    pub(crate) async fn done(&self, request: Request) {
        assert_eq!(self.answer(request).await, Answer::Done);
    }

    pub(crate) async fn ok(&self, request: Request) -> Receipt {
        match self.answer(request).await {
            Answer::Receipt(receipt) => receipt,
            other => panic!("a receipt was due, not {other:?}"),
        }
    }

    pub(crate) async fn refused(&self, request: Request) -> RefusalCode {
        match self.answer(request).await {
            Answer::Refused(refusal) => refusal.code,
            other => panic!("a refusal was due, not {other:?}"),
        }
    }

    /// Runs dispatch rounds until one moves nothing.
    pub(crate) async fn dispatch(&self, now: UnixMillis) -> Option<UnixMillis> {
        loop {
            match self.answer(Request::Dispatch { site: SITE, now }).await {
                Answer::Round { moves: 0, wake_at } => return wake_at,
                Answer::Round { .. } => {}
                other => panic!("a round was due, not {other:?}"),
            }
        }
    }

    /// Brings an agent to the desk, ready to take conversations.
    pub(crate) async fn at_desk(&self, agent: AgentId, now: UnixMillis) {
        self.done(Request::Presence {
            agent,
            node: NODE,
            online: true,
            now,
        })
        .await;
        let word = id(u128::from_be_bytes(agent.to_bytes()) << 64);
        self.ok(Request::availability(
            agent,
            word,
            Availability::Available,
            now,
        ))
        .await;
    }

    /// A visitor says something; returns the conversation.
    pub(crate) async fn said(&self, from: u128, message: u128, text: &str) -> ConversationId {
        let receipt = self.ok(says(from, message, text, NOW)).await;
        receipt
            .conversation
            .expect("a message goes into a conversation")
    }
}

/// A visitor's message.
pub(crate) fn says(from: u128, message: u128, text: &str, now: UnixMillis) -> Request {
    asks(
        from,
        message,
        VisitorCommand::Send {
            text: text.to_owned(),
        },
        now,
    )
}

/// A visitor's command.
pub(crate) fn asks(from: u128, command: u128, what: VisitorCommand, now: UnixMillis) -> Request {
    Request::Visitor {
        site: SITE,
        contact: contact(from),
        profile: Arc::new(VisitorProfile {
            locale: "ru".to_owned(),
            page: None,
        }),
        id: id(command),
        after: None,
        command: what,
        now,
    }
}

/// The same command, sent while an earlier one was unanswered.
pub(crate) fn follows(mut request: Request, before: u128) -> Request {
    if let Request::Visitor { after, .. } | Request::Staff { after, .. } = &mut request {
        *after = Some(id(before));
    }
    request
}

/// An agent's command.
pub(crate) fn does(agent: AgentId, command: u128, what: StaffCommand) -> Request {
    Request::Staff {
        agent,
        id: id(command),
        after: None,
        command: what,
        now: NOW,
    }
}
