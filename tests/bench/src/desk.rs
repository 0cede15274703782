//! A relay's data with a site and agents in it, and the clients that talk through it.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use heard_protocol::codec::{from_postcard, to_postcard};
use heard_protocol::{
    AgentCard, AgentId, AgentKind, AssignmentAct, Availability, ClientFrame, CommandId,
    ConversationAct, ConversationId, Cursor, Envelope, Hello, MeAct, RelayFrame, ResolutionAct,
    Resume, Role, Secret, Seq, SiteId, Staff, StaffCommand, StaffCredential, StaffRow, Status,
    UnixMillis, VERSION, Visitor, VisitorCommand, VisitorCredential,
};
use heard_relay::store::sqlite::SqliteStore;
use heard_relay::store::{Edit, Fact, Listener, NewAgent, Request, SiteRecord, Store};

use crate::wire::Wire;

const SITE: SiteId = SiteId::from_bits(1);
/// What visitors write: about as long as people's messages are.
pub(crate) const TEXT_BYTES: usize = 110;

/// The site everything happens on.
pub(crate) const fn site() -> SiteId {
    SITE
}

/// Whom nothing has to be told.
pub(crate) struct Deaf;

impl Listener for Deaf {
    fn committed(&self, _facts: Vec<Fact>) {}
}

/// A data file in a temporary folder.
pub(crate) struct Desk {
    _folder: tempfile::TempDir,
    pub(crate) data: PathBuf,
    agents: usize,
}

fn token(agent: usize) -> Secret {
    Secret(format!("bench-agent-{agent:032}"))
}

impl Desk {
    /// Makes the file, with so many agents of endless capacity.
    pub(crate) async fn set_up(agents: usize) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("heard-bench")
            .tempdir_in(scratch())?;
        let data = folder.path().join("heard.db");
        let store = SqliteStore::open(&data, Arc::new(Deaf))?;
        store
            .execute(Request::PutSite(
                SiteRecord {
                    id: SITE,
                    name: "Bench".to_owned(),
                    origins: Vec::new(),
                    calls: std::sync::Arc::default(),
                    policy: heard_desk::Policy::default(),
                },
                Edit::default(),
            ))
            .await?;
        for n in 0..agents {
            let id = AgentId::from_bits(n as u128 + 1);
            let card = AgentCard {
                id,
                name: format!("Agent {n}"),
                kind: AgentKind::Bot,
            };
            let agent = NewAgent {
                card,
                site: SITE,
                email: format!("{n}@bench.example"),
                password_hash: String::new(),
                capacity: u16::MAX,
            };
            store
                .execute(Request::PutAgent(agent, Edit::default()))
                .await?;
            let token_hash = heard_relay::auth::hash_token(&token(n));
            let expires_at = UnixMillis(u64::try_from(i64::MAX).unwrap_or(u64::MAX));
            store
                .execute(Request::SignIn {
                    agent: id,
                    token_hash,
                    expires_at,
                })
                .await?;
        }
        Ok(Self {
            _folder: folder,
            data,
            agents,
        })
    }

    /// Brings every agent to the desk.
    pub(crate) async fn agents(&self, server: SocketAddr) -> anyhow::Result<Vec<Agent>> {
        let mut agents = Vec::new();
        for n in 0..self.agents {
            agents.push(Agent::open(server, n).await?);
        }
        Ok(agents)
    }
}

/// Where data files go: the build folder's disk, since a temporary folder in memory would make an
/// fsync free.
pub(crate) fn scratch() -> PathBuf {
    let exe = std::env::current_exe().unwrap_or_default();
    exe.parent()
        .map_or_else(std::env::temp_dir, std::path::Path::to_path_buf)
}

/// Makes ids that never repeat in this process.
pub(crate) fn new_id() -> CommandId {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    static RUN: std::sync::OnceLock<u128> = std::sync::OnceLock::new();
    let run = RUN.get_or_init(|| {
        use std::time::{SystemTime, UNIX_EPOCH};
        let nanos = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos());
        nanos << 64
    });
    CommandId::from_bits(run | u128::from(NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// A frame, written.
pub(crate) fn frame<R: Role>(frame: &ClientFrame<R>) -> anyhow::Result<Vec<u8>> {
    Ok(to_postcard(frame)?)
}

/// A visitor's message, written.
pub(crate) fn message(text: &str) -> anyhow::Result<Vec<u8>> {
    let command = VisitorCommand::Send {
        text: text.to_owned(),
    };
    frame(&ClientFrame::<Visitor>::Command(Envelope::new(
        new_id(),
        command,
    )))
}

/// A visitor at the other end of a wire.
pub(crate) struct Client {
    pub(crate) wire: Wire,
    pub(crate) token: Secret,
}

impl Client {
    /// Connects, greets, and is let in.
    pub(crate) async fn open(
        server: SocketAddr,
        from: Option<IpAddr>,
        token: Option<Secret>,
    ) -> anyhow::Result<Self> {
        Self::come(server, from, token, None).await
    }

    /// As [`open`](Self::open), and goes on reading where it left off.
    pub(crate) async fn come(
        server: SocketAddr,
        from: Option<IpAddr>,
        token: Option<Secret>,
        resume: Option<Resume>,
    ) -> anyhow::Result<Self> {
        let mut wire = Wire::open(server, from, Visitor::PATH, false).await?;
        let credential = VisitorCredential {
            site: SITE,
            token,
            locale: "en".to_owned(),
            page: None,
        };
        let hello = Hello {
            version: VERSION,
            credential,
            resume,
        };
        wire.send(&frame(&ClientFrame::<Visitor>::Hello(hello))?)
            .await?;
        match from_postcard::<RelayFrame<Visitor>>(wire.next().await?)? {
            RelayFrame::Welcome(welcome) => Ok(Self {
                wire,
                token: welcome.body.token,
            }),
            other => bail!("a welcome was due, not {other:?}"),
        }
    }

    /// Says something and waits until it is on disk.
    pub(crate) async fn say(&mut self, text: &str) -> anyhow::Result<()> {
        self.wire.send(&message(text)?).await?;
        self.acked().await
    }

    /// Waits for the next receipt.
    pub(crate) async fn acked(&mut self) -> anyhow::Result<()> {
        loop {
            // The first byte is the frame's kind, in the order of `RelayFrame`.
            match self.wire.next().await?.first() {
                Some(1) => return Ok(()),
                Some(2) => bail!("a message was refused"),
                _ => {}
            }
        }
    }

    /// Reads on until the end of the log is reached; the positions of what came, in the order it
    /// came.
    pub(crate) async fn catch_up(&mut self, end: Seq) -> anyhow::Result<Vec<Seq>> {
        let mut came = Vec::new();
        while came.last() != Some(&end) {
            if let RelayFrame::Entries { entries, .. } =
                from_postcard::<RelayFrame<Visitor>>(self.wire.next().await?)?
            {
                came.extend(entries.iter().map(|entry| entry.seq));
            }
        }
        Ok(came)
    }

    /// Asks whether the relay is there, and waits for the answer.
    pub(crate) async fn ping(&mut self) -> anyhow::Result<()> {
        self.wire
            .send(&frame(&ClientFrame::<Visitor>::Ping)?)
            .await?;
        while self.wire.next().await?.first() != Some(&7) {}
        Ok(())
    }
}

/// An agent at the other end of a wire: takes every offer and reads everything.
pub(crate) struct Agent {
    wire: Wire,
    id: AgentId,
    /// Whether conversations are resolved as soon as they are taken, rather than read.
    resolves: bool,
}

impl Agent {
    async fn open(server: SocketAddr, n: usize) -> anyhow::Result<Self> {
        let mut wire = Wire::open(server, None, Staff::PATH, false).await?;
        let credential = StaffCredential {
            token: Some(token(n)),
        };
        let hello = Hello {
            version: VERSION,
            credential,
            resume: None,
        };
        wire.send(&frame(&ClientFrame::<Staff>::Hello(hello))?)
            .await?;
        let RelayFrame::Welcome(welcome) = from_postcard::<RelayFrame<Staff>>(wire.next().await?)?
        else {
            bail!("a welcome was due");
        };
        let mut agent = Self {
            wire,
            id: welcome.body.my_id(),
            resolves: false,
        };
        let availability = Availability::Available;
        agent.command(StaffCommand::Me(MeAct::SetAvailability { availability }));
        agent.wire.flush().await?;
        Ok(agent)
    }

    fn command(&mut self, command: StaffCommand) {
        let envelope = Envelope::<Staff>::new(new_id(), command);
        if let Ok(bytes) = frame(&ClientFrame::Command(envelope)) {
            self.wire.put(&bytes);
        }
    }

    fn look(&mut self, status: &Status, conversation: ConversationId) {
        match status {
            // Whatever waits is taken; who comes second is told so, and that is fine.
            Status::Waiting { .. } => self.command(StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Accept),
            }),
            Status::Offered { to, .. } if *to == self.id => {
                self.command(StaffCommand::In {
                    conversation,
                    act: ConversationAct::Assignment(AssignmentAct::Accept),
                });
            }
            Status::Assigned { agent, .. } if *agent == self.id && self.resolves => {
                self.command(StaffCommand::In {
                    conversation,
                    act: ConversationAct::Resolution(ResolutionAct::Resolve),
                });
            }
            Status::Assigned { agent, .. } if *agent == self.id => {
                let follow = ClientFrame::<Staff>::Follow(Cursor {
                    conversation,
                    after: Seq::START,
                });
                if let Ok(bytes) = frame(&follow) {
                    self.wire.put(&bytes);
                }
            }
            Status::Offered { .. } | Status::Assigned { .. } | Status::Resolved { .. } => {}
        }
    }

    /// Takes and resolves conversations until so many are resolved.
    pub(crate) async fn resolve(mut self, count: usize) -> anyhow::Result<()> {
        self.resolves = true;
        let mut resolved = 0;
        while resolved < count {
            let next = self.wire.next().await.context("agent")?;
            if let RelayFrame::Rows { rows, .. } = from_postcard::<RelayFrame<Staff>>(next)? {
                for summary in rows.iter().filter_map(StaffRow::conversation) {
                    resolved += usize::from(matches!(summary.status, Status::Resolved { .. }));
                    self.look(&summary.status, summary.id);
                }
                self.wire.flush().await?;
            }
        }
        Ok(())
    }

    /// Reads on for ever, telling `seen` of every visitor's message.
    pub(crate) async fn read(mut self, mut seen: impl FnMut(&str)) -> anyhow::Result<()> {
        loop {
            let next = self.wire.next().await.context("agent")?;
            match from_postcard::<RelayFrame<Staff>>(next)? {
                RelayFrame::Entries { entries, .. } => {
                    for entry in &entries {
                        if let Some(text) = words(entry) {
                            seen(text);
                        }
                    }
                }
                RelayFrame::Rows { rows, .. } => {
                    for summary in rows.iter().filter_map(StaffRow::conversation) {
                        self.look(&summary.status, summary.id);
                    }
                    self.wire.flush().await?;
                }
                _ => {}
            }
        }
    }
}

fn words(entry: &heard_protocol::StaffEntry) -> Option<&str> {
    use heard_protocol::entry::EntryBody;
    match &entry.body {
        EntryBody::Public {
            body:
                heard_protocol::PublicBody::Message {
                    text,
                    author: heard_protocol::Author::Visitor,
                    ..
                },
            ..
        } => Some(text),
        _ => None,
    }
}
