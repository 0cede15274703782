//! Orders that make no sense, and gateways that can't be.

use std::net::UdpSocket;

use heard_sip::{Gateway, Order, Outcome, StartError};

use crate::rig::{NUMBER, ended, order, settings, to_the_end};

#[tokio::test]
async fn an_order_that_makes_no_sense_is_not_sent_anywhere() {
    let anybody = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = anybody.local_addr().unwrap().port();
    let gateway = Gateway::start(settings(port)).await.unwrap();
    let agent = format!("sip:agent@127.0.0.1:{port}");
    let injected = format!("{agent}\r\nX-Free: yes");
    let good = order(&agent);
    let bad = [
        (
            Order {
                visitor: "0151 123".into(),
                ..good.clone()
            },
            Outcome::WrongNumber,
        ),
        (
            Order {
                visitor: format!("{NUMBER}\r\nX-Free: yes"),
                ..good.clone()
            },
            Outcome::WrongNumber,
        ),
        (
            Order {
                agent: injected,
                ..good.clone()
            },
            Outcome::AgentUnreachable,
        ),
        (
            Order {
                agent: format!("tel:{NUMBER}"),
                ..good.clone()
            },
            Outcome::AgentUnreachable,
        ),
        (
            Order {
                id: "a b".into(),
                ..good
            },
            Outcome::Technical,
        ),
    ];
    for (order, outcome) in bad {
        let (heard, ending) = to_the_end(&mut gateway.call(order)).await;
        assert_eq!(heard, []);
        assert_eq!(ending, ended(outcome, None));
    }
    gateway.stop().await;
    anybody.set_nonblocking(true).unwrap();
    assert!(anybody.recv(&mut [0; 1]).is_err(), "something was sent");
}

#[tokio::test]
async fn an_address_that_is_taken_is_said() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut settings = settings(5060);
    settings.listen = taken.local_addr().unwrap();
    let started = Gateway::start(settings).await;
    assert!(
        matches!(started, Err(StartError::Bind { .. })),
        "{started:?}"
    );
}
