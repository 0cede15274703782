//! What a session wants done.

use heard_protocol::{
    ClientFrame, CommandId, ConversationId, Envelope, NextMove, Receipt, Refusal, Role, Seq,
    UnixMillis, Welcome,
};

use super::input::SocketId;

/// What a session wants done, in the order given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect<R: Role> {
    /// Open a socket and tag everything it says with this number.
    Connect {
        /// The number.
        socket: SocketId,
    },
    /// Close a socket; whatever it still says is ignored.
    Disconnect {
        /// Which: always the one opened last.
        socket: SocketId,
    },
    /// Send a frame on the socket opened last.
    Transmit(ClientFrame<R>),
    /// Give [`Input::Timer`](crate::Input::Timer) at this moment, by the clock the inputs come
    /// with. Replaces the previous wake; a moment that has passed means at once.
    WakeAt(UnixMillis),
    /// Keep this command so that it survives the end of the program.
    Keep(Envelope<R>),
    /// Forget the kept copy of this command.
    Drop(CommandId),
    /// Tell the application.
    Update(Update<R>),
}

/// What the application is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update<R: Role> {
    /// The connection's state has changed.
    Link(LinkState),
    /// The relay's greeting: replaces everything known from notices and earlier greetings.
    Welcome(Box<Welcome<R>>),
    /// A log goes on: these follow, without a gap, what was told of it before.
    Entries {
        /// Which log.
        conversation: ConversationId,
        /// One or more consecutive entries.
        entries: Vec<R::Entry>,
        /// The end of the log as far as the relay has said; ahead of the last entry while more is
        /// on its way.
        head: Seq,
    },
    /// A log begins anew: forget what was told of it.
    Reset {
        /// Which log.
        conversation: ConversationId,
    },
    /// The relay has no such log, or not for this client. It is no longer followed; forget what was
    /// told of it.
    NoSuchLog {
        /// Which log.
        conversation: ConversationId,
    },
    /// A command is carried out and on disk.
    Sent {
        /// Which.
        id: CommandId,
        /// The proof.
        receipt: Receipt,
    },
    /// A command is refused for good and will not be sent again.
    Refused {
        /// Which.
        id: CommandId,
        /// Why. [`TooFast`](heard_protocol::RefusalCode::TooFast) here means that the outbox was
        /// full.
        refusal: Refusal,
    },
    /// A command is refused for now. It, and what was submitted after it, waits and is sent again
    /// without anybody's doing.
    Held {
        /// Which.
        id: CommandId,
        /// Why.
        refusal: Refusal,
        /// When it is sent again.
        until: UnixMillis,
    },
    /// Who has read how far, as positions of the visitor's log.
    Reads {
        /// Which log.
        conversation: ConversationId,
        /// The visitor.
        visitor: Seq,
        /// Staff.
        staff: Seq,
    },
    /// Rows of the lists that are new or changed.
    Rows {
        /// The rows.
        rows: Vec<R::Row>,
        /// The lists that the last greeting began are complete with these: a row from before that
        /// was not sent since is gone.
        done: bool,
    },
    /// In passing.
    Notice(R::Notice),
}

/// How a session stands with the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// Not started, or told to stop.
    Idle,
    /// A socket is being opened or waits for the greeting.
    Connecting {
        /// How many attempts have failed since the last good connection.
        attempt: u32,
    },
    /// Greeted; frames flow.
    Live,
    /// The connection is gone; the next attempt comes later.
    Waiting {
        /// When.
        retry_at: UnixMillis,
        /// How many attempts have failed since the last good connection; the moment to offer
        /// another way to reach the shop is when this grows.
        attempt: u32,
    },
    /// The machine says it has no network. The session goes on trying, quietly.
    Offline {
        /// How many attempts have failed since the last good connection.
        attempt: u32,
    },
    /// The relay has said that connecting again as before is of no use. `Reauthenticate` waits for
    /// [`Input::SetCredential`](crate::Input::SetCredential); any can be tried again with
    /// [`Input::RetryNow`](crate::Input::RetryNow). Never `Reconnect`.
    Stopped(NextMove),
}
