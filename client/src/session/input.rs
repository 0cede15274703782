//! What happens to a session.

use heard_protocol::{CommandId, ConversationId, Cursor, Envelope, RelayFrame, Role};

/// Which of the sockets a session has asked for, counted from 1. What a socket says after the
/// session has given it up is told apart by this number and ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SocketId(pub u32);

/// What happens to a session: on its socket, on the machine, or by the application's will.
#[derive(Debug, Clone)]
pub enum Input<R: Role> {
    /// Connect. Nothing happens if the session runs already.
    Start,
    /// A socket is open.
    Opened {
        /// Which.
        socket: SocketId,
    },
    /// A frame came.
    Frame {
        /// From which socket.
        socket: SocketId,
        /// What it says.
        frame: RelayFrame<R>,
    },
    /// Something came that is not a frame of this role: the relay speaks another version.
    Garbled {
        /// From which socket.
        socket: SocketId,
    },
    /// A socket is closed, or never opened.
    Closed {
        /// Which.
        socket: SocketId,
        /// The close code; 1006 when there was none.
        code: u16,
    },
    /// The moment of the last [`Effect::WakeAt`](crate::Effect::WakeAt) has come. Too early or too
    /// often does no harm.
    Timer,
    /// Send a command, now or when that becomes possible. One whose id is waiting already is
    /// ignored.
    Submit(Envelope<R>),
    /// Forget a command that was not answered yet. If it was sent before, the relay may have
    /// carried it out all the same.
    Cancel(CommandId),
    /// Read a log from its start, and go on with it as it grows.
    Follow(ConversationId),
    /// Stop reading a log and forget the place in it.
    Unfollow(ConversationId),
    /// The person has seen everything up to this position of the visitor's log. One that is not
    /// ahead of the last is ignored.
    Read(Cursor),
    /// Say something in passing; lost unless the session is live.
    Signal(R::Signal),
    /// The machine says whether it has a network.
    Network {
        /// It has.
        online: bool,
    },
    /// The person looks at the program again: a good moment to see whether the connection is still
    /// there.
    Visible,
    /// Be somebody else from the next greeting on; connects at once if the session has stopped to
    /// be re-authenticated.
    SetCredential(R::Credential),
    /// Connect now, cutting short any wait; a session that believes to be live checks whether it
    /// is. One that was not started, or told to stop, stays as it is.
    RetryNow,
    /// Hang up and stay so until the next [`Input::Start`]. Waiting commands go on waiting.
    Stop,
}
