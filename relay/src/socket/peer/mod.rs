//! One connection's state, without its IO.
//!
//! [`Peer::handle`] takes what came (a frame, an answer from the store, mail from the hub, time)
//! and returns what to do. The socket's task does it; the simulation does it too, with thousands of
//! peers against one engine and no socket at all.
//!
//! Delivery is by cursor: for every log it follows, a peer knows how far the client has been sent.
//! An announcement that continues there is passed on; anything else makes it read the store from
//! the cursor. So an announcement may be lost, doubled or late; and since the last one before a
//! silence may be lost too, a peer looks at its logs by itself now and then.

mod live;
mod logs;

use heard_desk::pace::{Rate, Verdict};
use heard_protocol::limits::MAX_CURSORS;
use heard_protocol::{
    ClientFrame, CloseCode, CommandId, ConversationId, Cursor, Epoch, Hello, OLDEST_VERSION,
    RelayFrame, Resume, Seq, UnixMillis, VERSION, Welcome, Wire as _,
};

use self::live::Live;
#[cfg(test)]
pub(super) use self::live::MAX_SINCE_BYTES;
use super::side::Side;
use crate::hub::Mail;
use crate::store::{Answer, Head, LogSlice, Request, Unseen};

/// What came.
#[derive(Debug)]
pub enum Input<S: Side> {
    /// A frame from the client.
    Frame(ClientFrame<S>),
    /// The greeting was looked at: let them in, or not.
    Greeted(Result<Box<Greeting<S>>, CloseCode>),
    /// A write was carried out, or could not be (`None`).
    Answered(CommandId, Option<Answer>),
    /// A log was read; `None` if it is not there or not theirs.
    Read(ConversationId, Option<(Head, LogSlice<S::Entry>)>),
    /// The log this client follows unasked was looked up; none if there is none.
    Own(Option<Head>),
    /// The rows of this client's lists were read.
    Lists(Vec<S::Row>),
    /// A look into the store failed.
    Broken,
    /// From the hub.
    Mail(Mail),
    /// Time has passed.
    Tick,
}

/// What to do.
#[derive(Debug)]
pub enum Effect<S: Side> {
    /// Send a frame.
    Send(RelayFrame<S>),
    /// Find out who this is and what they see; answer with [`Input::Greeted`].
    Greet(Box<Hello<S>>),
    /// Carry a command out; answer with [`Input::Answered`].
    Command(CommandId, Request),
    /// Carry a write out that nobody waits for.
    Write(Request),
    /// Read a log after a cursor, if they may; answer with [`Input::Read`].
    Read(Cursor),
    /// Find out which log this client follows unasked; answer with [`Input::Own`].
    Own,
    /// Read the rows of this client's lists; answer with [`Input::Lists`].
    Lists,
    /// Have the hub send what concerns this conversation.
    Follow(ConversationId),
    /// Have the hub stop.
    Unfollow(ConversationId),
    /// Pass a signal on.
    Signal(S::Signal),
    /// Close the connection.
    Close(CloseCode),
}

/// A greeting that was accepted.
#[derive(Debug)]
pub struct Greeting<S: Side> {
    /// Who it is.
    pub identity: S::Identity,
    /// What they are told.
    pub welcome: S::Welcome,
    /// The rows of their lists.
    pub rows: Vec<S::Row>,
    /// The log this side follows unasked.
    pub own: Option<Head>,
    /// A piece of that log, if it was read already.
    pub unseen: Option<Unseen<S::Entry>>,
    /// The epoch of all positions.
    pub epoch: Epoch,
}

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How long it may take to greet, in milliseconds.
    pub hello_ms: u64,
    /// How long it may be silent, in milliseconds.
    pub idle_ms: u64,
    /// How often it looks for what no announcement has told of, in milliseconds.
    pub check_ms: u64,
    /// How fast it may talk.
    pub rate: Rate,
}

/// One connection's state.
#[derive(Debug)]
pub struct Peer<S: Side> {
    bounds: Bounds,
    heard_at: UnixMillis,
    /// The version of the wire that the client speaks.
    version: u16,
    phase: Phase<S>,
}

#[derive(Debug)]
enum Phase<S: Side> {
    /// Nothing has come yet.
    Silent,
    /// The greeting is being looked at.
    Greeting { resume: Option<Resume> },
    /// Let in.
    Live(Box<Live<S>>),
    /// Closed; whatever comes is ignored.
    Over,
}

impl<S: Side> Peer<S> {
    /// A connection that has just opened.
    pub fn new(bounds: Bounds, now: UnixMillis) -> Self {
        Self {
            bounds,
            heard_at: now,
            version: VERSION,
            phase: Phase::Silent,
        }
    }

    /// Who it is, once they were let in.
    pub fn identity(&self) -> Option<&S::Identity> {
        match &self.phase {
            Phase::Live(live) => Some(&live.identity),
            Phase::Silent | Phase::Greeting { .. } | Phase::Over => None,
        }
    }

    /// When [`Input::Tick`] is due next.
    pub fn due(&self) -> UnixMillis {
        let limit = match self.phase {
            Phase::Live(_) => self.bounds.idle_ms,
            Phase::Silent | Phase::Greeting { .. } | Phase::Over => self.bounds.hello_ms,
        };
        self.heard_at.plus(limit)
    }

    /// Whether the client may read this conversation, as far as is known.
    pub fn follows(&self, conversation: ConversationId) -> bool {
        match &self.phase {
            Phase::Live(live) => live.may_read(conversation),
            Phase::Silent | Phase::Greeting { .. } | Phase::Over => false,
        }
    }

    /// Takes what came; appends what to do.
    pub fn handle(&mut self, input: Input<S>, now: UnixMillis, out: &mut Vec<Effect<S>>) {
        let before = out.len();
        self.take(input, now, out);
        if self.version < VERSION {
            gate(self.version, before, out);
        }
    }

    fn take(&mut self, input: Input<S>, now: UnixMillis, out: &mut Vec<Effect<S>>) {
        match input {
            Input::Frame(frame) => self.frame(frame, now, out),
            Input::Greeted(Ok(greeting)) => self.let_in(*greeting, now, out),
            Input::Greeted(Err(code)) => self.close(code, out),
            Input::Broken => self.close(CloseCode::Internal, out),
            Input::Tick => self.tick(now, out),
            Input::Answered(id, answer) => {
                if let Phase::Live(live) = &mut self.phase {
                    live.answered(id, answer.as_ref(), out);
                }
            }
            Input::Read(conversation, slice) => {
                if let Phase::Live(live) = &mut self.phase {
                    live.slice(conversation, slice, out);
                }
            }
            Input::Own(own) => {
                if let (Phase::Live(live), Some(own)) = (&mut self.phase, own) {
                    live.own(&own, out);
                }
            }
            Input::Lists(rows) => {
                if let Phase::Live(live) = &mut self.phase {
                    live.listed(rows, out);
                }
            }
            Input::Mail(mail) => {
                if let Phase::Live(live) = &mut self.phase
                    && !live.mail(mail, out)
                {
                    self.close(CloseCode::Internal, out);
                }
            }
        }
    }

    /// Ends the connection from this side.
    pub fn close(&mut self, code: CloseCode, out: &mut Vec<Effect<S>>) {
        if !matches!(self.phase, Phase::Over) {
            self.phase = Phase::Over;
            out.push(Effect::Close(code));
        }
    }

    fn frame(&mut self, frame: ClientFrame<S>, now: UnixMillis, out: &mut Vec<Effect<S>>) {
        // Every client says something within this time, if only a ping.
        if let Phase::Live(live) = &mut self.phase {
            live.check_in_time(self.bounds.check_ms, now, out);
        }
        match (&mut self.phase, frame) {
            (Phase::Over, _) => {}
            (Phase::Silent, ClientFrame::Hello(hello)) => self.hello(hello, out),
            (Phase::Silent | Phase::Greeting { .. }, _) | (_, ClientFrame::Hello(_)) => {
                self.close(CloseCode::OutOfOrder, out);
            }
            (Phase::Live(live), ClientFrame::Command(envelope)) => {
                self.heard_at = now;
                if live.command(envelope, now, out) == Verdict::Flood {
                    self.close(CloseCode::Flooding, out);
                }
            }
            (Phase::Live(live), frame) => {
                self.heard_at = now;
                if live.chatters(now) {
                    self.close(CloseCode::Flooding, out);
                } else {
                    live.other(frame, out);
                }
            }
        }
    }

    fn hello(&mut self, hello: Hello<S>, out: &mut Vec<Effect<S>>) {
        if !(OLDEST_VERSION..=VERSION).contains(&hello.version) {
            self.close(CloseCode::Version, out);
        } else if hello
            .resume
            .as_ref()
            .is_some_and(|one| one.cursors.len() > MAX_CURSORS)
        {
            self.close(CloseCode::BadFrame, out);
        } else {
            self.version = hello.version;
            self.phase = Phase::Greeting {
                resume: hello.resume.clone(),
            };
            out.push(Effect::Greet(Box::new(hello)));
        }
    }

    fn let_in(&mut self, greeting: Greeting<S>, now: UnixMillis, out: &mut Vec<Effect<S>>) {
        let Phase::Greeting { resume } = &mut self.phase else {
            return;
        };
        let resume = resume.take();
        out.push(Effect::Send(RelayFrame::Welcome(Box::new(Welcome {
            version: self.version,
            epoch: greeting.epoch,
            now,
            idle_ms: u32::try_from(self.bounds.idle_ms).unwrap_or(u32::MAX),
            body: greeting.welcome,
        }))));
        if S::HAS_LISTS {
            live::send_rows(greeting.rows, true, out);
        }
        let mut live = Box::new(Live::new(greeting.identity, self.bounds.rate, now));
        if let Some(own) = greeting.own {
            let seen = |resume: &Resume| resume.seen(greeting.epoch, own.conversation);
            let after = resume.as_ref().map_or(Seq::START, seen);
            live.follow_known(&own, after, greeting.unseen, out);
        }
        let resume = resume.filter(|resume| resume.epoch == greeting.epoch);
        for cursor in resume.map(|resume| resume.cursors).unwrap_or_default() {
            if greeting
                .own
                .is_none_or(|own| own.conversation != cursor.conversation)
            {
                live.follow(cursor, out);
            }
        }
        self.heard_at = now;
        self.phase = Phase::Live(live);
    }

    fn tick(&mut self, now: UnixMillis, out: &mut Vec<Effect<S>>) {
        if now < self.due() {
            return;
        }
        match self.phase {
            Phase::Live(_) => self.close(CloseCode::Idle, out),
            Phase::Silent | Phase::Greeting { .. } => self.close(CloseCode::HelloTimeout, out),
            Phase::Over => {}
        }
    }
}

/// Puts the frames after the first `before` effects into the form that a client of `version` knows,
/// and leaves out those that have none.
fn gate<S: Side>(version: u16, before: usize, out: &mut Vec<Effect<S>>) {
    let fresh = out.split_off(before);
    out.extend(fresh.into_iter().filter_map(|effect| match effect {
        Effect::Send(frame) => frame.known_to(version).map(Effect::Send),
        other => Some(other),
    }));
}
