//! Look-ups, each on a connection of the pool.

use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentId, Colleague, ContactId, ConversationId, ConversationSummary, PublicBody, PublicEntry,
    Seq, SiteId, StaffEntry, UnixMillis,
};
use sqlx::Row as _;
use sqlx::postgres::{PgArguments, PgPool};
use sqlx::query::Query;
use sqlx::{Postgres, query};

use super::calls;
use super::row::{AGENT, CONVERSATION, ConversationRow, SITE, TEAMMATE, WAITING, all, find, first};
use super::value::{Id, millis, number, seq, text};
use crate::node::NodeId;
use crate::store::ledger::QUEUE_LIMIT;
use crate::store::rows::{AgentRow, in_order};
use crate::store::stored::from_json;
use crate::store::table::Row;
use crate::store::{
    AgentRecord, Head, LogSlice, Overview, SiteRecord, StoreError, VisitorView, Waiting,
};

/// How many resolved conversations an overview shows.
const LATELY: i64 = 50;

pub(super) async fn site(pool: &PgPool, id: SiteId) -> Result<Option<SiteRecord>, StoreError> {
    let found = find(&SITE, "WHERE t.id = $1").bind(id.uuid());
    first(found, pool, SiteRecord::read).await
}

pub(super) async fn sites(pool: &PgPool) -> Result<Vec<SiteRecord>, StoreError> {
    all(find(&SITE, "ORDER BY t.id"), pool, |row| {
        SiteRecord::read(row)
    })
    .await
}

async fn agent_where(
    pool: &PgPool,
    found: Query<'_, Postgres, PgArguments>,
) -> Result<Option<AgentRecord>, StoreError> {
    let row = first(found, pool, AgentRow::read).await?;
    Ok(row.map(AgentRow::record))
}

pub(super) async fn agent(pool: &PgPool, id: AgentId) -> Result<Option<AgentRecord>, StoreError> {
    agent_where(pool, find(&AGENT, "WHERE t.id = $1").bind(id.uuid())).await
}

pub(super) async fn agent_by_email(
    pool: &PgPool,
    email: &str,
) -> Result<Option<AgentRecord>, StoreError> {
    let email = text(&email.to_ascii_lowercase());
    agent_where(pool, find(&AGENT, "WHERE t.email = $1").bind(email)).await
}

pub(super) async fn agent_by_session(
    pool: &PgPool,
    token_hash: [u8; 32],
    now: UnixMillis,
) -> Result<Option<AgentRecord>, StoreError> {
    let by_session =
        "WHERE t.id = (SELECT agent FROM sessions WHERE token_hash = $1 AND expires_at > $2)";
    let found = find(&AGENT, by_session)
        .bind(token_hash.to_vec())
        .bind(number(now.0));
    agent_where(pool, found).await
}

pub(super) async fn visitor_view(
    pool: &PgPool,
    contact: ContactId,
) -> Result<VisitorView, StoreError> {
    let latest = find(&CONVERSATION, "WHERE p.id = $1 AND t.id = p.latest").bind(contact.uuid());
    let row = first(latest, pool, ConversationRow::read).await?;
    Ok(VisitorView {
        conversation: row.as_ref().map(ConversationRow::head),
    })
}

async fn conversation(
    pool: &PgPool,
    id: ConversationId,
) -> Result<Option<ConversationRow>, StoreError> {
    let found = find(&CONVERSATION, "WHERE t.id = $1").bind(id.uuid());
    first(found, pool, ConversationRow::read).await
}

pub(super) async fn head(pool: &PgPool, id: ConversationId) -> Result<Option<Head>, StoreError> {
    let row = conversation(pool, id).await?;
    Ok(row.as_ref().map(ConversationRow::head))
}

pub(super) async fn summary(
    pool: &PgPool,
    id: ConversationId,
) -> Result<Option<ConversationSummary>, StoreError> {
    let row = conversation(pool, id).await?;
    row.map(ConversationRow::summary).transpose()
}

fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The ends of both logs, the staff's first.
async fn ends(pool: &PgPool, id: ConversationId) -> Result<(Seq, Seq), StoreError> {
    let row = query("SELECT head, public_head FROM conversations WHERE id = $1")
        .bind(id.uuid())
        .fetch_optional(pool)
        .await?;
    match row {
        Some(row) => Ok((seq(row.try_get(0)?)?, seq(row.try_get(1)?)?)),
        None => Ok((Seq::START, Seq::START)),
    }
}

pub(super) async fn read_staff(
    pool: &PgPool,
    conversation: ConversationId,
    after: Seq,
    limit: usize,
) -> Result<LogSlice<StaffEntry>, StoreError> {
    let (head, _) = ends(pool, conversation).await?;
    // A cursor comes from a client and may be any number.
    let after = after.min(head);
    let rows = query(
        "SELECT seq, public_seq, at, body FROM entries WHERE conversation = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    )
    .bind(conversation.uuid())
    .bind(number(after.0))
    .bind(sql_limit(limit))
    .fetch_all(pool)
    .await?;
    let mut entries = Vec::with_capacity(rows.len());
    for row in &rows {
        let body: &str = row.try_get(3)?;
        let body = match row.try_get::<Option<i64>, _>(1)? {
            Some(position) => EntryBody::Public {
                position: seq(position)?,
                body: from_json("entry", body)?,
            },
            None => EntryBody::Staff(from_json("entry", body)?),
        };
        entries.push(StaffEntry {
            seq: seq(row.try_get(0)?)?,
            at: millis(row.try_get(2)?)?,
            body,
        });
    }
    Ok(LogSlice { entries, head })
}

pub(super) async fn read_public(
    pool: &PgPool,
    conversation: ConversationId,
    after: Seq,
    limit: usize,
) -> Result<LogSlice<PublicEntry>, StoreError> {
    let (_, head) = ends(pool, conversation).await?;
    let after = after.min(head);
    // A visitor's position is never past the staff's, so the index on the latter serves both.
    let rows = query(
        "SELECT public_seq, at, body FROM entries
         WHERE conversation = $1 AND seq > $2 AND public_seq > $2 ORDER BY seq LIMIT $3",
    )
    .bind(conversation.uuid())
    .bind(number(after.0))
    .bind(sql_limit(limit))
    .fetch_all(pool)
    .await?;
    let mut entries = Vec::with_capacity(rows.len());
    for row in &rows {
        entries.push(PublicEntry {
            seq: seq(row.try_get(0)?)?,
            at: millis(row.try_get(1)?)?,
            body: from_json::<PublicBody>("entry", row.try_get(2)?)?,
        });
    }
    Ok(LogSlice { entries, head })
}

pub(super) async fn queue(pool: &PgPool, site: SiteId) -> Result<Vec<Waiting>, StoreError> {
    let waits = "WHERE t.site = $1 AND t.status IN (0, 1) ORDER BY t.front DESC, t.since, t.id";
    all(find(&WAITING, waits).bind(site.uuid()), pool, |row| {
        Ok(Waiting {
            contact: row.field("contact")?,
            conversation: row.field("id")?,
            since: row.field("since")?,
        })
    })
    .await
}

pub(super) async fn colleagues(pool: &PgPool, site: SiteId) -> Result<Vec<Colleague>, StoreError> {
    let found = find(&TEAMMATE, "WHERE t.site = $1").bind(site.uuid());
    let mut team = all(found, pool, |row| {
        Ok(AgentRow::read(row)?.colleague(row.field("load")?))
    })
    .await?;
    in_order(&mut team);
    Ok(team)
}

pub(super) async fn overview(pool: &PgPool, site: SiteId) -> Result<Overview, StoreError> {
    let mut overview = Overview::default();
    for (condition, limit) in [
        (
            "WHERE t.site = $1 AND t.status IN (0, 1) ORDER BY t.front DESC, t.since, t.id LIMIT $2",
            QUEUE_LIMIT,
        ),
        (
            "WHERE t.site = $1 AND t.status = 2 ORDER BY t.since, t.id LIMIT $2",
            QUEUE_LIMIT,
        ),
        (
            "WHERE t.site = $1 AND t.status = 3 ORDER BY t.since DESC, t.id LIMIT $2",
            LATELY,
        ),
    ] {
        let found = find(&CONVERSATION, condition).bind(site.uuid()).bind(limit);
        let lines = all(found, pool, |row| ConversationRow::read(row)?.summary());
        overview.conversations.extend(lines.await?);
    }
    overview.callbacks = calls::overview(pool, site).await?;
    overview.colleagues = colleagues(pool, site).await?;
    Ok(overview)
}

pub(super) async fn beats(pool: &PgPool) -> Result<Vec<(NodeId, u64)>, StoreError> {
    let beats = query("SELECT id, beat FROM nodes ORDER BY id");
    all(beats, pool, |row| {
        Ok((row.field("id")?, row.field("beat")?))
    })
    .await
}
