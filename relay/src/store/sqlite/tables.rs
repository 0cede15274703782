//! The engine's tables, as the rules use them.

use std::sync::Arc;

use heard_desk::callback::{CallPolicy, Callback, Caller};
use heard_desk::routing::Round;
use heard_desk::{Conversation, Policy, Skills};
use heard_protocol::{
    AgentId, AgentKind, Availability, CallbackId, Colleague, CommandId, ContactId, ConversationId,
    ConversationSummary, RefusalCode, Seq, SiteId, StaffEntry, UnixMillis,
};
use rusqlite::{Connection, params};

use super::column::{Col, StatusColumns, availability_number, to_json};
use super::{Engine, calls, load, read, settled};
use crate::node::NodeId;
use crate::store::ledger::{
    Actor, CallLine, Failure, Key, Known, KnownContact, Ledger, Trace, body_json,
};
use crate::store::stored::talk_json;
use crate::store::{AgentPhone, AgentRecord, Fact, NewAgent, SiteRecord, StoreError};

type Outcome<T> = Result<T, Failure<StoreError>>;

impl From<StoreError> for Failure<StoreError> {
    fn from(error: StoreError) -> Self {
        Self::Broken(error)
    }
}

impl From<rusqlite::Error> for Failure<StoreError> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Broken(error.into())
    }
}

/// Runs a statement that was used before.
fn run(connection: &Connection, sql: &str, values: impl rusqlite::Params) -> Outcome<usize> {
    Ok(connection.prepare_cached(sql)?.execute(values)?)
}

impl Engine {
    /// The number a conversation is kept under.
    fn row(&self, id: ConversationId) -> Outcome<i64> {
        let row = self.memory.rows.get(&id).copied();
        row.ok_or_else(|| {
            Failure::Broken(StoreError::Value {
                what: "conversation",
                reason: format!("{id} was written to before it was read"),
            })
        })
    }
}

impl Ledger for Engine {
    type Error = StoreError;

    fn refusal(&mut self, key: Key) -> Outcome<Option<RefusalCode>> {
        Ok(self.refusals.of(key))
    }

    fn put_refusal(&mut self, key: Key, code: RefusalCode) -> Outcome<()> {
        Ok(self.refusals.refuse(&self.connection, key, code)?)
    }

    fn carried_out(&mut self, id: CommandId) -> Outcome<bool> {
        Ok(settled::carried_out(&self.connection, id)?)
    }

    fn entry_of(&mut self, id: CommandId) -> Outcome<Option<Trace>> {
        Ok(load::trace(&self.connection, id)?)
    }

    fn deed(&mut self, id: CommandId) -> Outcome<Option<(AgentId, UnixMillis)>> {
        Ok(load::deed(&self.connection, id)?)
    }

    fn put_deed(&mut self, id: CommandId, agent: AgentId, now: UnixMillis) -> Outcome<()> {
        run(
            &self.connection,
            "INSERT INTO deeds (command, agent, at) VALUES (?1, ?2, ?3)",
            params![Col(id), Col(agent), Col(now)],
        )?;
        Ok(())
    }

    fn policy(&mut self, id: SiteId) -> Outcome<Option<Policy>> {
        if let Some(policy) = self.memory.policies.get(&id) {
            return Ok(Some(*policy));
        }
        let policy = read::site(&self.connection, id)?.map(|site| site.policy);
        self.memory
            .policies
            .extend(policy.map(|policy| (id, policy)));
        Ok(policy)
    }

    fn put_site(&mut self, site: &SiteRecord) -> Outcome<()> {
        let policy = site.policy;
        run(
            &self.connection,
            "INSERT INTO sites (id, name, origins, offer_ms, grace_ms, reopen_ms, callback_ahead_ms, calls)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET name = ?2, origins = ?3, offer_ms = ?4, grace_ms = ?5,
               reopen_ms = ?6, callback_ahead_ms = ?7, calls = ?8",
            params![
                Col(site.id),
                site.name,
                to_json("list of origins", &site.origins)?,
                Col(UnixMillis(policy.offer_ms)),
                Col(UnixMillis(policy.grace_ms)),
                Col(UnixMillis(policy.reopen_ms)),
                Col(UnixMillis(policy.callback_ahead_ms)),
                to_json("call policy", &site.calls)?,
            ],
        )?;
        self.memory.policies.insert(site.id, policy);
        self.memory
            .call_policies
            .insert(site.id, Arc::clone(&site.calls));
        Ok(())
    }

    fn agent(&mut self, id: AgentId) -> Outcome<Option<AgentRecord>> {
        Ok(read::agent(&self.connection, id)?)
    }

    fn agent_of_email(&mut self, email: &str) -> Outcome<Option<AgentId>> {
        let found = read::agent_by_email(&self.connection, email)?;
        Ok(found.map(|agent| agent.card.id))
    }

    fn colleague(&mut self, site: SiteId, id: AgentId) -> Outcome<Option<Colleague>> {
        Ok(read::colleagues(&self.connection, site, Some(id))?.pop())
    }

    fn put_agent(&mut self, agent: &NewAgent) -> Outcome<()> {
        run(
            &self.connection,
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
        // They may be new, or have moved to another site.
        self.memory.floors.clear();
        Ok(())
    }

    fn put_availability(&mut self, id: AgentId, to: Availability) -> Outcome<()> {
        run(
            &self.connection,
            "UPDATE agents SET availability = ?2 WHERE id = ?1",
            params![Col(id), availability_number(to)],
        )?;
        let floors = &mut self.memory.floors;
        floors.change_agent(id, |agent| agent.availability = to);
        Ok(())
    }

    fn beat(&mut self, node: NodeId) -> Outcome<bool> {
        let sql = "UPDATE nodes SET beat = beat + 1 WHERE id = ?1";
        let known = run(&self.connection, sql, [node.to_bytes()])? > 0;
        if !known {
            let sql = "INSERT INTO nodes (id, beat) VALUES (?1, 1)";
            run(&self.connection, sql, [node.to_bytes()])?;
        }
        Ok(known)
    }

    fn forget(&mut self, node: NodeId, beat: u64) -> Outcome<Vec<AgentId>> {
        let sql = "DELETE FROM nodes WHERE id = ?1 AND beat = ?2";
        let values = params![node.to_bytes(), i64::try_from(beat).unwrap_or(i64::MAX)];
        if run(&self.connection, sql, values)? == 0 {
            return Ok(Vec::new());
        }
        Ok(load::agents_on(&self.connection, node)?)
    }

    fn put_socket(&mut self, agent: AgentId, node: NodeId, open: bool) -> Outcome<bool> {
        let sql = if open {
            "INSERT OR IGNORE INTO agent_sockets (agent, node) VALUES (?1, ?2)"
        } else {
            "DELETE FROM agent_sockets WHERE agent = ?1 AND node = ?2"
        };
        run(&self.connection, sql, params![Col(agent), node.to_bytes()])?;
        Ok(load::has_socket(&self.connection, agent)?)
    }

    fn put_presence(&mut self, id: AgentId, gone: Option<UnixMillis>) -> Outcome<bool> {
        let changed = run(
            &self.connection,
            "UPDATE agents SET gone_since = ?2 WHERE id = ?1 AND (gone_since IS NULL) <> (?2 IS NULL)",
            params![Col(id), gone.map(Col)],
        )?;
        if changed > 0 {
            let floors = &mut self.memory.floors;
            floors.change_agent(id, |agent| agent.gone_since = gone);
        }
        Ok(changed > 0)
    }

    fn put_idle(&mut self, id: AgentId, since: UnixMillis) -> Outcome<()> {
        run(
            &self.connection,
            "UPDATE agents SET idle_since = ?2 WHERE id = ?1",
            params![Col(id), Col(since)],
        )?;
        let floors = &mut self.memory.floors;
        floors.change_agent(id, |agent| agent.idle_since = since);
        Ok(())
    }

    fn everybody_gone(&mut self, now: UnixMillis) -> Outcome<Vec<SiteId>> {
        let connection = &self.connection;
        let gone = "UPDATE agents SET gone_since = ?1 WHERE gone_since IS NULL";
        run(connection, gone, [Col(now)])?;
        // Nobody else writes here: whoever did has ended.
        connection.execute_batch("DELETE FROM agent_sockets; DELETE FROM nodes")?;
        let ended = "DELETE FROM sessions WHERE expires_at <= ?1";
        run(connection, ended, [Col(now)])?;
        let sites = read::sites(connection)?;
        self.memory.floors.clear();
        Ok(sites.into_iter().map(|site| site.id).collect())
    }

    fn put_session(
        &mut self,
        token_hash: &[u8; 32],
        agent: AgentId,
        expires_at: UnixMillis,
    ) -> Outcome<()> {
        run(
            &self.connection,
            "INSERT INTO sessions (token_hash, agent, expires_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (token_hash) DO UPDATE SET agent = ?2, expires_at = ?3",
            params![token_hash, Col(agent), Col(expires_at)],
        )?;
        Ok(())
    }

    fn drop_session(&mut self, token_hash: &[u8; 32]) -> Outcome<()> {
        let sql = "DELETE FROM sessions WHERE token_hash = ?1";
        run(&self.connection, sql, [token_hash])?;
        Ok(())
    }

    fn contact(&mut self, id: ContactId) -> Outcome<Option<KnownContact>> {
        if let Some(known) = self.memory.contacts.get(&id) {
            return Ok(Some(known.clone()));
        }
        let known = load::contact(&self.connection, id)?;
        if let Some(known) = &known {
            self.memory.contacts.insert(id, known.clone());
        }
        Ok(known)
    }

    fn put_contact(&mut self, id: ContactId, contact: &KnownContact) -> Outcome<()> {
        let page = contact.profile.page.as_ref();
        run(
            &self.connection,
            "INSERT INTO contacts (id, site, name, locale, page_url, page_title) VALUES (?1, ?2, '', ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET locale = ?3, page_url = ?4, page_title = ?5",
            params![
                Col(id),
                Col(contact.site),
                contact.profile.locale,
                page.map(|page| &page.url),
                page.map(|page| &page.title),
            ],
        )?;
        self.memory.contacts.insert(id, contact.clone());
        Ok(())
    }

    fn conversation(&mut self, id: ConversationId) -> Outcome<Option<Known>> {
        if let Some(known) = self.memory.conversations.get(&id) {
            return Ok(Some(known.clone()));
        }
        let Some((row, known)) = load::conversation(&self.connection, id)? else {
            return Ok(None);
        };
        self.memory.rows.insert(id, row);
        self.memory.conversations.insert(id, known.clone());
        Ok(Some(known))
    }

    fn before(&self, id: ConversationId) -> Option<&Conversation> {
        self.memory.conversations.get(&id).map(|one| &one.state)
    }

    fn create(&mut self, known: &Known, issue: &str) -> Outcome<()> {
        let (id, contact) = (known.state.id, known.state.contact);
        let status = StatusColumns::from(&known.state.status);
        run(
            &self.connection,
            "INSERT INTO conversations (id, site, contact, status, since, front, passed, issue)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                Col(id),
                Col(known.site),
                Col(contact),
                status.status,
                Col(status.since),
                known.state.front,
                to_json("list of agents", &known.state.passed)?,
                issue,
            ],
        )?;
        let row = self.connection.last_insert_rowid();
        self.memory.rows.insert(id, row);
        if let Some(contact) = self.memory.contacts.get_mut(&contact) {
            contact.latest = Some(id);
        }
        Ok(())
    }

    fn append(
        &mut self,
        known: &Known,
        entry: &StaffEntry,
        by: Option<(CommandId, Actor)>,
    ) -> Outcome<()> {
        let (position, body) = body_json(&entry.body)?;
        let row = self.row(known.state.id)?;
        run(
            &self.connection,
            // Nothing here can be taken already. Left to itself, SQLite would prepare for undoing
            // just this statement.
            "INSERT OR ROLLBACK INTO entries (conversation, seq, public_seq, at, command, actor, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                row,
                Col(entry.seq),
                position.map(Col::<Seq>),
                Col(entry.at),
                by.map(|(command, _)| Col(command)),
                by.map(|(_, actor)| actor.bytes()),
                body
            ],
        )?;
        let place = self.connection.last_insert_rowid();
        self.places
            .put(&self.connection, row, entry.seq, position, place)?;
        Ok(())
    }

    fn save(&mut self, known: Known, changed: bool) -> Outcome<()> {
        let id = known.state.id;
        if changed {
            let status = StatusColumns::from(&known.state.status);
            run(
                &self.connection,
                "UPDATE conversations SET status = ?2, since = ?3, agent = ?4, until = ?5, front = ?6, passed = ?7,
                   talk = ?8 WHERE row = ?1",
                params![
                    self.row(id)?,
                    status.status,
                    Col(status.since),
                    status.agent.map(Col),
                    status.until.map(Col),
                    known.state.front,
                    to_json("list of agents", &known.state.passed)?,
                    talk_json(&known.state.talk)?,
                ],
            )?;
        }
        if changed {
            let before = self.memory.conversations.get(&id).map(|one| &one.state);
            self.memory.floors.moved(known.site, before, &known.state);
        }
        self.memory.conversations.insert(id, known);
        Ok(())
    }

    fn save_marks(&mut self, known: Known) -> Outcome<()> {
        let id = known.state.id;
        run(
            &self.connection,
            "UPDATE conversations SET visitor_read = ?2, staff_read = ?3 WHERE row = ?1",
            params![
                self.row(id)?,
                Col(known.visitor_read),
                Col(known.staff_read)
            ],
        )?;
        self.memory.conversations.insert(id, known);
        Ok(())
    }

    fn summary(&mut self, id: ConversationId) -> Outcome<Option<ConversationSummary>> {
        Ok(read::summary(&self.connection, id)?)
    }

    fn round(&mut self, site: SiteId, policy: &Policy, now: UnixMillis) -> Outcome<Round> {
        let floor = self.memory.floors.of(&self.connection, site)?;
        Ok(floor.round(policy, now))
    }

    fn call_policy(&mut self, id: SiteId) -> Outcome<Option<Arc<CallPolicy>>> {
        if let Some(policy) = self.memory.call_policies.get(&id) {
            return Ok(Some(Arc::clone(policy)));
        }
        let policy = read::site(&self.connection, id)?.map(|site| site.calls);
        let known = policy.clone().map(|policy| (id, policy));
        self.memory.call_policies.extend(known);
        Ok(policy)
    }

    fn call_desk(&mut self, site: SiteId) -> Outcome<Vec<Callback>> {
        Ok(calls::open(&self.connection, site)?)
    }

    fn callers(&mut self, site: SiteId) -> Outcome<Vec<Caller>> {
        Ok(calls::callers(&self.connection, site)?)
    }

    fn callback(&mut self, id: CallbackId) -> Outcome<Option<Callback>> {
        Ok(calls::callback(&self.connection, id)?)
    }

    fn asked_since(&mut self, site: SiteId, phone: &str, since: UnixMillis) -> Outcome<usize> {
        Ok(calls::asked_since(&self.connection, site, phone, since)?)
    }

    fn put_callback(&mut self, callback: &Callback) -> Outcome<()> {
        Ok(calls::put(&self.connection, callback)?)
    }

    fn put_called(&mut self, id: AgentId, at: UnixMillis) -> Outcome<()> {
        Ok(calls::put_called(&self.connection, id, at)?)
    }

    fn put_on_call(&mut self, id: AgentId, line: CallLine, on: bool) -> Outcome<()> {
        let marked = calls::put_on_call(&self.connection, id, line, on)?;
        let floors = &mut self.memory.floors;
        floors.change_agent(id, |agent| agent.on_call = marked);
        Ok(())
    }

    fn put_skills(&mut self, id: AgentId, skills: &Skills) -> Outcome<()> {
        Ok(calls::put_skills(&self.connection, id, skills)?)
    }

    fn put_phone(&mut self, id: AgentId, phone: &AgentPhone) -> Outcome<()> {
        Ok(calls::put_phone(&self.connection, id, phone)?)
    }

    fn announce(&mut self, fact: Fact) {
        self.facts.push(fact);
    }
}
