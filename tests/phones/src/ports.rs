//! Ports that nobody has.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Below what systems give away by themselves, above what has a name.
const FIRST: u16 = 21_000;
const BLOCKS: u16 = 110;
const BLOCK: u16 = 100;

/// The ports of which this process may take, and the locks that keep other processes off them.
static MINE: Mutex<(Range<u16>, Vec<File>)> = Mutex::new((0..0, Vec::new()));

/// A port that is free, over UDP and TCP, and so is the one after it.
///
/// Tests run in processes of their own, two at a time. What one of them has found free, another
/// must not find free as well before a phone sits on it: so a process takes from blocks that are
/// its own for as long as it lives.
pub fn free() -> u16 {
    let mut mine = MINE.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if mine.0.len() < 2 {
            let (block, lock) = block();
            mine.0 = block;
            mine.1.push(lock);
        }
        let port = mine.0.start;
        mine.0.start += 2;
        if is_free(port) && is_free(port + 1) {
            return port;
        }
    }
}

/// A block that no other process has, nor this one.
fn block() -> (Range<u16>, File) {
    let folder = std::env::temp_dir().join("heard-test-ports");
    fs::create_dir_all(&folder).expect("a folder can be made");
    let from = std::process::id() % u32::from(BLOCKS);
    let from = u16::try_from(from).expect("it is below BLOCKS");
    for number in 0..BLOCKS {
        let block = (from + number) % BLOCKS;
        let file = folder.join(block.to_string());
        let lock = File::create(file).expect("a file can be made");
        if lock.try_lock().is_ok() {
            let first = FIRST + block * BLOCK;
            return (first..first + BLOCK, lock);
        }
    }
    panic!("every block of ports is taken");
}

/// Also without an old connection that still lingers there: not every program may sit down on one.
fn is_free(port: u16) -> bool {
    let address = (Ipv4Addr::LOCALHOST, port);
    UdpSocket::bind(address).is_ok() && TcpListener::bind(address).is_ok() && !is_taken("tcp", port)
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
