use heard_protocol::{
    AgentCard, AgentKind, CallbackProgress, CallbackWhen, CommandId, Consent, PublicBody,
    RefusalCode, WrapUpTold,
};

use super::events::LONGEST_TALK_MS;
use super::*;
use crate::callback::booking::{Asked, Desk};
use crate::callback::policy::{CallPolicy, Dialer};
use crate::conversation::Write;

/// 2026-11-25, 10:00 in UTC.
const NOW: UnixMillis = UnixMillis(1_795_600_800_000);

pub(in crate::callback) fn agent(number: u128) -> AgentId {
    AgentId::from_bits(number)
}

pub(in crate::callback) fn card(number: u128) -> AgentCard {
    AgentCard {
        id: agent(number),
        name: format!("Agent {number}"),
        kind: AgentKind::Person,
    }
}

pub(in crate::callback) fn form(phone: &str, when: CallbackWhen) -> CallbackForm {
    CallbackForm {
        phone: phone.to_owned(),
        name: " Саша ".to_owned(),
        topic: String::new(),
        when,
        consent: Consent {
            given: true,
            wording: "You may call me.".to_owned(),
        },
    }
}

pub(in crate::callback) fn asked(bits: u128, form: &CallbackForm) -> Asked<'_> {
    let id = CommandId::from_bits(bits);
    Asked {
        id: CallbackId::from_bytes(id.to_bytes()),
        site: SiteId::from_bits(1),
        contact: ContactId::from_bits(bits),
        conversation: None,
        form,
        language: "",
        page: "",
    }
}

/// A request that was taken then; its number ends in the last digits of `bits`.
pub(in crate::callback) fn booked(bits: u128, when: CallbackWhen, at: UnixMillis) -> Callback {
    let form = form(&format!("+7912345{:04}", bits % 10_000), when);
    let desk = Desk {
        policy: &CallPolicy::default(),
        ahead_ms: 14 * 24 * 3_600_000,
        open: &[],
        lately: 0,
    };
    desk.book(&asked(bits, &form), at).unwrap().0
}

fn dialled() -> CallPolicy {
    CallPolicy {
        dialer: Dialer::Sip,
        ..CallPolicy::default()
    }
}

fn calling(policy: &CallPolicy) -> Callback {
    let mut callback = booked(1, CallbackWhen::Asap, NOW);
    callback.take(&card(1), policy, &[], NOW).unwrap();
    callback
}

fn ended(callback: &Callback) -> Option<Disposition> {
    match &callback.life.stage {
        Stage::Ended {
            how: Ending::Closed { disposition, .. },
            ..
        } => Some(*disposition),
        _ => None,
    }
}

#[test]
fn an_answered_call_is_over_and_summed_up_in_the_chat() {
    let policy = CallPolicy::default();
    let mut callback = calling(&policy);
    let change = callback
        .report(
            agent(1),
            Disposition::Answered,
            " Sends a courier. ",
            &policy,
            NOW.plus(9),
        )
        .unwrap();
    assert_eq!(ended(&callback), Some(Disposition::Answered));
    let summed = PublicBody::WrapUp(WrapUpTold::Summed {
        agent: agent(1),
        text: "Sends a courier.".to_owned(),
    });
    assert_eq!(change.last(), Some(&Write::Public(summed)));
    assert_eq!(change.len(), 2);
}

#[test]
fn a_busy_line_is_tried_again_so_often_and_no_more() {
    let policy = CallPolicy::default();
    let mut callback = booked(1, CallbackWhen::Asap, NOW);
    let mut now = NOW;
    for attempt in 1..=policy.busy.attempts {
        assert_eq!(ended(&callback), None, "attempt {attempt}");
        callback.take(&card(1), &policy, &[], now).unwrap();
        callback
            .report(agent(1), Disposition::Busy, "", &policy, now)
            .unwrap();
        if attempt < policy.busy.attempts {
            assert_eq!(callback.life.due, now.plus(5 * MINUTE_MS));
        }
        now = now.plus(5 * MINUTE_MS);
    }
    assert_eq!(ended(&callback), Some(Disposition::Busy));
    assert_eq!(callback.life.tries.len(), 3);
}

#[test]
fn what_will_not_be_worth_it_is_not_tried_again() {
    let policy = CallPolicy::default();
    let mut callback = calling(&policy);
    callback.life.expires = NOW.plus(MINUTE_MS);
    callback
        .report(agent(1), Disposition::NoAnswer, "", &policy, NOW)
        .unwrap();
    assert_eq!(ended(&callback), Some(Disposition::NoAnswer));
}

#[test]
fn an_attempt_late_in_the_evening_is_repeated_in_the_morning() {
    let policy = CallPolicy::default();
    let evening = NOW.plus(10 * 60 * MINUTE_MS + 50 * MINUTE_MS);
    let mut callback = booked(1, CallbackWhen::Asap, evening);
    callback.take(&card(1), &policy, &[], evening).unwrap();
    callback
        .report(agent(1), Disposition::NoAnswer, "", &policy, evening)
        .unwrap();
    assert_eq!(callback.life.due, NOW.plus(22 * 60 * MINUTE_MS));
}

#[test]
fn nobody_calls_at_night() {
    let night = NOW.plus(12 * 60 * MINUTE_MS);
    let mut callback = booked(1, CallbackWhen::Asap, night);
    let taken = callback.take(&card(1), &CallPolicy::default(), &[], night);
    assert_eq!(taken, Err(RefusalCode::BadTime));
}

#[test]
fn one_call_has_one_agent_and_one_agent_one_call() {
    let policy = CallPolicy::default();
    let mut callback = calling(&policy);
    let second = callback.take(&card(2), &policy, &[], NOW);
    assert_eq!(second, Err(RefusalCode::AlreadyTaken));
    let mut other = booked(2, CallbackWhen::Asap, NOW);
    let open = [callback.clone(), other.clone()];
    let both = other.take(&card(1), &policy, &open, NOW);
    assert_eq!(both, Err(RefusalCode::WrongState));
    assert!(other.take(&card(2), &policy, &open, NOW).is_ok());
    let reported = callback.report(agent(2), Disposition::Busy, "", &policy, NOW);
    assert_eq!(reported, Err(RefusalCode::NotYours));
}

#[test]
fn a_ringing_call_is_taken_or_turned_down_by_whom_it_rings_for() {
    let policy = CallPolicy::default();
    let mut callback = booked(1, CallbackWhen::Asap, NOW);
    callback.ring(agent(1), NOW.plus(1_000));
    let stolen = callback.take(&card(2), &policy, &[], NOW);
    assert_eq!(stolen, Err(RefusalCode::AlreadyTaken));
    assert_eq!(callback.decline(agent(2), NOW), Err(RefusalCode::NotYours));
    callback.decline(agent(1), NOW).unwrap();
    assert_eq!(callback.life.stage, Stage::Waiting);
    assert!(callback.take(&card(2), &policy, &[], NOW).is_ok());
}

#[test]
fn the_visitor_can_call_it_off_until_somebody_calls() {
    let mut callback = booked(1, CallbackWhen::Asap, NOW);
    callback.ring(agent(1), NOW.plus(1_000));
    callback.cancel(NOW).unwrap();
    assert_eq!(callback.cancel(NOW), Err(RefusalCode::WrongState));
    let mut late = calling(&CallPolicy::default());
    assert_eq!(late.cancel(NOW), Err(RefusalCode::WrongState));
}

#[test]
fn a_dialled_call_is_followed_to_its_end() {
    let policy = dialled();
    let mut callback = calling(&policy);
    assert_eq!(callback.progress(), CallbackProgress::Ringing);
    for (leg, seen) in [
        (CallLeg::Visitor, CallbackProgress::Calling),
        (CallLeg::Joined, CallbackProgress::Talking),
    ] {
        callback
            .dialled(1, DialEvent::Leg(leg), &policy, NOW)
            .unwrap();
        assert_eq!(callback.progress(), seen);
    }
    let back = callback.dialled(1, DialEvent::Leg(CallLeg::Visitor), &policy, NOW);
    assert_eq!(back, Err(RefusalCode::WrongState));
    let end = DialEvent::Ended {
        disposition: Disposition::Answered,
        talked_ms: 61_000,
    };
    callback.dialled(1, end, &policy, NOW.plus(70_000)).unwrap();
    assert_eq!(callback.life.tries[0].talked_ms, 61_000);
    // Said twice, it counts once.
    let twice = callback.dialled(1, end, &policy, NOW.plus(70_001));
    assert_eq!(twice, Err(RefusalCode::WrongState));
    // The agent's line comes afterwards.
    callback
        .report(
            agent(1),
            Disposition::Answered,
            "Fixed.",
            &policy,
            NOW.plus(80_000),
        )
        .unwrap();
    assert_eq!(callback.life.tries.len(), 1);
}

#[test]
fn what_is_said_of_an_earlier_order_counts_for_nothing() {
    let policy = dialled();
    let mut callback = calling(&policy);
    callback
        .dialled(1, DialEvent::NoAgent, &policy, NOW)
        .unwrap();
    assert_eq!(callback.life.passed, [(agent(1), NOW)]);
    callback.take(&card(2), &policy, &[], NOW).unwrap();
    let late = DialEvent::Ended {
        disposition: Disposition::Refused,
        talked_ms: 0,
    };
    assert_eq!(
        callback.dialled(1, late, &policy, NOW),
        Err(RefusalCode::WrongState)
    );
    assert!(callback.dialled(2, late, &policy, NOW).is_ok());
}

#[test]
fn a_dialer_that_is_never_heard_of_failed_or_lost_the_end() {
    let policy = dialled();
    let mut silent = calling(&policy);
    silent.lapse(&policy, NOW.plus(120_000));
    assert_eq!(silent.life.tries[0].disposition, Disposition::Technical);
    assert_eq!(silent.life.stage, Stage::Waiting);
    let mut talking = calling(&policy);
    talking
        .dialled(1, DialEvent::Leg(CallLeg::Joined), &policy, NOW)
        .unwrap();
    talking.lapse(&policy, NOW.plus(LONGEST_TALK_MS));
    assert_eq!(ended(&talking), Some(Disposition::Answered));
    // Where the agent dials there is nothing to wait for.
    let mut by_hand = calling(&CallPolicy::default());
    assert_eq!(by_hand.lapse(&policy, NOW), []);
}

#[test]
fn a_life_reads_back() {
    let policy = dialled();
    let mut callback = calling(&policy);
    callback.lapse(&policy, NOW);
    let json = serde_json::to_string(&callback.life).unwrap();
    assert_eq!(serde_json::from_str::<Life>(&json).unwrap(), callback.life);
}
