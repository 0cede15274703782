//! Calls that the visitor does not take.

use heard_phones::{Phone, Visitor as VisitorPhone};
use heard_protocol::{CallLeg, CallbackState, Disposition};

use crate::attempt::{is_closed, is_the_last, is_tried_again, picks_up};
use crate::rig::{Rig, Setup};
use crate::steps::Step;

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_is_busy_is_called_again() {
    let visitor = VisitorPhone::start("refuses", "udp", &[("status", "486 Busy Here")]);
    let setup = Setup {
        calls: "busy = { after_minutes = 7, attempts = 2 }",
        ..Setup::new(visitor.port())
    };
    is_tried_again(setup, Disposition::Busy, 7).await;
    visitor.is_content();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_does_not_answer_is_called_again() {
    let visitor = VisitorPhone::start("rings", "udp", &[]);
    let setup = Setup {
        ring_visitor_s: 3,
        ..Setup::new(visitor.port())
    };
    is_tried_again(setup, Disposition::NoAnswer, 30).await;
    visitor.is_content();
}

/// The agent knows better while the visitor's phone still rings, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_reported_on_rings_no_longer() {
    let mut phone = Phone::start(false);
    let visitor = VisitorPhone::start("rings", "udp", &[]);
    let rig = Rig::start(Setup::new(visitor.port()), &[&phone.address()]).await;
    let agent = &rig.agents[0];
    let call = rig.visitor.books().await;
    agent.takes(call).await;
    picks_up(&mut phone);
    let leg = CallLeg::Visitor;
    agent
        .until(|state| matches!(state, CallbackState::Calling { leg: now, .. } if *now == leg))
        .await;
    let disposition = Disposition::WrongNumber;
    agent.reports(call, disposition).await;
    agent.until(is_closed(disposition)).await;
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
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_declines_is_not_called_again() {
    is_the_last("603 Decline", Disposition::Refused).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_none_is_not_called_again() {
    is_the_last("404 Not Found", Disposition::WrongNumber).await;
}
