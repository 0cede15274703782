//! The client side of Heard: a session that survives lost connections, and the transports that
//! carry it.
//!
//! * [`session`]: what every client does, without IO, a clock or randomness. [`Session`] takes
//!   [`Input`]s and gives [`Effect`]s; its driver opens sockets, sets timers and shows
//!   [`Update`]s to the application.
//! * [`ids`]: where command ids come from.
//! * [`keeper`]: where commands wait that were not acknowledged yet, so that they outlive the
//!   program.
//! * `web`: the transport for browsers (only on wasm).
//! * `native`: the transport for bots, tools and tests (everywhere else).

pub mod ids;
pub mod keeper;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
pub mod session;
#[cfg(target_arch = "wasm32")]
pub mod web;

pub use ids::IdSource;
pub use keeper::{Keeper, NoKeeper};
pub use session::{
    ClientRole, Config, Effect, Input, Limits, LinkState, Session, SocketId, Update,
};
