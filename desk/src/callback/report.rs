//! What came of many calls, in figures.

use std::collections::BTreeMap;

use heard_protocol::{AgentId, CallReason, Disposition};
use serde::Serialize;

use super::life::{Callback, Ending, Stage};
use crate::voice::Voiced;

/// What came of some requests to be called by phone.
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
    /// The median time from when a call was due (asked for, or booked for) to when the first
    /// attempt began, in milliseconds; 0 if none began.
    pub first_call_ms: u64,
}

impl Figures {
    /// How many of a hundred that were to be called were reached: those that ended, less those that
    /// the visitor called off. `None` if there were none.
    pub fn reach_percent(&self) -> Option<u32> {
        let called = self.ended.checked_sub(self.cancelled)?;
        (self.reached * 100).checked_div(called)
    }
}

/// What came of some calls from page to page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Here {
    /// Visitors who called.
    pub asked: u32,
    /// Of these, those who were answered.
    pub answered: u32,
    /// The median time until they were, in milliseconds; 0 if none was.
    pub answer_ms: u64,
    /// For how long they talked, all together, in milliseconds.
    pub talked_ms: u64,
}

/// Either channel for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct OfReason {
    /// Requests to be called by phone.
    pub requests: u32,
    /// Of these, those in which they talked.
    pub reached: u32,
    /// Visitors who called from their page.
    pub asked: u32,
    /// Of these, those who were answered.
    pub answered: u32,
}

/// Either channel of one agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct OfAgent {
    /// Attempts by phone.
    pub attempts: u32,
    /// Of these, those in which they talked.
    pub reached: u32,
    /// Calls from a page that they answered, the last one to do so if it was handed over.
    pub answered: u32,
}

/// The figures of all, of each reason, of each agent, and of each outcome of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// By phone.
    pub all: Figures,
    /// From page to page.
    pub here: Here,
    /// By what it came of, as far as that was kept.
    pub reasons: BTreeMap<CallReason, OfReason>,
    /// By agent.
    pub agents: BTreeMap<AgentId, OfAgent>,
    /// How many attempts ended how.
    pub outcomes: Vec<(Disposition, u32)>,
}

/// Counts.
pub fn report<'a>(
    callbacks: impl IntoIterator<Item = &'a Callback>,
    calls: impl IntoIterator<Item = &'a Voiced>,
) -> Report {
    let mut report = Report::default();
    let mut waits = Vec::new();
    for callback in callbacks {
        count(&mut report, callback);
        if let Some(first) = callback.life.tries.first() {
            waits.push(first.since.since(wanted_at(callback)));
        }
    }
    report.all.first_call_ms = median(waits);
    let mut waits = Vec::new();
    for call in calls {
        let answered = u32::from(call.answered_at.is_some());
        report.here.asked += 1;
        report.here.answered += answered;
        report.here.talked_ms += call.talked_ms();
        waits.extend(call.answered_at.map(|at| at.since(call.asked_at)));
        let of_reason = report.reasons.entry(call.reason).or_default();
        of_reason.asked += 1;
        of_reason.answered += answered;
        if let Some(agent) = call.agent {
            report.agents.entry(agent).or_default().answered += 1;
        }
    }
    report.here.answer_ms = median(waits);
    report
        .outcomes
        .sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    report
}

fn count(report: &mut Report, callback: &Callback) {
    let all = &mut report.all;
    all.requests += 1;
    let mut reached = 0;
    if let Stage::Ended { how, .. } = &callback.life.stage {
        all.ended += 1;
        match how {
            Ending::Closed { disposition, .. } => {
                reached = u32::from(*disposition == Disposition::Answered);
            }
            Ending::Cancelled => all.cancelled += 1,
            Ending::Expired => all.expired += 1,
        }
    }
    all.reached += reached;
    if let Some(reason) = callback.life.reason {
        let of_reason = report.reasons.entry(reason).or_default();
        of_reason.requests += 1;
        of_reason.reached += reached;
    }
    for one in &callback.life.tries {
        all.attempts += 1;
        let of_agent = report.agents.entry(one.agent).or_default();
        of_agent.attempts += 1;
        of_agent.reached += u32::from(one.disposition == Disposition::Answered);
        let mut outcomes = report.outcomes.iter_mut();
        match outcomes.find(|(what, _)| *what == one.disposition) {
            Some((_, count)) => *count += 1,
            None => report.outcomes.push((one.disposition, 1)),
        }
    }
}

/// The middle one; 0 of none.
fn median(mut all: Vec<u64>) -> u64 {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or(0)
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
    use heard_protocol::{CallbackWhen, UnixMillis, VoiceEnding, VoiceId};

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
        answered.life.reason = Some(CallReason::Circles);
        let report = report(&[answered, cancelled, expired, open], &[]);
        let all = report.all;
        assert_eq!((all.requests, all.ended, all.reached), (4, 3, 1));
        assert_eq!((all.cancelled, all.expired, all.attempts), (1, 1, 2));
        assert_eq!(all.first_call_ms, 60_000);
        assert_eq!(all.reach_percent(), Some(50));
        let by = |number| {
            (
                report.agents[&agent(number)].attempts,
                report.agents[&agent(number)].reached,
            )
        };
        assert_eq!((by(1), by(2)), ((1, 0), (1, 1)));
        let circles = report.reasons[&CallReason::Circles];
        assert_eq!((circles.requests, circles.reached), (1, 1));
        assert_eq!(Figures::default().reach_percent(), None);
    }

    #[test]
    fn calls_from_page_to_page() {
        let call = |number, answered_at: Option<u64>| Voiced {
            call: VoiceId::from_bits(number),
            reason: CallReason::Visitor,
            asked_at: NOW,
            answered_at: answered_at.map(|after| NOW.plus(after)),
            agent: answered_at.map(|_| agent(1)),
            ended: Some((NOW.plus(90_000), VoiceEnding::Visitor)),
            summed: false,
        };
        let calls = [call(1, Some(4_000)), call(2, None), call(3, Some(6_000))];
        let report = report(&[], &calls);
        let here = report.here;
        assert_eq!((here.asked, here.answered), (3, 2));
        assert_eq!((here.answer_ms, here.talked_ms), (6_000, 170_000));
        let wishes = report.reasons[&CallReason::Visitor];
        assert_eq!((wishes.asked, wishes.answered), (3, 2));
        assert_eq!(report.agents[&agent(1)].answered, 2);
    }
}
