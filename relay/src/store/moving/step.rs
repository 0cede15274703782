//! The order in which tables are moved.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::store::rows::{CONVERSATIONS, TABLES};
use crate::store::table::{Column, Kind, Table, Value};

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

/// Which of a table's rows are moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Part {
    All,
    /// The conversations that are not the latest of their contact: a store that goes by the order
    /// in which they came to be sees the latest last.
    Earlier,
    Latest,
}

/// One pass over a table. What a row refers to is moved before it.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Step {
    pub(in crate::store) table: &'static Table,
    pub(in crate::store) part: Part,
}

impl Step {
    /// All of them, in their order.
    pub(in crate::store) fn all() -> impl Iterator<Item = Self> {
        TABLES.iter().flat_map(|table| {
            let parts: &[Part] = if table.name == CONVERSATIONS.name {
                &[Part::Earlier, Part::Latest]
            } else {
                &[Part::All]
            };
            parts.iter().map(|part| Self { table, part: *part })
        })
    }

    /// What the rows are read in order of. An age itself is not moved, the order is.
    pub(in crate::store) fn key(&self) -> Vec<Column> {
        if self.table.aged {
            return vec![Column::new("age", Kind::Number)];
        }
        let key = self.table.key.iter();
        key.filter_map(|name| self.table.column(name).copied())
            .collect()
    }

    fn name(&self) -> String {
        match self.part {
            Part::All => self.table.name.to_owned(),
            Part::Earlier => format!("{}, earlier", self.table.name),
            Part::Latest => format!("{}, latest", self.table.name),
        }
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        (self.table.name, self.part) == (other.table.name, other.part)
    }
}

impl Eq for Step {}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = Self::all().find(|step| step.name() == name);
        found.ok_or_else(|| D::Error::custom(format!("there is no step {name:?}")))
    }
}

/// Adds a value to a checksum. What kind it is and how long comes first, so that no two rows look
/// alike.
pub(super) fn feed(value: &Value, hash: &mut sha2::Sha256) {
    use sha2::Digest as _;

    let mut long = |kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    match value {
        Value::Null => hash.update([0]),
        Value::Id(bytes) => long(1, bytes),
        Value::Bytes(bytes) => long(2, bytes),
        Value::Number(number) => long(3, &number.to_be_bytes()),
        Value::Flag(flag) => long(4, &[u8::from(*flag)]),
        Value::Text(text) => long(5, text.as_bytes()),
    }
}
