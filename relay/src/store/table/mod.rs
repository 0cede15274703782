//! Tables: declared once, for both stores.
//!
//! A [`Table`] says which columns there are, of which kind, and what finds or orders its rows. The
//! layout of both stores, their lists of columns, their writes and the move follow from it. A row
//! is read by the names of its columns, by the same code for both stores ([`Row`]).
//!
//! What a column costs, and when there is one, is in ARCHITECTURE.md under "The law of columns".

mod layout;
mod row;
mod sql;
mod value;

pub(in crate::store) use layout::layout;
pub(in crate::store) use row::{Raw, Row};
pub(in crate::store) use sql::{
    Select, insert, insert_many, update, update_many, upsert, upsert_some,
};
pub(in crate::store) use value::Value;

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

/// A table's declaration.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Table {
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
