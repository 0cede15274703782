//! Calls that the visitor does not take.

use std::time::Duration;

use heard_phones::{Ear, Phone, Visitor};
use heard_sip::{Gateway, Outcome, Progress};

use crate::rig::{ended, gateway, order, settings, to_the_end, until};

/// The visitor's side answers so; the agent's phone is hung up, and the call ends like this.
async fn refused(status: &str, outcome: Outcome) {
    let mut phone = Phone::start(true);
    let visitor = Visitor::start("refuses", "udp", &[("status", status)]);
    let gateway = gateway(visitor.port()).await;
    let mut call = gateway.call(order(&phone.address()));
    let (heard, ending) = to_the_end(&mut call).await;
    assert_eq!(heard, [Progress::RingingAgent, Progress::AgentAnswered]);
    let code = status.split(' ').next().and_then(|code| code.parse().ok());
    assert_eq!(ending, ended(outcome, code));
    visitor.is_content();
    phone.until("CALL_CLOSED");
    gateway.stop().await;
}

#[tokio::test]
async fn a_busy_visitor() {
    refused("486 Busy Here", Outcome::Busy).await;
}

#[tokio::test]
async fn a_visitor_who_declines() {
    refused("603 Decline", Outcome::Refused).await;
}

#[tokio::test]
async fn a_number_that_is_none() {
    refused("404 Not Found", Outcome::WrongNumber).await;
}

#[tokio::test]
async fn a_trunk_that_cannot() {
    refused("503 Service Unavailable", Outcome::TrunkDown).await;
}

#[tokio::test]
async fn who_does_not_answer_may_the_second_time() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("rings", "udp", &[]);
    let port = visitor.port();
    let mut settings = settings(port);
    settings.ring_visitor = Duration::from_secs(2);
    let gateway = Gateway::start(settings).await.unwrap();
    let mut call = gateway.call(order(&phone.address()));
    let (heard, ending) = to_the_end(&mut call).await;
    assert_eq!(heard.last(), Some(&Progress::RingingVisitor));
    assert_eq!(ending, ended(Outcome::NoAnswer, None));
    visitor.is_content();
    phone.until("CALL_CLOSED");
    drop(visitor);

    let visitor = Visitor::start_at(port, "hangs_up", "udp", &[("media", &ear.port())]);
    let mut call = gateway.call(order(&phone.address()));
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.outcome, Outcome::Answered);
    visitor.is_content();
    phone.until("CALL_CLOSED");
    gateway.stop().await;
}

#[tokio::test]
async fn who_picks_up_too_late_is_hung_up_on() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("picks_up_late", "udp", &[("media", &ear.port())]);
    let gateway = gateway(visitor.port()).await;
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::RingingVisitor).await;
    call.hang_up();
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending, ended(Outcome::HungUp, None));
    visitor.is_content();
    phone.until("CALL_CLOSED");
    gateway.stop().await;
}

#[tokio::test]
async fn an_agent_may_hang_up_while_the_visitors_phone_rings() {
    let mut phone = Phone::start(true);
    let visitor = Visitor::start("rings", "udp", &[]);
    let gateway = gateway(visitor.port()).await;
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::RingingVisitor).await;
    phone.press("hangup");
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending, ended(Outcome::AgentLeft, None));
    visitor.is_content();
    gateway.stop().await;
}

#[tokio::test]
async fn a_gateway_that_stops_withdraws() {
    let mut phone = Phone::start(true);
    let visitor = Visitor::start("rings", "udp", &[]);
    let gateway = gateway(visitor.port()).await;
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::RingingVisitor).await;
    gateway.stop().await;
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending, ended(Outcome::HungUp, None));
    visitor.is_content();
    phone.until("CALL_CLOSED");
}
