//! Writing records: against the version they were made of, and no two with the same unique keys.

use heard_protocol::{AgentId, RefusalCode};

use super::append::announce_colleague;
use super::{Failure, Ledger, Outcome};
use crate::store::record::{Edit, Lookup, Put, Record, RecordRow, Version};
use crate::store::rows::{AGENTS, SITES};
use crate::store::{Fact, StoreError};

/// What finds records that a change must not get in the way of: they have the same unique keys.
pub(in crate::store) fn rivals(put: &Put) -> Vec<Lookup> {
    let row = RecordRow::of(put, Version::default());
    let unique = put.table.unique().iter();
    let lookups = unique.map(|columns| {
        columns.iter().fold(Lookup::all(put.table), |lookup, name| {
            match row.key(put.table, name) {
                Some(value) => lookup.with(name, value),
                None => lookup,
            }
        })
    });
    // Of two that are found one is another.
    lookups.map(|lookup| lookup.most(2)).collect()
}

/// Writes a record; returns its version.
pub(super) fn put<L: Ledger>(ledger: &mut L, put: &Put) -> Outcome<Version, L> {
    let before = ledger.row(put.table, put.id)?;
    let version = before.as_ref().map_or(Version(0), |row| row.version);
    // Nothing would change. It may have been carried out already, and its answer lost.
    if let Some(row) = &before
        && RecordRow::of(put, row.version)
            == (RecordRow {
                edit: put.edit,
                ..row.clone()
            })
    {
        return Ok(version);
    }
    if put.was.is_some_and(|was| was != version) {
        return Err(RefusalCode::Conflict.into());
    }
    if put.table != &SITES {
        ledger.policy(put.site)?.ok_or(RefusalCode::NotFound)?;
    }
    for lookup in rivals(put) {
        if ledger.rows(&lookup)?.iter().any(|row| row.id != put.id) {
            return Err(RefusalCode::IdTaken.into());
        }
    }
    let row = RecordRow::of(put, version.next());
    ledger.put_row(put.table, &row, before.as_ref())?;
    Ok(row.version)
}

/// Writes a record, and announces what follows from it.
pub(super) fn edit<L: Ledger>(ledger: &mut L, change: &Put) -> Outcome<Version, L> {
    let version = put(ledger, change)?;
    let site = change.site;
    if change.table == &AGENTS {
        announce_colleague(ledger, site, AgentId::from_bytes(change.id))?;
        ledger.announce(Fact::Calls { site });
    }
    if change.table == &AGENTS || change.table == &SITES {
        ledger.announce(Fact::Dispatch { site });
    }
    Ok(version)
}

/// Writes a record, whatever it says now.
pub(super) fn put_over<L: Ledger, R: Record>(
    ledger: &mut L,
    record: &R,
    edit: Edit,
) -> Outcome<(), L> {
    let broken = |error: StoreError| Failure::Broken(error.into());
    put(ledger, &Put::over(record, edit).map_err(broken)?)?;
    Ok(())
}
