//! How tables are laid out, as SQL.

use std::fmt::Write as _;

use super::{Column, Dialect, Index, Kind, Table};

/// The statements that create a table and its indexes.
pub(in crate::store) fn layout(table: &Table, dialect: Dialect) -> String {
    let mut sql = String::new();
    if !(table.by_hand && dialect == Dialect::Sqlite) {
        create(&mut sql, table, dialect);
    }
    if table.record.is_some() {
        records(&mut sql, table);
    }
    for index in table.indexes {
        if index.store.is_none_or(|store| store == dialect) {
            add(&mut sql, table, index);
        }
    }
    sql
}

fn create(sql: &mut String, table: &Table, dialect: Dialect) {
    let mut parts = Vec::new();
    let key = table.key.join(", ");
    let numbered = table.numbered && dialect == Dialect::Sqlite;
    if numbered {
        parts.push("row INTEGER PRIMARY KEY".to_owned());
    }
    parts.extend(table.kept(dialect).map(|column| line(column, dialect)));
    if table.aged && dialect == Dialect::Postgres {
        parts.push("age bigint GENERATED ALWAYS AS IDENTITY UNIQUE".to_owned());
    }
    let word = if numbered { "UNIQUE" } else { "PRIMARY KEY" };
    parts.push(format!("{word} ({key})"));
    let rest = match dialect {
        Dialect::Sqlite => " STRICT".to_owned(),
        Dialect::Postgres if table.fill < 100 => format!(" WITH (fillfactor = {})", table.fill),
        Dialect::Postgres => String::new(),
    };
    let parts = parts.join(",\n  ");
    // Writing to a string cannot fail.
    let _ = writeln!(sql, "CREATE TABLE {} (\n  {parts}\n){rest};", table.name);
}

fn line(column: &Column, dialect: Dialect) -> String {
    let mut line = format!("{} {}", column.name, word(column.kind, dialect));
    if !column.optional {
        line.push_str(" NOT NULL");
    }
    if let Some(default) = column.default {
        let _ = write!(line, " DEFAULT {default}");
    }
    if let Some(table) = column.refers {
        let _ = write!(line, " REFERENCES {table}(id)");
    }
    line
}

/// What records are found by.
fn records(sql: &mut String, table: &Table) {
    let name = table.name;
    let _ = writeln!(
        sql,
        "CREATE INDEX {name}_by_site ON {name} (site, id);
CREATE INDEX {name}_due ON {name} (due, id) WHERE due IS NOT NULL;"
    );
    for columns in table.unique() {
        let (by, columns) = (columns.join("_"), columns.join(", "));
        let _ = writeln!(
            sql,
            "CREATE UNIQUE INDEX {name}_by_{by} ON {name} ({columns});"
        );
    }
}

fn add(sql: &mut String, table: &Table, index: &Index) {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let only = index
        .only
        .map_or_else(String::new, |only| format!(" WHERE {only}"));
    let (name, columns) = (index.name, index.columns);
    let table = table.name;
    let _ = writeln!(
        sql,
        "CREATE {unique}INDEX {table}_{name} ON {table} ({columns}){only};"
    );
}

/// What a store calls a kind.
pub(super) const fn word(kind: Kind, dialect: Dialect) -> &'static str {
    match (dialect, kind) {
        (Dialect::Sqlite, Kind::Id | Kind::Bytes) => "BLOB",
        (Dialect::Sqlite, Kind::Number | Kind::Flag) => "INTEGER",
        (Dialect::Sqlite, Kind::Text) => "TEXT",
        (Dialect::Postgres, Kind::Id) => "uuid",
        (Dialect::Postgres, Kind::Bytes) => "bytea",
        (Dialect::Postgres, Kind::Number) => "bigint",
        (Dialect::Postgres, Kind::Flag) => "boolean",
        (Dialect::Postgres, Kind::Text) => "text",
    }
}
