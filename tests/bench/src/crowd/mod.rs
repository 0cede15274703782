//! What tens of thousands of visitors cost who say nothing, on one node and on several.
//!
//! A process holds a bounded number of connections, so the visitors are in processes of their own,
//! which this one tells what to do.

mod people;
mod rows;

pub(crate) use people::{Part, be};
pub(crate) use rows::rows;
