//! Reading: the same functions serve the read connections and the writer's own look-ups.

use heard_protocol::entry::EntryBody;
use heard_protocol::limits::MAX_ENTRIES_PER_FRAME;
use heard_protocol::{
    AgentId, Colleague, ContactId, ConversationId, ConversationSummary, Epoch, PublicBody,
    PublicEntry, Resume, Seq, SiteCard, SiteId, StaffEntry, UnixMillis,
};
use rusqlite::{Connection, OptionalExtension, Params, params};

use super::column::{Col, from_json, get, get_opt};
use super::row::{self, Named};
use super::{calls, select};
use crate::node::NodeId;
use crate::store::ledger::QUEUE_LIMIT;
use crate::store::rows::{AgentRow, Extent, conversation, in_order};
use crate::store::table::{Row as _, Value};
use crate::store::{
    AgentRecord, Arrival, Head, LogSlice, Overview, SiteRecord, StoreError, VisitorView, Waiting,
};

/// How many resolved conversations and ended calls an overview shows.
pub(super) const LATELY: i64 = 50;
/// How far back the last words of a conversation are looked for, in entries.
const LAST_WORDS_WITHIN: i64 = 50;

pub(super) fn site(connection: &Connection, id: SiteId) -> Result<Option<SiteRecord>, StoreError> {
    let by_id = "WHERE t.id = ?1";
    row::first(connection, &select::SITE, by_id, [Col(id)], |row| {
        SiteRecord::read(row)
    })
}

/// A site's name alone: its settings are long.
fn site_card(connection: &Connection, id: SiteId) -> Result<Option<SiteCard>, StoreError> {
    #[derive(serde::Deserialize)]
    struct Named {
        name: String,
    }
    let by_id = "WHERE t.id = ?1";
    row::first(connection, &select::SITE, by_id, [Col(id)], |row| {
        let Named { name } = row.json("document")?;
        Ok(SiteCard { id, name })
    })
}

pub(super) fn sites(connection: &Connection) -> Result<Vec<SiteRecord>, StoreError> {
    let in_order = "ORDER BY t.id";
    row::all(connection, &select::SITE, in_order, [], |row| {
        SiteRecord::read(row)
    })
}

fn agent_where(
    connection: &Connection,
    condition: &str,
    values: impl Params,
) -> Result<Option<AgentRow>, StoreError> {
    row::first(connection, &select::AGENT, condition, values, |row| {
        AgentRow::read(row)
    })
}

pub(super) fn agent_row(
    connection: &Connection,
    id: AgentId,
) -> Result<Option<AgentRow>, StoreError> {
    agent_where(connection, "WHERE t.id = ?1", [Col(id)])
}

pub(super) fn agent(
    connection: &Connection,
    id: AgentId,
) -> Result<Option<AgentRecord>, StoreError> {
    Ok(agent_row(connection, id)?.map(AgentRow::record))
}

pub(super) fn agent_by_email(
    connection: &Connection,
    email: &str,
) -> Result<Option<AgentRecord>, StoreError> {
    let email = email.to_ascii_lowercase();
    let found = agent_where(connection, "WHERE t.email = ?1", [Value::text(&email)])?;
    Ok(found.map(AgentRow::record))
}

pub(super) fn agent_by_session(
    connection: &Connection,
    token_hash: &[u8; 32],
    now: UnixMillis,
) -> Result<Option<AgentRecord>, StoreError> {
    let found = agent_where(
        connection,
        "WHERE t.id = (SELECT agent FROM sessions WHERE token_hash = ?1 AND expires_at > ?2)",
        params![token_hash, Col(now)],
    )?;
    Ok(found.map(AgentRow::record))
}

/// The ends of both logs of a conversation, by its row.
pub(super) fn ends(connection: &Connection, row: i64) -> Result<(Seq, Seq), StoreError> {
    let mut staff = connection.prepare_cached(
        "SELECT seq FROM fresh WHERE conversation = ?1
         UNION ALL SELECT seq FROM places WHERE conversation = ?1
         ORDER BY seq DESC LIMIT 1",
    )?;
    let mut public = connection.prepare_cached(
        "SELECT public_seq, seq FROM fresh WHERE conversation = ?1 AND public_seq IS NOT NULL
         UNION ALL SELECT public_seq, seq FROM places WHERE conversation = ?1 AND public_seq IS NOT NULL
         ORDER BY seq DESC LIMIT 1",
    )?;
    let end = |statement: &mut rusqlite::CachedStatement<'_>| {
        statement
            .query_row([row], |row| get(row, 0))
            .optional()
            .map(Option::unwrap_or_default)
    };
    Ok((end(&mut staff)?, end(&mut public)?))
}

/// The first conversation that a condition on its one parameter finds, and the number it is kept
/// under.
fn head_where(
    connection: &Connection,
    condition: &str,
    value: impl rusqlite::ToSql,
) -> Result<Option<(i64, Head)>, StoreError> {
    row::first(connection, &select::HEAD, condition, [value], |row| {
        let number = row.field("row")?;
        let (staff, public) = ends(connection, number)?;
        let head = Head {
            conversation: row.field("id")?,
            site: row.field("site")?,
            contact: row.field("contact")?,
            staff,
            public,
            visitor_read: row.field("visitor_read")?,
            staff_read: row.field("staff_read")?,
        };
        Ok((number, head))
    })
}

pub(super) fn head(
    connection: &Connection,
    conversation: ConversationId,
) -> Result<Option<Head>, StoreError> {
    let found = head_where(connection, "WHERE id = ?1", Col(conversation))?;
    Ok(found.map(|(_, head)| head))
}

/// The open conversation of a contact, or the last one.
pub(super) fn latest_of(
    connection: &Connection,
    contact: ContactId,
) -> Result<Option<ConversationId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM conversations WHERE contact = ?1 ORDER BY row DESC LIMIT 1",
    )?;
    Ok(statement
        .query_row([Col(contact)], |row| get(row, 0))
        .optional()?)
}

/// As [`latest_of`], with its ends and the number it is kept under.
fn latest_head(
    connection: &Connection,
    contact: ContactId,
) -> Result<Option<(i64, Head)>, StoreError> {
    let latest = "WHERE contact = ?1 ORDER BY row DESC LIMIT 1";
    head_where(connection, latest, Col(contact))
}

pub(super) fn visitor_view(
    connection: &Connection,
    contact: ContactId,
) -> Result<VisitorView, StoreError> {
    Ok(VisitorView {
        conversation: latest_head(connection, contact)?.map(|(_, head)| head),
    })
}

pub(super) fn arrival(
    connection: &Connection,
    site: SiteId,
    contact: ContactId,
    resume: Option<&Resume>,
    epoch: Epoch,
) -> Result<Arrival, StoreError> {
    let site = site_card(connection, site)?;
    let latest = latest_head(connection, contact)?;
    let mut unseen = None;
    if let Some((row, head)) = latest
        && let Some(after) = head.unseen(resume, epoch)
    {
        let entries = public_after(connection, row, after, MAX_ENTRIES_PER_FRAME)?;
        let head = head.public;
        unseen = Some((after, LogSlice { entries, head }));
    }
    let own = latest.map(|(_, head)| head);
    Ok(Arrival { site, own, unseen })
}

fn body_of(public: Option<Seq>, body: &str) -> Result<EntryBody, StoreError> {
    Ok(match public {
        Some(position) => EntryBody::Public {
            position,
            body: from_json("entry", body)?,
        },
        None => EntryBody::Staff(from_json("entry", body)?),
    })
}

fn row_and_end(
    connection: &Connection,
    conversation: ConversationId,
) -> Result<Option<(i64, Seq, Seq)>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT row FROM conversations WHERE id = ?1")?;
    let row = statement
        .query_row([Col(conversation)], |row| row.get(0))
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let (staff, public) = ends(connection, row)?;
    Ok(Some((row, staff, public)))
}

fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) fn read_staff(
    connection: &Connection,
    conversation: ConversationId,
    after: Seq,
    limit: usize,
) -> Result<LogSlice<StaffEntry>, StoreError> {
    let Some((row, head, _)) = row_and_end(connection, conversation)? else {
        return Ok(LogSlice {
            entries: Vec::new(),
            head: Seq::START,
        });
    };
    // A cursor comes from a client and may be any number.
    let after = after.min(head);
    let mut statement = connection.prepare_cached(
        "SELECT p.seq, p.public_seq, e.at, e.body FROM places p JOIN entries e ON e.row = p.row
         WHERE p.conversation = ?1 AND p.seq > ?2
         UNION ALL
         SELECT p.seq, p.public_seq, e.at, e.body FROM fresh p JOIN entries e ON e.row = p.row
         WHERE p.conversation = ?1 AND p.seq > ?2
         ORDER BY 1 LIMIT ?3",
    )?;
    let mut rows = statement.query(params![row, Col(after), sql_limit(limit)])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
        entries.push(StaffEntry {
            seq: get(row, 0)?,
            at: get(row, 2)?,
            body: body_of(get_opt(row, 1)?, body)?,
        });
    }
    Ok(LogSlice { entries, head })
}

pub(super) fn read_public(
    connection: &Connection,
    conversation: ConversationId,
    after: Seq,
    limit: usize,
) -> Result<LogSlice<PublicEntry>, StoreError> {
    let Some((row, _, head)) = row_and_end(connection, conversation)? else {
        return Ok(LogSlice {
            entries: Vec::new(),
            head: Seq::START,
        });
    };
    // A cursor comes from a client and may be any number.
    let after = after.min(head);
    let entries = public_after(connection, row, after, limit)?;
    Ok(LogSlice { entries, head })
}

/// What a visitor may see of a conversation after a position of theirs.
fn public_after(
    connection: &Connection,
    row: i64,
    after: Seq,
    limit: usize,
) -> Result<Vec<PublicEntry>, StoreError> {
    // A visitor's position is never past the staff's, so the order of the latter serves both.
    let mut statement = connection.prepare_cached(
        "SELECT p.public_seq, e.at, e.body, p.seq FROM places p JOIN entries e ON e.row = p.row
         WHERE p.conversation = ?1 AND p.seq > ?2 AND p.public_seq > ?2
         UNION ALL
         SELECT p.public_seq, e.at, e.body, p.seq FROM fresh p JOIN entries e ON e.row = p.row
         WHERE p.conversation = ?1 AND p.seq > ?2 AND p.public_seq > ?2
         ORDER BY 4 LIMIT ?3",
    )?;
    let mut rows = statement.query(params![row, Col(after), sql_limit(limit)])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        entries.push(PublicEntry {
            seq: get(row, 0)?,
            at: get(row, 1)?,
            body: from_json::<PublicBody>("entry", body)?,
        });
    }
    Ok(entries)
}

/// The last words said in a conversation.
pub(super) fn last_words(
    connection: &Connection,
    row: i64,
) -> Result<(String, UnixMillis), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT e.at, e.body, p.seq FROM fresh p JOIN entries e ON e.row = p.row
         WHERE p.conversation = ?1 AND p.public_seq IS NOT NULL
         UNION ALL
         SELECT e.at, e.body, p.seq FROM places p JOIN entries e ON e.row = p.row
         WHERE p.conversation = ?1 AND p.public_seq IS NOT NULL
         ORDER BY 3 DESC LIMIT ?2",
    )?;
    let mut rows = statement.query(params![row, LAST_WORDS_WITHIN])?;
    while let Some(row) = rows.next()? {
        let body = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        if let PublicBody::Message { text, .. } = from_json("entry", body)? {
            return Ok((heard_desk::text::preview(&text), get(row, 0)?));
        }
    }
    Ok((String::new(), UnixMillis::default()))
}

fn line(connection: &Connection, row: &Named<'_>) -> Result<ConversationSummary, StoreError> {
    let number = row.field("row")?;
    let extent = extent(connection, number)?;
    let known = conversation::known(row, extent.head, extent.public)?;
    Ok(conversation::line(known, extent, row.json("person")?))
}

/// Where a conversation's logs end, and what was said last.
pub(super) fn extent(connection: &Connection, number: i64) -> Result<Extent, StoreError> {
    let (head, public) = ends(connection, number)?;
    let (last_text, last_at) = last_words(connection, number)?;
    Ok(Extent {
        head,
        public,
        last_text,
        last_at,
    })
}

/// One line of the lists.
pub(super) fn summary(
    connection: &Connection,
    id: ConversationId,
) -> Result<Option<ConversationSummary>, StoreError> {
    let by_id = "WHERE t.id = ?1";
    row::first(connection, &select::LINE, by_id, [Col(id)], |row| {
        line(connection, row)
    })
}

/// Who waits on a site, first in line first: what a round decides from.
pub(super) fn queue(connection: &Connection, site: SiteId) -> Result<Vec<Waiting>, StoreError> {
    let waits = "WHERE t.site = ?1 AND t.status IN (0, 1) ORDER BY t.front DESC, t.since, t.id";
    row::all(connection, &select::WAITING, waits, [Col(site)], |row| {
        Ok(Waiting {
            contact: row.field("contact")?,
            conversation: row.field("id")?,
            since: row.field("since")?,
        })
    })
}

/// The team as colleagues see it; `only` narrows it to one agent.
pub(super) fn colleagues(
    connection: &Connection,
    site: SiteId,
    only: Option<AgentId>,
) -> Result<Vec<Colleague>, StoreError> {
    let of_site = "WHERE t.site = ?1 AND (?2 IS NULL OR t.id = ?2)";
    let values = params![Col(site), only.map(Col)];
    let mut team = row::all(connection, &select::TEAMMATE, of_site, values, |row| {
        Ok(AgentRow::read(row)?.colleague(row.field("load")?))
    })?;
    in_order(&mut team);
    Ok(team)
}

pub(super) fn overview(connection: &Connection, site: SiteId) -> Result<Overview, StoreError> {
    let mut conversations = Vec::new();
    for (condition, limit) in [
        (
            "t.status IN (0, 1) ORDER BY t.front DESC, t.since, t.id",
            QUEUE_LIMIT,
        ),
        ("t.status = 2 ORDER BY t.since, t.id", QUEUE_LIMIT),
        ("t.status = 3 ORDER BY t.since DESC, t.id", LATELY),
    ] {
        let of_site = format!("WHERE t.site = ?1 AND {condition} LIMIT ?2");
        let values = params![Col(site), limit];
        conversations.extend(row::all(
            connection,
            &select::LINE,
            &of_site,
            values,
            |row| line(connection, row),
        )?);
    }
    let callbacks = calls::overview(connection, site)?;
    Ok(Overview {
        conversations,
        colleagues: colleagues(connection, site, None)?,
        callbacks,
    })
}

pub(super) fn beats(connection: &Connection) -> Result<Vec<(NodeId, u64)>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id, beat FROM nodes ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        let beat: i64 = row.get(1)?;
        Ok((
            NodeId::from_bytes(row.get(0)?),
            u64::try_from(beat).unwrap_or_default(),
        ))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
