//! Tables: declared once, for both stores.
//!
//! A [`Table`] says which columns there are, of which kind, and what finds or orders its rows. The
//! layout of both stores, their lists of columns, their writes and the move follow from it. A row
//! is read by the names of its columns, by the same code for both stores ([`Row`]).
//!
//! What a column costs, and when there is one, is in ARCHITECTURE.md under "The law of columns".

/// Hands the types of all ids that columns hold to the macro `$each`. A new kind of id is added
/// here alone.
macro_rules! every_id {
    ($each:ident) => {
        $each!(
            heard_protocol::SiteId,
            heard_protocol::AgentId,
            heard_protocol::ContactId,
            heard_protocol::ConversationId,
            heard_protocol::CommandId,
            heard_protocol::CallbackId,
            crate::node::NodeId
        );
    };
}
pub(in crate::store) use every_id;

mod layout;
mod row;
mod sql;
mod value;

pub(in crate::store) use layout::layout;
pub(in crate::store) use row::{Raw, Row};
pub(in crate::store) use sql::{
    Select, insert, insert_many, parameter, update, update_many, upsert, upsert_some,
};
pub use value::Value;

/// A store's way of writing SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Dialect {
    Sqlite,
    Postgres,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Kind {
    Id,
    Bytes,
    Number,
    Flag,
    Text,
}

/// The columns that every record has; a table's keys and what changes by itself follow.
macro_rules! record_columns {
    ($($more:expr),* $(,)?) => {
        &[
            $crate::store::table::Column::new("id", $crate::store::table::Kind::Id),
            $crate::store::table::Column::new("site", $crate::store::table::Kind::Id).of("sites"),
            $crate::store::table::Column::new("version", $crate::store::table::Kind::Number),
            // When this version was written, and by whom.
            $crate::store::table::Column::new("at", $crate::store::table::Kind::Number),
            $crate::store::table::Column::new("actor", $crate::store::table::Kind::Text),
            $crate::store::table::Column::new("due", $crate::store::table::Kind::Number).optional(),
            $crate::store::table::Column::new("document", $crate::store::table::Kind::Text),
            $($more),*
        ]
    };
}
pub(in crate::store) use record_columns;

/// The names of those that every record has.
const RECORD: [&str; 7] = ["id", "site", "version", "at", "actor", "due", "document"];

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Column {
    pub(in crate::store) name: &'static str,
    pub(in crate::store) kind: Kind,
    /// Whether it may be NULL.
    pub(in crate::store) optional: bool,
    /// What a new row has unless told otherwise, as SQL.
    default: Option<&'static str>,
    /// The table whose `id` it holds.
    refers: Option<&'static str>,
    /// Follows from other rows. PostgreSQL keeps it, SQLite works it out when it is read.
    pub(in crate::store) derived: bool,
}

/// What rows are found or ordered by, besides their key.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Index {
    /// Its name without the table's.
    name: &'static str,
    /// As SQL.
    columns: &'static str,
    unique: bool,
    /// The only rows it is over, as SQL.
    only: Option<&'static str>,
    /// The only store that has it.
    store: Option<Dialect>,
}

/// What records are found by, besides their ids, their sites and when they are due.
#[derive(Clone, Copy)]
struct Keys {
    keys: &'static [&'static str],
    unique: &'static [&'static [&'static str]],
}

/// A table's declaration.
#[derive(Clone, Copy)]
pub struct Table {
    pub(in crate::store) name: &'static str,
    pub(in crate::store) columns: &'static [Column],
    /// The columns of its primary key.
    pub(in crate::store) key: &'static [&'static str],
    indexes: &'static [Index],
    /// Rows have an age, and are read in its order.
    pub(in crate::store) aged: bool,
    /// SQLite finds its rows by a number of its own (`row`).
    numbered: bool,
    /// SQLite's layout of it is written by hand.
    pub(in crate::store) by_hand: bool,
    /// Its rows are records, and this is what they are found by.
    record: Option<Keys>,
    /// How much of a page PostgreSQL fills, in percent: the rest is for new versions of its rows.
    fill: u8,
}

impl Column {
    pub(in crate::store) const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            optional: false,
            default: None,
            refers: None,
            derived: false,
        }
    }

    pub(in crate::store) const fn optional(self) -> Self {
        let optional = true;
        Self { optional, ..self }
    }

    pub(in crate::store) const fn default(self, sql: &'static str) -> Self {
        let default = Some(sql);
        Self { default, ..self }
    }

    pub(in crate::store) const fn of(self, table: &'static str) -> Self {
        let refers = Some(table);
        Self { refers, ..self }
    }

    pub(in crate::store) const fn derived(self) -> Self {
        let derived = true;
        Self { derived, ..self }
    }
}

impl Index {
    pub(in crate::store) const fn new(name: &'static str, columns: &'static str) -> Self {
        Self {
            name,
            columns,
            unique: false,
            only: None,
            store: None,
        }
    }

    pub(in crate::store) const fn unique(self) -> Self {
        let unique = true;
        Self { unique, ..self }
    }

    pub(in crate::store) const fn only(self, sql: &'static str) -> Self {
        let only = Some(sql);
        Self { only, ..self }
    }

    pub(in crate::store) const fn in_store(self, store: Dialect) -> Self {
        let store = Some(store);
        Self { store, ..self }
    }
}

impl Table {
    pub(in crate::store) const fn new(
        name: &'static str,
        columns: &'static [Column],
        key: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            columns,
            key,
            indexes: &[],
            aged: false,
            numbered: false,
            by_hand: false,
            record: None,
            fill: 100,
        }
    }

    pub(in crate::store) const fn indexes(self, indexes: &'static [Index]) -> Self {
        Self { indexes, ..self }
    }

    pub(in crate::store) const fn aged(self) -> Self {
        let aged = true;
        Self { aged, ..self }
    }

    pub(in crate::store) const fn numbered(self) -> Self {
        let numbered = true;
        Self { numbered, ..self }
    }

    pub(in crate::store) const fn by_hand(self) -> Self {
        let by_hand = true;
        Self { by_hand, ..self }
    }

    /// A table of records that are found by these columns too, some of which are `unique`.
    pub(in crate::store) const fn found_by(
        self,
        keys: &'static [&'static str],
        unique: &'static [&'static [&'static str]],
    ) -> Self {
        let record = Some(Keys { keys, unique });
        Self { record, ..self }
    }

    /// The columns that repeat what a record's document says, for it to be found by.
    pub(in crate::store) fn keys(&self) -> &'static [&'static str] {
        self.record.map_or(&[], |record| record.keys)
    }

    /// The columns that are in no two records the same.
    pub(in crate::store) fn unique(&self) -> &'static [&'static [&'static str]] {
        self.record.map_or(&[], |record| record.unique)
    }

    /// Whether no two records may have some of their keys the same.
    pub fn has_unique_keys(&self) -> bool {
        !self.unique().is_empty()
    }

    /// The columns that writing a record writes: any other changes by itself.
    pub(in crate::store) fn written(&self) -> Vec<&'static str> {
        let mut names = RECORD.to_vec();
        names.extend(self.keys());
        names
    }

    pub(in crate::store) const fn fill(self, fill: u8) -> Self {
        Self { fill, ..self }
    }

    /// The columns that a store keeps.
    pub(in crate::store) fn kept(&self, dialect: Dialect) -> impl Iterator<Item = &'static Column> {
        self.columns
            .iter()
            .filter(move |column| dialect == Dialect::Postgres || !column.derived)
    }

    /// The column of this name.
    pub(in crate::store) fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Of the values of all columns those that a store keeps.
    pub(in crate::store) fn kept_of<'v>(
        &'v self,
        values: &'v [Value],
        dialect: Dialect,
    ) -> impl Iterator<Item = &'v Value> {
        debug_assert_eq!(values.len(), self.columns.len(), "{}", self.name);
        self.columns
            .iter()
            .zip(values)
            .filter(move |(column, _)| dialect == Dialect::Postgres || !column.derived)
            .map(|(_, value)| value)
    }
}

/// By its name, which no two have.
impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Table {}

impl PartialOrd for Table {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Table {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name.cmp(other.name)
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
