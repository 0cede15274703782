//! What the writer reads before it decides.

use heard_protocol::{AgentId, CommandId, ContactId, ConversationId, UnixMillis};
use rusqlite::{Connection, OptionalExtension};

use super::column::{Col, get, get_opt};
use super::{read, row, select};
use crate::node::NodeId;
use crate::store::StoreError;
use crate::store::ledger::{Known, KnownContact, Trace};
use crate::store::rows;
use crate::store::table::Row as _;

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
    let by_id = "WHERE t.id = ?1";
    row::first(connection, &select::CONTACT, by_id, [Col(id)], |row| {
        let latest = read::latest_of(connection, id)?;
        KnownContact::read(row, latest)
    })
}

/// A conversation, and the number it is kept under.
pub(super) fn conversation(
    connection: &Connection,
    id: ConversationId,
) -> Result<Option<(i64, Known)>, StoreError> {
    let by_id = "WHERE t.id = ?1";
    row::first(connection, &select::CONVERSATION, by_id, [Col(id)], |row| {
        let number = row.field("row")?;
        let (head, public) = read::ends(connection, number)?;
        Ok((number, rows::conversation::known(row, head, public)?))
    })
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
