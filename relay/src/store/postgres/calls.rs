//! Requests to be called: read for the writer and for look-ups, and written.
//!
//! A site's requests change under one lock, its lock on calls, so that places in a slot and numbers
//! can be counted without locking rows.

use std::ops::Range;

use heard_desk::Voiced;
use heard_desk::callback::{Callback, Caller, without_extension};
use heard_protocol::{Availability, CallbackId, ContactId, SiteId, UnixMillis};
use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::{Executor, Postgres, Row as _, query};

use super::row::{at, at_opt, id, id_opt};
use super::value::{Id, number, uuids};
use super::working_set::{Changes, WorkingSet};
use crate::store::StoreError;
use crate::store::ledger::QUEUE_LIMIT;
use crate::store::stored::{self, WITH_CALLS, availability_from, from_json, life, to_json};

/// The advisory locks on calls, apart from those of rounds.
const CALLS: i32 = 0x4341_4c4c;
/// How many ended requests an overview shows.
const LATELY: i64 = 50;
/// How many of a number's latest requests are looked at; more than a site would ever allow in a
/// day.
const OF_NUMBER: i64 = 100;

macro_rules! callbacks {
    ($rest:literal) => {
        concat!(
            "SELECT id, site, contact, conversation, requested_at, form, life, closed_by, closed_at, disposition, note
             FROM callbacks ",
            $rest
        )
    };
}

fn from(row: &PgRow) -> Result<Callback, StoreError> {
    let text = |column: usize| row.try_get::<Option<&str>, _>(column);
    let requested_at = at(row, 4)?;
    let closed = match (id_opt(row, 7)?, at_opt(row, 8)?, text(9)?) {
        (Some(by), Some(at), Some(disposition)) => Some((by, at, disposition, text(10)?)),
        _ => None,
    };
    Ok(Callback {
        id: id(row, 0)?,
        site: id(row, 1)?,
        contact: id(row, 2)?,
        conversation: id_opt(row, 3)?,
        requested_at,
        form: from_json("callback", row.try_get(5)?)?,
        life: life(text(6)?, requested_at, closed)?,
    })
}

fn all(rows: &[PgRow]) -> Result<Vec<Callback>, StoreError> {
    rows.iter().map(from).collect()
}

/// One request.
pub(super) async fn callback(
    pool: &PgPool,
    id: CallbackId,
) -> Result<Option<Callback>, StoreError> {
    let row = query(callbacks!("WHERE id = $1"))
        .bind(id.uuid())
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(from).transpose()
}

/// Every open request of a site.
pub(super) async fn open<'e>(
    on: impl Executor<'e, Database = Postgres>,
    site: SiteId,
) -> Result<Vec<Callback>, StoreError> {
    let rows = query(callbacks!(
        "WHERE site = $1 AND ended_at IS NULL ORDER BY requested_at, id"
    ))
    .bind(site.uuid())
    .fetch_all(on)
    .await?;
    all(&rows)
}

/// The latest requests of a contact.
pub(super) async fn of_contact(
    pool: &PgPool,
    contact: ContactId,
) -> Result<Vec<Callback>, StoreError> {
    let rows = query(callbacks!(
        "WHERE contact = $1 ORDER BY requested_at DESC, id DESC LIMIT 3"
    ))
    .bind(contact.uuid())
    .fetch_all(pool)
    .await?;
    all(&rows)
}

/// The requests of a site that were made from one moment until before another.
pub(super) async fn between(
    pool: &PgPool,
    site: SiteId,
    from: UnixMillis,
    to: UnixMillis,
) -> Result<Vec<Callback>, StoreError> {
    let rows = query(callbacks!(
        "WHERE site = $1 AND requested_at >= $2 AND requested_at < $3 ORDER BY requested_at, id"
    ))
    .bind(site.uuid())
    .bind(number(from.0))
    .bind(number(to.0))
    .fetch_all(pool)
    .await?;
    all(&rows)
}

/// The calls from page to page that were asked for on a site in this time. For reports: it looks at
/// every conversation that had any.
pub(super) async fn voices(
    pool: &PgPool,
    site: SiteId,
    during: Range<UnixMillis>,
) -> Result<Vec<Voiced>, StoreError> {
    let rows = query("SELECT talk FROM conversations WHERE site = $1 AND talk LIKE $2")
        .bind(site.uuid())
        .bind(WITH_CALLS)
        .fetch_all(pool)
        .await?;
    let talks: Vec<&str> = rows
        .iter()
        .map(|row| row.try_get(0))
        .collect::<Result<_, _>>()?;
    stored::voices(talks, &during)
}

/// Every open request of a site, and the latest that ended, as staff see them.
pub(super) async fn overview(
    pool: &PgPool,
    site: SiteId,
) -> Result<Vec<heard_protocol::CallbackSummary>, StoreError> {
    let mut found = Vec::new();
    for (sql, limit) in [
        (
            callbacks!("WHERE site = $1 AND ended_at IS NULL ORDER BY requested_at, id LIMIT $2"),
            QUEUE_LIMIT,
        ),
        (
            callbacks!(
                "WHERE site = $1 AND ended_at IS NOT NULL ORDER BY ended_at DESC, id LIMIT $2"
            ),
            LATELY,
        ),
    ] {
        let rows = query(sql)
            .bind(site.uuid())
            .bind(limit)
            .fetch_all(pool)
            .await?;
        found.extend(all(&rows)?.iter().map(Callback::summary));
    }
    Ok(found)
}

/// Locks the calls of the sites that the batch names, in the order of the sites.
pub(super) async fn lock(
    connection: &mut PgConnection,
    set: &WorkingSet,
) -> Result<(), StoreError> {
    for site in &set.keys.call_desks {
        let [.., a, b, c, d] = site.to_bytes();
        query("SELECT pg_advisory_xact_lock($1, $2)")
            .bind(CALLS)
            .bind(i32::from_be_bytes([a, b, c, d]))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Reads the requests that the batch names. The logs of open ones come along.
pub(super) async fn load(
    connection: &mut PgConnection,
    set: &mut WorkingSet,
) -> Result<(), StoreError> {
    for site in set.keys.call_desks.clone() {
        for one in open(&mut *connection, site).await? {
            set.callbacks.insert(one.id, one);
        }
    }
    if !set.keys.callbacks.is_empty() {
        let rows = query(callbacks!("WHERE id = ANY($1)"))
            .bind(uuids(&set.keys.callbacks))
            .fetch_all(&mut *connection)
            .await?;
        for one in all(&rows)? {
            set.keys.conversations.extend(one.conversation);
            set.callbacks.insert(one.id, one);
        }
    }
    for (site, phone) in set.keys.phones.clone() {
        let rows = query(
            "SELECT requested_at FROM callbacks WHERE site = $1 AND phone = $2
             ORDER BY requested_at DESC LIMIT $3",
        )
        .bind(site.uuid())
        .bind(&phone)
        .bind(OF_NUMBER)
        .fetch_all(&mut *connection)
        .await?;
        let asked: Result<Vec<_>, _> = rows.iter().map(|row| at(row, 0)).collect();
        set.asked.insert((site, phone), asked?);
    }
    if let Some(site) = set.keys.callers {
        set.callers = callers(connection, site).await?;
    }
    Ok(())
}

async fn callers(connection: &mut PgConnection, site: SiteId) -> Result<Vec<Caller>, StoreError> {
    let rows = query(
        "SELECT a.id, a.availability, a.takes_calls, a.gone_since, a.called_at, a.on_call = 0 AND a.capacity >
                (SELECT count(*) FROM conversations c WHERE c.site = a.site AND c.status = 2 AND c.agent = a.id), a.skills
         FROM agents a WHERE a.site = $1 AND NOT a.bot ORDER BY a.id",
    )
    .bind(site.uuid())
    .fetch_all(connection)
    .await?;
    let caller = |row: &PgRow| {
        let available = availability_from(row.try_get::<i16, _>(1)?.into());
        Ok(Caller {
            id: id(row, 0)?,
            free: available == Availability::Available && row.try_get(5)?,
            takes: row.try_get(2)?,
            gone_since: at_opt(row, 3)?,
            called_at: at(row, 4)?,
            skills: from_json("skills", row.try_get(6)?)?,
        })
    };
    rows.iter().map(caller).collect()
}

/// Writes requests back, new and changed.
pub(super) async fn save(
    connection: &mut PgConnection,
    changes: &Changes,
) -> Result<(), StoreError> {
    for callback in &changes.callbacks {
        query(
            "INSERT INTO callbacks (id, site, contact, conversation, requested_at, phone, form, life, ended_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (id) DO UPDATE SET conversation = $4, form = $7, life = $8, ended_at = $9",
        )
        .bind(callback.id.uuid())
        .bind(callback.site.uuid())
        .bind(callback.contact.uuid())
        .bind(callback.conversation.map(Id::uuid))
        .bind(number(callback.requested_at.0))
        .bind(without_extension(&callback.form.phone))
        .bind(to_json("callback", &callback.form)?)
        .bind(to_json("call", &callback.life)?)
        .bind(callback.life.ended_at().map(|at| number(at.0)))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
