//! Phones and a trunk for as long as a test runs: baresip is the agent's phone, sipp the visitor's,
//! kamailio the trunk's proxy.
//!
//! The programs are the installed ones, or those that `HEARD_BARESIP`, `HEARD_SIPP` and
//! `HEARD_KAMAILIO` name; a test that needs one that is not there fails and says what to install.
//! Each runs in a temporary folder and is watched over by a shell that reads from this process:
//! when this process ends, however it does, the shell ends the program and removes the folder.

mod phone;
mod ports;
mod process;
mod proxy;
mod visitor;

pub use phone::Phone;
pub use ports::free as free_port;
pub use process::MOMENT;
pub use proxy::Proxy;
pub use visitor::{Ear, Visitor};
