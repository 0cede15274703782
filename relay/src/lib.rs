//! Heard's server.
//!
//! * [`store`]: where everything that lasts is kept; SQLite or PostgreSQL, with group commit.
//! * [`hub`]: who is connected here and what each should hear of.
//! * [`socket`]: one connection: a pure [`socket::peer`] and the IO around it.
//! * [`bus`]: what passes between nodes that share a store.
//! * [`node`]: this process among others that share its store.
//! * `announce`: tells what was written; `duty`: what is done when something happened or time is
//!   up.
//! * [`dialer`]: what makes a call once an agent has taken it.
//! * [`auth`]: who is calling: visitors' tokens, agents' sessions, origins, limits per caller.
//! * [`api`] and [`pages`]: what is served over plain HTTP, as JSON and as HTML; [`text`] has the
//!   pages' words, [`assets`] the files that browsers download.
//! * [`config`]: what a relay is told; [`clock`] and [`entropy`]: time and randomness, handed in so
//!   that tests can decide them.
//! * [`app`]: what a request over HTTP can reach.
//! * [`server`]: all of it put together, from the first connection to the last.

mod announce;
pub mod api;
pub mod app;
mod aside;
pub mod assets;
pub mod auth;
pub mod bus;
pub mod clock;
pub mod config;
pub mod dialer;
mod duty;
pub mod entropy;
pub mod hub;
pub mod node;
pub mod pages;
pub mod server;
pub mod socket;
pub mod store;
pub mod text;
mod trouble;
mod voice;
