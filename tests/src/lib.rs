//! Client and relay together.
//!
//! * [`check`]: says whether a recorded run kept the delivery contract. Pure; every other test of this crate ends in it.
//! * [`sim`]: many clients and one relay in a simulated world, from a seed.
//! * [`real`]: the relay's binary on a file of its own, and recorded clients that talk to it.

pub mod check;
pub mod real;
mod rng;
pub mod sim;

pub use rng::Rng;
