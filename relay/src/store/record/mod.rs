//! Records: what people edit, as documents with a history.
//!
//! A [`Record`] is a typed document with an id, a site, the keys it is found by, a version, and
//! perhaps a moment at which it is due. A change names the version it was made to, and is refused
//! as a conflict if that is not the latest any more. The version before it is kept, with who wrote
//! it and when.
//!
//! A new kind of record is a file beside these, a line in [`rows::TABLES`](super::rows) and a line
//! in the conformance suite.

mod find;
mod put;
mod row;

use heard_protocol::{AgentId, SiteId, UnixMillis};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use find::{Find, Lookup};
pub use put::{Edit, Editor, Put, Version};
pub use row::{Past, RecordRow};

use super::StoreError;
use super::table::{Table, Value};

/// What people edit.
pub trait Record: Serialize + DeserializeOwned + Send + 'static {
    /// How it is kept.
    const TABLE: &'static Table;
    /// What tells one from another.
    type Id: RecordId;

    /// Which.
    fn id(&self) -> Self::Id;

    /// Whose.
    fn site(&self) -> SiteId;

    /// What it is found by, in the order of the table's keys.
    fn keys(&self) -> Vec<Value> {
        Vec::new()
    }

    /// When time alone makes something of it.
    fn due(&self) -> Option<UnixMillis> {
        None
    }
}

/// An id of a record.
pub trait RecordId: Copy + Send {
    /// As bytes, which sort as the ids do.
    fn bytes(self) -> [u8; 16];
}

impl RecordId for SiteId {
    fn bytes(self) -> [u8; 16] {
        self.to_bytes()
    }
}

impl RecordId for AgentId {
    fn bytes(self) -> [u8; 16] {
        self.to_bytes()
    }
}

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<R> {
    /// What it says.
    pub record: R,
    /// Which version that is.
    pub version: Version,
    /// Who wrote it, and when.
    pub edit: Edit,
    /// When time alone makes something of it.
    pub due: Option<UnixMillis>,
}

impl<R: Record> Kept<R> {
    /// Reads a row.
    ///
    /// # Errors
    /// [`StoreError::Value`] if the document is none of this kind.
    pub fn read(row: &RecordRow) -> Result<Self, StoreError> {
        Ok(Self {
            record: super::stored::from_json(R::TABLE.name, &row.document)?,
            version: row.version,
            edit: row.edit,
            due: row.due,
        })
    }

    /// Reads a version that another one has replaced.
    ///
    /// # Errors
    /// As [`Kept::read`].
    pub fn of_past(past: &Past) -> Result<Self, StoreError> {
        let record: R = super::stored::from_json(R::TABLE.name, &past.document)?;
        Ok(Self {
            due: record.due(),
            record,
            version: past.version,
            edit: past.edit,
        })
    }
}
