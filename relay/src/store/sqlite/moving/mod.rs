//! A file as one side of a move.

mod read;
mod write;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::schema::{self, Identity, WriteLock};
use crate::store::StoreError;

/// A file that nobody else writes to while this lives.
#[derive(Debug)]
pub(in crate::store) struct File {
    path: PathBuf,
    connection: Connection,
    identity: Identity,
    /// The number of the conversation whose entry was written last, and its id.
    last: Option<(i64, [u8; 16])>,
    #[expect(dead_code, reason = "it is held, not used")]
    lock: WriteLock,
}

impl File {
    /// Opens a file that is there.
    pub(in crate::store) fn source(path: &Path) -> Result<Self, StoreError> {
        if let Err(error) = std::fs::metadata(path) {
            return Err(StoreError::Path {
                path: path.to_owned(),
                reason: error.to_string(),
            });
        }
        let file = Self::open(path, schema::open_existing)?;
        schema::refuse_half_moved(&file.connection, path)?;
        Ok(file)
    }

    /// Opens a file, creating it if it is not there.
    pub(in crate::store) fn target(path: &Path) -> Result<Self, StoreError> {
        Self::open(path, schema::open_writer)
    }

    fn open(
        path: &Path,
        open: fn(&Path) -> Result<(Connection, Identity), StoreError>,
    ) -> Result<Self, StoreError> {
        let lock = schema::lock(path)?;
        let (connection, identity) = open(path)?;
        Ok(Self {
            path: path.to_owned(),
            connection,
            identity,
            last: None,
            lock,
        })
    }
}
