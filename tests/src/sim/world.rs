//! The simulated world: one clock, one queue of events, and whoever they happen to.

use std::collections::HashSet;

use heard_client::LinkState;
use heard_protocol::{CommandId, SiteId, Staff, UnixMillis, Visitor};
use heard_relay::store::sqlite::Engine;

use super::crowd::Crowd;
use super::event::{AtRelay, Event, On, Queue};
use super::part::Part;
use super::plan::Plan;
use super::record::Record;
use super::relay::Relay;
use super::{Mutant, Stats};
use crate::Rng;

/// When every run begins.
const DAWN: u64 = 1_760_000_000_000;
/// How long after the storm everything must have come to rest, in milliseconds.
const REST_WITHIN: u64 = 1_200_000;

/// Says what happens, if somebody wants to know.
macro_rules! say {
    ($world:expr, $($what:tt)+) => {
        if $world.aloud {
            eprintln!("{:>9} {}", $world.now - $world.dawn, format_args!($($what)+));
        }
    };
}
pub(super) use say;

/// Everything there is.
pub(super) struct World<'e> {
    pub(super) engine: &'e mut Engine,
    pub(super) now: u64,
    pub(super) dawn: u64,
    pub(super) rng: Rng,
    pub(super) plan: Plan,
    pub(super) queue: Queue,
    pub(super) site: SiteId,
    pub(super) visitors: Crowd<Visitor>,
    pub(super) staff: Crowd<Staff>,
    pub(super) relay: Relay,
    pub(super) record: Record,
    pub(super) stats: Stats,
    pub(super) mutant: Option<Mutant>,
    /// The ids that were sent before; for a client that draws new ones.
    pub(super) seen: HashSet<CommandId>,
    pub(super) healed: bool,
    /// Since when nobody has waited for anything.
    pub(super) calm_since: Option<u64>,
    pub(super) aloud: bool,
}

impl<'e> World<'e> {
    pub(super) fn new(
        seed: u64,
        engine: &'e mut Engine,
        mutant: Option<Mutant>,
        aloud: bool,
    ) -> Self {
        let mut rng = Rng::new(seed);
        let plan = Plan::draw(&mut rng);
        let site = SiteId::from_bits(rng.bits());
        let mut world = Self {
            engine,
            now: DAWN,
            dawn: DAWN,
            plan,
            rng,
            queue: Queue::default(),
            site,
            visitors: Crowd::default(),
            staff: Crowd::default(),
            relay: Relay::default(),
            record: Record::default(),
            stats: Stats::default(),
            mutant,
            seen: HashSet::new(),
            healed: false,
            calm_since: None,
            aloud,
        };
        say!(world, "seed {seed}: {:?}", world.plan);
        world.found();
        world.populate();
        world
    }

    /// Runs to the end: the storm, then until everything has come to rest.
    pub(super) fn run(&mut self) {
        let storm_ends = self.now + self.plan.storm_ms;
        self.queue.put(storm_ends, Event::Heal);
        self.queue.put(self.now, Event::Start);
        self.next_fault();
        // Within this time every connection shows whether it is alive, and looks for what it has
        // missed.
        let rest = self.plan.bounds.idle_ms * 2;
        while let Some((at, event)) = self.queue.pop() {
            self.now = self.now.max(at);
            self.happen(event);
            if !self.healed {
                continue;
            }
            if self.somebody_waits() {
                self.calm_since = None;
            } else {
                let since = *self.calm_since.get_or_insert(self.now);
                if self.now - since >= rest && self.queue.is_idle() {
                    return;
                }
            }
            if self.now > storm_ends + REST_WITHIN {
                self.record.odd("the world did not come to rest".to_owned());
                return;
            }
        }
    }

    fn somebody_waits(&self) -> bool {
        fn waits<S: Part>(crowd: &Crowd<S>, now: u64) -> bool {
            crowd.clients.iter().any(|client| {
                let asleep = client.asleep_until > now;
                asleep
                    || client.session.state() != LinkState::Live
                    || client.session.outbox().next().is_some()
            })
        }
        waits(&self.visitors, self.now) || waits(&self.staff, self.now)
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Visitor(on) => self.happen_to(on),
            Event::Staff(on) => self.happen_to(on),
            Event::Relay(life, at) => {
                if life == self.relay.life && self.relay.up {
                    match at {
                        AtRelay::Take => self.take_batch(),
                        AtRelay::Commit => self.commit(),
                        AtRelay::Answer(then, answer) => self.answer(then, answer.as_ref()),
                        AtRelay::Round(wake) => self.round(wake),
                        AtRelay::Sweep => self.sweep(),
                        AtRelay::SettlePresence(agent, waits) => {
                            self.settle_presence_again(agent, waits);
                        }
                    }
                }
            }
            Event::Start => self.start_relay(),
            Event::StoreWorks => self.relay.store_fails = false,
            Event::Fault => {
                if !self.healed {
                    self.break_something();
                    self.next_fault();
                }
            }
            Event::Heal => {
                say!(self, "the storm is over");
                self.healed = true;
                self.relay.store_fails = false;
                self.plan.mail_lost = 0;
                self.plan.mail_doubled = 0;
            }
        }
    }

    pub(super) fn happen_to<S: Part>(&mut self, on: On<S>) {
        match on {
            On::Opened(line) => self.opened::<S>(line),
            On::Closed(line, code) => self.closed::<S>(line, code),
            On::Arrived(line, frame) => self.arrived(line, *frame),
            On::Timer(client, number) => self.timer::<S>(client, number),
            On::Wake(client) => self.wake::<S>(client),
            On::Act(client) => self.act::<S>(client),
            On::Give(client, life, input) => {
                if S::crowd(self).clients[client].life == life {
                    self.give(client, *input);
                }
            }
            On::Ask(client, life, command) => {
                if S::crowd(self).clients[client].life == life {
                    self.submit::<S>(client, *command);
                }
            }
            On::Accepted(line) => self.accepted::<S>(line),
            On::Received(line, frame) => self.received(line, *frame),
            On::Gone(line) => self.gone::<S>(line),
            On::Greet(line, hello) => {
                if S::crowd(self).lines[line].relay.is_some() {
                    S::greet(self, line, hello);
                }
            }
            On::View(line) => {
                if S::crowd(self).lines[line].relay.is_some() {
                    S::view(self, line);
                }
            }
            On::Greeted(line, greeting) => self.greeted::<S>(line, greeting),
            On::Look(line, cursor) => self.look::<S>(line, cursor),
            On::LookForOwn(line) => self.look_for_own::<S>(line),
            On::Slice(line, conversation, slice) => {
                self.feed::<S>(line, heard_relay::socket::Input::Read(conversation, *slice));
            }
            On::Answered(line, id, answer) => {
                self.feed::<S>(line, heard_relay::socket::Input::Answered(id, answer));
            }
            On::Mail(line) => self.read_mail::<S>(line),
            On::Tick(line) => self.tick::<S>(line),
        }
    }

    /// Has something happen after so many milliseconds.
    pub(super) fn later<S: Part>(&mut self, after: u64, on: On<S>) {
        self.queue.put(self.now + after, S::event(on));
    }

    pub(super) fn moment(&self) -> UnixMillis {
        UnixMillis(self.now)
    }

    /// A short while inside one machine, in milliseconds.
    pub(super) fn blink(&mut self) -> u64 {
        if self.rng.chance(30) {
            self.rng.between(5, 80)
        } else {
            self.rng.between(0, 3)
        }
    }
}
