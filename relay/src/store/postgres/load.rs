//! Reading a working set, and locking what will change.
//!
//! Locks come first and in one order: the site of a round, the sites whose calls change, nodes,
//! contacts, conversations, agents, records by their table, each by id. What is read without a lock
//! is read after them, so that it is at least as new as the rows it belongs to.

use std::collections::BTreeSet;

use heard_desk::routing::Agent;
use heard_protocol::{AgentId, CommandId, ConversationId, SiteId};
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query;
use sqlx::{Postgres, query};

use super::keys::Keys;
use super::row::{AGENT, ANSWERS, CONTACT, CONVERSATION, ConversationRow, SITE, STATE, all, find};
use super::value::{Id, uuids};
use super::working_set::{Talk, Teammate, WorkingSet};
use super::{calls, records};
use crate::node::NodeId;
use crate::store::ledger::{KnownContact, QUEUE_LIMIT, Trace};
use crate::store::rows::{AgentRow, answering, conversation};
use crate::store::table::Row;
use crate::store::{SiteRecord, StoreError};

/// The advisory locks of dispatch rounds, apart from every other use of such locks.
const ROUNDS: i32 = 0x4845_5244;

/// What is locked, in the order in which that is done on every node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Round,
    Calls,
    Nodes,
    Contacts,
    Conversations,
    Agents,
    /// By the place of their table.
    Records,
}

/// What has been locked so far.
#[derive(Debug, Default)]
struct Order(Option<Rank>);

impl Order {
    /// This is locked next.
    fn next(&mut self, rank: Rank) {
        debug_assert!(self.0 < Some(rank), "{rank:?} is locked after {:?}", self.0);
        self.0 = Some(rank);
    }
}

/// Reads and locks what `keys` name, in the transaction that is under way.
pub(super) async fn working_set(
    connection: &mut PgConnection,
    keys: Keys,
) -> Result<WorkingSet, StoreError> {
    let mut set = WorkingSet {
        keys,
        ..WorkingSet::default()
    };
    let mut order = Order::default();
    order.next(Rank::Round);
    if let Some(site) = set.keys.desk {
        let [.., a, b, c, d] = site.to_bytes();
        query("SELECT pg_advisory_xact_lock($1, $2)")
            .bind(ROUNDS)
            .bind(i32::from_be_bytes([a, b, c, d]))
            .execute(&mut *connection)
            .await?;
    }
    order.next(Rank::Calls);
    calls::lock(connection, &set).await?;
    order.next(Rank::Nodes);
    nodes(connection, &mut set).await?;
    order.next(Rank::Contacts);
    contacts(connection, &mut set).await?;
    calls::load(connection, &mut set).await?;
    order.next(Rank::Conversations);
    talks(connection, &mut set).await?;
    order.next(Rank::Agents);
    locked_agents(connection, &mut set).await?;
    order.next(Rank::Records);
    records::lock(connection, &mut set).await?;
    sockets(connection, &mut set).await?;
    past(connection, &mut set).await?;
    sites(connection, &mut set).await?;
    records::load(connection, &mut set).await?;
    if let Some(site) = set.keys.desk {
        set.desk = (
            desk(connection, site).await?,
            queue(connection, site).await?,
        );
    }
    Ok(set)
}

async fn nodes(connection: &mut PgConnection, set: &mut WorkingSet) -> Result<(), StoreError> {
    if set.keys.nodes.is_empty() {
        return Ok(());
    }
    let nodes =
        query("SELECT id, beat FROM nodes WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE")
            .bind(uuids(&set.keys.nodes));
    let nodes = all(nodes, &mut *connection, |row| {
        Ok((row.field("id")?, row.field("beat")?))
    });
    let nodes: Vec<(NodeId, u64)> = nodes.await?;
    set.nodes.extend(nodes);
    if set.keys.silent.is_empty() {
        return Ok(());
    }
    let there =
        query("SELECT agent FROM agent_sockets WHERE node = ANY($1)").bind(uuids(&set.keys.silent));
    for agent in all(there, connection, |row| row.field::<AgentId>("agent")).await? {
        set.keys.locked_agents.insert(agent);
        set.keys.seated.insert(agent);
    }
    Ok(())
}

/// On which nodes agents have a socket. It changes under the lock on the agent alone.
async fn sockets(connection: &mut PgConnection, set: &mut WorkingSet) -> Result<(), StoreError> {
    if set.keys.seated.is_empty() {
        return Ok(());
    }
    let sockets = query("SELECT agent, node FROM agent_sockets WHERE agent = ANY($1)")
        .bind(uuids(&set.keys.seated));
    let sockets = all(sockets, connection, |row| {
        Ok((row.field("agent")?, row.field("node")?))
    });
    set.sockets.extend(sockets.await?);
    Ok(())
}

async fn contacts(connection: &mut PgConnection, set: &mut WorkingSet) -> Result<(), StoreError> {
    if set.keys.contacts.is_empty() {
        return Ok(());
    }
    let locked = "WHERE t.id = ANY($1) ORDER BY t.id FOR NO KEY UPDATE";
    let found = find(&CONTACT, locked).bind(uuids(&set.keys.contacts));
    let found = all(found, connection, |row| {
        let latest = row.opt("latest")?;
        Ok((row.field("id")?, KnownContact::read(row, latest)?))
    });
    for (id, known) in found.await? {
        set.keys.conversations.extend(known.latest);
        set.contacts.insert(id, known);
    }
    Ok(())
}

async fn talks(connection: &mut PgConnection, set: &mut WorkingSet) -> Result<(), StoreError> {
    if set.keys.conversations.is_empty() {
        return Ok(());
    }
    let locked = "WHERE t.id = ANY($1) ORDER BY t.id FOR NO KEY UPDATE OF t";
    let found = find(&CONVERSATION, locked).bind(uuids(&set.keys.conversations));
    for row in all(found, connection, ConversationRow::read).await? {
        let state = &row.known.state;
        if set.keys.handed_over.contains(&state.id) {
            set.keys.locked_agents.extend(state.owner());
        }
        let id: ConversationId = state.id;
        let talk = Talk {
            row,
            unsaved: false,
        };
        set.conversations.insert(id, talk);
    }
    Ok(())
}

async fn locked_agents(
    connection: &mut PgConnection,
    set: &mut WorkingSet,
) -> Result<(), StoreError> {
    let locked = set.keys.locked_agents.clone();
    let mut loads = Vec::new();
    // A round that is to move something: whoever it moves to or from is of this team.
    let team = set
        .keys
        .desk
        .filter(|_| !set.keys.conversations.is_empty())
        .map(Id::uuid);
    if !locked.is_empty() || team.is_some() {
        let either = "WHERE t.id = ANY($1) OR t.site = $2 ORDER BY t.id FOR NO KEY UPDATE";
        let found = find(&AGENT, either).bind(uuids(&locked)).bind(team);
        keep_agents(set, found, connection).await?;
        set.keys.locked_agents.extend(set.agents.keys().copied());
        let counted = query(
            "SELECT agent, count(*) AS load FROM conversations WHERE agent = ANY($1) AND status = 2 GROUP BY agent",
        )
        .bind(uuids(set.agents.keys()));
        loads = all(counted, &mut *connection, |row| {
            Ok((row.field::<AgentId>("agent")?, row.field("load")?))
        })
        .await?;
    }
    for (agent, load) in loads {
        if let Some(one) = set.agents.get_mut(&agent) {
            one.load = load;
        }
    }
    let read: BTreeSet<AgentId> = &set.keys.agents - &set.keys.locked_agents;
    if !read.is_empty() {
        let found = find(&AGENT, "WHERE t.id = ANY($1)").bind(uuids(&read));
        keep_agents(set, found, connection).await?;
    }
    Ok(())
}

async fn keep_agents(
    set: &mut WorkingSet,
    found: Query<'_, Postgres, PgArguments>,
    connection: &mut PgConnection,
) -> Result<(), StoreError> {
    for row in all(found, connection, AgentRow::read).await? {
        set.agents.insert(row.account.id, Teammate { row, load: 0 });
    }
    Ok(())
}

/// What became of commands before.
async fn past(connection: &mut PgConnection, set: &mut WorkingSet) -> Result<(), StoreError> {
    if !set.keys.fresh.is_empty() {
        // They left no entry, but may have been refused for good.
        let refused = query("SELECT command, actor, code FROM refusals WHERE command = ANY($1)")
            .bind(uuids(&set.keys.fresh));
        let refused = all(refused, &mut *connection, |row| {
            let key = (row.field("command")?, row.field("actor")?);
            Ok((key, row.json("code")?))
        });
        set.refusals.extend(refused.await?);
    }
    if set.keys.commands.is_empty() {
        return Ok(());
    }
    let rows = query(
        "SELECT 0::bigint AS what, command, actor, conversation, seq, public_seq, at, NULL AS code
           FROM entries WHERE command = ANY($1)
         UNION ALL
         SELECT 1, command, agent, NULL, NULL, NULL, at, NULL FROM deeds WHERE command = ANY($1)
         UNION ALL
         SELECT 2, id, contact, NULL, NULL, NULL, NULL, NULL FROM callbacks WHERE id = ANY($1)
         UNION ALL
         SELECT 3, command, actor, NULL, NULL, NULL, NULL, code FROM refusals WHERE command = ANY($1)",
    )
    .bind(uuids(&set.keys.commands))
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let command: CommandId = row.field("command")?;
        let actor: [u8; 16] = row.field("actor")?;
        match row.field::<i64>("what")? {
            0 => {
                let trace = Trace {
                    actor,
                    conversation: row.field("conversation")?,
                    seq: row.field("seq")?,
                    public: row.opt("public_seq")?,
                    at: row.field("at")?,
                };
                set.traces.insert(command, trace);
            }
            1 => {
                let deed = (AgentId::from_bytes(actor), row.field("at")?);
                set.deeds.insert(command, deed);
            }
            2 => {
                set.requests.insert(command);
            }
            _ => {
                set.refusals.insert((command, actor), row.json("code")?);
            }
        }
    }
    Ok(())
}

async fn sites(connection: &mut PgConnection, set: &mut WorkingSet) -> Result<(), StoreError> {
    if !set.keys.sites.is_empty() {
        let found = find(&SITE, "WHERE t.id = ANY($1)").bind(uuids(&set.keys.sites));
        let found = all(found, &mut *connection, SiteRecord::read);
        for site in found.await? {
            set.policies.insert(site.id, site.policy);
            set.call_policies.insert(site.id, site.calls);
        }
    }
    if set.keys.all_sites {
        let sites = query("SELECT id FROM sites ORDER BY id");
        set.all_sites = all(sites, connection, |row| row.field("id")).await?;
    }
    Ok(())
}

/// Who can answer on a site, and what they own.
async fn desk(connection: &mut PgConnection, site: SiteId) -> Result<Vec<Agent>, StoreError> {
    let team = find(&ANSWERS, "WHERE t.site = $1 ORDER BY t.id").bind(site.uuid());
    let mut agents = all(team, &mut *connection, answering).await?;
    let owned = query(
        "SELECT agent, id FROM conversations WHERE site = $1 AND status = 2 ORDER BY since, id",
    )
    .bind(site.uuid());
    let owned = all(owned, connection, |row| {
        Ok((row.field::<AgentId>("agent")?, row.field("id")?))
    });
    for (owner, id) in owned.await? {
        if let Ok(place) = agents.binary_search_by_key(&owner, |agent| agent.id) {
            agents[place].owned.push(id);
        }
    }
    Ok(agents)
}

/// The head of the queue: every offer, and as many of those who wait as a round can place.
async fn queue(
    connection: &mut PgConnection,
    site: SiteId,
) -> Result<Vec<heard_desk::Conversation>, StoreError> {
    let mut queue = Vec::new();
    for (condition, limit) in [
        (
            "WHERE t.site = $1 AND t.status = 1 ORDER BY t.front DESC, t.since LIMIT $2",
            i64::MAX,
        ),
        (
            "WHERE t.site = $1 AND t.status = 0 ORDER BY t.front DESC, t.since LIMIT $2",
            QUEUE_LIMIT,
        ),
    ] {
        let found = find(&STATE, condition).bind(site.uuid()).bind(limit);
        queue.extend(all(found, &mut *connection, conversation::state).await?);
    }
    Ok(queue)
}
