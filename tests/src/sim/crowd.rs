//! The clients of one side and the lines they hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use heard_client::{IdSource, Session, SocketId};
use heard_protocol::{CommandId, ConversationId, Envelope, Hello, Secret, Seq};
use heard_relay::hub::Mailbox;
use heard_relay::socket::Peer;

use super::event::On;
use super::part::Part;
use crate::check::{Shown, Who};

/// Everybody of one side.
#[derive(Debug)]
pub(super) struct Crowd<S: Part> {
    pub(super) people: Vec<Person<S>>,
    pub(super) clients: Vec<Client<S>>,
    pub(super) lines: Vec<Line<S>>,
    pub(super) shown: Vec<Shown<S::Entry>>,
}

impl<S: Part> Default for Crowd<S> {
    fn default() -> Self {
        Self {
            people: Vec::new(),
            clients: Vec::new(),
            lines: Vec::new(),
            shown: Vec::new(),
        }
    }
}

/// Somebody at a machine: what all their tabs share.
#[derive(Debug)]
pub(super) struct Person<S: Part> {
    pub(super) name: String,
    pub(super) who: Option<Who>,
    pub(super) token: Option<Secret>,
    /// What the machine's storage keeps of the outboxes.
    pub(super) kept: BTreeMap<CommandId, Envelope<S>>,
    /// How far the machine's clock is ahead, in milliseconds.
    pub(super) ahead_ms: i64,
}

/// One tab or program.
#[derive(Debug)]
pub(super) struct Client<S: Part> {
    pub(super) name: String,
    pub(super) person: usize,
    pub(super) session: Session<S>,
    /// How often the program has been started.
    pub(super) life: u32,
    /// The life's own number among all of the run.
    pub(super) session_number: usize,
    pub(super) ids: IdSource,
    pub(super) said: u64,
    /// The line the session uses, and what it calls it.
    pub(super) line: Option<(SocketId, usize)>,
    /// The number of the timer that counts.
    pub(super) timer: u64,
    pub(super) asleep_until: u64,
    /// What has come while the machine slept.
    pub(super) missed: Vec<On<S>>,
    pub(super) offline_until: u64,
    /// Where in the history this client sends, and where each log that is followed is shown.
    pub(super) sender: usize,
    pub(super) shown: BTreeMap<ConversationId, usize>,
    /// How far the visitor and staff have read, as the application was told last.
    pub(super) marks: BTreeMap<ConversationId, (Seq, Seq)>,
    pub(super) screen: S::Screen,
}

/// One connection, with both ends and what lies between.
#[derive(Debug)]
pub(super) struct Line<S: Part> {
    pub(super) client: usize,
    pub(super) socket: SocketId,
    pub(super) open_at_client: bool,
    pub(super) to_relay: Lane,
    pub(super) to_client: Lane,
    pub(super) relay: Option<End<S>>,
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Lane {
    /// Nothing comes before what was sent before it.
    pub(super) last: u64,
    /// Nothing comes at all.
    pub(super) cut: bool,
}

/// The relay's end of a connection.
#[derive(Debug)]
pub(super) struct End<S: Part> {
    pub(super) peer: Peer<S>,
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) hello: Option<Box<Hello<S>>>,
    /// Its place in the hub, once it has one.
    pub(super) seat: Option<S::Identity>,
    pub(super) greeted: bool,
    pub(super) mail_is_coming: bool,
}
