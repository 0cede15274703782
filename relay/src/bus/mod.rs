//! What passes between nodes that share a store.
//!
//! The store is the truth; the bus only says where to look, and carries what may be lost anyway. So
//! a bus may lose, double, delay and reorder words. Whoever may have missed one looks into the
//! store: words are numbered by their sender, who says something every second, so a hole is
//! noticed; and a line that was down counts as one.
//!
//! * [`Exchange`]: tells connections here and nodes elsewhere.
//! * [`Ear`]: hears other nodes.
//! * [`Local`] and [`nats`]: two buses.

mod ear;
mod exchange;
mod local;
pub mod nats;
#[cfg(test)]
mod samples;
mod word;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

pub use ear::Ear;
pub use exchange::Exchange;
pub use local::Local;

/// A line to the other nodes.
pub trait Bus: Send + Sync + 'static {
    /// Sends to every other node, without waiting.
    fn send(&self, word: Bytes);

    /// Whether words get through now, as far as is known.
    fn is_up(&self) -> bool;
}

/// A line to other nodes: what to send with, and what comes in.
pub type Line = (Arc<dyn Bus>, mpsc::UnboundedReceiver<Heard>);

/// What comes in on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A word of another node; perhaps one of this node's own.
    Word(Bytes),
    /// The line was down: something may have been missed.
    Gap,
}
