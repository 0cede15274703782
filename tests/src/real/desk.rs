//! A data file with a site and its agents, before a relay starts on it and after it has ended.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use heard_desk::Policy;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, ConversationId, Secret, Seq, SiteId, UnixMillis,
};
use heard_relay::auth::hash_token;
use heard_relay::config::Data;
use heard_relay::store::{
    self, Edit, Fact, Head, Listener, NewAgent, Request, SiteRecord, Store, StoreError,
};

use crate::check::FinalLog;

/// The site of every desk.
pub const SITE: SiteId = SiteId::from_bits(1);
/// So long that nothing comes to an end by itself while a test runs, in milliseconds.
const LONG_MS: u64 = 3_600_000;

/// Hears facts and does nothing.
struct Nobody;

impl Listener for Nobody {
    fn committed(&self, _: Vec<Fact>) {}
}

/// A folder with a data file, gone when this is dropped.
#[derive(Debug)]
pub struct Desk {
    folder: tempfile::TempDir,
    data: Data,
    agents: Vec<AgentId>,
}

impl Desk {
    /// A site with so many agents, each for as many conversations as there are. Offers and absences
    /// never run out.
    pub async fn new(agents: usize) -> Self {
        let policy = Policy {
            offer_ms: LONG_MS,
            grace_ms: LONG_MS,
            ..Policy::default()
        };
        Self::with(None, agents, u16::MAX, policy).await
    }

    /// As [`new`](Self::new), in a database if one is given, with a capacity and a policy.
    pub async fn with(data: Option<Data>, agents: usize, capacity: u16, policy: Policy) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = data.unwrap_or_else(|| Data::File(folder.path().join("heard.db")));
        let desk = Self {
            folder,
            data,
            agents: (0..agents)
                .map(|number| AgentId::from_bits(100 + number as u128))
                .collect(),
        };
        let store = desk.store().await;
        let mut requests = vec![Request::PutSite(
            SiteRecord {
                id: SITE,
                name: "The shop".to_owned(),
                origins: vec!["https://shop.example".to_owned()],
                calls: std::sync::Arc::default(),
                policy,
            },
            Edit::default(),
        )];
        for (number, agent) in desk.agents.iter().enumerate() {
            requests.push(Request::PutAgent(
                NewAgent {
                    card: AgentCard {
                        id: *agent,
                        name: format!("Agent {number}"),
                        kind: AgentKind::Person,
                    },
                    site: SITE,
                    email: format!("agent{number}@shop.example"),
                    password_hash: String::new(),
                    capacity,
                },
                Edit::default(),
            ));
            requests.push(Request::SignIn {
                agent: *agent,
                token_hash: hash_token(&desk.token(number)),
                expires_at: UnixMillis(u64::try_from(i64::MAX).unwrap_or(u64::MAX)),
            });
        }
        for request in requests {
            store.execute(request).await.expect("the store can write");
        }
        desk
    }

    /// The data file.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("heard.db")
    }

    /// The folder it is in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The agents.
    pub fn agents(&self) -> &[AgentId] {
        &self.agents
    }

    /// What this agent signs in with.
    pub fn token(&self, agent: usize) -> Secret {
        Secret(format!("the token of agent {agent}"))
    }

    /// The store itself; while no relay runs on it if it is a file.
    pub async fn store(&self) -> Arc<dyn Store> {
        let store = store::open(&self.data, Arc::new(Nobody), 512).await;
        store.expect("the store can be opened")
    }

    /// Whose a conversation is and where it stands, while no relay runs on it.
    pub async fn head(&self, conversation: ConversationId) -> Option<Head> {
        let head = self.store().await.head(conversation).await;
        head.expect("the store can be read")
    }

    /// These logs as they are on disk, while no relay runs on them.
    pub async fn logs(&self, which: impl IntoIterator<Item = ConversationId>) -> Vec<FinalLog> {
        logs(&*self.store().await, which).await
    }
}

/// These logs, as far as a store has them.
pub async fn logs(
    store: &dyn Store,
    which: impl IntoIterator<Item = ConversationId>,
) -> Vec<FinalLog> {
    let mut logs = Vec::new();
    for conversation in which {
        let head = store
            .head(conversation)
            .await
            .expect("the store can be read");
        let Some(head) = head else { continue };
        let slice = store.read_staff(conversation, Seq::START, usize::MAX).await;
        logs.push(FinalLog {
            conversation,
            contact: head.contact,
            entries: slice.expect("the store can be read").entries,
        });
    }
    logs
}

/// The store in a file that no relay runs on.
///
/// # Errors
/// As the store says.
pub async fn open(file: &Path) -> Result<Arc<dyn Store>, StoreError> {
    store::open(&Data::File(file.to_owned()), Arc::new(Nobody), 512).await
}
