//! A session under test, with short words for what is given to it and for what it does.

use heard_client::{ClientRole, Config, Effect, Input, LinkState, Session, SocketId, Update};
use heard_protocol::{
    AgentCard, AgentId, AgentKind, AssignmentTold, ClientFrame, CommandId, ContactId,
    ConversationId, Cursor, Envelope, Epoch, PublicBody, PublicEntry, Receipt, Refusal,
    RefusalCode, RelayFrame, Secret, Seq, SiteCard, SiteId, Staff, StaffCredential, StaffWelcome,
    UnixMillis, Visitor, VisitorCommand, VisitorCredential, VisitorWelcome, Welcome,
};

pub(crate) const IDLE_MS: u32 = 30_000;

/// A session, a clock, and the wake it has asked for.
pub(crate) struct Rig<R: ClientRole> {
    pub(crate) session: Session<R>,
    pub(crate) now: u64,
    pub(crate) wake: Option<u64>,
    pub(crate) socket: SocketId,
    pub(crate) epoch: u32,
}

pub(crate) fn visitor() -> Rig<Visitor> {
    Rig::new(Config::new(VisitorCredential {
        site: SiteId::from_bits(1),
        token: None,
        locale: String::new(),
        page: None,
    }))
}

pub(crate) fn staff() -> Rig<Staff> {
    Rig::new(Config::new(StaffCredential { token: None }))
}

impl<R: ClientRole> Rig<R> {
    pub(crate) fn new(config: Config<R>) -> Self {
        Self {
            session: Session::new(config, 1),
            now: 1_000_000,
            wake: None,
            socket: SocketId::default(),
            epoch: 1,
        }
    }

    pub(crate) fn give(&mut self, input: Input<R>) -> Vec<Effect<R>> {
        if matches!(input, Input::Timer) {
            self.wake = None;
        }
        let effects = self.session.handle(input, UnixMillis(self.now));
        for effect in &effects {
            match effect {
                Effect::Connect { socket } => self.socket = *socket,
                Effect::WakeAt(at) => self.wake = Some(at.0),
                _ => {}
            }
        }
        effects
    }

    pub(crate) fn hear(&mut self, frame: RelayFrame<R>) -> Vec<Effect<R>> {
        let socket = self.socket;
        self.give(Input::Frame { socket, frame })
    }

    pub(crate) fn opened(&mut self) -> Vec<Effect<R>> {
        let socket = self.socket;
        self.give(Input::Opened { socket })
    }

    pub(crate) fn close(&mut self, code: u16) -> Vec<Effect<R>> {
        let socket = self.socket;
        self.give(Input::Closed { socket, code })
    }

    /// Lets time pass, waking the session whenever it has asked for it.
    pub(crate) fn pass(&mut self, millis: u64) -> Vec<Effect<R>> {
        let end = self.now + millis;
        let mut effects = Vec::new();
        while let Some(wake) = self.wake.filter(|wake| *wake <= end) {
            self.now = self.now.max(wake);
            effects.extend(self.give(Input::Timer));
        }
        self.now = end;
        effects
    }

    /// Lets time pass on a live connection whose relay answers pings; what else the session did.
    pub(crate) fn stay(&mut self, millis: u64) -> Vec<Effect<R>> {
        let end = self.now + millis;
        let mut effects = Vec::new();
        while self.now < end {
            effects.extend(self.pass(1_000.min(end - self.now)));
            if effects.contains(&Effect::Transmit(ClientFrame::Ping)) {
                self.hear(RelayFrame::Pong);
                effects.retain(|effect| *effect != Effect::Transmit(ClientFrame::Ping));
            }
        }
        effects
    }

    /// Lets time pass until the next wake.
    pub(crate) fn wake(&mut self) -> Vec<Effect<R>> {
        self.now = self.now.max(self.wake.expect("a wake was asked for"));
        self.give(Input::Timer)
    }

    /// From waiting to a new socket.
    pub(crate) fn retry(&mut self) {
        let before = self.socket;
        while self.socket == before {
            self.wake();
        }
    }

    pub(crate) fn state(&self) -> LinkState {
        self.session.state()
    }
}

impl Rig<Visitor> {
    /// Starts (or goes on) until the session is live; everything the greeting brought about.
    pub(crate) fn go_live(&mut self) -> Vec<Effect<Visitor>> {
        self.go_live_in(None)
    }

    pub(crate) fn go_live_in(
        &mut self,
        conversation: Option<(ConversationId, Seq)>,
    ) -> Vec<Effect<Visitor>> {
        match self.state() {
            LinkState::Idle => drop(self.give(Input::Start)),
            LinkState::Waiting { .. } | LinkState::Offline { .. } => self.retry(),
            _ => {}
        }
        self.opened();
        self.welcomed(conversation)
    }

    pub(crate) fn welcomed(
        &mut self,
        conversation: Option<(ConversationId, Seq)>,
    ) -> Vec<Effect<Visitor>> {
        let body = VisitorWelcome {
            token: Secret("token".into()),
            contact: ContactId::from_bits(1),
            site: site(),
            conversation,
            staff_read: Seq::START,
            visitor_read: Seq::START,
            open: true,
        };
        let welcome = self.welcome(body);
        self.hear(welcome)
    }

    pub(crate) fn say(&mut self, id: u128) -> Vec<Effect<Visitor>> {
        self.give(Input::Submit(envelope(id)))
    }
}

impl Rig<Staff> {
    /// As the visitor's.
    pub(crate) fn go_live(&mut self) -> Vec<Effect<Staff>> {
        match self.state() {
            LinkState::Idle => drop(self.give(Input::Start)),
            LinkState::Waiting { .. } => self.retry(),
            _ => {}
        }
        self.opened();
        let body = StaffWelcome {
            me: AgentCard {
                id: AgentId::from_bits(1),
                name: "Ada".into(),
                kind: AgentKind::Person,
            },
            site: site(),
        };
        let welcome = self.welcome(body);
        self.hear(welcome)
    }
}

impl<R: ClientRole> Rig<R> {
    fn welcome(&self, body: R::Welcome) -> RelayFrame<R> {
        RelayFrame::Welcome(Box::new(Welcome {
            version: heard_protocol::VERSION,
            epoch: Epoch(self.epoch),
            now: UnixMillis(self.now),
            idle_ms: IDLE_MS,
            body,
        }))
    }
}

fn site() -> SiteCard {
    SiteCard {
        id: SiteId::from_bits(1),
        name: "Shop".into(),
    }
}

pub(crate) fn conversation(id: u128) -> ConversationId {
    ConversationId::from_bits(id)
}

pub(crate) fn cursor(id: u128, after: u64) -> Cursor {
    Cursor {
        conversation: conversation(id),
        after: Seq(after),
    }
}

pub(crate) fn command(id: u128) -> CommandId {
    CommandId::from_bits(id)
}

pub(crate) fn envelope(id: u128) -> Envelope<Visitor> {
    Envelope::new(
        command(id),
        VisitorCommand::Send {
            text: format!("message {id}"),
        },
    )
}

pub(crate) fn entry(seq: u64) -> PublicEntry {
    PublicEntry {
        seq: Seq(seq),
        at: UnixMillis(seq),
        body: PublicBody::Assignment(AssignmentTold::Waiting),
    }
}

/// Entries of conversation `id`, with the end of the log at the last of them.
pub(crate) fn entries(id: u128, seqs: impl IntoIterator<Item = u64>) -> RelayFrame<Visitor> {
    let entries: Vec<_> = seqs.into_iter().map(entry).collect();
    RelayFrame::Entries {
        conversation: conversation(id),
        head: entries.last().map_or(Seq::START, |entry| entry.seq),
        entries,
    }
}

pub(crate) fn ack(id: u128) -> RelayFrame<Visitor> {
    RelayFrame::Ack {
        id: command(id),
        receipt: receipt(),
    }
}

pub(crate) fn receipt() -> Receipt {
    Receipt {
        conversation: Some(conversation(1)),
        seq: Seq(1),
        at: UnixMillis(1),
    }
}

pub(crate) fn refused(id: u128, code: RefusalCode, retry_after_ms: u32) -> RelayFrame<Visitor> {
    RelayFrame::Refused {
        id: command(id),
        refusal: Refusal {
            code,
            retry_after_ms,
        },
    }
}

/// The frames sent.
pub(crate) fn frames<R: ClientRole>(effects: &[Effect<R>]) -> Vec<ClientFrame<R>> {
    let frames = effects.iter().filter_map(|effect| match effect {
        Effect::Transmit(frame) => Some(frame.clone()),
        _ => None,
    });
    frames.collect()
}

/// The ids of the commands sent.
pub(crate) fn commands<R: ClientRole>(effects: &[Effect<R>]) -> Vec<CommandId> {
    let sent = frames(effects).into_iter().filter_map(|frame| match frame {
        ClientFrame::Command(envelope) => Some(envelope.id),
        _ => None,
    });
    sent.collect()
}

/// What the application was told.
pub(crate) fn updates<R: ClientRole>(effects: &[Effect<R>]) -> Vec<Update<R>> {
    let updates = effects.iter().filter_map(|effect| match effect {
        Effect::Update(update) => Some(update.clone()),
        _ => None,
    });
    updates.collect()
}

/// The positions the application was told of.
pub(crate) fn told(effects: &[Effect<Visitor>]) -> Vec<u64> {
    let entries = updates(effects)
        .into_iter()
        .flat_map(|update| match update {
            Update::Entries { entries, .. } => entries,
            _ => Vec::new(),
        });
    entries.map(|entry| entry.seq.0).collect()
}

pub(crate) fn connects<R: ClientRole>(effects: &[Effect<R>]) -> usize {
    let connects = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Connect { .. }));
    connects.count()
}

pub(crate) fn disconnects<R: ClientRole>(effects: &[Effect<R>]) -> usize {
    let disconnects = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Disconnect { .. }));
    disconnects.count()
}
