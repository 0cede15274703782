//! Reading a working set, and locking what will change.
//!
//! Locks come first and in one order: the site of a round, the sites whose calls change, nodes,
//! contacts, conversations, agents, each by id. What is read without a lock is read after them, so
//! that it is at least as new as the rows it belongs to.

use std::collections::BTreeSet;

use heard_desk::Policy;
use heard_desk::routing::Agent;
use heard_protocol::{AgentId, CommandId, ContactId, ConversationId, SiteId};
use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::query;
use sqlx::types::Uuid;

use super::calls;
use super::keys::Keys;
use super::row::{AgentRow, ConversationRow, agents, at, conversations, id, id_opt, page};
use super::value::{Id, seq, unsigned, uuids};
use super::working_set::{Person, Talk, Teammate, WorkingSet};
use crate::store::ledger::{KnownContact, QUEUE_LIMIT, Trace};
use crate::store::stored::{call_policy, from_json};
use crate::store::{StoreError, VisitorProfile};

/// The advisory locks of dispatch rounds, apart from every other use of such locks.
const ROUNDS: i32 = 0x4845_5244;

/// Reads and locks what `keys` name, in the transaction that is under way.
pub(super) async fn working_set(
    connection: &mut PgConnection,
    keys: Keys,
) -> Result<WorkingSet, StoreError> {
    let mut set = WorkingSet {
        keys,
        ..WorkingSet::default()
    };
    if let Some(site) = set.keys.desk {
        let [.., a, b, c, d] = site.to_bytes();
        query("SELECT pg_advisory_xact_lock($1, $2)")
            .bind(ROUNDS)
            .bind(i32::from_be_bytes([a, b, c, d]))
            .execute(&mut *connection)
            .await?;
    }
    calls::lock(connection, &set).await?;
    nodes(connection, &mut set).await?;
    contacts(connection, &mut set).await?;
    calls::load(connection, &mut set).await?;
    talks(connection, &mut set).await?;
    locked_agents(connection, &mut set).await?;
    sockets(connection, &mut set).await?;
    past(connection, &mut set).await?;
    sites(connection, &mut set).await?;
    addresses(connection, &mut set).await?;
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
    let rows = query("SELECT id, beat FROM nodes WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE")
        .bind(uuids(&set.keys.nodes))
        .fetch_all(&mut *connection)
        .await?;
    for row in &rows {
        set.nodes.insert(id(row, 0)?, unsigned(row.try_get(1)?)?);
    }
    if set.keys.silent.is_empty() {
        return Ok(());
    }
    let rows = query("SELECT agent FROM agent_sockets WHERE node = ANY($1)")
        .bind(uuids(&set.keys.silent))
        .fetch_all(connection)
        .await?;
    for row in &rows {
        let agent: AgentId = id(row, 0)?;
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
    let rows = query("SELECT agent, node FROM agent_sockets WHERE agent = ANY($1)")
        .bind(uuids(&set.keys.seated))
        .fetch_all(connection)
        .await?;
    for row in &rows {
        set.sockets.insert((id(row, 0)?, id(row, 1)?));
    }
    Ok(())
}

async fn contacts(connection: &mut PgConnection, set: &mut WorkingSet) -> Result<(), StoreError> {
    if set.keys.contacts.is_empty() {
        return Ok(());
    }
    let rows = query(
        "SELECT id, site, name, locale, page_url, page_title, latest FROM contacts
         WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
    )
    .bind(uuids(&set.keys.contacts))
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let profile = VisitorProfile {
            locale: row.try_get(3)?,
            page: page(row, 4)?,
        };
        let known = KnownContact {
            site: id(row, 1)?,
            profile: profile.into(),
            latest: id_opt(row, 6)?,
        };
        set.keys.conversations.extend(known.latest);
        let name = row.try_get(2)?;
        let contact = id::<ContactId>(row, 0)?;
        set.contacts.insert(contact, Person { known, name });
    }
    Ok(())
}

async fn talks(connection: &mut PgConnection, set: &mut WorkingSet) -> Result<(), StoreError> {
    if set.keys.conversations.is_empty() {
        return Ok(());
    }
    let rows = query(conversations!(
        "WHERE c.id = ANY($1) ORDER BY c.id FOR NO KEY UPDATE OF c"
    ))
    .bind(uuids(&set.keys.conversations))
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let row = ConversationRow::read(row)?;
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
    let mut loads = std::collections::HashMap::<AgentId, i64>::new();
    // A round that is to move something: whoever it moves to or from is of this team.
    let team = set
        .keys
        .desk
        .filter(|_| !set.keys.conversations.is_empty())
        .map(Id::uuid);
    if !locked.is_empty() || team.is_some() {
        let rows = query(agents!(
            "WHERE a.id = ANY($1) OR a.site = $2 ORDER BY a.id FOR NO KEY UPDATE"
        ))
        .bind(uuids(&locked))
        .bind(team)
        .fetch_all(&mut *connection)
        .await?;
        keep_agents(set, &rows)?;
        set.keys.locked_agents.extend(set.agents.keys().copied());
        let counted = query(
            "SELECT agent, count(*) FROM conversations WHERE agent = ANY($1) AND status = 2 GROUP BY agent",
        )
        .bind(uuids(set.agents.keys()))
        .fetch_all(&mut *connection)
        .await?;
        for row in &counted {
            loads.insert(id(row, 0)?, row.try_get(1)?);
        }
    }
    for (agent, load) in loads {
        if let Some(one) = set.agents.get_mut(&agent) {
            one.load = load;
        }
    }
    let read: BTreeSet<AgentId> = &set.keys.agents - &set.keys.locked_agents;
    if !read.is_empty() {
        let rows = query(agents!("WHERE a.id = ANY($1)"))
            .bind(uuids(&read))
            .fetch_all(connection)
            .await?;
        keep_agents(set, &rows)?;
    }
    Ok(())
}

fn keep_agents(set: &mut WorkingSet, rows: &[PgRow]) -> Result<(), StoreError> {
    for row in rows {
        let row = AgentRow::read(row)?;
        let id = row.record.card.id;
        set.agents.insert(id, Teammate { row, load: 0 });
    }
    Ok(())
}

/// What became of commands before.
async fn past(connection: &mut PgConnection, set: &mut WorkingSet) -> Result<(), StoreError> {
    if !set.keys.fresh.is_empty() {
        // They left no entry, but may have been refused for good.
        let rows = query("SELECT command, actor, code FROM refusals WHERE command = ANY($1)")
            .bind(uuids(&set.keys.fresh))
            .fetch_all(&mut *connection)
            .await?;
        for row in &rows {
            let actor: Uuid = row.try_get(1)?;
            let code = from_json("refusal", row.try_get(2)?)?;
            set.refusals.insert((id(row, 0)?, actor.into_bytes()), code);
        }
    }
    if set.keys.commands.is_empty() {
        return Ok(());
    }
    let rows = query(
        "SELECT 0, command, actor, conversation, seq, public_seq, at, NULL FROM entries WHERE command = ANY($1)
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
        let command = id::<CommandId>(row, 1)?;
        let actor: Uuid = row.try_get(2)?;
        match row.try_get::<i32, _>(0)? {
            0 => {
                let public: Option<i64> = row.try_get(5)?;
                let trace = Trace {
                    actor: actor.into_bytes(),
                    conversation: id(row, 3)?,
                    seq: seq(row.try_get(4)?)?,
                    public: public.map(seq).transpose()?,
                    at: at(row, 6)?,
                };
                set.traces.insert(command, trace);
            }
            1 => {
                let deed = (AgentId::of(actor), at(row, 6)?);
                set.deeds.insert(command, deed);
            }
            2 => {
                set.requests.insert(command);
            }
            _ => {
                let code = from_json("refusal", row.try_get(7)?)?;
                set.refusals.insert((command, actor.into_bytes()), code);
            }
        }
    }
    Ok(())
}

async fn sites(connection: &mut PgConnection, set: &mut WorkingSet) -> Result<(), StoreError> {
    if !set.keys.sites.is_empty() {
        let rows = query(
            "SELECT id, offer_ms, grace_ms, reopen_ms, callback_ahead_ms, calls FROM sites WHERE id = ANY($1)",
        )
        .bind(uuids(&set.keys.sites))
        .fetch_all(&mut *connection)
        .await?;
        for row in &rows {
            let policy = Policy {
                offer_ms: unsigned(row.try_get(1)?)?,
                grace_ms: unsigned(row.try_get(2)?)?,
                reopen_ms: unsigned(row.try_get(3)?)?,
                callback_ahead_ms: unsigned(row.try_get(4)?)?,
            };
            let site = id::<SiteId>(row, 0)?;
            set.policies.insert(site, policy);
            set.call_policies
                .insert(site, call_policy(row.try_get(5)?)?);
        }
    }
    if set.keys.all_sites {
        let rows = query("SELECT id FROM sites ORDER BY id")
            .fetch_all(connection)
            .await?;
        for row in &rows {
            set.all_sites.push(id(row, 0)?);
        }
    }
    Ok(())
}

async fn addresses(connection: &mut PgConnection, set: &mut WorkingSet) -> Result<(), StoreError> {
    if set.keys.emails.is_empty() {
        return Ok(());
    }
    let emails: Vec<&str> = set.keys.emails.iter().map(String::as_str).collect();
    let rows = query(
        "SELECT id, lower(email COLLATE \"C\") FROM agents WHERE lower(email COLLATE \"C\") = ANY($1)",
    )
    .bind(emails)
    .fetch_all(connection)
    .await?;
    for row in &rows {
        set.emails.insert(row.try_get(1)?, id(row, 0)?);
    }
    Ok(())
}

/// Who can answer on a site, and what they own.
async fn desk(connection: &mut PgConnection, site: SiteId) -> Result<Vec<Agent>, StoreError> {
    let rows = query(agents!("WHERE a.site = $1 ORDER BY a.id"))
        .bind(site.uuid())
        .fetch_all(&mut *connection)
        .await?;
    let mut agents = Vec::with_capacity(rows.len());
    for row in &rows {
        let row = AgentRow::read(row)?;
        agents.push(Agent {
            id: row.record.card.id,
            availability: row.record.availability,
            gone_since: row.gone_since,
            on_call: row.on_call != 0,
            capacity: row.record.capacity,
            owned: Vec::new(),
            idle_since: row.idle_since,
        });
    }
    let rows = query(
        "SELECT agent, id FROM conversations WHERE site = $1 AND status = 2 ORDER BY since, id",
    )
    .bind(site.uuid())
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let owner: AgentId = id(row, 0)?;
        if let Ok(place) = agents.binary_search_by_key(&owner, |agent| agent.id) {
            agents[place].owned.push(id(row, 1)?);
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
    for (sql, limit) in [
        (
            conversations!(
                "WHERE c.site = $1 AND c.status = 1 ORDER BY c.front DESC, c.since LIMIT $2"
            ),
            i64::MAX,
        ),
        (
            conversations!(
                "WHERE c.site = $1 AND c.status = 0 ORDER BY c.front DESC, c.since LIMIT $2"
            ),
            QUEUE_LIMIT,
        ),
    ] {
        let rows = query(sql)
            .bind(site.uuid())
            .bind(limit)
            .fetch_all(&mut *connection)
            .await?;
        for row in &rows {
            queue.push(ConversationRow::read(row)?.known.state);
        }
    }
    Ok(queue)
}
