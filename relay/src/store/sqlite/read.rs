//! Reading: the same functions serve the read connections and the writer's own look-ups.

use heard_protocol::entry::EntryBody;
use heard_protocol::facet::Attributes;
use heard_protocol::limits::MAX_ENTRIES_PER_FRAME;
use heard_protocol::{
    AgentCard, AgentId, Colleague, ContactId, ConversationId, ConversationSummary, Epoch, Marks,
    Page, PublicBody, PublicEntry, Resume, Seq, SiteCard, SiteId, StaffEntry, UnixMillis,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::calls;
use super::column::{Col, StatusColumns, availability_from, from_json, get, get_opt, kind_from};
use crate::node::NodeId;
use crate::store::ledger::QUEUE_LIMIT;
use crate::store::stored::call_policy;
use crate::store::{
    AgentPhone, AgentRecord, Arrival, Head, LogSlice, Overview, SiteRecord, StoreError,
    VisitorView, Waiting,
};

/// How many resolved conversations and ended calls an overview shows.
pub(super) const LATELY: i64 = 50;
/// How far back the last words of a conversation are looked for, in entries.
const LAST_WORDS_WITHIN: i64 = 50;

pub(super) fn site(connection: &Connection, id: SiteId) -> Result<Option<SiteRecord>, StoreError> {
    Ok(sites_where(connection, "WHERE id = ?1", Some(id))?.pop())
}

/// A site's name alone: its settings are long.
fn site_card(connection: &Connection, id: SiteId) -> Result<Option<SiteCard>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT name FROM sites WHERE id = ?1")?;
    let name = statement
        .query_row([Col(id)], |row| row.get(0))
        .optional()?;
    Ok(name.map(|name| SiteCard { id, name }))
}

pub(super) fn sites(connection: &Connection) -> Result<Vec<SiteRecord>, StoreError> {
    sites_where(connection, "ORDER BY id", None)
}

fn sites_where(
    connection: &Connection,
    condition: &str,
    id: Option<SiteId>,
) -> Result<Vec<SiteRecord>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id, name, origins, offer_ms, grace_ms, reopen_ms, callback_ahead_ms, calls FROM sites {condition}"
    ))?;
    let mut rows = match id {
        Some(id) => statement.query([Col(id)])?,
        None => statement.query([])?,
    };
    let mut sites = Vec::new();
    while let Some(row) = rows.next()? {
        let millis = |column| get::<UnixMillis>(row, column).map(|value| value.0);
        sites.push(SiteRecord {
            id: get(row, 0)?,
            name: row.get(1)?,
            origins: from_json("list of origins", &row.get::<_, String>(2)?)?,
            policy: heard_desk::Policy {
                offer_ms: millis(3)?,
                grace_ms: millis(4)?,
                reopen_ms: millis(5)?,
                callback_ahead_ms: millis(6)?,
            },
            calls: call_policy(
                row.get_ref(7)?
                    .as_str_or_null()
                    .map_err(rusqlite::Error::from)?,
            )?,
        });
    }
    Ok(sites)
}

const AGENT: &str = "SELECT id, name, bot, site, email, password_hash, capacity, availability, takes_calls, phone, headset FROM agents";

fn agent_from(row: &Row<'_>) -> rusqlite::Result<AgentRecord> {
    Ok(AgentRecord {
        card: AgentCard {
            id: get(row, 0)?,
            name: row.get(1)?,
            kind: kind_from(row.get(2)?),
        },
        site: get(row, 3)?,
        email: row.get(4)?,
        password_hash: row.get(5)?,
        capacity: row.get(6)?,
        availability: availability_from(row.get(7)?),
        phone: AgentPhone {
            takes: row.get(8)?,
            address: row.get(9)?,
            headset: row.get(10)?,
        },
    })
}

pub(super) fn agent(
    connection: &Connection,
    id: AgentId,
) -> Result<Option<AgentRecord>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{AGENT} WHERE id = ?1"))?;
    Ok(statement.query_row([Col(id)], agent_from).optional()?)
}

pub(super) fn agent_by_email(
    connection: &Connection,
    email: &str,
) -> Result<Option<AgentRecord>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{AGENT} WHERE email = ?1"))?;
    Ok(statement.query_row([email], agent_from).optional()?)
}

pub(super) fn agent_by_session(
    connection: &Connection,
    token_hash: &[u8; 32],
    now: UnixMillis,
) -> Result<Option<AgentRecord>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "{AGENT} WHERE id = (SELECT agent FROM sessions WHERE token_hash = ?1 AND expires_at > ?2)"
    ))?;
    Ok(statement
        .query_row(params![token_hash, Col(now)], agent_from)
        .optional()?)
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

/// The columns of a [`Head`], and first the number its conversation is kept under.
const HEAD: &str = "SELECT row, id, site, contact, visitor_read, staff_read FROM conversations";

/// The first conversation that a condition on its one parameter finds.
fn head_where(
    connection: &Connection,
    condition: &str,
    value: impl rusqlite::ToSql,
) -> Result<Option<(i64, Head)>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{HEAD} {condition}"))?;
    let mut rows = statement.query([value])?;
    let Some(found) = rows.next()? else {
        return Ok(None);
    };
    let row = found.get(0)?;
    let (staff, public) = ends(connection, row)?;
    let head = Head {
        conversation: get(found, 1)?,
        site: get(found, 2)?,
        contact: get(found, 3)?,
        staff,
        public,
        visitor_read: get(found, 4)?,
        staff_read: get(found, 5)?,
    };
    Ok(Some((row, head)))
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

const SUMMARY: &str = "
    SELECT c.row, c.id, c.contact, c.status, c.since, c.agent, c.until, c.issue,
           c.visitor_read, c.staff_read, p.name, p.locale, p.page_url, p.page_title
    FROM conversations c JOIN contacts p ON p.id = c.contact";

fn summary_from(connection: &Connection, row: &Row<'_>) -> Result<ConversationSummary, StoreError> {
    let number: i64 = row.get(0)?;
    let (head, public_head) = ends(connection, number)?;
    let last = last_words(connection, number)?;
    let status = StatusColumns {
        status: row.get(3)?,
        since: get(row, 4)?,
        agent: get_opt(row, 5)?,
        until: get_opt(row, 6)?,
    };
    let url: Option<String> = row.get(12)?;
    let title: Option<String> = row.get(13)?;
    Ok(ConversationSummary {
        id: get(row, 1)?,
        contact: get(row, 2)?,
        status: status.status()?,
        head,
        marks: Marks {
            public_head,
            visitor_read: get(row, 8)?,
            staff_read: get(row, 9)?,
        },
        facets: Attributes {
            name: row.get(10)?,
            locale: row.get(11)?,
            page: url.map(|url| Page {
                url,
                title: title.unwrap_or_default(),
            }),
            issue: row.get(7)?,
            last,
        }
        .facets(),
    })
}

/// One line of the lists.
pub(super) fn summary(
    connection: &Connection,
    id: ConversationId,
) -> Result<Option<ConversationSummary>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SUMMARY} WHERE c.id = ?1"))?;
    let mut rows = statement.query([Col(id)])?;
    match rows.next()? {
        Some(row) => summary_from(connection, row).map(Some),
        None => Ok(None),
    }
}

/// Who waits on a site, first in line first: what a round decides from.
pub(super) fn queue(connection: &Connection, site: SiteId) -> Result<Vec<Waiting>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT contact, id, since FROM conversations WHERE site = ?1 AND status IN (0, 1)
         ORDER BY front DESC, since, id",
    )?;
    let rows = statement.query_map([Col(site)], |row| {
        Ok(Waiting {
            contact: get(row, 0)?,
            conversation: get(row, 1)?,
            since: get(row, 2)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The team as colleagues see it; `only` narrows it to one agent.
pub(super) fn colleagues(
    connection: &Connection,
    site: SiteId,
    only: Option<AgentId>,
) -> Result<Vec<Colleague>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT a.id, a.name, a.bot, a.availability, a.gone_since IS NULL, a.capacity,
                (SELECT count(*) FROM conversations c
                 WHERE c.site = a.site AND c.status = 2 AND c.agent = a.id)
         FROM agents a WHERE a.site = ?1 AND (?2 IS NULL OR a.id = ?2) ORDER BY a.name, a.id",
    )?;
    let rows = statement.query_map(params![Col(site), only.map(Col)], |row| {
        Ok(Colleague {
            card: AgentCard {
                id: get(row, 0)?,
                name: row.get(1)?,
                kind: kind_from(row.get(2)?),
            },
            availability: availability_from(row.get(3)?),
            online: row.get(4)?,
            capacity: row.get(5)?,
            load: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn overview(connection: &Connection, site: SiteId) -> Result<Overview, StoreError> {
    let mut conversations = Vec::new();
    for (condition, limit) in [
        (
            "c.status IN (0, 1) ORDER BY c.front DESC, c.since, c.id",
            QUEUE_LIMIT,
        ),
        ("c.status = 2 ORDER BY c.since, c.id", QUEUE_LIMIT),
        ("c.status = 3 ORDER BY c.since DESC, c.id", LATELY),
    ] {
        let sql = format!("{SUMMARY} WHERE c.site = ?1 AND {condition} LIMIT ?2");
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![Col(site), limit])?;
        while let Some(row) = rows.next()? {
            conversations.push(summary_from(connection, row)?);
        }
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
