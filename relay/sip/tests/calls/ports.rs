//! Ports that nobody has.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below what systems give away by themselves, above what has a name.
const FIRST: u16 = 21_000;
const MANY: u16 = 11_000;

/// A port that is free, over UDP and TCP, and so is the one after it.
pub(crate) fn free() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let from = u16::try_from(std::process::id() % u32::from(MANY)).expect("it is below MANY");
    loop {
        let number = NEXT.fetch_add(2, Ordering::Relaxed);
        assert!(number < MANY, "no port is free");
        let port = FIRST + (from + number) % MANY;
        let is_free = |port: u16| {
            let address = (Ipv4Addr::LOCALHOST, port);
            UdpSocket::bind(address).is_ok() && TcpListener::bind(address).is_ok()
        };
        if is_free(port) && is_free(port + 1) {
            return port;
        }
    }
}

/// Whether somebody listens on it. Asking the port itself would be heard.
pub(crate) fn is_taken(kind: &str, port: u16) -> bool {
    let table = std::fs::read_to_string(format!("/proc/net/{kind}"));
    let local = format!(":{port:04X}");
    table
        .expect("the system says who listens")
        .lines()
        .any(|line| {
            let mut words = line.split_whitespace();
            words
                .nth(1)
                .is_some_and(|address| address.ends_with(&local))
        })
}
