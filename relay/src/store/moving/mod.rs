//! Moving everything from one store into another.
//!
//! A row is made of values that no store has a word in, and a table says which values they are and
//! in which order they are read. Rows are copied many at a time, and how far the move has come is
//! written into the target in the transaction that writes them: whenever it is ended, the same move
//! goes on from there. The target keeps the source's identity, so tokens, cursors and sessions stay
//! what they were. Until the last transaction a mark is in the target, and no relay starts on it.
//!
//! Last of all both sides are read again and compared.

mod digest;
mod error;
mod live;
mod open;
mod run;
mod side;
mod step;

pub use digest::Digest;
pub use error::MoveError;
pub use run::{Event, Options, Report, run};

pub(in crate::store) use side::{Presence, Progress, Source, State, Target};
pub(in crate::store) use step::{Batch, Key, Part, Row, Step};
