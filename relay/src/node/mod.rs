//! Processes that share a store.
//!
//! Each says again and again that it is alive, and watches the others say so. An agent counts as
//! online while any node has a socket of theirs; when a node falls silent, whoever notices forgets
//! it, and its agents are gone unless they have come back through another one.

mod id;
mod keeper;

pub use id::NodeId;
pub(crate) use keeper::keep;
