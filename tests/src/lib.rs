//! Client and relay together.
//!
//! * [`check`]: says whether a recorded run kept the delivery contract. Pure; every other test of
//!   this crate ends in it.
//! * [`sim`]: many clients and one relay in a simulated world, from a seed.
//! * [`cluster`]: several relays on one database and one bus, in networks that can be cut.
//! * [`power`]: what a power cut leaves of a relay's files.
//! * [`real`]: the relay's binary on a file of its own, and recorded clients that talk to it.

pub mod check;
#[cfg(target_os = "linux")]
pub mod cluster;
#[cfg(target_os = "linux")]
pub mod power;
pub mod real;
mod rng;
pub mod sim;

pub use rng::Rng;
