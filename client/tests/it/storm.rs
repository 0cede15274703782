//! A session keeps its order through faults of the network, the relay and the machine: every
//! command is carried out once and in order, and every log is read once and in order.

use std::collections::{BTreeMap, VecDeque};

use heard_client::{Config, Effect, Input, LinkState, Session, SocketId, Update};
use heard_protocol::{
    ClientFrame, CommandId, ConversationAct, ConversationId, Envelope, LogEntry, Staff,
    StaffCommand, StaffCredential, UnixMillis,
};
use proptest::prelude::*;

use crate::model::Relay;

const CONVERSATIONS: u128 = 2;

/// Ids of what others write; what the client writes has smaller ones.
const OTHERS: u128 = 1 << 64;

#[derive(Debug, Clone)]
enum Step {
    /// The client writes.
    Submit(u128),
    /// Somebody else writes.
    Write(u128),
    /// So many frames arrive at the relay.
    Up(usize),
    /// So many frames arrive at the client.
    Down(usize),
    /// Time passes, in milliseconds.
    Pass(u64),
    /// The connection breaks and the client is told.
    Break,
    /// The connection breaks and nobody is told.
    GoDead,
    /// The relay refuses the next new command for now.
    Refuse,
    /// The relay forgets to send the next entry.
    Forget,
    /// The relay sends everything again.
    Repeat,
    /// The relay's store comes back from a backup.
    Restore,
    /// The program ends and starts again with what was kept.
    Reload,
    /// The person looks again.
    Look,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..CONVERSATIONS).prop_map(Step::Submit),
        4 => (0..CONVERSATIONS).prop_map(Step::Write),
        8 => (1..6_usize).prop_map(Step::Up),
        8 => (1..6_usize).prop_map(Step::Down),
        6 => (1..15_000_u64).prop_map(Step::Pass),
        1 => Just(Step::Break),
        1 => Just(Step::GoDead),
        2 => Just(Step::Refuse),
        2 => Just(Step::Forget),
        1 => Just(Step::Repeat),
        1 => Just(Step::Reload),
        1 => Just(Step::Look),
    ]
}

fn step_with_restores() -> impl Strategy<Value = Step> {
    prop_oneof![30 => step(), 1 => Just(Step::Restore)]
}

/// One client, one relay, and the network between them.
struct World {
    session: Session<Staff>,
    relay: Relay,
    now: u64,
    wake: Option<u64>,
    socket: SocketId,
    /// The client holds a socket.
    open: bool,
    /// Nothing crosses the network, and neither side knows.
    dead: bool,
    up: VecDeque<ClientFrame<Staff>>,
    submitted: Vec<CommandId>,
    written: u128,
    kept: Vec<Envelope<Staff>>,
    sent: Vec<CommandId>,
    /// What the application shows.
    shown: BTreeMap<ConversationId, Vec<CommandId>>,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            session: session(Vec::new()),
            relay: Relay::default(),
            now: 1_000,
            wake: None,
            socket: SocketId::default(),
            open: false,
            dead: false,
            up: VecDeque::new(),
            submitted: Vec::new(),
            written: 0,
            kept: Vec::new(),
            sent: Vec::new(),
            shown: BTreeMap::new(),
        };
        world.begin();
        world
    }

    fn begin(&mut self) {
        self.shown.clear();
        for conversation in 0..CONVERSATIONS {
            self.give(Input::Follow(ConversationId::from_bits(conversation)));
        }
        self.give(Input::Start);
    }

    fn give(&mut self, input: Input<Staff>) {
        if matches!(input, Input::Timer) {
            self.wake = None;
        }
        for effect in self.session.handle(input, UnixMillis(self.now)) {
            match effect {
                Effect::Connect { socket } => {
                    self.socket = socket;
                    self.cut();
                    self.open = true;
                }
                Effect::Disconnect { socket } => {
                    assert_eq!(socket, self.socket);
                    self.cut();
                }
                Effect::Transmit(frame) => self.up.push_back(frame),
                Effect::WakeAt(at) => self.wake = Some(at.0),
                Effect::Keep(envelope) => self.kept.push(envelope),
                Effect::Drop(id) => self.kept.retain(|kept| kept.id != id),
                Effect::Update(update) => self.tell(update),
            }
        }
    }

    fn tell(&mut self, update: Update<Staff>) {
        match update {
            Update::Entries {
                conversation,
                entries,
                ..
            } => {
                let shown = self.shown.entry(conversation).or_default();
                for entry in entries {
                    assert_eq!(entry.seq().0, shown.len() as u64 + 1, "once and in order");
                    shown.push(entry.command().expect("a message"));
                }
            }
            Update::Reset { conversation } => drop(self.shown.remove(&conversation)),
            Update::Sent { id, .. } => {
                assert!(!self.sent.contains(&id), "answered once");
                self.sent.push(id);
            }
            Update::Refused { id, refusal } => panic!("{id}: {refusal}"),
            _ => {}
        }
    }

    /// The connection is gone, with all that was on its way.
    fn cut(&mut self) {
        self.up.clear();
        self.relay.hang_up();
        self.open = false;
        self.dead = false;
    }

    fn connected(&mut self) {
        if self.open && matches!(self.session.state(), LinkState::Connecting { .. }) && !self.dead {
            // The session greets only once, so an `Opened` too many would be ignored; but the relay
            // is new to each socket.
            if self.up.is_empty() && self.relay.is_free() {
                self.relay.accept();
                self.give(Input::Opened {
                    socket: self.socket,
                });
            }
        }
    }

    fn up(&mut self) {
        self.connected();
        if !self.dead
            && let Some(frame) = self.up.pop_front()
        {
            self.relay.hear(frame);
        }
    }

    fn down(&mut self) {
        self.connected();
        if !self.dead
            && let Some(frame) = self.relay.next()
        {
            let socket = self.socket;
            self.give(Input::Frame { socket, frame });
        }
    }

    fn pass(&mut self, millis: u64) {
        let end = self.now + millis;
        while let Some(wake) = self.wake.filter(|wake| *wake <= end) {
            self.now = self.now.max(wake);
            self.give(Input::Timer);
        }
        self.now = end;
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Submit(conversation) => {
                let id = CommandId::from_bits(self.submitted.len() as u128 + 1);
                self.submitted.push(id);
                self.give(Input::Submit(Envelope::new(
                    id,
                    StaffCommand::In {
                        conversation: ConversationId::from_bits(conversation),
                        act: ConversationAct::Send {
                            text: String::new(),
                        },
                    },
                )));
            }
            Step::Write(conversation) => {
                self.written += 1;
                let id = CommandId::from_bits(OTHERS + self.written);
                self.relay
                    .write(ConversationId::from_bits(conversation), id);
            }
            Step::Up(count) => (0..count).for_each(|_| self.up()),
            Step::Down(count) => (0..count).for_each(|_| self.down()),
            Step::Pass(millis) => self.pass(millis),
            Step::Break => self.break_off(),
            Step::GoDead => self.dead = self.open,
            Step::Refuse => self.relay.refusals += 1,
            Step::Forget => self.relay.forgotten += 1,
            Step::Repeat => self.relay.repeat(),
            Step::Restore => {
                self.relay.restore();
                self.break_off();
            }
            Step::Reload => {
                self.cut();
                self.wake = None;
                self.session = session(self.kept.clone());
                self.begin();
            }
            Step::Look => self.give(Input::Visible),
        }
    }

    fn break_off(&mut self) {
        if self.open {
            self.cut();
            self.give(Input::Closed {
                socket: self.socket,
                code: 1006,
            });
        }
    }

    fn logs(&self) -> impl Iterator<Item = (ConversationId, Vec<CommandId>)> {
        (0..CONVERSATIONS).map(|id| {
            let conversation = ConversationId::from_bits(id);
            let log = self.relay.log(conversation);
            let ids = log.iter().filter_map(LogEntry::command).collect();
            (conversation, ids)
        })
    }

    fn is_settled(&self) -> bool {
        self.session.outbox().next().is_none()
            && self.session.state() == LinkState::Live
            && self
                .logs()
                .all(|(id, log)| self.shown.get(&id).map_or(&[][..], Vec::as_slice) == log)
    }

    /// Nothing goes wrong any more: in the time it takes to notice the last fault, everything comes
    /// right.
    fn settle(&mut self) {
        self.relay.refusals = 0;
        self.relay.forgotten = 0;
        // Makes the end of every log known, so that an entry forgotten last is missed.
        for conversation in 0..CONVERSATIONS {
            self.take(&Step::Write(conversation));
        }
        for _ in 0..600 {
            for _ in 0..200 {
                self.up();
                self.down();
            }
            if self.is_settled() {
                return;
            }
            self.pass(500);
        }
        panic!("after five minutes it has not come right");
    }
}

fn session(outbox: Vec<Envelope<Staff>>) -> Session<Staff> {
    let mut config = Config::new(StaffCredential { token: None });
    config.limits.window = 4;
    config.outbox = outbox;
    Session::new(config, 7)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_command_is_carried_out_once_and_in_order(
        steps in prop::collection::vec(step(), 1..200),
    ) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        world.settle();
        let mut sent = world.sent.clone();
        sent.sort_unstable();
        prop_assert_eq!(&sent, &world.submitted, "every command is answered once");
        prop_assert!(world.kept.is_empty());
        for (_, log) in world.logs() {
            let own: Vec<_> = log.into_iter().filter(|id| id < &CommandId::from_bits(OTHERS)).collect();
            prop_assert!(own.is_sorted(), "in the order they were submitted: {own:?}");
        }
        let count = world.logs().flat_map(|(_, log)| log).count() as u128;
        prop_assert_eq!(count, world.submitted.len() as u128 + world.written, "carried out once");
    }

    #[test]
    fn readers_follow_a_store_that_comes_back_from_a_backup(
        steps in prop::collection::vec(step_with_restores(), 1..200),
    ) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        world.settle();
    }
}
