//! Requests to be called: their rows, read and written.

use std::ops::Range;
use std::sync::LazyLock;

use heard_desk::Voiced;
use heard_desk::callback::{Callback, Caller};
use heard_protocol::{AgentId, CallbackId, CallbackSummary, ContactId, SiteId, UnixMillis};
use rusqlite::{Connection, OptionalExtension as _, Params, params, params_from_iter};

use super::column::Col;
use super::read::LATELY;
use super::{row, select};
use crate::store::StoreError;
use crate::store::ledger::{CallLine, QUEUE_LIMIT};
use crate::store::rows::{self, CALLBACKS, callback};
use crate::store::stored::{self, WITH_CALLS};
use crate::store::table::{Dialect, Value, upsert};

fn some(
    connection: &Connection,
    condition: &str,
    values: impl Params,
) -> Result<Vec<Callback>, StoreError> {
    row::all(connection, &select::CALLBACK, condition, values, |row| {
        callback::read(row)
    })
}

/// One request.
pub(super) fn one(connection: &Connection, id: CallbackId) -> Result<Option<Callback>, StoreError> {
    Ok(some(connection, "WHERE t.id = ?1", [Col(id)])?.pop())
}

/// Every open request of a site.
pub(super) fn open(connection: &Connection, site: SiteId) -> Result<Vec<Callback>, StoreError> {
    let condition = "WHERE site = ?1 AND ended_at IS NULL ORDER BY requested_at, id";
    some(connection, condition, [Col(site)])
}

/// The latest requests of a contact.
pub(super) fn of_contact(
    connection: &Connection,
    contact: ContactId,
) -> Result<Vec<Callback>, StoreError> {
    let condition = "WHERE contact = ?1 ORDER BY requested_at DESC, id DESC LIMIT 3";
    some(connection, condition, [Col(contact)])
}

/// The requests of a site that were made from one moment until before another.
pub(super) fn between(
    connection: &Connection,
    site: SiteId,
    from: UnixMillis,
    to: UnixMillis,
) -> Result<Vec<Callback>, StoreError> {
    let condition =
        "WHERE site = ?1 AND requested_at >= ?2 AND requested_at < ?3 ORDER BY requested_at, id";
    some(
        connection,
        condition,
        params![Col(site), Col(from), Col(to)],
    )
}

/// The calls from page to page that were asked for on a site in this time. For reports: it looks at
/// every conversation that had any.
pub(super) fn voices(
    connection: &Connection,
    site: SiteId,
    during: &Range<UnixMillis>,
) -> Result<Vec<Voiced>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT document FROM conversations WHERE site = ?1 AND document LIKE ?2",
    )?;
    let talks = statement.query_map(params![Col(site), WITH_CALLS], |row| row.get(0))?;
    let talks: Vec<String> = talks.collect::<rusqlite::Result<_>>()?;
    stored::voices(talks.iter().map(String::as_str), during)
}

/// Every open request of a site, and the latest that ended, as staff see them.
pub(super) fn overview(
    connection: &Connection,
    site: SiteId,
) -> Result<Vec<CallbackSummary>, StoreError> {
    let open = "WHERE site = ?1 AND ended_at IS NULL ORDER BY requested_at, id LIMIT ?2";
    let ended = "WHERE site = ?1 AND ended_at IS NOT NULL ORDER BY ended_at DESC, id LIMIT ?2";
    let mut all = some(connection, open, params![Col(site), QUEUE_LIMIT])?;
    all.extend(some(connection, ended, params![Col(site), LATELY])?);
    Ok(all.iter().map(Callback::summary).collect())
}

/// How many requests there were for a number since then.
pub(super) fn asked_since(
    connection: &Connection,
    site: SiteId,
    phone: &str,
    since: UnixMillis,
) -> Result<usize, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*) FROM callbacks WHERE site = ?1 AND phone = ?2 AND requested_at >= ?3",
    )?;
    let count: i64 = statement
        .query_row(params![Col(site), Value::text(phone), Col(since)], |row| {
            row.get(0)
        })?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Keeps a request, new or changed.
pub(super) fn put(connection: &Connection, one: &Callback) -> Result<(), StoreError> {
    static PUT: LazyLock<String> =
        LazyLock::new(|| upsert(&CALLBACKS, callback::CHANGING, Dialect::Sqlite));
    let mut statement = connection.prepare_cached(&PUT)?;
    statement.execute(params_from_iter(callback::values(one)?))?;
    Ok(())
}

/// A site's agents, as calls see them.
pub(super) fn callers(connection: &Connection, site: SiteId) -> Result<Vec<Caller>, StoreError> {
    let people = "WHERE t.site = ?1 AND t.bot = 0 ORDER BY t.id";
    row::all(connection, &select::TEAMMATE, people, [Col(site)], |row| {
        rows::caller(row)
    })
}

/// Keeps whether an agent is on a call of this kind; returns whether they are on any.
pub(super) fn put_on_call(
    connection: &Connection,
    id: AgentId,
    line: CallLine,
    on: bool,
) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached("SELECT on_call FROM agents WHERE id = ?1")?;
    let before: Option<i16> = statement
        .query_row([Col(id)], |row| row.get(0))
        .optional()?;
    let after = line.mark(before.unwrap_or_default(), on);
    let mut statement =
        connection.prepare_cached("UPDATE agents SET on_call = ?2 WHERE id = ?1")?;
    statement.execute(params![Col(id), after])?;
    Ok(after != 0)
}

/// Keeps that an agent made a call.
pub(super) fn put_called(
    connection: &Connection,
    id: AgentId,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare_cached("UPDATE agents SET called_at = ?2 WHERE id = ?1")?;
    statement.execute(params![Col(id), Col(at)])?;
    Ok(())
}
