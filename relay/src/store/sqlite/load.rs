//! What the writer reads before it decides.

use std::sync::Arc;

use heard_desk::Conversation;
use heard_protocol::{AgentId, CommandId, ContactId, ConversationId, Page, UnixMillis};
use rusqlite::{Connection, OptionalExtension, Row};

use super::column::{Col, StatusColumns, from_json, get, get_opt};
use super::read;
use crate::node::NodeId;
use crate::store::ledger::{Known, KnownContact, Trace};
use crate::store::stored::talk;
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

/// The columns that [`state`] reads, in its order.
pub(super) const STATE: &str = "id, contact, status, since, agent, until, front, passed, talk";

/// A conversation as the rules see it, from a row that begins with [`STATE`].
pub(super) fn state(row: &Row<'_>) -> Result<Conversation, StoreError> {
    let status = StatusColumns {
        status: row.get(2)?,
        since: get(row, 3)?,
        agent: get_opt(row, 4)?,
        until: get_opt(row, 5)?,
    };
    Ok(Conversation {
        id: get(row, 0)?,
        contact: get(row, 1)?,
        status: status.status()?,
        front: row.get(6)?,
        passed: from_json("list of agents", &row.get::<_, String>(7)?)?,
        talk: talk(
            row.get_ref(8)?
                .as_str_or_null()
                .map_err(rusqlite::Error::from)?,
        )?,
    })
}

/// A conversation, and the number it is kept under.
pub(super) fn conversation(
    connection: &Connection,
    id: ConversationId,
) -> Result<Option<(i64, Known)>, StoreError> {
    let sql = format!(
        "SELECT {STATE}, row, site, visitor_read, staff_read FROM conversations WHERE id = ?1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([Col(id)])?;
    let Some(found) = rows.next()? else {
        return Ok(None);
    };
    let row = found.get(9)?;
    let (head, public) = read::ends(connection, row)?;
    let known = Known {
        site: get(found, 10)?,
        state: state(found)?,
        head,
        public,
        visitor_read: get(found, 11)?,
        staff_read: get(found, 12)?,
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
