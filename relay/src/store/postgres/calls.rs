//! Requests to be called: read for the writer and for look-ups, and written.
//!
//! A site's requests change under one lock, its lock on calls, so that places in a slot and numbers
//! can be counted without locking rows.

use std::ops::Range;
use std::sync::LazyLock;

use heard_desk::Voiced;
use heard_desk::callback::{Callback, Caller};
use heard_protocol::{CallbackId, ContactId, SiteId, UnixMillis};
use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::{Executor, Postgres, query};

use super::row::{CALLBACK, TEAMMATE, all, find, first};
use super::save;
use super::value::{Id, number, uuids};
use super::working_set::{Changes, WorkingSet};
use crate::store::StoreError;
use crate::store::ledger::QUEUE_LIMIT;
use crate::store::rows::{CALLBACKS, callback, caller};
use crate::store::stored::{self, WITH_CALLS};
use crate::store::table::{Dialect, Row as _, upsert};

/// The advisory locks on calls, apart from those of rounds.
const CALLS: i32 = 0x4341_4c4c;
/// How many ended requests an overview shows.
const LATELY: i64 = 50;
/// How many of a number's latest requests are looked at; more than a site would ever allow in a
/// day.
const OF_NUMBER: i64 = 100;

fn read(row: &PgRow) -> Result<Callback, StoreError> {
    callback::read(row)
}

/// One request.
pub(super) async fn one(pool: &PgPool, id: CallbackId) -> Result<Option<Callback>, StoreError> {
    let found = find(&CALLBACK, "WHERE t.id = $1").bind(id.uuid());
    first(found, pool, read).await
}

/// Every open request of a site.
pub(super) async fn open<'e>(
    on: impl Executor<'e, Database = Postgres>,
    site: SiteId,
) -> Result<Vec<Callback>, StoreError> {
    let open = "WHERE t.site = $1 AND t.ended_at IS NULL ORDER BY t.requested_at, t.id";
    all(find(&CALLBACK, open).bind(site.uuid()), on, read).await
}

/// The latest requests of a contact.
pub(super) async fn of_contact(
    pool: &PgPool,
    contact: ContactId,
) -> Result<Vec<Callback>, StoreError> {
    let latest = "WHERE t.contact = $1 ORDER BY t.requested_at DESC, t.id DESC LIMIT 3";
    all(find(&CALLBACK, latest).bind(contact.uuid()), pool, read).await
}

/// The requests of a site that were made from one moment until before another.
pub(super) async fn between(
    pool: &PgPool,
    site: SiteId,
    from: UnixMillis,
    to: UnixMillis,
) -> Result<Vec<Callback>, StoreError> {
    let made = "WHERE t.site = $1 AND t.requested_at >= $2 AND t.requested_at < $3
         ORDER BY t.requested_at, t.id";
    let found = find(&CALLBACK, made)
        .bind(site.uuid())
        .bind(number(from.0))
        .bind(number(to.0));
    all(found, pool, read).await
}

/// The calls from page to page that were asked for on a site in this time. For reports: it looks at
/// every conversation that had any.
pub(super) async fn voices(
    pool: &PgPool,
    site: SiteId,
    during: Range<UnixMillis>,
) -> Result<Vec<Voiced>, StoreError> {
    let found = query("SELECT document FROM conversations WHERE site = $1 AND document LIKE $2")
        .bind(site.uuid())
        .bind(WITH_CALLS);
    let talks: Vec<String> = all(found, pool, |row| row.field("document")).await?;
    stored::voices(talks.iter().map(String::as_str), &during)
}

/// Every open request of a site, and the latest that ended, as staff see them.
pub(super) async fn overview(
    pool: &PgPool,
    site: SiteId,
) -> Result<Vec<heard_protocol::CallbackSummary>, StoreError> {
    let mut requests = Vec::new();
    for (condition, limit) in [
        (
            "WHERE t.site = $1 AND t.ended_at IS NULL ORDER BY t.requested_at, t.id LIMIT $2",
            QUEUE_LIMIT,
        ),
        (
            "WHERE t.site = $1 AND t.ended_at IS NOT NULL ORDER BY t.ended_at DESC, t.id LIMIT $2",
            LATELY,
        ),
    ] {
        let found = find(&CALLBACK, condition).bind(site.uuid()).bind(limit);
        let some = all(found, pool, |row| Ok(read(row)?.summary()));
        requests.extend(some.await?);
    }
    Ok(requests)
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
        let named = find(&CALLBACK, "WHERE t.id = ANY($1)").bind(uuids(&set.keys.callbacks));
        for one in all(named, &mut *connection, read).await? {
            set.keys.conversations.extend(one.conversation);
            set.callbacks.insert(one.id, one);
        }
    }
    for (site, phone) in set.keys.phones.clone() {
        let asked = query(
            "SELECT requested_at FROM callbacks WHERE site = $1 AND phone = $2
             ORDER BY requested_at DESC LIMIT $3",
        )
        .bind(site.uuid())
        .bind(&phone)
        .bind(OF_NUMBER);
        let asked = all(asked, &mut *connection, |row| row.field("requested_at")).await?;
        set.asked.insert((site, phone), asked);
    }
    if let Some(site) = set.keys.callers {
        set.callers = callers(connection, site).await?;
    }
    Ok(())
}

async fn callers(connection: &mut PgConnection, site: SiteId) -> Result<Vec<Caller>, StoreError> {
    let people = "WHERE t.site = $1 AND NOT t.bot ORDER BY t.id";
    let found = find(&TEAMMATE, people).bind(site.uuid());
    all(found, connection, caller).await
}

/// Writes requests back, new and changed.
pub(super) async fn save(
    connection: &mut PgConnection,
    changes: &Changes,
) -> Result<(), StoreError> {
    static PUT: LazyLock<String> =
        LazyLock::new(|| upsert(&CALLBACKS, callback::CHANGING, Dialect::Postgres));
    let columns: Vec<_> = CALLBACKS.columns.iter().collect();
    for one in &changes.callbacks {
        let values = callback::values(one)?;
        save::one(connection, &PUT, &columns, &values).await?;
    }
    Ok(())
}
