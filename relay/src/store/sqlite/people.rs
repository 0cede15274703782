//! Sites, agents, sessions and who is here.

use heard_protocol::{AgentId, AgentKind, Availability, CommandId, RefusalCode, UnixMillis};
use rusqlite::{OptionalExtension, params};

use super::column::{Col, availability_number, get, to_json};
use super::engine::{Engine, Failure};
use super::read;
use crate::store::{AgentRecord, Fact, NewAgent, SiteRecord};

/// Creates a site or changes its settings.
pub(super) fn put_site(engine: &mut Engine, site: &SiteRecord) -> Result<(), Failure> {
    let policy = site.policy;
    engine.run(
        "INSERT INTO sites (id, name, origins, offer_ms, grace_ms, reopen_ms, callback_ahead_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET name = ?2, origins = ?3, offer_ms = ?4, grace_ms = ?5,
           reopen_ms = ?6, callback_ahead_ms = ?7",
        params![
            Col(site.id),
            site.name,
            to_json("list of origins", &site.origins)?,
            Col(UnixMillis(policy.offer_ms)),
            Col(UnixMillis(policy.grace_ms)),
            Col(UnixMillis(policy.reopen_ms)),
            Col(UnixMillis(policy.callback_ahead_ms)),
        ],
    )?;
    engine.memory.sites.insert(site.id, site.clone());
    engine.announce(Fact::Dispatch { site: site.id });
    Ok(())
}

/// Creates an agent or changes everything but their id.
pub(super) fn put_agent(engine: &mut Engine, agent: &NewAgent) -> Result<(), Failure> {
    engine.site(agent.site)?;
    if let Some(holder) = read::agent_by_email(&engine.connection, &agent.email)?
        && holder.card.id != agent.card.id
    {
        return Err(RefusalCode::IdTaken.into());
    }
    engine.run(
        "INSERT INTO agents (id, site, name, bot, email, password_hash, capacity)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET site = ?2, name = ?3, bot = ?4, email = ?5,
           password_hash = ?6, capacity = ?7",
        params![
            Col(agent.card.id),
            Col(agent.site),
            agent.card.name,
            agent.card.kind == AgentKind::Bot,
            agent.email,
            agent.password_hash,
            agent.capacity,
        ],
    )?;
    engine.announce_colleague(agent.site, agent.card.id)?;
    engine.announce(Fact::Dispatch { site: agent.site });
    Ok(())
}

/// Keeps a session, and clears away those that ended before it was made.
pub(super) fn sign_in(
    engine: &mut Engine,
    agent: AgentId,
    token_hash: &[u8; 32],
    expires_at: UnixMillis,
) -> Result<(), Failure> {
    read::agent(&engine.connection, agent)?.ok_or(RefusalCode::NotFound)?;
    engine.run(
        "INSERT INTO sessions (token_hash, agent, expires_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (token_hash) DO UPDATE SET agent = ?2, expires_at = ?3",
        params![token_hash, Col(agent), Col(expires_at)],
    )?;
    Ok(())
}

/// Forgets a session.
pub(super) fn sign_out(engine: &mut Engine, token_hash: &[u8; 32]) -> Result<(), Failure> {
    engine.run("DELETE FROM sessions WHERE token_hash = ?1", [token_hash])?;
    Ok(())
}

/// An agent's own word. Returns when it was taken: a copy that comes late must not bring an older word back.
pub(super) fn set_availability(
    engine: &mut Engine,
    agent: &AgentRecord,
    id: CommandId,
    to: Availability,
    now: UnixMillis,
) -> Result<UnixMillis, Failure> {
    if let Some(at) = deed(engine, agent, id)? {
        return Ok(at);
    }
    keep_deed(engine, agent, id, now)?;
    if agent.availability != to {
        engine.run(
            "UPDATE agents SET availability = ?2 WHERE id = ?1",
            params![Col(agent.card.id), availability_number(to)],
        )?;
        engine.announce_colleague(agent.site, agent.card.id)?;
        engine.announce(Fact::Dispatch { site: agent.site });
    }
    Ok(now)
}

/// When an agent's command was carried out that left no entry.
pub(super) fn deed(
    engine: &Engine,
    agent: &AgentRecord,
    id: CommandId,
) -> Result<Option<UnixMillis>, Failure> {
    let mut statement = engine
        .connection
        .prepare_cached("SELECT agent, at FROM deeds WHERE command = ?1")?;
    let found = statement.query_row([Col(id)], |row| {
        Ok((get::<AgentId>(row, 0)?, get::<UnixMillis>(row, 1)?))
    });
    match found.optional()? {
        Some((by, _)) if by != agent.card.id => Err(RefusalCode::IdTaken.into()),
        found => Ok(found.map(|(_, at)| at)),
    }
}

/// Keeps that an agent's command was carried out, for one that leaves no entry.
pub(super) fn keep_deed(
    engine: &Engine,
    agent: &AgentRecord,
    id: CommandId,
    now: UnixMillis,
) -> Result<(), Failure> {
    engine.run(
        "INSERT INTO deeds (command, agent, at) VALUES (?1, ?2, ?3)",
        params![Col(id), Col(agent.card.id), Col(now)],
    )?;
    Ok(())
}

/// An agent's first socket opened or their last one closed.
pub(super) fn presence(
    engine: &mut Engine,
    agent: AgentId,
    online: bool,
    now: UnixMillis,
) -> Result<(), Failure> {
    let record = read::agent(&engine.connection, agent)?.ok_or(RefusalCode::NotFound)?;
    let changed = if online {
        engine.run(
            "UPDATE agents SET gone_since = NULL WHERE id = ?1 AND gone_since IS NOT NULL",
            [Col(agent)],
        )?
    } else {
        engine.run(
            "UPDATE agents SET gone_since = ?2 WHERE id = ?1 AND gone_since IS NULL",
            params![Col(agent), Col(now)],
        )?
    };
    if changed > 0 {
        engine.announce_colleague(record.site, agent)?;
        engine.announce(Fact::Dispatch { site: record.site });
    }
    Ok(())
}

/// Nobody is online; sessions that have ended are cleared away.
pub(super) fn everybody_gone(engine: &mut Engine, now: UnixMillis) -> Result<(), Failure> {
    engine.run(
        "UPDATE agents SET gone_since = ?1 WHERE gone_since IS NULL",
        [Col(now)],
    )?;
    engine.run("DELETE FROM sessions WHERE expires_at <= ?1", [Col(now)])?;
    for site in read::sites(&engine.connection)? {
        engine.announce(Fact::Dispatch { site: site.id });
    }
    Ok(())
}
