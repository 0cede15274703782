//! Whoever else finds the gateway's port.

use std::net::{SocketAddr, UdpSocket};

use heard_phones::{Ear, MOMENT, Phone, Visitor};
use heard_sip::{Outcome, Progress};

use crate::rig::{gateway, order, to_the_end, until};

/// Somebody who was never rung.
struct Stranger {
    socket: UdpSocket,
    gateway: SocketAddr,
}

impl Stranger {
    fn of(gateway: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket can be bound");
        socket
            .set_read_timeout(Some(MOMENT))
            .expect("a time can be set");
        Self { socket, gateway }
    }

    fn send(&self, text: &[u8]) {
        let sent = self.socket.send_to(text, self.gateway);
        sent.expect("something can be sent");
    }

    /// Asks, and returns the status of the answer.
    fn ask(&self, method: &str, call_id: &str, tag: &str) -> String {
        let own = self.socket.local_addr().expect("it is bound");
        self.send(
            format!(
                "{method} sip:heard@{} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{method}{tag}\r\n\
                 From: <sip:stranger@{own}>;tag=1\r\nTo: <sip:heard@{}>{tag}\r\nCall-ID: {call_id}\r\n\
                 CSeq: 9 {method}\r\nContact: <sip:stranger@{own}>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
                self.gateway, self.gateway
            )
            .as_bytes(),
        );
        let mut answer = [0; 2048];
        loop {
            let read = self.socket.recv(&mut answer).expect("an answer comes");
            let answer = String::from_utf8_lossy(&answer[..read]);
            let mut words = answer.split(' ');
            // Two line ends are a sign of life, and are answered by one.
            if words.next() == Some("SIP/2.0") {
                return words.next().unwrap_or_default().to_owned();
            }
        }
    }
}

#[tokio::test]
async fn a_stranger_is_answered_and_changes_nothing() {
    let (mut phone, ear) = (Phone::start(true), Ear::open());
    let visitor = Visitor::start("picks_up", "udp", &[("media", &ear.port())]);
    let gateway = gateway(visitor.port()).await;
    let mut call = gateway.call(order(&phone.address()));
    until(&mut call, Progress::Joined).await;

    let stranger = Stranger::of(gateway.address());
    let garbage: [&[u8]; 8] = [
        b"",
        b"\r\n\r\n",
        b"\0\xff\xfe",
        b"INVITE",
        b"INVITE sip:x SIP/2.0\r\n\r\n",
        b"BYE sip:x SIP/2.0\r\nVia: x\r\nCSeq: -1 BYE\r\n\r\n",
        // The library panics at this, in a task that is about this message alone.
        b"BYE sip:x SIP/2.0\r\nVia: \r\nFrom: <sip:x>;tag=1\r\nTo: <sip:x>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 BYE\r\n\r\n",
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK1\r\nFrom: <sip:x>;tag=1\r\nTo: <sip:x>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 BYE\r\n\r\n",
    ];
    for text in garbage {
        stranger.send(text);
    }
    assert_eq!(stranger.ask("OPTIONS", "any", ""), "200");
    assert_eq!(stranger.ask("INVITE", "any", ""), "481");
    // What a phone shows of a call; the names that both drew are not among it.
    let call_id = phone.call_id();
    assert_eq!(stranger.ask("BYE", &call_id, ""), "481");
    assert_eq!(stranger.ask("BYE", &call_id, ";tag=guess"), "481");

    ear.hears_sound();
    phone.press("hangup");
    let (_, ending) = to_the_end(&mut call).await;
    assert_eq!(ending.outcome, Outcome::Answered);
    visitor.is_content();
    gateway.stop().await;
}
