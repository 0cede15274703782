//! Who can answer and who waits: what a dispatch round decides from.

use heard_desk::Conversation;
use heard_desk::routing::Agent;
use heard_protocol::{AgentId, ConversationId, SiteId};
use rusqlite::Connection;

use super::column::Col;
use super::{row, select};
use crate::store::StoreError;
use crate::store::rows::{answering, conversation};
use crate::store::table::Row as _;

/// Every conversation that waits or is offered.
pub(super) fn waiting(
    connection: &Connection,
    site: SiteId,
) -> Result<Vec<Conversation>, StoreError> {
    let mut found = Vec::new();
    // The numbers stand in the text: a partial index is looked up anew for every bound one.
    for of_status in [
        "WHERE t.site = ?1 AND t.status = 1",
        "WHERE t.site = ?1 AND t.status = 0",
    ] {
        let site = [Col(site)];
        let select = &select::CONVERSATION;
        found.extend(row::all(connection, select, of_status, site, |row| {
            conversation::state(row)
        })?);
    }
    Ok(found)
}

pub(super) fn agents(connection: &Connection, site: SiteId) -> Result<Vec<Agent>, StoreError> {
    let team = "WHERE t.site = ?1 ORDER BY t.id";
    let mut agents = row::all(connection, &select::ANSWERS, team, [Col(site)], |row| {
        answering(row)
    })?;
    let owned = "WHERE t.site = ?1 AND t.status = 2 ORDER BY t.since";
    let owned = row::all(connection, &select::OWNED, owned, [Col(site)], |row| {
        Ok((row.field("agent")?, row.field("id")?))
    })?;
    for (owner, id) in owned {
        let (owner, id): (AgentId, ConversationId) = (owner, id);
        if let Ok(place) = agents.binary_search_by_key(&owner, |agent| agent.id) {
            agents[place].owned.push(id);
        }
    }
    Ok(agents)
}
