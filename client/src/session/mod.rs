//! The session: what every client does, whatever carries it.
//!
//! It owns the outbox, the cursors, the read marks, the reconnect and the watchdog. It does no IO
//! and knows no time but the one it is given: [`Session::handle`] takes an [`Input`] and the
//! moment, and answers with [`Effect`]s to be carried out in order. The same code runs in a
//! visitor's browser, in an agent's, in a bot and in the simulation.
//!
//! What an application may rely on:
//!
//! * every entry of a followed log arrives once and in order, across reconnects
//!   ([`Update::Entries`]), until an [`Update::Reset`] says that the log begins anew;
//! * a submitted command is sent until it is answered, always under its own id, and ends in exactly
//!   one [`Update::Sent`] or [`Update::Refused`], unless it is cancelled;
//! * commands reach the relay in the order they were submitted.

mod backoff;
mod clock;
mod config;
mod effect;
mod heartbeat;
mod input;
mod link;
mod logs;
mod machine;
mod marks;
mod outbox;
mod reading;
mod role;
mod sending;

pub use config::{Config, Limits};
pub use effect::{Effect, LinkState, Update};
pub use input::{Input, SocketId};
pub use machine::Session;
pub use role::ClientRole;
