//! The power goes off: what was not yet synced is gone, or half there.
//!
//! The relay's real binary runs under `strace`, which writes down everything it does to its files
//! ([`Trace`]). From that and the files as they were before, [`Disk`] makes the files that a cut at
//! any moment could have left: what a finished `fsync` covers is there; of everything else any
//! piece may be missing. [`Timeline`] knows what each client had been told by then.

mod disk;
mod line;
mod timeline;
mod trace;

pub use disk::Disk;
pub use timeline::Timeline;
pub use trace::{Trace, TraceError};
