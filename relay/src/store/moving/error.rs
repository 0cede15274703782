//! Why a store could not be moved.

use crate::store::StoreError;

/// Why a store could not be moved. Whatever it was, the source is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// Source and target are one.
    #[error("there is nothing to move: --from and --to are the same")]
    Same,
    /// The target has rows of its own.
    #[error("{place} is not empty; with --replace, what it holds is deleted first")]
    NotEmpty {
        /// The target.
        place: String,
    },
    /// The target was half-moved to from another store.
    #[error(
        "{place} holds an unfinished move of another store; with --replace, that is deleted first"
    )]
    OtherMove {
        /// The target.
        place: String,
    },
    /// The source was written to in the meantime.
    #[error(
        "{place} has changed since this move began; begin it again with --replace, and let no relay run on it meanwhile"
    )]
    Changed {
        /// The source.
        place: String,
    },
    /// The two sides do not hold the same.
    #[error(
        "the two sides differ in {tables}; begin the move again with --replace, and let no relay run on the source meanwhile"
    )]
    Differs {
        /// Which tables.
        tables: String,
    },
    /// One of the stores can't be opened, read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
