//! Calls that the visitor does not take.

use heard_phones::Visitor as VisitorPhone;
use heard_protocol::Disposition;

use crate::attempt::{is_the_last, is_tried_again};
use crate::rig::Setup;

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

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_declines_is_not_called_again() {
    is_the_last("603 Decline", Disposition::Refused).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_none_is_not_called_again() {
    is_the_last("404 Not Found", Disposition::WrongNumber).await;
}
