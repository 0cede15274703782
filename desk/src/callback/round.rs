//! Who is asked to make which call.

use std::collections::{BTreeMap, BTreeSet};

use heard_protocol::{AgentId, CallbackId, UnixMillis};

use super::hours::after_quiet;
use super::life::{Callback, Stage};
use super::policy::CallPolicy;
use crate::skill::Skills;

/// For how long an agent who let a call ring out, or turned it down, is not asked for it again, in
/// milliseconds; twice as long after the second time, and so on.
const PASS_MS: u64 = 5 * 60_000;

/// An agent as calls see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub id: AgentId,
    /// Whether they take new work, by their own word, and have room for it.
    pub free: bool,
    /// Whether calls ring for them.
    pub takes: bool,
    /// Since when none of their sockets has been open; `None` while one is.
    pub gone_since: Option<UnixMillis>,
    /// When they last made a call.
    pub called_at: UnixMillis,
    /// What they are good at.
    pub skills: Skills,
}

/// One step of a round, to be carried out on the request it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallMove {
    /// [`Callback::ring`].
    Ring {
        /// Which.
        callback: CallbackId,
        /// For whom.
        agent: AgentId,
        /// Until when.
        until: UnixMillis,
    },
    /// [`Callback::miss`].
    Miss(CallbackId),
    /// [`Callback::release`].
    Release(CallbackId),
    /// [`Callback::lapse`].
    Lapse(CallbackId),
    /// [`Callback::expire`].
    Expire(CallbackId),
}

impl CallMove {
    /// The request it is about.
    pub const fn callback(&self) -> CallbackId {
        match self {
            Self::Ring { callback, .. } => *callback,
            Self::Miss(id) | Self::Release(id) | Self::Lapse(id) | Self::Expire(id) => *id,
        }
    }
}

/// What follows from a look at a site's calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallRound {
    /// The steps, in order; at most one for each request.
    pub moves: Vec<CallMove>,
    /// When time alone will change the answer, if it will.
    pub wake_at: Option<UnixMillis>,
}

impl CallRound {
    fn wake(&mut self, at: UnixMillis) {
        self.wake_at = Some(self.wake_at.map_or(at, |earlier| earlier.min(at)));
    }
}

/// Looks at a site's calls: takes back what nobody takes, gives up what came to nothing, and lets
/// the calls that are due ring, the longest due first, for the agent who has not called for
/// longest. Nobody is rung for two calls at once, and none is made in the visitor's quiet hours.
///
/// Of those who are free, one who has what the call takes is rung. While somebody has it and only
/// is not free, the call waits for them, as long as the site's patience goes; then it is anybody's.
///
/// `grace_ms` is how long an agent may be disconnected before what is theirs goes to others.
pub fn round(
    open: &[Callback],
    callers: &[Caller],
    policy: &CallPolicy,
    grace_ms: u64,
    now: UnixMillis,
) -> CallRound {
    let mut round = CallRound::default();
    let mut busy = BTreeSet::new();
    let mut due = Vec::new();
    for callback in open {
        if let Some(agent) = held(callback, callers, grace_ms, now, &mut round) {
            busy.insert(agent);
        }
        if callback.life.stage == Stage::Waiting {
            if callback.life.expires <= now {
                round.moves.push(CallMove::Expire(callback.id));
                continue;
            }
            round.wake(callback.life.expires);
            let start = after_quiet(policy, callback.zone(), callback.life.due.max(now));
            if start > now {
                round.wake(start);
            } else {
                due.push(callback);
            }
        }
    }
    due.sort_by_key(|one| (one.life.due, one.requested_at, one.id));
    let mut free: BTreeSet<(UnixMillis, AgentId)> = callers
        .iter()
        .filter(|one| one.free && one.takes && one.gone_since.is_none() && !busy.contains(&one.id))
        .map(|one| (one.called_at, one.id))
        .collect();
    let until = now.plus(u64::from(policy.ring_agent_s) * 1_000);
    let patience = u64::from(policy.patience_minutes) * 60_000;
    let skills: BTreeMap<AgentId, &Skills> =
        callers.iter().map(|one| (one.id, &one.skills)).collect();
    for callback in due {
        let asked = |&(_, agent): &(UnixMillis, AgentId)| blocked_until(callback, agent);
        let may = |one: &&(UnixMillis, AgentId)| asked(one).is_none_or(|until| until <= now);
        let has = |skills: &Skills| skills.meet(&callback.life.needs);
        let able = |agent: &AgentId| skills.get(agent).is_some_and(|it| has(it));
        let mut next = free.iter().filter(may).find(|one| able(&one.1)).copied();
        let patient = callback.life.due.plus(patience);
        let mut team = callers.iter();
        let mut somebody = || team.any(|one| one.takes && has(&one.skills));
        if next.is_none() && (patient <= now || !somebody()) {
            next = free.iter().find(may).copied();
        } else if next.is_none() {
            round.wake(patient);
        }
        if let Some(one) = next {
            free.remove(&one);
            round.moves.push(CallMove::Ring {
                callback: callback.id,
                agent: one.1,
                until,
            });
            round.wake(until);
        } else if let Some(at) = free.iter().filter_map(asked).min() {
            round.wake(at);
        }
    }
    round
}

/// The agent who has a request and keeps it. What is taken back is written into the round.
fn held(
    callback: &Callback,
    callers: &[Caller],
    grace_ms: u64,
    now: UnixMillis,
    round: &mut CallRound,
) -> Option<AgentId> {
    let agent = callback.life.agent()?;
    let gone = match callers.iter().find(|one| one.id == agent) {
        Some(one) => one.gone_since,
        // Somebody who left the team is gone for good.
        None => Some(UnixMillis(0)),
    };
    match callback.life.stage {
        Stage::Ringing { until, .. } => {
            if until <= now {
                round.moves.push(CallMove::Miss(callback.id));
                return None;
            }
            if gone.is_some() {
                round.moves.push(CallMove::Release(callback.id));
                return None;
            }
            round.wake(until);
        }
        Stage::Calling { until: None, .. } => {
            let lost = gone.map(|since| since.plus(grace_ms));
            if lost.is_some_and(|at| at <= now) {
                round.moves.push(CallMove::Release(callback.id));
                return None;
            }
            if let Some(at) = lost {
                round.wake(at);
            }
        }
        // The call goes on without the agent's console; whatever dials says how it ends.
        Stage::Calling {
            until: Some(until), ..
        } => {
            if until <= now {
                round.moves.push(CallMove::Lapse(callback.id));
                return None;
            }
            round.wake(until);
        }
        Stage::Waiting | Stage::Ended { .. } => {}
    }
    Some(agent)
}

/// Until when an agent is not asked for a call again; `None` if they never let it pass.
fn blocked_until(callback: &Callback, agent: AgentId) -> Option<UnixMillis> {
    let passed = callback.life.passed.iter().filter(|(who, _)| *who == agent);
    let times = u64::try_from(passed.clone().count()).unwrap_or(u64::MAX);
    let last = passed.map(|(_, at)| *at).max()?;
    Some(last.plus(PASS_MS.saturating_mul(times)))
}

#[cfg(test)]
mod tests {
    use heard_protocol::CallbackWhen;

    use super::super::life::tests::{agent, booked};
    use super::*;
    use crate::skill::Level;

    /// 2026-11-25, 10:00 in UTC.
    const NOW: UnixMillis = UnixMillis(1_795_600_800_000);
    const GRACE: u64 = 60_000;

    fn caller(number: u128, called_at: u64) -> Caller {
        Caller {
            id: agent(number),
            free: true,
            takes: true,
            gone_since: None,
            called_at: UnixMillis(called_at),
            skills: Skills::default(),
        }
    }

    fn look(open: &[Callback], callers: &[Caller], now: UnixMillis) -> CallRound {
        round(open, callers, &CallPolicy::default(), GRACE, now)
    }

    fn rung(round: &CallRound) -> Vec<(CallbackId, AgentId)> {
        let rung = round.moves.iter().filter_map(|one| match one {
            CallMove::Ring {
                callback, agent, ..
            } => Some((*callback, *agent)),
            _ => None,
        });
        rung.collect()
    }

    #[test]
    fn the_longest_due_rings_for_whoever_has_not_called_for_longest() {
        let first = booked(1, CallbackWhen::Asap, NOW);
        let second = booked(2, CallbackWhen::Asap, NOW.plus(1));
        let callers = [caller(1, 500), caller(2, 100), caller(3, 900)];
        let round = look(&[second.clone(), first.clone()], &callers, NOW.plus(2));
        assert_eq!(rung(&round), [(first.id, agent(2)), (second.id, agent(1))]);
    }

    #[test]
    fn who_does_not_take_calls_is_not_rung() {
        let callback = [booked(1, CallbackWhen::Asap, NOW)];
        let but = |change: fn(&mut Caller)| {
            let mut one = caller(1, 0);
            change(&mut one);
            rung(&look(&callback, &[one], NOW)).len()
        };
        assert_eq!(but(|_| {}), 1);
        assert_eq!(but(|one| one.takes = false), 0);
        assert_eq!(but(|one| one.free = false), 0);
        assert_eq!(but(|one| one.gone_since = Some(NOW)), 0);
    }

    #[test]
    fn one_who_lets_it_ring_out_is_followed_by_the_next() {
        let mut callback = booked(1, CallbackWhen::Asap, NOW);
        let callers = [caller(1, 0), caller(2, 5)];
        callback.ring(agent(1), NOW.plus(25_000));
        let waiting = look(&[callback.clone()], &callers, NOW);
        assert_eq!(waiting.moves, []);
        assert_eq!(waiting.wake_at, Some(NOW.plus(25_000)));
        let late = NOW.plus(25_000);
        let missed = look(&[callback.clone()], &callers, late);
        assert_eq!(missed.moves, [CallMove::Miss(callback.id)]);
        callback.miss(late);
        assert_eq!(
            rung(&look(&[callback.clone()], &callers, late)),
            [(callback.id, agent(2))]
        );
        // With nobody else, the first is asked again, but not at once.
        let alone = look(&[callback.clone()], &callers[..1], late);
        assert_eq!(alone.moves, []);
        assert_eq!(alone.wake_at, Some(late.plus(PASS_MS)));
        let again = look(&[callback.clone()], &callers[..1], late.plus(PASS_MS));
        assert_eq!(rung(&again), [(callback.id, agent(1))]);
    }

    #[test]
    fn a_call_by_hand_goes_to_others_when_its_agent_is_gone() {
        let mut callback = booked(1, CallbackWhen::Asap, NOW);
        let card = super::super::life::tests::card(1);
        callback
            .take(&card, &CallPolicy::default(), &[], NOW)
            .unwrap();
        let mut away = caller(1, 0);
        away.gone_since = Some(NOW);
        let open = [callback];
        let early = look(&open, std::slice::from_ref(&away), NOW.plus(1));
        assert_eq!(
            (early.moves.len(), early.wake_at),
            (0, Some(NOW.plus(GRACE)))
        );
        let lost = look(&open, &[away], NOW.plus(GRACE));
        assert_eq!(lost.moves, [CallMove::Release(open[0].id)]);
    }

    #[test]
    fn one_who_has_what_it_takes_is_waited_for_but_not_for_ever() {
        let mut callback = booked(1, CallbackWhen::Asap, NOW);
        let needs: Level = "ru=2".parse().unwrap();
        callback.life.needs = vec![needs.clone()];
        let open = [callback];
        let mut callers = [caller(1, 0), caller(2, 5)];
        // Nobody will ever have it.
        assert_eq!(rung(&look(&open, &callers, NOW)), [(open[0].id, agent(1))]);
        callers[1].skills = [needs].into_iter().collect();
        assert_eq!(rung(&look(&open, &callers, NOW)), [(open[0].id, agent(2))]);
        callers[1].free = false;
        let waits = look(&open, &callers, NOW);
        let patience = u64::from(CallPolicy::default().patience_minutes) * 60_000;
        assert_eq!(
            (rung(&waits), waits.wake_at),
            (vec![], Some(NOW.plus(patience)))
        );
        let late = look(&open, &callers, NOW.plus(patience));
        assert_eq!(rung(&late), [(open[0].id, agent(1))]);
    }

    #[test]
    fn at_night_it_waits_for_the_morning() {
        let night = NOW.plus(11 * 3_600_000);
        let callback = booked(1, CallbackWhen::Asap, night);
        let round = look(&[callback], &[caller(1, 0)], night);
        assert_eq!(round.moves, []);
        assert_eq!(round.wake_at, Some(NOW.plus(22 * 3_600_000)));
    }
}
