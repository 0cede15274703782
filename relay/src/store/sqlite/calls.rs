//! Requests to be called: their rows, read and written.

use std::ops::Range;

use heard_desk::callback::{Callback, Caller, without_extension};
use heard_desk::{Skills, Voiced};
use heard_protocol::{
    AgentId, Availability, CallbackId, CallbackSummary, ContactId, SiteId, UnixMillis,
};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};

use super::column::{Col, availability_from, from_json, get, get_opt, to_json};
use super::read::LATELY;
use crate::store::ledger::{CallLine, QUEUE_LIMIT};
use crate::store::stored::{self, WITH_CALLS, life};
use crate::store::{AgentPhone, StoreError};

const CALLBACK: &str = "
    SELECT id, site, contact, conversation, requested_at, form, life, closed_by, closed_at, disposition, note FROM callbacks";

fn from(row: &Row<'_>) -> Result<Callback, StoreError> {
    let text =
        |column| -> rusqlite::Result<Option<&str>> { Ok(row.get_ref(column)?.as_str_or_null()?) };
    let requested_at = get(row, 4)?;
    let closed = match (get_opt(row, 7)?, get_opt(row, 8)?, text(9)?) {
        (Some(by), Some(at), Some(disposition)) => Some((by, at, disposition, text(10)?)),
        _ => None,
    };
    Ok(Callback {
        id: get(row, 0)?,
        site: get(row, 1)?,
        contact: get(row, 2)?,
        conversation: get_opt(row, 3)?,
        requested_at,
        form: from_json(
            "callback",
            row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?,
        )?,
        life: life(text(6)?, requested_at, closed)?,
    })
}

fn some(
    connection: &Connection,
    condition: &str,
    values: &[&dyn ToSql],
) -> Result<Vec<Callback>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{CALLBACK} {condition}"))?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(from(row)?);
    }
    Ok(found)
}

/// One request.
pub(super) fn callback(
    connection: &Connection,
    id: CallbackId,
) -> Result<Option<Callback>, StoreError> {
    Ok(some(connection, "WHERE id = ?1", &[&Col(id)])?.pop())
}

/// Every open request of a site.
pub(super) fn open(connection: &Connection, site: SiteId) -> Result<Vec<Callback>, StoreError> {
    let condition = "WHERE site = ?1 AND ended_at IS NULL ORDER BY requested_at, id";
    some(connection, condition, &[&Col(site)])
}

/// The latest requests of a contact.
pub(super) fn of_contact(
    connection: &Connection,
    contact: ContactId,
) -> Result<Vec<Callback>, StoreError> {
    let condition = "WHERE contact = ?1 ORDER BY requested_at DESC, id DESC LIMIT 3";
    some(connection, condition, &[&Col(contact)])
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
    some(connection, condition, &[&Col(site), &Col(from), &Col(to)])
}

/// The calls from page to page that were asked for on a site in this time. For reports: it looks at
/// every conversation that had any.
pub(super) fn voices(
    connection: &Connection,
    site: SiteId,
    during: &Range<UnixMillis>,
) -> Result<Vec<Voiced>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT talk FROM conversations WHERE site = ?1 AND talk LIKE ?2")?;
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
    let mut all = some(connection, open, &[&Col(site), &QUEUE_LIMIT])?;
    all.extend(some(connection, ended, &[&Col(site), &LATELY])?);
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
    let count: i64 =
        statement.query_row(params![Col(site), phone, Col(since)], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Keeps a request, new or changed.
pub(super) fn put(connection: &Connection, callback: &Callback) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO callbacks (id, site, contact, conversation, requested_at, phone, form, life, ended_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE SET conversation = ?4, form = ?7, life = ?8, ended_at = ?9",
    )?;
    statement.execute(params![
        Col(callback.id),
        Col(callback.site),
        Col(callback.contact),
        callback.conversation.map(Col),
        Col(callback.requested_at),
        without_extension(&callback.form.phone),
        to_json("callback", &callback.form)?,
        to_json("call", &callback.life)?,
        callback.life.ended_at().map(Col),
    ])?;
    Ok(())
}

/// A site's agents, as calls see them.
pub(super) fn callers(connection: &Connection, site: SiteId) -> Result<Vec<Caller>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT a.id, a.availability, a.takes_calls, a.gone_since, a.called_at, a.on_call = 0 AND a.capacity >
                (SELECT count(*) FROM conversations c WHERE c.site = a.site AND c.status = 2 AND c.agent = a.id), a.skills
         FROM agents a WHERE a.site = ?1 AND a.bot = 0 ORDER BY a.id",
    )?;
    let mut rows = statement.query([Col(site)])?;
    let mut callers = Vec::new();
    while let Some(row) = rows.next()? {
        let available = availability_from(row.get(1)?) == Availability::Available;
        let skills = row.get_ref(6)?.as_str().map_err(rusqlite::Error::from)?;
        callers.push(Caller {
            id: get(row, 0)?,
            free: available && row.get(5)?,
            takes: row.get(2)?,
            gone_since: get_opt(row, 3)?,
            called_at: get(row, 4)?,
            skills: from_json("skills", skills)?,
        });
    }
    Ok(callers)
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

/// Keeps what an agent is good at.
pub(super) fn put_skills(
    connection: &Connection,
    id: AgentId,
    skills: &Skills,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE agents SET skills = ?2 WHERE id = ?1")?;
    statement.execute(params![Col(id), to_json("skills", skills)?])?;
    Ok(())
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

/// Keeps whether, and where, calls ring for an agent.
pub(super) fn put_phone(
    connection: &Connection,
    id: AgentId,
    phone: &AgentPhone,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "UPDATE agents SET takes_calls = ?2, phone = ?3, headset = ?4 WHERE id = ?1",
    )?;
    statement.execute(params![Col(id), phone.takes, phone.address, phone.headset])?;
    Ok(())
}
