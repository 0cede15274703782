//! Sites' desks as they stand. A round decides from memory: it would otherwise read everybody who
//! waits and everybody who answers.

use std::collections::BTreeMap;

use heard_desk::Conversation;
use heard_desk::routing::{Agent, Floor};
use heard_protocol::{AgentId, SiteId};
use rusqlite::Connection;

use super::desk;
use crate::store::StoreError;

/// The floors of the sites that had a round. Like all of the writer's memory they are never stale,
/// and gone after a failed batch.
#[derive(Debug, Default)]
pub(super) struct Floors(BTreeMap<SiteId, Floor>);

impl Floors {
    /// A site's floor, read from the database if it is not known.
    pub(super) fn of(
        &mut self,
        connection: &Connection,
        site: SiteId,
    ) -> Result<&mut Floor, StoreError> {
        use std::collections::btree_map::Entry;
        Ok(match self.0.entry(site) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(read(connection, site)?),
        })
    }

    /// A conversation is now like this.
    pub(super) fn moved(
        &mut self,
        site: SiteId,
        before: Option<&Conversation>,
        now: &Conversation,
    ) {
        let Some(floor) = self.0.get_mut(&site) else {
            return;
        };
        floor.put(now);
        let owners = (before.and_then(Conversation::owner), now.owner());
        if owners.0 != owners.1 {
            if let Some(left) = owners.0 {
                floor.change_agent(left, |agent| agent.owned.retain(|id| *id != now.id));
            }
            if let Some(came) = owners.1 {
                floor.change_agent(came, |agent| agent.owned.push(now.id));
            }
        }
    }

    /// Something about an agent changed.
    pub(super) fn change_agent(&mut self, id: AgentId, how: impl Fn(&mut Agent)) {
        // They are on one of them at most.
        for floor in self.0.values_mut() {
            floor.change_agent(id, &how);
        }
    }

    /// Everything is read anew.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

fn read(connection: &Connection, site: SiteId) -> Result<Floor, StoreError> {
    let queue = desk::waiting(connection, site)?;
    Ok(Floor::of(&queue, &desk::agents(connection, site)?))
}
