//! What can go wrong with a store.

use std::path::PathBuf;

/// Why a store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file or its folder can't be used.
    #[error("cannot use the data file {path}: {reason}")]
    Path {
        /// The file.
        path: PathBuf,
        /// The operating system's or the database's word.
        reason: String,
    },
    /// The file or database is there and is not one of Heard, or is damaged.
    #[error("{path} is not a Heard database, or it is damaged: {reason}")]
    Corrupt {
        /// The file, or the address of the database.
        path: PathBuf,
        /// What was seen.
        reason: String,
    },
    /// The schema is of another version of this program.
    #[error("the database has schema {found}, this program reads {known}: {advice}")]
    Schema {
        /// The version in the database.
        found: u32,
        /// The version of this program.
        known: u32,
        /// What to do.
        advice: &'static str,
    },
    /// A version of this program from before the first release wrote it.
    #[error(
        "{place} was written by a version from before the first release, which this program cannot read: begin with a new one"
    )]
    BeforeRelease {
        /// The file, or the address of the database.
        place: String,
    },
    /// Another process has the file open for writing.
    #[error("another relay is using {path}")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// Only a part of another store is there.
    #[error(
        "{place} holds an unfinished move: finish it by running the same `heard-relay move` again"
    )]
    HalfMoved {
        /// The file, or the address of the database.
        place: String,
    },
    /// The database server can't be reached, or doesn't let this program in.
    #[error("cannot use the database {server}: {reason}")]
    Server {
        /// Where it is, without the name and the password to sign in with.
        server: String,
        /// The server's or the operating system's word.
        reason: String,
    },
    /// The address of the database server can't be read. It is not repeated here: it may hold a
    /// password.
    #[error(
        "the address of the database is not of the form postgres://user:password@host/database: {reason}"
    )]
    Address {
        /// What is wrong with it.
        reason: String,
    },
    /// The database refused a statement.
    #[error("database error")]
    Database(#[from] rusqlite::Error),
    /// The database server refused a statement, or could not be asked.
    #[error("database error")]
    Postgres(#[from] sqlx::Error),
    /// The database server did not answer in time.
    #[error("the database did not answer in time")]
    Unanswered,
    /// A stored value could not be read back.
    #[error("a stored {what} cannot be read: {reason}")]
    Value {
        /// Which column.
        what: &'static str,
        /// Why.
        reason: String,
    },
    /// The batch this request was in could not be written; nothing of it is kept.
    #[error("the write failed: {reason}")]
    Unwritten {
        /// The database's word.
        reason: String,
    },
    /// The store is shutting down, or its writer has stopped.
    #[error("the store has stopped")]
    Stopped,
}
