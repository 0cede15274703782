//! A relay small enough to be plainly right, for one agent's socket: logs in memory, every command
//! carried out once.

use std::collections::{BTreeMap, VecDeque};

use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, Author, ClientFrame, CommandId, ConversationAct, ConversationId,
    Cursor, Envelope, Epoch, Hello, LogEntry, PublicBody, Receipt, Refusal, RefusalCode,
    RelayFrame, Seq, SiteCard, SiteId, Staff, StaffCommand, StaffEntry, StaffWelcome, UnixMillis,
    VERSION, Welcome,
};

/// Small pages, so that one answer takes several frames.
const PAGE: usize = 3;

type Frame = RelayFrame<Staff>;

#[derive(Debug, Default)]
pub(crate) struct Relay {
    epoch: u32,
    logs: BTreeMap<ConversationId, Vec<StaffEntry>>,
    receipts: BTreeMap<CommandId, Receipt>,
    connection: Option<Connection>,
    /// How many commands to refuse for now, each with all that follows it.
    pub(crate) refusals: usize,
    /// How many live entries to forget to send.
    pub(crate) forgotten: usize,
}

#[derive(Debug, Default)]
struct Connection {
    out: VecDeque<Frame>,
    follows: Vec<ConversationId>,
    /// A command was refused for now: until it comes again, so is every other.
    refused: Option<CommandId>,
}

impl Relay {
    pub(crate) fn log(&self, conversation: ConversationId) -> &[StaffEntry] {
        self.logs.get(&conversation).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn accept(&mut self) {
        self.connection = Some(Connection::default());
    }

    pub(crate) fn is_free(&self) -> bool {
        self.connection.is_none()
    }

    pub(crate) fn hang_up(&mut self) {
        self.connection = None;
    }

    /// What it has to say next.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        self.connection.as_mut()?.out.pop_front()
    }

    pub(crate) fn hear(&mut self, frame: ClientFrame<Staff>) {
        match frame {
            ClientFrame::Hello(hello) => self.greet(hello),
            ClientFrame::Command(envelope) => self.command(&envelope),
            ClientFrame::Follow(cursor) => self.follow(cursor),
            ClientFrame::Ping => self.say(RelayFrame::Pong),
            ClientFrame::Unfollow { .. } | ClientFrame::Read(_) | ClientFrame::Signal(_) => {}
        }
    }

    /// Somebody else writes.
    pub(crate) fn write(&mut self, conversation: ConversationId, id: CommandId) {
        self.append(conversation, id);
    }

    /// The store is lost and comes back from a backup that has only the start of every log.
    pub(crate) fn restore(&mut self) {
        self.epoch += 1;
        self.connection = None;
        for log in self.logs.values_mut() {
            log.truncate(log.len() / 2);
        }
        let logs = self.logs.values();
        let kept: Vec<_> = logs.flatten().filter_map(LogEntry::command).collect();
        self.receipts.retain(|id, _| kept.contains(id));
    }

    /// Says again what the client has.
    pub(crate) fn repeat(&mut self) {
        let follows = self.connection.iter().flat_map(|it| it.follows.clone());
        for conversation in follows.collect::<Vec<_>>() {
            self.send_after(conversation, 0);
        }
    }

    fn say(&mut self, frame: Frame) {
        if let Some(connection) = &mut self.connection {
            connection.out.push_back(frame);
        }
    }

    fn greet(&mut self, hello: Hello<Staff>) {
        self.say(RelayFrame::Welcome(Box::new(Welcome {
            version: VERSION,
            epoch: Epoch(self.epoch),
            now: UnixMillis(0),
            idle_ms: 30_000,
            body: welcome(),
        })));
        if let Some(resume) = hello.resume {
            for cursor in resume.cursors {
                if resume.epoch == Epoch(self.epoch) {
                    self.follow(cursor);
                } else {
                    let conversation = cursor.conversation;
                    self.say(RelayFrame::Reset { conversation });
                }
            }
        }
    }

    fn follow(&mut self, cursor: Cursor) {
        let conversation = cursor.conversation;
        let after = usize::try_from(cursor.after.0).expect("a small log");
        if after > self.log(conversation).len() {
            return self.say(RelayFrame::Reset { conversation });
        }
        if let Some(connection) = &mut self.connection
            && !connection.follows.contains(&conversation)
        {
            connection.follows.push(conversation);
        }
        self.send_after(conversation, after);
    }

    fn send_after(&mut self, conversation: ConversationId, after: usize) {
        let log = self.log(conversation);
        let head = Seq(log.len() as u64);
        let pages: Vec<_> = log[after..].chunks(PAGE).map(<[_]>::to_vec).collect();
        for entries in pages {
            self.say(RelayFrame::Entries {
                conversation,
                entries,
                head,
            });
        }
    }

    fn command(&mut self, envelope: &Envelope<Staff>) {
        let id = envelope.id;
        let Some(connection) = &mut self.connection else {
            return;
        };
        let known = self.receipts.get(&id).copied();
        let refuses = connection.refused.is_some_and(|refused| refused != id);
        if known.is_none() && (refuses || self.refusals > 0) {
            if !refuses {
                self.refusals -= 1;
                connection.refused = Some(id);
            }
            let refusal = Refusal {
                code: RefusalCode::TooFast,
                retry_after_ms: 700,
            };
            return self.say(RelayFrame::Refused { id, refusal });
        }
        if !refuses {
            connection.refused = None;
        }
        let StaffCommand::In {
            conversation,
            act: ConversationAct::Send { .. },
        } = &envelope.command
        else {
            panic!("only messages are sent here");
        };
        let receipt = known.unwrap_or_else(|| self.append(*conversation, id));
        self.say(RelayFrame::Ack { id, receipt });
    }

    fn append(&mut self, conversation: ConversationId, id: CommandId) -> Receipt {
        let log = self.logs.entry(conversation).or_default();
        let seq = Seq(log.len() as u64 + 1);
        let entry = StaffEntry {
            seq,
            at: UnixMillis(seq.0),
            body: EntryBody::Public {
                position: seq,
                body: PublicBody::Message {
                    id,
                    author: Author::Visitor,
                    text: String::new(),
                },
            },
        };
        log.push(entry.clone());
        let receipt = Receipt {
            conversation: Some(conversation),
            seq,
            at: UnixMillis(seq.0),
        };
        self.receipts.insert(id, receipt);
        let follows = |it: &Connection| it.follows.contains(&conversation);
        if self.connection.as_ref().is_some_and(follows) {
            if self.forgotten > 0 {
                self.forgotten -= 1;
            } else {
                self.say(RelayFrame::Entries {
                    conversation,
                    entries: vec![entry],
                    head: seq,
                });
            }
        }
        receipt
    }
}

fn welcome() -> StaffWelcome {
    StaffWelcome {
        me: AgentCard {
            id: AgentId::from_bits(1),
            name: "Ada".into(),
            kind: AgentKind::Person,
        },
        site: SiteCard {
            id: SiteId::from_bits(1),
            name: "Shop".into(),
        },
    }
}
