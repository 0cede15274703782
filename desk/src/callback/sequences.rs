//! Whatever happens, in whatever order: no request is forgotten, no call has two agents, no agent
//! two calls, and nobody is called at night.

use heard_protocol::{AgentId, CallLeg, CallbackForm, CallbackWhen, Disposition, UnixMillis};
use proptest::prelude::*;

use super::life::tests::{agent, asked, card, form};
use super::policy::Need;
use super::{CallMove, CallPolicy, Callback, Caller, Desk, DialEvent, Dialer, Stage, hours, round};
use crate::Skills;

const AGENTS: u128 = 3;
const GRACE_MS: u64 = 60_000;
/// 2026-03-28, 17:00 in UTC: the clocks of Berlin change in the night that follows.
const START: UnixMillis = UnixMillis(1_774_717_200_000);
const ZONES: [&str; 3] = ["Europe/Berlin", "America/New_York", ""];

#[derive(Debug, Clone)]
enum Step {
    Book(u8, u8),
    Move(u8, u8),
    Cancel(u8),
    Take(u8, u8),
    Decline(u8, u8),
    Report(u8, u8, Disposition),
    Close(u8, u8, Disposition),
    Dialled(u8, u16, DialEvent),
    Gone(u8),
    Back(u8),
    Later(u32),
}

fn disposition() -> impl Strategy<Value = Disposition> {
    prop_oneof![
        Just(Disposition::Answered),
        Just(Disposition::Busy),
        Just(Disposition::NoAnswer),
        Just(Disposition::Voicemail),
        Just(Disposition::WrongNumber),
        Just(Disposition::Refused),
        Just(Disposition::Technical),
    ]
}

fn event() -> impl Strategy<Value = DialEvent> {
    prop_oneof![
        Just(DialEvent::Leg(CallLeg::Agent)),
        Just(DialEvent::Leg(CallLeg::Visitor)),
        Just(DialEvent::Leg(CallLeg::Joined)),
        Just(DialEvent::NoAgent),
        disposition().prop_map(|disposition| DialEvent::Ended {
            disposition,
            talked_ms: 1_000,
        }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0..6_u8, 0..4_u8).prop_map(|(one, when)| Step::Book(one, when)),
        1 => (0..6_u8, 0..4_u8).prop_map(|(one, when)| Step::Move(one, when)),
        1 => (0..6_u8).prop_map(Step::Cancel),
        3 => (0..6_u8, 1..4_u8).prop_map(|(one, who)| Step::Take(one, who)),
        1 => (0..6_u8, 1..4_u8).prop_map(|(one, who)| Step::Decline(one, who)),
        2 => (0..6_u8, 1..4_u8, disposition()).prop_map(|(one, who, what)| Step::Report(one, who, what)),
        1 => (0..6_u8, 1..4_u8, disposition()).prop_map(|(one, who, what)| Step::Close(one, who, what)),
        2 => (0..6_u8, 0..4_u16, event()).prop_map(|(one, order, event)| Step::Dialled(one, order, event)),
        1 => (1..4_u8).prop_map(Step::Gone),
        1 => (1..4_u8).prop_map(Step::Back),
        3 => prop_oneof![1..120_u32, 600..30_000_u32].prop_map(Step::Later),
    ]
}

struct World {
    policy: CallPolicy,
    all: Vec<Callback>,
    callers: Vec<Caller>,
    now: UnixMillis,
    /// Who made which call when, for the night's sake.
    made: Vec<(String, UnixMillis)>,
}

impl World {
    fn new(dialer: Dialer) -> Self {
        let callers = (1..=AGENTS).map(|number| Caller {
            id: agent(number),
            free: true,
            takes: true,
            gone_since: None,
            called_at: UnixMillis(0),
            // One in three knows what every other call takes.
            skills: Skills::from_iter((number == 1).then(|| "ru=2".parse().expect("a level"))),
        });
        Self {
            policy: CallPolicy {
                zone: "Europe/Berlin".to_owned(),
                dialer,
                needs: vec![Need {
                    language: "ru".to_owned(),
                    page: String::new(),
                    skill: "ru".to_owned(),
                    level: 2,
                }],
                ..CallPolicy::default()
            },
            all: Vec::new(),
            callers: callers.collect(),
            now: START,
            made: Vec::new(),
        }
    }

    fn open(&self) -> Vec<Callback> {
        let open = self.all.iter().filter(|one| one.life.ended_at().is_none());
        open.cloned().collect()
    }

    fn when(&self, choice: u8) -> CallbackWhen {
        let zone = ZONES[usize::from(choice) % ZONES.len()].to_owned();
        match choice {
            0 => CallbackWhen::Asap,
            1 => CallbackWhen::Soon { zone },
            _ => {
                let slots = hours::slots(&self.policy, |_| 0, 48 * 3_600_000, self.now);
                let slot = slots.get(usize::from(choice) * 3);
                slot.map_or(CallbackWhen::Asap, |slot| CallbackWhen::At {
                    at: slot.at,
                    zone,
                })
            }
        }
    }

    fn book(&mut self, number: u8, form: &CallbackForm) {
        let open = self.open();
        let desk = Desk {
            policy: &self.policy,
            ahead_ms: 14 * 24 * 3_600_000,
            open: &open,
            lately: 0,
        };
        let bits = u128::from(number) + 10 * self.all.len() as u128;
        let mut asked = asked(bits, form);
        asked.language = if number.is_multiple_of(2) {
            "ru-RU"
        } else {
            "de"
        };
        if let Ok((booked, _)) = desk.book(&asked, self.now) {
            self.all.push(booked);
        }
    }

    /// Does it, if it can be done; what is refused changes nothing.
    fn step(&mut self, step: &Step) {
        let open = self.open();
        let (now, policy) = (self.now, self.policy.clone());
        let when = match step {
            Step::Book(_, when) | Step::Move(_, when) => Some(self.when(*when)),
            _ => None,
        };
        let one = match step {
            Step::Book(number, _) => {
                let form = form(&format!("+791234567{number:02}"), when.unwrap());
                return self.book(*number, &form);
            }
            Step::Gone(who) => return self.presence(*who, Some(now)),
            Step::Back(who) => return self.presence(*who, None),
            Step::Later(seconds) => {
                self.now = now.plus(u64::from(*seconds) * 1_000);
                return;
            }
            Step::Move(one, _)
            | Step::Cancel(one)
            | Step::Take(one, _)
            | Step::Decline(one, _)
            | Step::Report(one, ..)
            | Step::Close(one, ..)
            | Step::Dialled(one, ..) => usize::from(*one),
        };
        let Some(callback) = self.all.get_mut(one) else {
            return;
        };
        let before = callback.clone();
        let done = match step {
            Step::Move(..) => Desk {
                policy: &policy,
                ahead_ms: 14 * 24 * 3_600_000,
                open: &open,
                lately: 0,
            }
            .reschedule(callback, &when.unwrap(), now),
            Step::Cancel(_) => callback.cancel(now),
            Step::Take(_, who) => {
                let taken = callback.take(&card(u128::from(*who)), &policy, &open, now);
                if taken.is_ok() {
                    self.made.push((callback.zone().to_owned(), now));
                }
                taken
            }
            Step::Decline(_, who) => callback.decline(agent(u128::from(*who)), now),
            Step::Report(_, who, what) => {
                callback.report(agent(u128::from(*who)), *what, "", &policy, now)
            }
            Step::Close(_, who, what) => callback.close(agent(u128::from(*who)), *what, "", now),
            Step::Dialled(_, order, event) => callback.dialled(*order, *event, &policy, now),
            _ => unreachable!("dealt with above"),
        };
        if done.is_err() {
            assert_eq!(*callback, before, "a refusal changed something");
        }
    }

    fn presence(&mut self, who: u8, gone: Option<UnixMillis>) {
        let id: AgentId = agent(u128::from(who));
        let caller = self.callers.iter_mut().find(|one| one.id == id).unwrap();
        if caller.gone_since.is_none() != gone.is_none() {
            caller.gone_since = gone;
        }
    }

    /// Rounds until nothing moves; there must be an end to it.
    fn settle(&mut self) {
        for _ in 0..50 {
            let open = self.open();
            let round = round(&open, &self.callers, &self.policy, GRACE_MS, self.now);
            for step in &round.moves {
                let policy = self.policy.clone();
                let callback = self.all.iter_mut().find(|one| one.id == step.callback());
                let callback = callback.unwrap();
                match step {
                    CallMove::Ring { agent, until, .. } => {
                        self.made.push((callback.zone().to_owned(), self.now));
                        callback.ring(*agent, *until)
                    }
                    CallMove::Miss(_) => callback.miss(self.now),
                    CallMove::Release(_) => callback.release(),
                    CallMove::Lapse(_) => callback.lapse(&policy, self.now),
                    CallMove::Expire(_) => callback.expire(self.now),
                };
            }
            if round.moves.is_empty() {
                let forgotten = open.iter().any(|one| one.life.stage == Stage::Waiting);
                assert!(
                    !forgotten || round.wake_at.is_some(),
                    "a request waits and nothing will look at it"
                );
                return;
            }
        }
        panic!("the rounds never settle");
    }

    fn check(&self) {
        let open = self.open();
        let mut phones = Vec::new();
        let mut calling = Vec::new();
        for one in &open {
            phones.push(one.form.phone.clone());
            match one.life.stage {
                Stage::Calling { agent, .. } => calling.push(agent),
                Stage::Ringing { agent, .. } => {
                    let caller = self.callers.iter().find(|one| one.id == agent).unwrap();
                    assert_eq!(caller.gone_since, None, "it rings where nobody is");
                }
                Stage::Waiting | Stage::Ended { .. } => {}
            }
        }
        let count = phones.len();
        phones.sort_unstable();
        phones.dedup();
        assert_eq!(phones.len(), count, "a number has two open requests");
        let count = calling.len();
        calling.sort_unstable();
        calling.dedup();
        assert_eq!(calling.len(), count, "an agent makes two calls");
        let slots: Vec<_> = open.iter().filter_map(|one| one.life.slot).collect();
        for slot in &slots {
            let taken = slots.iter().filter(|one| *one == slot).count();
            assert!(taken <= usize::from(self.policy.per_slot), "overbooked");
        }
        for (zone, at) in &self.made {
            assert!(!hours::is_quiet(&self.policy, zone, *at), "called at night");
        }
    }
}

fn play(dialer: Dialer, steps: &[Step]) {
    let mut world = World::new(dialer);
    for step in steps {
        world.step(step);
        world.settle();
        world.check();
    }
    // Left alone for long enough, everything comes to an end.
    for _ in 0..600 {
        world.step(&Step::Later(1_800));
        world.settle();
        world.check();
        let held: Vec<_> = world
            .open()
            .iter()
            .filter_map(|one| match one.life.stage {
                Stage::Calling {
                    agent, until: None, ..
                } => Some(agent),
                _ => None,
            })
            .collect();
        // An agent who dials by hand ends what they do, or goes home.
        for who in held {
            let caller = world.callers.iter_mut().find(|one| one.id == who).unwrap();
            caller.gone_since = caller.gone_since.or(Some(world.now));
        }
    }
    assert_eq!(world.open(), [], "a request never ended");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_by_hand(steps in proptest::collection::vec(step(), 1..60)) {
        play(Dialer::Link, &steps);
    }

    #[test]
    fn whatever_happens_dialled(steps in proptest::collection::vec(step(), 1..60)) {
        play(Dialer::Sip, &steps);
    }
}
