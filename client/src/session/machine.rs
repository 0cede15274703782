//! The session itself: what it holds, and which part of it takes which input.

use heard_protocol::{
    ClientFrame, ConversationId, Cursor, Envelope, Epoch, NextMove, RelayFrame, Resume, Seq,
    UnixMillis,
};

use super::backoff::Jitter;
use super::clock::{Clock, Tick};
use super::heartbeat::Heartbeat;
use super::logs::Logs;
use super::marks::Marks;
use super::outbox::Outbox;
use super::{ClientRole, Config, Effect, Input, Limits, LinkState, SocketId, Update};

/// A client's side of a conversation with the relay, across connections. See the
/// [module](crate::session).
#[derive(Debug)]
pub struct Session<R: ClientRole> {
    pub(super) credential: R::Credential,
    pub(super) limits: Limits,
    pub(super) clock: Clock,
    pub(super) jitter: Jitter,
    pub(super) phase: Phase,
    /// The socket asked for last; the current one unless the phase has none.
    pub(super) socket: SocketId,
    /// How many attempts have failed since the last good connection.
    pub(super) failures: u32,
    /// The machine has said that it has no network, and nothing has spoken against it since.
    pub(super) offline: bool,
    /// The state the application was told last.
    told: LinkState,
    /// The wake that was asked for last and has not come.
    armed: Option<Tick>,
    pub(super) epoch: Option<Epoch>,
    pub(super) logs: Logs,
    /// The conversations the greeting under way resumes.
    pub(super) resumed: Vec<ConversationId>,
    pub(super) marks: Marks,
    pub(super) outbox: Outbox<R>,
}

/// Where the session is in a connection's life.
#[derive(Debug)]
pub(super) enum Phase {
    Idle,
    Stopped(NextMove),
    Waiting { until: Tick },
    Opening { until: Tick },
    Greeting { until: Tick },
    Live(Live),
}

/// What is known of a live connection.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) since: Tick,
    pub(super) heartbeat: Heartbeat,
    /// When to look for logs that stand still behind their end; set while one is behind.
    pub(super) catch_up: Option<Tick>,
}

/// What is to be done, as it comes together.
pub(super) type Effects<R> = Vec<Effect<R>>;

impl<R: ClientRole> Session<R> {
    /// A session that has not started. The seed spreads the retries of many clients; it needs no
    /// secrecy.
    pub fn new(config: Config<R>, seed: u64) -> Self {
        let resume = config.resume.as_ref();
        Self {
            clock: Clock::default(),
            jitter: Jitter::new(seed),
            phase: Phase::Idle,
            socket: SocketId::default(),
            failures: 0,
            offline: false,
            told: LinkState::Idle,
            armed: None,
            epoch: resume.map(|resume| resume.epoch),
            logs: Logs::new(resume.map_or(&[], |resume| &resume.cursors)),
            resumed: Vec::new(),
            marks: Marks::default(),
            outbox: Outbox::new(config.outbox, config.limits.window),
            credential: config.credential,
            limits: config.limits,
        }
    }

    /// Takes what has happened and says what is to be done, in order. `now` is any clock that
    /// counts milliseconds; should it step back, the session goes on from where it was.
    pub fn handle(&mut self, input: Input<R>, now: UnixMillis) -> Vec<Effect<R>> {
        let mut out = Vec::new();
        let steady = self.clock.advance(now);
        if !steady || matches!(input, Input::Timer) {
            self.armed = None;
        }
        self.take(input, &mut out);
        self.do_what_is_due(&mut out);
        self.tell_link(&mut out);
        self.arm(&mut out);
        out
    }

    fn take(&mut self, input: Input<R>, out: &mut Effects<R>) {
        match input {
            Input::Start => self.start(out),
            Input::Stop => self.stop(out),
            Input::RetryNow => self.retry_now(out),
            Input::SetCredential(credential) => self.set_credential(credential, out),
            Input::Network { online } => self.network(online, out),
            Input::Visible => self.look_again(out),
            Input::Submit(envelope) => self.submit(envelope, out),
            Input::Cancel(id) => self.cancel(id, out),
            Input::Follow(conversation) => self.follow(conversation, out),
            Input::Unfollow(conversation) => self.unfollow(conversation, out),
            Input::Read(mark) => self.read(mark, out),
            Input::Signal(signal) => self.transmit(ClientFrame::Signal(signal), out),
            Input::Opened { socket } if self.is_current(socket) => self.opened(out),
            Input::Frame { socket, frame } if self.is_current(socket) => self.frame(frame, out),
            // A page that is loaded anew gets the program that goes with the relay.
            Input::Garbled { socket } if self.is_current(socket) => {
                self.hang_up(NextMove::Reload, out);
            }
            Input::Closed { socket, code } if self.is_current(socket) => self.closed(code),
            // What is due is done after any input. And what a socket says that was given up is
            // nobody's business.
            Input::Timer
            | Input::Opened { .. }
            | Input::Frame { .. }
            | Input::Garbled { .. }
            | Input::Closed { .. } => {}
        }
    }

    fn frame(&mut self, frame: RelayFrame<R>, out: &mut Effects<R>) {
        let now = self.clock.now();
        let frame = match (&mut self.phase, frame) {
            (Phase::Greeting { .. }, RelayFrame::Welcome(welcome)) => {
                return self.welcomed(welcome, out);
            }
            (Phase::Live(live), frame) => {
                live.heartbeat.heard(now);
                frame
            }
            // Nothing comes before the greeting.
            _ => return,
        };
        if self.offline {
            // The machine was wrong: something came.
            self.offline = false;
            self.tell_link(out);
        }
        match frame {
            RelayFrame::Ack { id, receipt } => self.acknowledged(id, receipt, out),
            RelayFrame::Refused { id, refusal } => self.refused(id, refusal, out),
            RelayFrame::Entries {
                conversation,
                entries,
                head,
            } => self.entries(conversation, entries, head, out),
            RelayFrame::Reset { conversation } => self.reset(conversation, out),
            RelayFrame::NoSuchLog { conversation } => self.no_such_log(conversation, out),
            RelayFrame::Reads {
                conversation,
                visitor,
                staff,
            } => out.push(Effect::Update(Update::Reads {
                conversation,
                visitor,
                staff,
            })),
            RelayFrame::Rows { rows, done } => {
                out.push(Effect::Update(Update::Rows { rows, done }));
            }
            RelayFrame::Notice(notice) => self.noticed(notice, out),
            RelayFrame::Welcome(_) | RelayFrame::Pong => {}
        }
    }

    /// Sends a frame if the connection is live; else it is lost.
    pub(super) fn transmit(&mut self, frame: ClientFrame<R>, out: &mut Effects<R>) {
        if let Phase::Live(live) = &mut self.phase {
            live.heartbeat.sent(self.clock.now());
            out.push(Effect::Transmit(frame));
        }
    }

    /// Tells the application how the connection stands, if that has changed.
    pub(super) fn tell_link(&mut self, out: &mut Effects<R>) {
        let state = self.link_state();
        if self.told != state {
            self.told = state;
            out.push(Effect::Update(Update::Link(state)));
        }
    }

    /// Asks to be woken when the next thing is due. A wake that comes too early is left as it is:
    /// most deadlines only move away, with every frame, and a timer is not worth setting again for
    /// each.
    fn arm(&mut self, out: &mut Effects<R>) {
        if let Some(deadline) = self.deadline()
            && self.armed.is_none_or(|armed| deadline < armed)
        {
            self.armed = Some(deadline);
            out.push(Effect::WakeAt(self.clock.outside(deadline)));
        }
    }

    /// How the session stands with the relay: the last [`LinkState`] that was told.
    pub fn state(&self) -> LinkState {
        self.told
    }

    /// How many attempts to connect have failed since the last good connection.
    pub fn attempt(&self) -> u32 {
        self.failures
    }

    /// How far the application has been told of a log, if the session follows it.
    pub fn cursor(&self, conversation: ConversationId) -> Option<Seq> {
        self.logs.get(conversation).map(|log| log.cursor().after)
    }

    /// Where the session is in every log it follows, to go on from in another life of the program;
    /// nothing before the first greeting.
    pub fn resume(&self) -> Option<Resume> {
        self.epoch.map(|epoch| Resume {
            epoch,
            cursors: self.cursors().collect(),
        })
    }

    pub(super) fn cursors(&self) -> impl Iterator<Item = Cursor> {
        self.logs.iter().map(super::logs::Log::cursor)
    }

    /// The commands that were not answered yet, in the order they were submitted.
    pub fn outbox(&self) -> impl Iterator<Item = &Envelope<R>> {
        self.outbox.iter()
    }

    /// Who the client says it is at the next greeting.
    pub fn credential(&self) -> &R::Credential {
        &self.credential
    }
}
