//! Look-ups, each on a connection of the pool.

use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentId, Colleague, ContactId, ConversationId, ConversationSummary, PublicBody, PublicEntry,
    Seq, SiteId, StaffEntry, UnixMillis,
};
use sqlx::Row as _;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::query;

use super::calls;
use super::row::{AgentRow, ConversationRow, agents, at, conversations, id};
use super::value::{Id, count, number, seq, text, unsigned};
use crate::node::NodeId;
use crate::store::ledger::QUEUE_LIMIT;
use crate::store::stored::{call_policy, from_json};
use crate::store::{
    AgentRecord, Head, LogSlice, Overview, SiteRecord, StoreError, VisitorView, Waiting,
};

/// How many resolved conversations an overview shows.
const LATELY: i64 = 50;

fn site_from(row: &PgRow) -> Result<SiteRecord, StoreError> {
    Ok(SiteRecord {
        id: id(row, 0)?,
        name: row.try_get(1)?,
        origins: from_json("list of origins", row.try_get(2)?)?,
        policy: heard_desk::Policy {
            offer_ms: unsigned(row.try_get(3)?)?,
            grace_ms: unsigned(row.try_get(4)?)?,
            reopen_ms: unsigned(row.try_get(5)?)?,
            callback_ahead_ms: unsigned(row.try_get(6)?)?,
        },
        calls: call_policy(row.try_get(7)?)?,
    })
}

pub(super) async fn site(pool: &PgPool, id: SiteId) -> Result<Option<SiteRecord>, StoreError> {
    let row = query(
        "SELECT id, name, origins, offer_ms, grace_ms, reopen_ms, callback_ahead_ms, calls FROM sites WHERE id = $1",
    )
    .bind(id.uuid())
    .fetch_optional(pool)
    .await?;
    row.as_ref().map(site_from).transpose()
}

pub(super) async fn sites(pool: &PgPool) -> Result<Vec<SiteRecord>, StoreError> {
    let rows = query(
        "SELECT id, name, origins, offer_ms, grace_ms, reopen_ms, callback_ahead_ms, calls FROM sites ORDER BY id",
    )
    .fetch_all(pool)
    .await?;
    rows.iter().map(site_from).collect()
}

fn agent_from(row: Option<PgRow>) -> Result<Option<AgentRecord>, StoreError> {
    row.map(|row| AgentRow::read(&row).map(|agent| agent.record))
        .transpose()
}

pub(super) async fn agent(pool: &PgPool, id: AgentId) -> Result<Option<AgentRecord>, StoreError> {
    let found = query(agents!("WHERE a.id = $1")).bind(id.uuid());
    agent_from(found.fetch_optional(pool).await?)
}

pub(super) async fn agent_by_email(
    pool: &PgPool,
    email: &str,
) -> Result<Option<AgentRecord>, StoreError> {
    let found = query(agents!("WHERE lower(a.email COLLATE \"C\") = $1"))
        .bind(text(&email.to_ascii_lowercase()));
    agent_from(found.fetch_optional(pool).await?)
}

pub(super) async fn agent_by_session(
    pool: &PgPool,
    token_hash: [u8; 32],
    now: UnixMillis,
) -> Result<Option<AgentRecord>, StoreError> {
    let found = query(agents!(
        "WHERE a.id = (SELECT agent FROM sessions WHERE token_hash = $1 AND expires_at > $2)"
    ))
    .bind(token_hash.to_vec())
    .bind(number(now.0));
    agent_from(found.fetch_optional(pool).await?)
}

fn conversation_from(row: Option<PgRow>) -> Result<Option<ConversationRow>, StoreError> {
    row.map(|row| ConversationRow::read(&row)).transpose()
}

pub(super) async fn visitor_view(
    pool: &PgPool,
    contact: ContactId,
) -> Result<VisitorView, StoreError> {
    let found = query(conversations!("WHERE p.id = $1 AND c.id = p.latest")).bind(contact.uuid());
    let row = conversation_from(found.fetch_optional(pool).await?)?;
    Ok(VisitorView {
        conversation: row.as_ref().map(ConversationRow::head),
    })
}

async fn conversation(
    pool: &PgPool,
    id: ConversationId,
) -> Result<Option<ConversationRow>, StoreError> {
    let found = query(conversations!("WHERE c.id = $1")).bind(id.uuid());
    conversation_from(found.fetch_optional(pool).await?)
}

pub(super) async fn head(pool: &PgPool, id: ConversationId) -> Result<Option<Head>, StoreError> {
    let row = conversation(pool, id).await?;
    Ok(row.as_ref().map(ConversationRow::head))
}

pub(super) async fn summary(
    pool: &PgPool,
    id: ConversationId,
) -> Result<Option<ConversationSummary>, StoreError> {
    Ok(conversation(pool, id).await?.map(ConversationRow::summary))
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
            at: at(row, 2)?,
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
            at: at(row, 1)?,
            body: from_json::<PublicBody>("entry", row.try_get(2)?)?,
        });
    }
    Ok(LogSlice { entries, head })
}

pub(super) async fn queue(pool: &PgPool, site: SiteId) -> Result<Vec<Waiting>, StoreError> {
    let rows = query(
        "SELECT contact, id, since FROM conversations WHERE site = $1 AND status IN (0, 1) ORDER BY front DESC, since, id",
    )
    .bind(site.uuid())
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Waiting {
                contact: id(row, 0)?,
                conversation: id(row, 1)?,
                since: at(row, 2)?,
            })
        })
        .collect()
}

pub(super) async fn colleagues(pool: &PgPool, site: SiteId) -> Result<Vec<Colleague>, StoreError> {
    let rows = query(
        "SELECT a.id, a.name, a.bot, a.site, a.email, a.password_hash, a.capacity, a.availability,
                a.gone_since, a.idle_since, a.takes_calls, a.phone, a.called_at, a.headset, a.on_call, a.skills,
                (SELECT count(*) FROM conversations c WHERE c.status = 2 AND c.agent = a.id AND c.site = a.site)
         FROM agents a WHERE a.site = $1 ORDER BY a.name COLLATE \"C\", a.id",
    )
    .bind(site.uuid())
    .fetch_all(pool)
    .await?;
    let mut team = Vec::with_capacity(rows.len());
    for row in &rows {
        let AgentRow {
            record, gone_since, ..
        } = AgentRow::read(row)?;
        team.push(Colleague {
            card: record.card,
            availability: record.availability,
            online: gone_since.is_none(),
            capacity: record.capacity,
            load: count(row.try_get(16)?),
        });
    }
    Ok(team)
}

pub(super) async fn overview(pool: &PgPool, site: SiteId) -> Result<Overview, StoreError> {
    let mut overview = Overview::default();
    for (sql, limit) in [
        (
            conversations!(
                "WHERE c.site = $1 AND c.status IN (0, 1) ORDER BY c.front DESC, c.since, c.id LIMIT $2"
            ),
            QUEUE_LIMIT,
        ),
        (
            conversations!("WHERE c.site = $1 AND c.status = 2 ORDER BY c.since, c.id LIMIT $2"),
            QUEUE_LIMIT,
        ),
        (
            conversations!(
                "WHERE c.site = $1 AND c.status = 3 ORDER BY c.since DESC, c.id LIMIT $2"
            ),
            LATELY,
        ),
    ] {
        let rows = query(sql)
            .bind(site.uuid())
            .bind(limit)
            .fetch_all(pool)
            .await?;
        for row in &rows {
            overview
                .conversations
                .push(ConversationRow::read(row)?.summary());
        }
    }
    overview.callbacks = calls::overview(pool, site).await?;
    overview.colleagues = colleagues(pool, site).await?;
    Ok(overview)
}

pub(super) async fn beats(pool: &PgPool) -> Result<Vec<(NodeId, u64)>, StoreError> {
    let rows = query("SELECT id, beat FROM nodes ORDER BY id")
        .fetch_all(pool)
        .await?;
    rows.iter()
        .map(|row| Ok((id(row, 0)?, unsigned(row.try_get(1)?)?)))
        .collect()
}
