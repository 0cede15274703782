//! What the writer reads before it decides.

use std::sync::Arc;

use heard_desk::Conversation;
use heard_protocol::{AgentId, CommandId, ContactId, ConversationId, Page, Seq, UnixMillis};
use rusqlite::{Connection, OptionalExtension};

use super::column::{Col, StatusColumns, from_json, get, get_opt};
use super::read;
use crate::node::NodeId;
use crate::store::ledger::{Known, KnownContact, Trace};
use crate::store::{StoreError, VisitorProfile};

/// The entry a command wrote.
pub(super) fn trace(connection: &Connection, id: CommandId) -> Result<Option<Trace>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT e.actor, c.id, e.seq, e.public_seq, e.at FROM entries e
         JOIN conversations c ON c.row = e.conversation WHERE e.command = ?1",
    )?;
    let found = statement.query_row([Col(id)], |row| {
        Ok(Trace {
            actor: row.get(0)?,
            conversation: get(row, 1)?,
            seq: get(row, 2)?,
            public: get_opt(row, 3)?,
            at: get(row, 4)?,
        })
    });
    Ok(found.optional()?)
}

/// Whose command it was that left no entry, and when it was carried out.
pub(super) fn deed(
    connection: &Connection,
    id: CommandId,
) -> Result<Option<(AgentId, UnixMillis)>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT agent, at FROM deeds WHERE command = ?1")?;
    let found = statement.query_row([Col(id)], |row| Ok((get(row, 0)?, get(row, 1)?)));
    Ok(found.optional()?)
}

/// A contact.
pub(super) fn contact(
    connection: &Connection,
    id: ContactId,
) -> Result<Option<KnownContact>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT site, locale, page_url, page_title FROM contacts WHERE id = ?1")?;
    let found = statement
        .query_row([Col(id)], |row| {
            let url: Option<String> = row.get(2)?;
            let title: Option<String> = row.get(3)?;
            let profile = VisitorProfile {
                locale: row.get(1)?,
                page: url.map(|url| Page {
                    url,
                    title: title.unwrap_or_default(),
                }),
            };
            Ok((get(row, 0)?, profile))
        })
        .optional()?;
    let Some((site, profile)) = found else {
        return Ok(None);
    };
    Ok(Some(KnownContact {
        site,
        profile: Arc::new(profile),
        latest: read::latest_of(connection, id)?,
    }))
}

/// A conversation, and the number it is kept under.
pub(super) fn conversation(
    connection: &Connection,
    id: ConversationId,
) -> Result<Option<(i64, Known)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT row, site, contact, status, since, agent, until, front, passed, visitor_read, staff_read
         FROM conversations WHERE id = ?1",
    )?;
    let found = statement
        .query_row([Col(id)], |row| {
            let status = StatusColumns {
                status: row.get(3)?,
                since: get(row, 4)?,
                agent: get_opt(row, 5)?,
                until: get_opt(row, 6)?,
            };
            let marks: (Seq, Seq) = (get(row, 9)?, get(row, 10)?);
            Ok((
                row.get::<_, i64>(0)?,
                get(row, 1)?,
                get(row, 2)?,
                status,
                row.get::<_, bool>(7)?,
                row.get::<_, String>(8)?,
                marks,
            ))
        })
        .optional()?;
    let Some((row, site, contact, status, front, passed, marks)) = found else {
        return Ok(None);
    };
    let (head, public) = read::ends(connection, row)?;
    let state = Conversation {
        id,
        contact,
        status: status.status()?,
        front,
        passed: from_json("list of agents", &passed)?,
    };
    let (visitor_read, staff_read) = marks;
    let known = Known {
        site,
        state,
        head,
        public,
        visitor_read,
        staff_read,
    };
    Ok(Some((row, known)))
}

/// The agents who have a socket on a node.
pub(super) fn agents_on(connection: &Connection, node: NodeId) -> Result<Vec<AgentId>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT agent FROM agent_sockets WHERE node = ?1 ORDER BY agent")?;
    let rows = statement.query_map([node.to_bytes()], |row| get(row, 0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether an agent has a socket on any node.
pub(super) fn has_socket(connection: &Connection, agent: AgentId) -> Result<bool, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM agent_sockets WHERE agent = ?1)")?;
    Ok(statement.query_row([Col(agent)], |row| row.get(0))?)
}
