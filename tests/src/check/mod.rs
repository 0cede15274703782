//! Did everybody get what was sent, once and in order?
//!
//! A run is recorded as a [`History`]: what was submitted, what the senders were told, what the
//! readers were shown, and the logs as they are in the end. [`check`] looks for anything that the
//! delivery contract rules out. It knows nothing of sockets or time, so the simulation, the kill
//! tests and the tests with bad input share it.

mod history;
mod logs;
mod readers;
mod senders;
#[cfg(test)]
mod tests;
mod violation;

pub use history::{FinalLog, History, Said, Sender, Shown, Submitted, Told, Who};
pub use violation::Violation;

/// Everything in the history that the contract rules out; nothing if all is well.
pub fn check(history: &History) -> Vec<Violation> {
    let mut found = Vec::new();
    logs::check(history, &mut found);
    senders::check(history, &mut found);
    readers::check(history, &mut found);
    found
}
