//! Why a gateway cannot start.

use std::io;
use std::net::SocketAddr;

/// Why a gateway could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address could not be bound.
    #[error("{address} cannot be listened on: {error}")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// A setting makes no sense.
    #[error("the setting `{0}` makes no sense")]
    Setting(&'static str),
    /// The machine would not give what is needed.
    #[error("no runtime for SIP: {0}")]
    Runtime(io::Error),
    /// The library would not start; likely the system's resolver cannot be read.
    #[error("SIP could not be started: is the system's name resolution set up?")]
    Library,
}
