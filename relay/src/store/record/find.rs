//! Finding records.

use std::marker::PhantomData;

use heard_protocol::{SiteId, UnixMillis};

use super::{Kept, Record, RecordId as _, RecordRow};
use crate::store::table::{Dialect, Kind, Table, Value, parameter};

/// Records of one kind, whichever that is: what is looked for, in which order, after which one, and
/// how many at most.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lookup {
    pub(in crate::store) table: &'static Table,
    /// Columns and what is in them.
    keys: Vec<(&'static str, Value)>,
    /// Due before this moment, and in the order in which they are due.
    due_before: Option<UnixMillis>,
    /// What the one says that they come after: when it is due, if that orders them, and its id.
    after: Option<(Option<UnixMillis>, [u8; 16])>,
    pub(in crate::store) limit: usize,
}

impl Lookup {
    /// Every record of a table, in the order of their ids.
    pub(in crate::store) const fn all(table: &'static Table) -> Self {
        Self {
            table,
            keys: Vec::new(),
            due_before: None,
            after: None,
            limit: usize::MAX,
        }
    }

    /// The record of this id.
    pub(in crate::store) fn one(table: &'static Table, id: [u8; 16]) -> Self {
        Self::all(table).with("id", Value::Id(id)).most(1)
    }

    /// Narrows it to those that have this in a column.
    pub(in crate::store) fn with(mut self, column: &'static str, value: Value) -> Self {
        debug_assert!(self.table.column(column).is_some(), "{column}");
        self.keys.push((column, value));
        self
    }

    /// As many, and no more.
    pub(in crate::store) fn most(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// Whether it finds a row.
    pub(in crate::store) fn finds(&self, row: &RecordRow) -> bool {
        let has = |(name, value): &(&'static str, Value)| {
            row.key(self.table, name).as_ref() == Some(value)
        };
        let is_due = |before| row.due.is_some_and(|due| due < before);
        self.keys.iter().all(has)
            && self.due_before.is_none_or(is_due)
            && self.after.is_none_or(|after| self.place(row) > after)
    }

    /// What orders the rows that it finds.
    pub(in crate::store) fn place(&self, row: &RecordRow) -> (Option<UnixMillis>, [u8; 16]) {
        (self.due_before.and(row.due), row.id)
    }

    /// The statement's end, and the values of its parameters.
    pub(in crate::store) fn condition(&self, dialect: Dialect) -> (String, Vec<(Kind, Value)>) {
        let mut values: Vec<(Kind, Value)> = Vec::new();
        let mut parts = vec!["TRUE".to_owned()];
        let mut bind = |kind, value| {
            values.push((kind, value));
            parameter(values.len(), dialect)
        };
        for (name, value) in &self.keys {
            let kind = self.table.column(name).map_or(Kind::Text, |one| one.kind);
            parts.push(format!("t.{name} = {}", bind(kind, value.clone())));
        }
        if let Some(before) = self.due_before {
            parts.push(format!("t.due < {}", bind(Kind::Number, before.into())));
        }
        if let Some((due, id)) = self.after {
            let id = bind(Kind::Id, Value::Id(id));
            parts.push(match due {
                Some(due) => {
                    let due = bind(Kind::Number, due.into());
                    format!("(t.due, t.id) > ({due}, {id})")
                }
                None => format!("t.id > {id}"),
            });
        }
        let order = match self.due_before {
            Some(_) => "t.due, t.id",
            None => "t.id",
        };
        let limit = bind(Kind::Number, Value::number(self.limit as u64));
        let parts = parts.join(" AND ");
        let sql = format!("WHERE {parts} ORDER BY {order} LIMIT {limit}");
        (sql, values)
    }
}

/// Records of one kind.
#[derive(Debug, Clone)]
pub struct Find<R> {
    pub(in crate::store) lookup: Lookup,
    kind: PhantomData<fn() -> R>,
}

impl<R: Record> Find<R> {
    const fn of(lookup: Lookup) -> Self {
        let kind = PhantomData;
        Self { lookup, kind }
    }

    /// All of them, in the order of their ids.
    pub const fn all() -> Self {
        Self::of(Lookup::all(R::TABLE))
    }

    /// A site's.
    pub fn of_site(site: SiteId) -> Self {
        Self::all().with("site", site)
    }

    /// Those that are due before this moment, the earliest first.
    pub fn due_before(moment: UnixMillis) -> Self {
        let due_before = Some(moment);
        let lookup = Lookup {
            due_before,
            ..Lookup::all(R::TABLE)
        };
        Self::of(lookup)
    }

    /// Of these, those that have this in a column that the table is found by.
    #[must_use]
    pub fn with(self, column: &'static str, value: impl Into<Value>) -> Self {
        Self::of(self.lookup.with(column, value.into()))
    }

    /// Of these, those after one that was found before.
    #[must_use]
    pub fn after(self, kept: &Kept<R>) -> Self {
        let due = self.lookup.due_before.and(kept.due);
        let after = Some((due, kept.record.id().bytes()));
        let lookup = Lookup {
            after,
            ..self.lookup
        };
        Self::of(lookup)
    }

    /// Of these, the first so many.
    #[must_use]
    pub fn most(self, limit: usize) -> Self {
        Self::of(self.lookup.most(limit))
    }
}
