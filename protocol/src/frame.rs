//! The messages of a socket.
//!
//! A client's first frame is [`ClientFrame::Hello`]; the relay answers with [`RelayFrame::Welcome`]
//! or closes with a [`CloseCode`](crate::CloseCode). From there on either side speaks when it has
//! something to say.

use serde::{Deserialize, Serialize};

use crate::command::Receipt;
use crate::id::{CommandId, ConversationId};
use crate::refusal::Refusal;
use crate::role::Role;
use crate::time::{Epoch, Seq, UnixMillis};
use crate::wire::Wire;

/// How far a reader has come in one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Cursor {
    /// Which log.
    pub conversation: ConversationId,
    /// The last entry the reader has.
    pub after: Seq,
}

/// Where a returning client left off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Resume {
    /// The epoch its cursors belong to.
    pub epoch: Epoch,
    /// The logs it follows; at most [`MAX_CURSORS`](crate::limits::MAX_CURSORS).
    pub cursors: Vec<Cursor>,
}

impl Resume {
    /// Up to where the client has a log of this epoch: from its start if it says nothing of it.
    pub fn seen(&self, epoch: Epoch, conversation: ConversationId) -> Seq {
        self.cursors
            .iter()
            .find(|cursor| self.epoch == epoch && cursor.conversation == conversation)
            .map_or(Seq::START, |cursor| cursor.after)
    }
}

/// A client's first frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(bound = "")]
pub struct Hello<R: Role> {
    /// The [`VERSION`](crate::VERSION) the client was built with.
    pub version: u16,
    /// Who it is.
    pub credential: R::Credential,
    /// Where it left off, if it was here before.
    pub resume: Option<Resume>,
}

/// A command under the id its sender picked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(bound = "")]
pub struct Envelope<R: Role> {
    /// The id: the same on every retry.
    pub id: CommandId,
    /// What is asked for.
    pub command: R::Command,
    /// The sender's command before this one, if it was sent and not yet answered for good when this
    /// one was sent. The relay refuses this one for now
    /// ([`RefusalCode::Unavailable`](crate::RefusalCode::Unavailable)) unless that one is settled,
    /// whatever connection or node either came by: two sentences never swap places.
    #[serde(default)]
    pub after: Option<CommandId>,
}

impl<R: Role> Envelope<R> {
    /// A command that follows no other.
    pub const fn new(id: CommandId, command: R::Command) -> Self {
        Self {
            id,
            command,
            after: None,
        }
    }
}

/// From a client to the relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum ClientFrame<R: Role> {
    /// Who I am and where I left off. Exactly once, first.
    Hello(Hello<R>),
    /// Do this; answered by [`RelayFrame::Ack`] or [`RelayFrame::Refused`].
    Command(Envelope<R>),
    /// Send me this log after that position, and go on with it as it grows. Asking again re-reads:
    /// it fills a gap.
    Follow(Cursor),
    /// I no longer read this log.
    Unfollow {
        /// Which.
        conversation: ConversationId,
    },
    /// The person has seen everything up to this position of the *visitor's* log. Never goes back;
    /// said again on every connection.
    Read(Cursor),
    /// In passing.
    Signal(R::Signal),
    /// Are you there? Answered by [`RelayFrame::Pong`].
    Ping,
}

/// The relay's first frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(bound = "")]
pub struct Welcome<R: Role> {
    /// The version the relay will speak: the client's own.
    pub version: u16,
    /// The epoch of all positions on this connection. If it is not the one the client resumed with,
    /// the client's logs are of another life of the store: it forgets them and reads anew.
    pub epoch: Epoch,
    /// The relay's clock.
    pub now: UnixMillis,
    /// How long the relay waits for any frame before it takes the client for gone, in milliseconds.
    /// A client pings at a third of it.
    pub idle_ms: u32,
    /// What else this role is told.
    pub body: R::Welcome,
}

/// From the relay to a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum RelayFrame<R: Role> {
    /// You are in.
    Welcome(Box<Welcome<R>>),
    /// It is on disk.
    Ack {
        /// The command.
        id: CommandId,
        /// Where it went.
        receipt: Receipt,
    },
    /// It was not done.
    Refused {
        /// The command.
        id: CommandId,
        /// Why.
        refusal: Refusal,
    },
    /// The log goes on.
    Entries {
        /// Which log.
        conversation: ConversationId,
        /// Consecutive entries; at most
        /// [`MAX_ENTRIES_PER_FRAME`](crate::limits::MAX_ENTRIES_PER_FRAME).
        entries: Vec<R::Entry>,
        /// The end of the log as the relay knows it now. If the last entry's position is less, more
        /// is on its way.
        head: Seq,
    },
    /// A cursor pointed past the end of this log: it is not the log the client knew. Forget it and
    /// follow from the start.
    Reset {
        /// Which log.
        conversation: ConversationId,
    },
    /// Who has read how far, as positions of the *visitor's* log.
    Reads {
        /// Which log.
        conversation: ConversationId,
        /// The visitor.
        visitor: Seq,
        /// Staff.
        staff: Seq,
    },
    /// Rows of the lists that are new or changed, each to be put in the place of the row with its
    /// id.
    Rows {
        /// The rows; at most [`MAX_LIST_BYTES`](crate::limits::MAX_LIST_BYTES) of them.
        rows: Vec<R::Row>,
        /// With these the lists that a greeting began are complete: a row that the client has from
        /// before and was not sent since the greeting is gone.
        done: bool,
    },
    /// In passing.
    Notice(R::Notice),
    /// Here.
    Pong,
    /// There is no such log, or it is not the client's to read. It stops following it.
    NoSuchLog {
        /// Which log.
        conversation: ConversationId,
    },
}
