//! Records, whichever kind they are: found, locked and written.
//!
//! They are locked after agents, by the place of their table and then by id; an agent's record is
//! their row, and locked with it. What finds several locks nothing.

use sqlx::postgres::PgConnection;
use sqlx::{Executor, Postgres};

use super::row::{all, bind, find};
use super::save::{Statement, one};
use super::working_set::{Changes, WorkingSet};
use crate::store::StoreError;
use crate::store::record::{Lookup, Past, RecordRow};
use crate::store::rows::{HISTORY, TABLES};
use crate::store::table::{Dialect, Select, Table, Value, upsert_some};

/// The place of a table, and the id of a record there.
pub(super) type RecordKey = (usize, [u8; 16]);

/// A table's place among all.
pub(super) fn place(table: &Table) -> usize {
    let place = TABLES.iter().position(|one| *one == table);
    place.unwrap_or(TABLES.len())
}

fn select(table: &Table) -> Select {
    Select::some(table, &table.written())
}

/// The records that are looked for.
pub(super) async fn look<'e>(
    on: impl Executor<'e, Database = Postgres>,
    lookup: &Lookup,
) -> Result<Vec<RecordRow>, StoreError> {
    let (condition, values) = lookup.condition(Dialect::Postgres);
    let mut found = find(&select(lookup.table), &condition);
    for (kind, value) in &values {
        found = bind(found, *kind, value);
    }
    all(found, on, |row| RecordRow::read(lookup.table, row)).await
}

/// What a record said before, the latest first.
pub(super) async fn past<'e>(
    on: impl Executor<'e, Database = Postgres>,
    table: &Table,
    id: [u8; 16],
    limit: usize,
) -> Result<Vec<Past>, StoreError> {
    let of_record = "WHERE t.record = $1 AND t.id = $2 ORDER BY t.version DESC LIMIT $3";
    let found = find(&Select::of(&HISTORY, Dialect::Postgres), of_record)
        .bind(table.name)
        .bind(sqlx::types::Uuid::from_bytes(id))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX));
    all(found, on, Past::read).await
}

/// Locks the records that the batch names, and reads them.
pub(super) async fn lock(
    connection: &mut PgConnection,
    set: &mut WorkingSet,
) -> Result<(), StoreError> {
    for (place, table) in TABLES.iter().enumerate() {
        let ids = set
            .keys
            .records
            .range((place, [0; 16])..=(place, [u8::MAX; 16]));
        let ids: Vec<_> = ids
            .map(|(_, id)| sqlx::types::Uuid::from_bytes(*id))
            .collect();
        debug_assert!(
            ids.is_sorted(),
            "records are locked in the order of their ids"
        );
        if ids.is_empty() {
            continue;
        }
        let locked = "WHERE t.id = ANY($1) ORDER BY t.id FOR NO KEY UPDATE";
        let found = find(&select(table), locked).bind(ids);
        let found = all(found, &mut *connection, |row| RecordRow::read(table, row));
        for row in found.await? {
            set.records.insert((place, row.id), row);
        }
    }
    Ok(())
}

/// Looks for what the batch looks for.
pub(super) async fn load(
    connection: &mut PgConnection,
    set: &mut WorkingSet,
) -> Result<(), StoreError> {
    for (lookup, limit) in &set.keys.lookups {
        let more = lookup.clone().most(*limit);
        let found = look(&mut *connection, &more).await?;
        set.found.insert(lookup.clone(), found);
    }
    Ok(())
}

/// Writes what changed, in the order in which it did: a key may pass from one record to another.
pub(super) async fn save(
    connection: &mut PgConnection,
    changes: &Changes,
) -> Result<(), StoreError> {
    for (table, row) in &changes.records {
        let names = table.written();
        let put = Statement::new(table, &names, |table, _| {
            upsert_some(table, &names, Dialect::Postgres)
        });
        one(connection, &put.sql, &put.columns, &row.values()).await?;
    }
    Statement::insert_many(&HISTORY)
        .many(connection, &changes.history)
        .await
}

impl WorkingSet {
    /// The records that are looked for, as the batch has changed them.
    pub(super) fn look(&self, lookup: &Lookup) -> Option<Vec<RecordRow>> {
        let changed = || {
            let changes = self.changes.records.iter();
            changes.filter(|(table, _)| *table == lookup.table)
        };
        let enough = self.enough_for(lookup);
        if self
            .keys
            .lookups
            .get(lookup)
            .is_none_or(|limit| *limit < enough)
        {
            return None;
        }
        let is_changed = |row: &&RecordRow| changed().any(|(_, other)| other.id == row.id);
        let there = self.found.get(lookup).into_iter().flatten();
        let mut rows: Vec<_> = there.filter(|row| !is_changed(row)).cloned().collect();
        let place = place(lookup.table);
        let mut ids: Vec<_> = changed().map(|(_, row)| row.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let latest = ids.iter().filter_map(|id| self.records.get(&(place, *id)));
        rows.extend(latest.filter(|row| lookup.finds(row)).cloned());
        rows.sort_by_key(|row| lookup.place(row));
        rows.truncate(lookup.limit);
        Some(rows)
    }

    /// How many rows a look-up has to read so that the batch's own changes leave enough of them.
    pub(super) fn enough_for(&self, lookup: &Lookup) -> usize {
        let changes = self.changes.records.iter();
        let changed = changes.filter(|(table, _)| *table == lookup.table).count();
        lookup.limit.saturating_add(changed)
    }

    /// Keeps what a record was before.
    pub(super) fn remember(&mut self, table: &'static Table, before: &RecordRow) {
        let row: Vec<Value> = before.history(table);
        self.changes.history.push(row);
    }
}
