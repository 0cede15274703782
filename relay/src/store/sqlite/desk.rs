//! Who can answer and who waits: what a dispatch round decides from.

use heard_desk::Conversation;
use heard_desk::routing::Agent;
use heard_protocol::{AgentId, SiteId};
use rusqlite::Connection;

use super::column::{Col, availability_from, get, get_opt};
use super::load::{STATE, state};
use crate::store::StoreError;

/// Every conversation that waits or is offered.
pub(super) fn waiting(
    connection: &Connection,
    site: SiteId,
) -> Result<Vec<Conversation>, StoreError> {
    let mut found = Vec::new();
    // The numbers stand in the text: a partial index is looked up anew for every bound one.
    for status in ["1", "0"] {
        let sql =
            format!("SELECT {STATE} FROM conversations WHERE site = ?1 AND status = {status}");
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([Col(site)])?;
        while let Some(row) = rows.next()? {
            found.push(state(row)?);
        }
    }
    Ok(found)
}

pub(super) fn agents(connection: &Connection, site: SiteId) -> Result<Vec<Agent>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, availability, gone_since, capacity, idle_since, on_call <> 0 FROM agents WHERE site = ?1 ORDER BY id",
    )?;
    let rows = statement.query_map([Col(site)], |row| {
        Ok(Agent {
            id: get(row, 0)?,
            availability: availability_from(row.get(1)?),
            gone_since: get_opt(row, 2)?,
            on_call: row.get(5)?,
            capacity: row.get(3)?,
            owned: Vec::new(),
            idle_since: get(row, 4)?,
        })
    })?;
    let mut agents: Vec<Agent> = rows.collect::<rusqlite::Result<_>>()?;
    let mut statement = connection.prepare_cached(
        "SELECT agent, id FROM conversations WHERE site = ?1 AND status = 2 ORDER BY since",
    )?;
    let mut rows = statement.query([Col(site)])?;
    while let Some(row) = rows.next()? {
        let owner: AgentId = get(row, 0)?;
        if let Ok(place) = agents.binary_search_by_key(&owner, |agent| agent.id) {
            agents[place].owned.push(get(row, 1)?);
        }
    }
    Ok(agents)
}
