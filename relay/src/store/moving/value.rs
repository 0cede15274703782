//! Rows as no store in particular keeps them.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::store::stored;

/// One column of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) enum Value {
    Null,
    Id([u8; 16]),
    Bytes(Vec<u8>),
    Number(i64),
    Flag(bool),
    Text(String),
}

/// The values of a table's columns, in its order.
pub(in crate::store) type Row = Vec<Value>;

/// What a table is ordered by, of one of its rows.
pub(in crate::store) type Key = Vec<Value>;

/// Consecutive rows of a table.
#[derive(Debug, Default)]
pub(in crate::store) struct Batch {
    pub(in crate::store) rows: Vec<Row>,
    /// The key of the last of them; `None` if there are no more.
    pub(in crate::store) last: Option<Key>,
}

impl Value {
    /// Text as every store can keep it: a NUL, which one of them has no room for, is the sign for
    /// what cannot be shown.
    pub(in crate::store) fn text(text: &str) -> Self {
        Self::Text(stored::text(text))
    }

    /// Adds the value to a checksum. What kind it is and how long comes first, so that no two rows
    /// look alike.
    pub(super) fn feed(&self, hash: &mut Sha256) {
        let long = |hash: &mut Sha256, kind: u8, bytes: &[u8]| {
            hash.update([kind]);
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        match self {
            Self::Null => hash.update([0]),
            Self::Id(bytes) => long(hash, 1, bytes),
            Self::Bytes(bytes) => long(hash, 2, bytes),
            Self::Number(number) => long(hash, 3, &number.to_be_bytes()),
            Self::Flag(flag) => long(hash, 4, &[u8::from(*flag)]),
            Self::Text(text) => long(hash, 5, text.as_bytes()),
        }
    }
}
