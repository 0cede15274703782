//! What came of many calls, in figures.

use std::collections::BTreeMap;

use heard_protocol::{AgentId, Disposition};
use serde::Serialize;

use super::life::{Callback, Ending, Stage};

/// What came of some requests to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Figures {
    /// Requests.
    pub requests: u32,
    /// Of these, those that are over.
    pub ended: u32,
    /// Of these, those in which they talked.
    pub reached: u32,
    /// Of these, those that the visitor called off.
    pub cancelled: u32,
    /// Of these, those that nobody made in time.
    pub expired: u32,
    /// Attempts, of all requests.
    pub attempts: u32,
    /// The median time from when a call was due (asked for, or booked for) to when the first attempt began, in milliseconds; 0 if none began.
    pub first_call_ms: u64,
}

impl Figures {
    /// How many of a hundred that were to be called were reached: those that ended, less those that the visitor called off. `None` if there were none.
    pub fn reach_percent(&self) -> Option<u32> {
        let called = self.ended.checked_sub(self.cancelled)?;
        (self.reached * 100).checked_div(called)
    }
}

/// The figures of all, of each agent (by the attempts they made), and of each outcome of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// All of them.
    pub all: Figures,
    /// Of each agent who made an attempt: attempts, and how many of them were answered.
    pub agents: BTreeMap<AgentId, (u32, u32)>,
    /// How many attempts ended how.
    pub outcomes: Vec<(Disposition, u32)>,
}

/// Counts.
pub fn report<'a>(callbacks: impl IntoIterator<Item = &'a Callback>) -> Report {
    let mut report = Report::default();
    let mut waits = Vec::new();
    for callback in callbacks {
        let all = &mut report.all;
        all.requests += 1;
        if let Stage::Ended { how, .. } = &callback.life.stage {
            all.ended += 1;
            match how {
                Ending::Closed { disposition, .. } => {
                    all.reached += u32::from(*disposition == Disposition::Answered);
                }
                Ending::Cancelled => all.cancelled += 1,
                Ending::Expired => all.expired += 1,
            }
        }
        if let Some(first) = callback.life.tries.first() {
            waits.push(first.since.since(wanted_at(callback)));
        }
        for one in &callback.life.tries {
            all.attempts += 1;
            let answered = one.disposition == Disposition::Answered;
            let of_agent = report.agents.entry(one.agent).or_default();
            of_agent.0 += 1;
            of_agent.1 += u32::from(answered);
            let outcome = report.outcomes.iter_mut();
            match outcome
                .into_iter()
                .find(|(what, _)| *what == one.disposition)
            {
                Some((_, count)) => *count += 1,
                None => report.outcomes.push((one.disposition, 1)),
            }
        }
    }
    waits.sort_unstable();
    report.all.first_call_ms = waits.get(waits.len() / 2).copied().unwrap_or(0);
    report
        .outcomes
        .sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    report
}

/// When the visitor expected the call first.
fn wanted_at(callback: &Callback) -> heard_protocol::UnixMillis {
    match callback.form.when {
        heard_protocol::CallbackWhen::At { at, .. } => at,
        heard_protocol::CallbackWhen::Asap | heard_protocol::CallbackWhen::Soon { .. } => {
            callback.requested_at
        }
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::{CallbackWhen, UnixMillis};

    use super::super::CallPolicy;
    use super::super::life::tests::{agent, booked, card};
    use super::*;

    /// 2026-11-25, 10:00 in UTC.
    const NOW: UnixMillis = UnixMillis(1_795_600_800_000);

    #[test]
    fn requests_attempts_and_who_was_reached() {
        let policy = CallPolicy::default();
        let mut answered = booked(1, CallbackWhen::Asap, NOW);
        answered
            .take(&card(1), &policy, &[], NOW.plus(60_000))
            .unwrap();
        answered
            .report(agent(1), Disposition::Busy, "", &policy, NOW.plus(61_000))
            .unwrap();
        answered
            .take(&card(2), &policy, &[], NOW.plus(400_000))
            .unwrap();
        answered
            .report(
                agent(2),
                Disposition::Answered,
                "",
                &policy,
                NOW.plus(500_000),
            )
            .unwrap();
        let mut cancelled = booked(2, CallbackWhen::Asap, NOW);
        cancelled.cancel(NOW).unwrap();
        let mut expired = booked(3, CallbackWhen::Asap, NOW);
        expired.expire(NOW);
        let open = booked(4, CallbackWhen::Asap, NOW);
        let report = report(&[answered, cancelled, expired, open]);
        let all = report.all;
        assert_eq!((all.requests, all.ended, all.reached), (4, 3, 1));
        assert_eq!((all.cancelled, all.expired, all.attempts), (1, 1, 2));
        assert_eq!(all.first_call_ms, 60_000);
        assert_eq!(all.reach_percent(), Some(50));
        assert_eq!(report.agents[&agent(1)], (1, 0));
        assert_eq!(report.agents[&agent(2)], (1, 1));
        assert_eq!(Figures::default().reach_percent(), None);
    }
}
