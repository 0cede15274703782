//! WebSocket connections: a pure [`peer`] each, and the IO around it.

#[cfg(test)]
mod cases;
pub mod connection;
pub mod context;
mod greet;
pub mod peer;
mod routes;
mod seat;
pub mod side;
mod voice;

pub use context::Context;
pub(crate) use greet::settle_everybody;
pub use peer::{Bounds, Effect, Greeting, Input, Peer};
pub(crate) use routes::routes;
pub use side::{Side, StaffIdentity, VisitorIdentity};
