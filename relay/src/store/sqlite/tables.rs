//! The engine's tables, as the rules use them.

use std::sync::{Arc, LazyLock};

use heard_desk::callback::{CallPolicy, Callback, Caller};
use heard_desk::routing::Round;
use heard_desk::{Conversation, Policy};
use heard_protocol::{
    AgentId, Availability, CallbackId, Colleague, CommandId, ContactId, ConversationId,
    ConversationSummary, RefusalCode, Seq, SiteId, StaffEntry, UnixMillis,
};
use rusqlite::{Connection, params, params_from_iter};

use super::column::{Col, availability_number};
use super::{Engine, calls, load, read, records, settled};
use crate::node::NodeId;
use crate::store::ledger::{
    Actor, CallLine, Failure, Key, Known, KnownContact, Ledger, Trace, body_json,
};
use crate::store::record::{Lookup, RecordRow};
use crate::store::rows::{AGENTS, CONTACTS, CONVERSATIONS, SITES, conversation};
use crate::store::table::{Dialect, Table, Value, insert, update, upsert};
use crate::store::{AgentRecord, Fact, StoreError};

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
    fn number(&self, id: ConversationId) -> Outcome<i64> {
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

    fn row(&mut self, table: &'static Table, id: [u8; 16]) -> Outcome<Option<RecordRow>> {
        let lookup = Lookup::one(table, id);
        Ok(records::find(&self.connection, &lookup)?.pop())
    }

    fn rows(&mut self, lookup: &Lookup) -> Outcome<Vec<RecordRow>> {
        Ok(records::find(&self.connection, lookup)?)
    }

    fn put_row(
        &mut self,
        table: &'static Table,
        row: &RecordRow,
        before: Option<&RecordRow>,
    ) -> Outcome<()> {
        records::put(&self.connection, table, row, before)?;
        if table == &SITES {
            let site = SiteId::from_bytes(row.id);
            self.memory.policies.remove(&site);
            self.memory.call_policies.remove(&site);
        }
        if table == &AGENTS {
            self.memory.agents.remove(&AgentId::from_bytes(row.id));
            // They are new, or rounds may decide otherwise now.
            if before.is_none_or(|one| (one.site, &one.keys) != (row.site, &row.keys)) {
                self.memory.floors.clear();
            }
        }
        Ok(())
    }

    fn agent(&mut self, id: AgentId) -> Outcome<Option<AgentRecord>> {
        if let Some(known) = self.memory.agents.get(&id) {
            return Ok(Some(known.clone()));
        }
        let known = read::agent(&self.connection, id)?;
        let remembered = known.clone().map(|agent| (id, agent));
        self.memory.agents.extend(remembered);
        Ok(known)
    }

    fn colleague(&mut self, site: SiteId, id: AgentId) -> Outcome<Option<Colleague>> {
        Ok(read::colleagues(&self.connection, site, Some(id))?.pop())
    }

    fn put_password(&mut self, id: AgentId, hash: &str) -> Outcome<()> {
        run(
            &self.connection,
            "UPDATE agents SET password_hash = ?2 WHERE id = ?1",
            params![Col(id), hash],
        )?;
        self.memory.agents.remove(&id);
        Ok(())
    }

    fn put_availability(&mut self, id: AgentId, to: Availability) -> Outcome<()> {
        run(
            &self.connection,
            "UPDATE agents SET availability = ?2 WHERE id = ?1",
            params![Col(id), availability_number(to)],
        )?;
        self.memory.agents.remove(&id);
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
        static PUT: LazyLock<String> =
            LazyLock::new(|| upsert(&CONTACTS, &["document"], Dialect::Sqlite));
        let values = contact.values(id)?;
        let kept = CONTACTS.kept_of(&values, Dialect::Sqlite);
        run(&self.connection, &PUT, params_from_iter(kept))?;
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

    fn create(&mut self, known: &Known) -> Outcome<()> {
        static CREATE: LazyLock<String> = LazyLock::new(|| insert(&CONVERSATIONS, Dialect::Sqlite));
        let (id, contact) = (known.state.id, known.state.contact);
        run(
            &self.connection,
            &CREATE,
            params_from_iter(conversation::values(known)?),
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
        let row = self.number(known.state.id)?;
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
            static SAVE: LazyLock<String> = LazyLock::new(|| {
                update(&CONVERSATIONS, conversation::STATE, "row", Dialect::Sqlite)
            });
            let mut values = conversation::state_values(&known)?;
            values.push(Value::Number(self.number(id)?));
            run(&self.connection, &SAVE, params_from_iter(values))?;
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
                self.number(id)?,
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
        Ok(calls::one(&self.connection, id)?)
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

    fn put_headset(&mut self, id: AgentId, on: bool) -> Outcome<()> {
        run(
            &self.connection,
            "UPDATE agents SET headset = ?2 WHERE id = ?1",
            params![Col(id), on],
        )?;
        self.memory.agents.remove(&id);
        Ok(())
    }

    fn put_on_call(&mut self, id: AgentId, line: CallLine, on: bool) -> Outcome<()> {
        let marked = calls::put_on_call(&self.connection, id, line, on)?;
        let floors = &mut self.memory.floors;
        floors.change_agent(id, |agent| agent.on_call = marked);
        Ok(())
    }

    fn announce(&mut self, fact: Fact) {
        self.facts.push(fact);
    }
}
