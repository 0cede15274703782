//! Records, whichever kind they are.

use rusqlite::{Connection, params, params_from_iter};

use super::row;
use crate::store::StoreError;
use crate::store::record::{Lookup, Past, RecordRow};
use crate::store::rows::HISTORY;
use crate::store::table::{Dialect, Select, Table, Value, insert, upsert_some};

/// The records that are looked for.
pub(super) fn find(connection: &Connection, lookup: &Lookup) -> Result<Vec<RecordRow>, StoreError> {
    let select = Select::some(lookup.table, &lookup.table.written());
    let (condition, values) = lookup.condition(Dialect::Sqlite);
    let values = params_from_iter(values.into_iter().map(|(_, value)| value));
    row::all(connection, &select, &condition, values, |row| {
        RecordRow::read(lookup.table, row)
    })
}

/// Writes a record, and keeps what it was before.
pub(super) fn put(
    connection: &Connection,
    table: &Table,
    row: &RecordRow,
    before: Option<&RecordRow>,
) -> Result<(), StoreError> {
    let run = |sql: &str, values: Vec<Value>| -> Result<(), StoreError> {
        let mut statement = connection.prepare_cached(sql)?;
        statement.execute(params_from_iter(values))?;
        Ok(())
    };
    if let Some(before) = before {
        run(&insert(&HISTORY, Dialect::Sqlite), before.history(table))?;
    }
    let put = upsert_some(table, &table.written(), Dialect::Sqlite);
    run(&put, row.values())
}

/// What a record said before, the latest first.
pub(super) fn past(
    connection: &Connection,
    table: &Table,
    id: [u8; 16],
    limit: usize,
) -> Result<Vec<Past>, StoreError> {
    let select = Select::of(&HISTORY, Dialect::Sqlite);
    let of_record = "WHERE t.record = ?1 AND t.id = ?2 ORDER BY t.version DESC LIMIT ?3";
    let values = params![table.name, id, Value::number(limit as u64)];
    row::all(connection, &select, of_record, values, |row| {
        Past::read(row)
    })
}
