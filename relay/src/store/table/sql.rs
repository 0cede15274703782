//! Statements that follow from a table's declaration.

use super::layout::word;
use super::{Column, Dialect, Table};

/// The beginning of a statement that reads rows, and the names of what it reads. The table is `t`
/// in it.
#[derive(Debug)]
pub(in crate::store) struct Select {
    pub(in crate::store) names: Vec<&'static str>,
    pub(in crate::store) sql: String,
}

impl Select {
    /// Reads all columns of a table that a store keeps.
    pub(in crate::store) fn of(table: &Table, dialect: Dialect) -> Self {
        let names: Vec<_> = table.kept(dialect).map(|column| column.name).collect();
        Self::some(table, &names)
    }

    /// Reads some columns of a table.
    pub(in crate::store) fn some(table: &Table, names: &[&'static str]) -> Self {
        debug_assert!(
            names
                .iter()
                .all(|name| *name == "row" || table.column(name).is_some()),
            "{} has not all of {names:?}",
            table.name
        );
        let list: Vec<_> = names.iter().map(|name| format!("t.{name}")).collect();
        let (list, from) = (list.join(", "), table.name);
        Self {
            names: names.to_vec(),
            sql: format!("SELECT {list} FROM {from} t"),
        }
    }

    /// Reads more, which is no column of the table, under a name.
    pub(in crate::store) fn and(mut self, name: &'static str, sql: &str) -> Self {
        self.names.push(name);
        let place = self.sql.find(" FROM ").unwrap_or(self.sql.len());
        self.sql.insert_str(place, &format!(", {sql} AS {name}"));
        self
    }

    /// Adds to the end of the statement.
    pub(in crate::store) fn then(mut self, sql: &str) -> Self {
        self.sql.push(' ');
        self.sql.push_str(sql);
        self
    }
}

/// Inserts a row of all columns that a store keeps.
pub(in crate::store) fn insert(table: &Table, dialect: Dialect) -> String {
    insert_some(table, &names(table.kept(dialect)), dialect)
}

fn insert_some(table: &Table, names: &[&str], dialect: Dialect) -> String {
    let places: Vec<_> = (1..=names.len())
        .map(|place| parameter(place, dialect))
        .collect();
    let (table, names, places) = (table.name, names.join(", "), places.join(", "));
    format!("INSERT INTO {table} ({names}) VALUES ({places})")
}

/// Inserts a row of all columns that a store keeps, or writes those that may change into the row
/// that is there.
pub(in crate::store) fn upsert(table: &Table, changing: &[&str], dialect: Dialect) -> String {
    let insert = insert(table, dialect);
    on_conflict(table, &insert, changing)
}

/// Inserts a row of some columns, or writes them into the row that is there.
pub(in crate::store) fn upsert_some(table: &Table, names: &[&str], dialect: Dialect) -> String {
    let insert = insert_some(table, names, dialect);
    let changing = names.iter().filter(|name| !table.key.contains(name));
    let changing: Vec<_> = changing.copied().collect();
    on_conflict(table, &insert, &changing)
}

fn on_conflict(table: &Table, insert: &str, changing: &[&str]) -> String {
    let key = table.key.join(", ");
    let changing: Vec<_> = changing
        .iter()
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    let changing = changing.join(", ");
    format!("{insert} ON CONFLICT ({key}) DO UPDATE SET {changing}")
}

/// Writes some columns of the row that the last parameter finds by `key`.
pub(in crate::store) fn update(
    table: &Table,
    changing: &[&str],
    key: &str,
    dialect: Dialect,
) -> String {
    let set: Vec<_> = (1..)
        .zip(changing)
        .map(|(place, name)| format!("{name} = {}", parameter(place, dialect)))
        .collect();
    let (table, set, place) = (table.name, set.join(", "), changing.len() + 1);
    let place = parameter(place, dialect);
    format!("UPDATE {table} SET {set} WHERE {key} = {place}")
}

/// Inserts many rows of these columns, each column an array, in the rows' order: what the database
/// numbers is numbered in it.
pub(in crate::store) fn insert_many(table: &Table, columns: &[&Column]) -> String {
    let names = names(columns.iter().copied()).join(", ");
    let (table, arrays) = (table.name, arrays(columns));
    format!(
        "INSERT INTO {table} ({names})
         SELECT {names} FROM UNNEST({arrays}) WITH ORDINALITY AS u ({names}, place) ORDER BY place"
    )
}

/// Writes these columns of many rows, each column an array; the table's key is among them.
pub(in crate::store) fn update_many(table: &Table, columns: &[&Column]) -> String {
    let all = names(columns.iter().copied());
    let set: Vec<_> = all
        .iter()
        .filter(|name| !table.key.contains(name))
        .map(|name| format!("{name} = u.{name}"))
        .collect();
    let found: Vec<_> = table
        .key
        .iter()
        .map(|name| format!("t.{name} = u.{name}"))
        .collect();
    let (set, found, all) = (set.join(", "), found.join(" AND "), all.join(", "));
    let (table, arrays) = (table.name, arrays(columns));
    format!("UPDATE {table} t SET {set} FROM UNNEST({arrays}) AS u ({all}) WHERE {found}")
}

fn names<'a>(columns: impl Iterator<Item = &'a Column>) -> Vec<&'static str> {
    columns.map(|column| column.name).collect()
}

fn arrays(columns: &[&Column]) -> String {
    let arrays: Vec<_> = (1..)
        .zip(columns)
        .map(|(place, column)| format!("${place}::{}[]", word(column.kind, Dialect::Postgres)))
        .collect();
    arrays.join(", ")
}

/// How a statement names its parameter at a place, from 1.
pub(in crate::store) fn parameter(place: usize, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!("?{place}"),
        Dialect::Postgres => format!("${place}"),
    }
}
