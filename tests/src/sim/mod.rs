//! A simulated world: visitors, agents and a relay, under faults, from a seed.
//!
//! Clients are real [`heard_client::Session`]s. The relay is made of its real parts,
//! [`heard_relay::socket::Peer`], [`heard_relay::hub::Hub`] and the `SQLite` [`Engine`]; the
//! sockets, the writer's thread, the dispatcher's task and the greeting are played here, event by
//! event on one thread, as the relay's IO does them. No real time passes, and the same seed brings
//! the same run.
//!
//! People write, answer, note, transfer, resolve, load pages anew and open more tabs, while
//! connections break in every way a connection can, machines sleep, clocks are set, the store fails
//! and the relay is killed. Then the storm ends, everything comes to rest, and
//! [`check`](crate::check::check) looks at what was seen.

mod client;
mod crowd;
mod event;
mod faults;
mod line;
mod part;
mod people;
mod plan;
mod record;
mod relay;

mod staff;
mod stats;
mod verdict;
mod visitor;
mod world;

use heard_relay::store::sqlite::Engine;

pub use stats::Stats;

use crate::check::{History, Violation};
use world::World;

/// A way to break the relay or its clients on purpose: the checker must catch each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// The relay answers before a command is on disk.
    EarlyAck,
    /// A client draws a new id when it sends a command again.
    FreshIds,
    /// An application shows whatever entries come, without a cursor.
    NoCursor,
    /// A client that does not say which command comes before, and sends the second of two first.
    Shuffled,
    /// The relay takes every visitor for the first.
    WrongVisitor,
    /// What was not sent yet does not survive a reload.
    Forgetful,
}

impl Mutant {
    /// Every way.
    pub const ALL: [Self; 6] = [
        Self::EarlyAck,
        Self::FreshIds,
        Self::NoCursor,
        Self::Shuffled,
        Self::WrongVisitor,
        Self::Forgetful,
    ];
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What was seen.
    pub history: History,
    /// What must not be; nothing if all is well.
    pub violations: Vec<Violation>,
    /// What happened how often.
    pub stats: Stats,
}

/// Runs the world of a seed on an engine, which other runs may use before and after: each has a
/// site of its own. `aloud` writes what happens to standard error.
pub fn run(seed: u64, engine: &mut Engine, mutant: Option<Mutant>, aloud: bool) -> Outcome {
    let mut world = World::new(seed, engine, mutant, aloud);
    world.run();
    world.verdict()
}
