//! The relay's real binary, real clients whose every update is written down, and bare sockets for
//! what no real client would say.

mod binary;
mod calls;
mod desk;
mod habits;
mod party;
mod process;
mod recorded;
pub mod rest;
pub mod wire;

pub use calls::set_calls;
pub use desk::{Desk, SITE, logs, open};
pub use habits::Habits;
pub use party::{Party, Recorded, Seen, Voice};
pub use process::{Relay, Start};
pub use recorded::{history, is_by_visitor};
pub use wire::Wire;
