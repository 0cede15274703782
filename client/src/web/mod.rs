//! The transport for browsers: a WebSocket, a timer, the browser's hints, and the page's storage.
//!
//! Speaks postcard alone, which keeps the JSON code out of the download.

mod browser;
mod client;
mod keeper;
mod socket;

pub use browser::{now, random_bits, socket_url};
pub use client::{Options, WebClient};
pub use keeper::LocalKeeper;
