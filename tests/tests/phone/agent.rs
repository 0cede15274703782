//! Agents who take a call in the console, and then not on the phone. That is no attempt: the
//! visitor was not rung.

use heard_phones::{Ear, Phone, Visitor as VisitorPhone, free_port};
use heard_protocol::{CallbackProgress, CallbackState, Disposition};

use crate::attempt::{is_closed, picks_up};
use crate::rig::{Rig, Setup};
use crate::steps::Step;

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_pick_up_is_followed_by_the_next() {
    let (mut first, mut second) = (Phone::start(false), Phone::start(false));
    let ear = Ear::open();
    let visitor = VisitorPhone::start("hangs_up_when_told", "udp", &[("media", &ear.port())]);
    let setup = Setup {
        ring_agent_s: 3,
        ..Setup::new(visitor.port())
    };
    let rig = Rig::start(setup, &[&first.address(), &second.address()]).await;
    let call = rig.visitor.books().await;
    rig.agents[0].takes(call).await;
    first.until("CALL_INCOMING");
    first.until("CALL_CLOSED");
    rig.agents[1].takes(call).await;
    picks_up(&mut second);
    ear.hears_sound();
    visitor.hang_up();
    for agent in &rig.agents {
        agent.until(is_closed(Disposition::Answered)).await;
    }
    visitor.is_content();
    second.until("CALL_CLOSED");
    let second = rig.agents[1].me();
    let steps = [
        Step::Requested,
        Step::Rung,
        Step::Calling,
        Step::Missed,
        Step::Rung,
        Step::Calling,
        Step::Closed(Disposition::Answered),
    ];
    let call = rig.ends(call, &steps).await;
    let tries: Vec<_> = call.life.tries.iter().map(|one| one.agent).collect();
    assert_eq!(tries, [second]);
}

/// The only agent takes a call, and then it comes to nothing at their end: it waits for the next,
/// and is as due as before.
async fn waits_for_the_next(address: &str, then: impl FnOnce()) {
    let rig = Rig::start(Setup::new(free_port()), &[address]).await;
    let agent = &rig.agents[0];
    let call = rig.visitor.books().await;
    agent.takes(call).await;
    then();
    agent.until(|state| *state == CallbackState::Open).await;
    let is_waiting = |told: &CallbackProgress| matches!(told, CallbackProgress::Waiting { .. });
    rig.visitor.until(is_waiting).await;
    let steps = [Step::Requested, Step::Rung, Step::Calling, Step::Missed];
    let call = rig.ends(call, &steps).await;
    assert_eq!(
        (call.life.due, call.life.tries),
        (call.requested_at, vec![])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_rejects_it_loses_no_call() {
    let mut phone = Phone::start(false);
    let address = phone.address();
    waits_for_the_next(&address, || {
        phone.until("CALL_INCOMING");
        phone.press("hangup");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_phone_loses_no_call() {
    waits_for_the_next("", || {}).await;
}
