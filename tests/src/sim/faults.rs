//! What can break.

use heard_client::Input;
use heard_protocol::{Staff, Visitor};

use super::event::{Event, On};
use super::line::NO_CLOSE_FRAME;
use super::part::Part;
use super::world::{World, say};

/// One way in which something breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A connection ends, what was under way is lost, and both ends learn of it.
    Reset,
    /// Only the client learns of it.
    ClientLearns,
    /// Only the relay learns of it.
    RelayLearns,
    /// Nobody does.
    NobodyLearns,
    /// Nothing reaches the relay any more, and nobody learns of it.
    DeafRelay,
    /// Nothing reaches the client any more, and nobody learns of it.
    DeafClient,
    /// A connection stands still for a while.
    Stall,
    /// A connection stands still, the client gives it up, and what it had sent still reaches the
    /// relay later.
    StallAndLeave,
    /// A page is loaded anew.
    Reload,
    /// A machine sleeps.
    Sleep,
    /// A machine has no network for a while.
    Offline,
    /// A machine says something about its network or its screen.
    Hint,
    /// A machine's clock is set.
    ClockStep,
    /// The relay is killed.
    Crash,
    /// The relay is stopped and started.
    Restart,
    /// The store cannot write for a while.
    StoreFails,
}

impl World<'_> {
    pub(super) fn next_fault(&mut self) {
        let longest = self.plan.fault_ms;
        if longest != u64::MAX {
            let pause = self.rng.between(1, longest);
            self.queue.put(self.now + pause, Event::Fault);
        }
    }

    pub(super) fn break_something(&mut self) {
        let Some(fault) = self.rng.weighed(&self.plan.faults) else {
            return;
        };
        self.stats.faults += 1;
        match fault {
            Fault::Crash if self.relay.up => self.crash(),
            Fault::Restart if self.relay.up => self.restart(),
            Fault::StoreFails => {
                say!(self, "the store cannot write");
                self.relay.store_fails = true;
                let long = self.rng.between(10, 4_000);
                self.queue.put(self.now + long, Event::StoreWorks);
            }
            Fault::Crash | Fault::Restart => {}
            other => {
                let all = self.visitors.clients.len() + self.staff.clients.len();
                if self.rng.place(all) < self.visitors.clients.len() {
                    self.break_one::<Visitor>(other);
                } else {
                    self.break_one::<Staff>(other);
                }
            }
        }
    }

    fn break_one<S: Part>(&mut self, fault: Fault) {
        let count = S::crowd(self).clients.len();
        let client = self.rng.place(count);
        if self.aloud {
            let name = self.client_name::<S>(client);
            say!(self, "{name}: {fault:?}");
        }
        match fault {
            Fault::Reload => self.reload::<S>(client),
            Fault::Sleep => {
                let long = self.rng.between(500, 90_000);
                let until = self.now + long;
                let one = &mut S::crowd(self).clients[client];
                one.asleep_until = one.asleep_until.max(until);
            }
            Fault::Offline => self.go_offline::<S>(client),
            Fault::Hint => {
                let online = self.rng.chance(600);
                self.give::<S>(client, Input::Network { online });
                self.give::<S>(client, Input::Visible);
            }
            Fault::ClockStep => {
                let step = i64::try_from(self.rng.between(0, 20_000)).unwrap_or(0) - 10_000;
                let crowd = S::crowd(self);
                let person = crowd.clients[client].person;
                crowd.people[person].ahead_ms += step;
            }
            _ => {
                let line = S::crowd(self).clients[client].line;
                if let Some((_, line)) = line {
                    self.break_line::<S>(fault, line);
                }
            }
        }
    }

    fn go_offline<S: Part>(&mut self, client: usize) {
        let long = self.rng.between(500, 30_000);
        let until = self.now + long;
        let one = &mut S::crowd(self).clients[client];
        one.offline_until = until;
        let life = one.life;
        if let Some((_, number)) = one.line {
            self.break_line::<S>(Fault::NobodyLearns, number);
        }
        // Some machines notice.
        if self.rng.chance(500) {
            self.give::<S>(client, Input::Network { online: false });
            let back = Box::new(Input::Network { online: true });
            self.later(long, On::<S>::Give(client, life, back));
        }
    }

    fn break_line<S: Part>(&mut self, fault: Fault, line: usize) {
        let (mut to_relay, mut to_client) = (true, true);
        match fault {
            Fault::Stall => {
                let long = self.rng.between(500, 9_000);
                let until = self.now + long;
                let one = &mut S::crowd(self).lines[line];
                one.to_relay.last = one.to_relay.last.max(until);
                one.to_client.last = one.to_client.last.max(until);
                return;
            }
            Fault::StallAndLeave => {
                let long = self.rng.between(1_000, 6_000);
                let until = self.now + long;
                let way = &mut S::crowd(self).lines[line].to_relay;
                way.last = way.last.max(until);
                let leave = self.rng.between(100, long);
                self.later(leave, On::<S>::Closed(line, NO_CLOSE_FRAME));
                return;
            }
            Fault::DeafRelay => to_client = false,
            Fault::DeafClient => to_relay = false,
            _ => self.stats.half_open += u64::from(fault != Fault::Reset),
        }
        let one = &mut S::crowd(self).lines[line];
        one.to_relay.cut |= to_relay;
        one.to_client.cut |= to_client;
        let soon = self.delay();
        if matches!(fault, Fault::Reset | Fault::ClientLearns) {
            self.later(soon, On::<S>::Closed(line, NO_CLOSE_FRAME));
        }
        if matches!(fault, Fault::Reset | Fault::RelayLearns) {
            self.later(soon, On::<S>::Gone(line));
        }
    }
}
