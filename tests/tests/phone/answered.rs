//! Calls in which they talk.

use heard_phones::{Ear, Phone, Proxy, Visitor as VisitorPhone};
use heard_protocol::{CallLeg, CallbackProgress, CallbackState, Disposition};

use crate::attempt::{is_closed, picks_up};
use crate::rig::{NUMBER, PASSWORD, Rig, Setup};
use crate::steps::Step;

fn is_at(wanted: CallLeg) -> impl Fn(&CallbackState) -> bool {
    move |state| matches!(state, CallbackState::Calling { leg, .. } if *leg == wanted)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_answered_and_the_visitor_hangs_up() {
    let (mut phone, ear) = (Phone::start(false), Ear::open());
    let visitor = VisitorPhone::start("hangs_up_when_told", "udp", &[("media", &ear.port())]);
    let proxy = Proxy::start(visitor.port(), "SHA-256", PASSWORD);
    let rig = Rig::start(Setup::new(proxy.port()), &[&phone.address()]).await;
    let agent = &rig.agents[0];
    let call = rig.visitor.books().await;
    agent.takes(call).await;
    agent.until(is_at(CallLeg::Agent)).await;
    rig.visitor.is_told(&CallbackProgress::Ringing).await;

    picks_up(&mut phone);
    agent.until(is_at(CallLeg::Joined)).await;
    rig.visitor.is_told(&CallbackProgress::Talking).await;
    visitor.has_heard(&format!("INVITE sip:{NUMBER}@example.org"));
    ear.hears_sound();
    phone.until("CALL_RTPESTAB");

    visitor.hang_up();
    let disposition = Disposition::Answered;
    agent.until(is_closed(disposition)).await;
    let closed = CallbackProgress::Closed { disposition };
    rig.visitor.is_told(&closed).await;
    visitor.is_content();
    phone.until("CALL_CLOSED");
    let steps = [
        Step::Requested,
        Step::Rung,
        Step::Calling,
        Step::Closed(disposition),
    ];
    let call = rig.ends(call, &steps).await;
    assert_eq!(call.life.tries.len(), 1);
    assert!(call.life.tries[0].talked_ms > 0, "{:?}", call.life.tries);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_does_not_answer_may_the_second_time() {
    let (mut phone, ear) = (Phone::start(false), Ear::open());
    let visitor = VisitorPhone::start("rings", "udp", &[]);
    let port = visitor.port();
    let setup = Setup {
        ring_visitor_s: 3,
        // At once, so that nobody has to wait for it.
        calls: "no_answer = { after_minutes = 0, attempts = 2 }",
        ..Setup::new(port)
    };
    let rig = Rig::start(setup, &[&phone.address()]).await;
    let agent = &rig.agents[0];
    let call = rig.visitor.books().await;
    agent.takes(call).await;
    picks_up(&mut phone);
    visitor.is_content();
    phone.until("CALL_CLOSED");
    drop(visitor);

    let words = [("media", &*ear.port())];
    let visitor = VisitorPhone::start_at(port, "hangs_up_when_told", "udp", &words);
    agent.takes(call).await;
    picks_up(&mut phone);
    ear.hears_sound();
    visitor.hang_up();
    agent.until(is_closed(Disposition::Answered)).await;
    visitor.is_content();
    phone.until("CALL_CLOSED");
    let steps = [
        Step::Requested,
        Step::Rung,
        Step::Calling,
        Step::Tried(Disposition::NoAnswer),
        Step::Rung,
        Step::Calling,
        Step::Closed(Disposition::Answered),
    ];
    let call = rig.ends(call, &steps).await;
    let tries: Vec<_> = call.life.tries.iter().map(|one| one.disposition).collect();
    assert_eq!(tries, [Disposition::NoAnswer, Disposition::Answered]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_stops_hangs_up_and_keeps_what_came_of_it() {
    let (mut phone, ear) = (Phone::start(false), Ear::open());
    let visitor = VisitorPhone::start("picks_up", "udp", &[("media", &ear.port())]);
    let rig = Rig::start(Setup::new(visitor.port()), &[&phone.address()]).await;
    let agent = &rig.agents[0];
    let call = rig.visitor.books().await;
    agent.takes(call).await;
    picks_up(&mut phone);
    agent.until(is_at(CallLeg::Joined)).await;
    ear.hears_sound();
    rig.log_is(&[Step::Requested, Step::Rung, Step::Calling])
        .await;
    let call = rig.stops(call).await;
    visitor.is_content();
    phone.until("CALL_CLOSED");
    let tries: Vec<_> = call.life.tries.iter().map(|one| one.disposition).collect();
    assert_eq!(tries, [Disposition::Answered], "{:?}", call.life.stage);
    assert!(call.life.ended_at().is_some());
}
