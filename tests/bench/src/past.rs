//! A store in which much has been said already, written without a relay.

use std::sync::Arc;

use heard_protocol::{
    AgentCard, AgentId, AgentKind, AssignmentAct, CommandId, ContactId, ConversationAct,
    ConversationId, StaffCommand, UnixMillis, VisitorCommand,
};
use heard_relay::config::Data;
use heard_relay::node::NodeId;
use heard_relay::store::{self, Answer, Edit, NewAgent, Request, SiteRecord, Store};

use crate::desk::{Deaf, TEXT_BYTES, site};

const AGENT: AgentId = AgentId::from_bits(1);
const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
/// How many requests wait for the store at once.
const AT_ONCE: usize = 1_024;

/// A site, an agent of endless capacity, and visitors by number.
pub(crate) struct Past {
    pub(crate) store: Arc<dyn Store>,
    /// Commands given so far: no two have one id.
    commands: u128,
}

/// The visitor of a number.
pub(crate) fn contact(number: u32) -> ContactId {
    ContactId::from_bits(u128::from(number) + 1)
}

/// The conversation of a visitor.
pub(crate) fn conversation(number: u32) -> ConversationId {
    ConversationId::from_bytes(hello_id(number).to_bytes())
}

/// The command of a visitor's hello; their conversation has its bits.
fn hello_id(number: u32) -> CommandId {
    CommandId::from_bits(u128::from(number) + 1)
}

impl Past {
    /// A new one, or one that was closed.
    ///
    /// # Errors
    /// If the store fails.
    pub(crate) async fn open(data: &Data, commands: u128) -> anyhow::Result<Self> {
        let store = store::open(data, Arc::new(Deaf), AT_ONCE).await?;
        if store.site(site()).await?.is_none() {
            let record = SiteRecord {
                id: site(),
                name: "Bench".to_owned(),
                origins: Vec::new(),
                calls: std::sync::Arc::default(),
                policy: heard_desk::Policy::default(),
            };
            store
                .execute(Request::PutSite(record, Edit::default()))
                .await?;
            let card = AgentCard {
                id: AGENT,
                name: "Agent".to_owned(),
                kind: AgentKind::Person,
            };
            let agent = NewAgent {
                card,
                site: site(),
                email: "agent@bench.example".to_owned(),
                password_hash: String::new(),
                capacity: u16::MAX,
            };
            store
                .execute(Request::PutAgent(agent, Edit::default()))
                .await?;
        }
        // Whoever starts on this finds an agent who was there until now, and gives them time to
        // come back.
        let presence = Request::Presence {
            agent: AGENT,
            node: NodeId::from_bits(1),
            online: true,
            now: NOW,
        };
        store.execute(presence).await?;
        Ok(Self { store, commands })
    }

    /// How many commands were given, for whoever opens it again.
    pub(crate) const fn commands(&self) -> u128 {
        self.commands
    }

    /// Visitors from the first number on each write once, and the agent takes their conversation.
    pub(crate) async fn arrive(&mut self, visitors: u32) -> anyhow::Result<()> {
        let numbers: Vec<u32> = (0..visitors).collect();
        for chunk in numbers.chunks(AT_ONCE) {
            let hellos = chunk
                .iter()
                .map(|number| says(*number, hello_id(*number), "hello".to_owned()));
            self.all(hellos.collect()).await?;
            self.agent_does(chunk, |conversation| StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Accept),
            })
            .await?;
        }
        Ok(())
    }

    /// The agent does the same in the conversation of each.
    pub(crate) async fn does(
        &mut self,
        visitors: u32,
        what: impl Fn(ConversationId) -> StaffCommand,
    ) -> anyhow::Result<()> {
        let numbers: Vec<u32> = (0..visitors).collect();
        for chunk in numbers.chunks(AT_ONCE) {
            self.agent_does(chunk, &what).await?;
        }
        Ok(())
    }

    /// Every visitor writes a message.
    pub(crate) async fn say(&mut self, visitors: u32) -> anyhow::Result<()> {
        let numbers: Vec<u32> = (0..visitors).collect();
        for chunk in numbers.chunks(AT_ONCE) {
            let mut requests = Vec::with_capacity(chunk.len());
            for number in chunk {
                requests.push(says(*number, self.new_id(), "x".repeat(TEXT_BYTES)));
            }
            self.all(requests).await?;
        }
        Ok(())
    }

    async fn agent_does(
        &mut self,
        numbers: &[u32],
        what: impl Fn(ConversationId) -> StaffCommand,
    ) -> anyhow::Result<()> {
        let mut requests = Vec::with_capacity(numbers.len());
        for number in numbers {
            requests.push(Request::Staff {
                agent: AGENT,
                id: self.new_id(),
                after: None,
                command: what(conversation(*number)),
                now: NOW,
            });
        }
        self.all(requests).await
    }

    fn new_id(&mut self) -> CommandId {
        self.commands += 1;
        CommandId::from_bits(1 << 40 | self.commands)
    }

    async fn all(&self, requests: Vec<Request>) -> anyhow::Result<()> {
        let answers: Vec<_> = requests
            .into_iter()
            .map(|request| self.store.execute(request))
            .collect();
        for answer in futures_util::future::try_join_all(answers).await? {
            anyhow::ensure!(
                matches!(answer, Answer::Receipt(_)),
                "not taken: {answer:?}"
            );
        }
        Ok(())
    }
}

fn says(number: u32, id: CommandId, text: String) -> Request {
    Request::Visitor {
        site: site(),
        contact: contact(number),
        profile: Arc::default(),
        id,
        after: None,
        command: VisitorCommand::Send { text },
        now: NOW,
    }
}
