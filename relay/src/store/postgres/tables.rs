//! The working set as the rules use it.

use std::sync::Arc;

use heard_desk::callback::{CallPolicy, Callback, Caller, without_extension};
use heard_desk::routing::{self, Round};
use heard_desk::{Conversation, Policy};
use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentId, Availability, CallbackId, Colleague, CommandId, ContactId, ConversationId,
    ConversationSummary, RefusalCode, SiteId, StaffEntry, UnixMillis,
};

use super::keys::Lack;
use super::records::place;
use super::row::ConversationRow;
use super::working_set::{Halt, NewEntry, SessionChange, Talk, Teammate, WorkingSet};
use crate::node::NodeId;
use crate::store::ledger::{
    Actor, CallLine, Failure, Key, Known, KnownContact, Ledger, Trace, body_json, words,
};
use crate::store::record::{Lookup, RecordRow};
use crate::store::rows::{AGENTS, Account, AgentRow, Extent, SITES};
use crate::store::stored::from_json;
use crate::store::table::Table;
use crate::store::{AgentRecord, Fact, SiteRecord};

type Outcome<T> = Result<T, Failure<Halt>>;

impl Ledger for WorkingSet {
    type Error = Halt;

    fn refusal(&mut self, key: Key) -> Outcome<Option<RefusalCode>> {
        self.past(key.0)?;
        Ok(self.refusals.get(&key).copied())
    }

    fn put_refusal(&mut self, key: Key, code: RefusalCode) -> Outcome<()> {
        if self.refusals.insert(key, code).is_none() {
            self.changes.refusals.push((key, code));
        }
        Ok(())
    }

    fn carried_out(&mut self, id: CommandId) -> Outcome<bool> {
        self.past(id)?;
        Ok(self.traces.contains_key(&id)
            || self.deeds.contains_key(&id)
            || self.requests.contains(&id))
    }

    fn entry_of(&mut self, id: CommandId) -> Outcome<Option<Trace>> {
        self.past(id)?;
        Ok(self.traces.get(&id).copied())
    }

    fn deed(&mut self, id: CommandId) -> Outcome<Option<(AgentId, UnixMillis)>> {
        self.past(id)?;
        Ok(self.deeds.get(&id).copied())
    }

    fn put_deed(&mut self, id: CommandId, agent: AgentId, now: UnixMillis) -> Outcome<()> {
        self.deeds.insert(id, (agent, now));
        self.changes.deeds.push((id, agent, now));
        Ok(())
    }

    fn policy(&mut self, id: SiteId) -> Outcome<Option<Policy>> {
        match self.policies.get(&id) {
            Some(policy) => Ok(Some(*policy)),
            None if self.keys.sites.contains(&id) => Ok(None),
            None => Err(Lack::Site(id).into()),
        }
    }

    fn row(&mut self, table: &'static Table, id: [u8; 16]) -> Outcome<Option<RecordRow>> {
        let key = (place(table), id);
        if self.keys.records.contains(&key) {
            Ok(self.records.get(&key).cloned())
        } else {
            Err(Lack::Record(table, id).into())
        }
    }

    fn rows(&mut self, lookup: &Lookup) -> Outcome<Vec<RecordRow>> {
        let enough = self.enough_for(lookup);
        let found = self.look(lookup);
        Ok(found.ok_or_else(|| Lack::Records(lookup.clone(), enough))?)
    }

    fn put_row(
        &mut self,
        table: &'static Table,
        row: &RecordRow,
        before: Option<&RecordRow>,
    ) -> Outcome<()> {
        if let Some(before) = before {
            self.remember(table, before);
        }
        if table == &SITES {
            let site: SiteRecord = from_json("site", &row.document)?;
            self.policies.insert(site.id, site.policy);
            self.call_policies.insert(site.id, site.calls);
        }
        if table == &AGENTS {
            let account: Account = from_json("agent", &row.document)?;
            let id = account.id;
            if let Some(one) = self.locked(id)? {
                one.row.account = account;
            } else {
                let row = AgentRow::new(account);
                self.agents.insert(id, Teammate { row, load: 0 });
            }
        }
        self.records.insert((place(table), row.id), row.clone());
        self.changes.records.push((table, row.clone()));
        Ok(())
    }

    fn agent(&mut self, id: AgentId) -> Outcome<Option<AgentRecord>> {
        match self.agents.get(&id) {
            Some(one) => Ok(Some(one.row.clone().record())),
            None if self.keys.agents.contains(&id) || self.keys.locked_agents.contains(&id) => {
                Ok(None)
            }
            None => Err(Lack::Agent(id).into()),
        }
    }

    fn colleague(&mut self, site: SiteId, id: AgentId) -> Outcome<Option<Colleague>> {
        let found = self.locked(id)?.filter(|one| one.row.account.site == site);
        Ok(found.map(|one| one.row.colleague(one.load)))
    }

    fn put_password(&mut self, id: AgentId, hash: &str) -> Outcome<()> {
        self.change_agent(id, |row| hash.clone_into(&mut row.password_hash))?;
        Ok(())
    }

    fn put_availability(&mut self, id: AgentId, to: Availability) -> Outcome<()> {
        self.change_agent(id, |row| row.availability = to)?;
        Ok(())
    }

    fn beat(&mut self, node: NodeId) -> Outcome<bool> {
        if !self.keys.nodes.contains(&node) {
            return Err(Lack::Node(node).into());
        }
        let known = self.nodes.contains_key(&node);
        *self.nodes.entry(node).or_default() += 1;
        self.changes.forgotten.remove(&node);
        self.changes.beaten.insert(node);
        Ok(known)
    }

    fn forget(&mut self, node: NodeId, beat: u64) -> Outcome<Vec<AgentId>> {
        if !self.keys.nodes.contains(&node) {
            return Err(Lack::Node(node).into());
        }
        if self.nodes.get(&node) != Some(&beat) {
            return Ok(Vec::new());
        }
        self.nodes.remove(&node);
        self.changes.beaten.remove(&node);
        self.changes.forgotten.insert(node);
        let there = self.sockets.iter().filter(|(_, at)| *at == node);
        Ok(there.map(|(agent, _)| *agent).collect())
    }

    fn put_socket(&mut self, agent: AgentId, node: NodeId, open: bool) -> Outcome<bool> {
        if !self.keys.seated.contains(&agent) {
            return Err(Lack::Seated(agent).into());
        }
        let socket = (agent, node);
        if open && self.sockets.insert(socket) {
            self.changes.closed.remove(&socket);
            self.changes.opened.insert(socket);
        } else if !open && self.sockets.remove(&socket) {
            self.changes.opened.remove(&socket);
            self.changes.closed.insert(socket);
        }
        Ok(self.sockets.iter().any(|(who, _)| *who == agent))
    }

    fn put_presence(&mut self, id: AgentId, gone: Option<UnixMillis>) -> Outcome<bool> {
        let changes = self
            .locked(id)?
            .is_some_and(|one| one.row.gone_since.is_none() != gone.is_none());
        if changes {
            self.change_agent(id, |row| row.gone_since = gone)?;
        }
        Ok(changes)
    }

    fn put_idle(&mut self, id: AgentId, since: UnixMillis) -> Outcome<()> {
        self.change_agent(id, |row| row.idle_since = since)?;
        Ok(())
    }

    fn everybody_gone(&mut self, now: UnixMillis) -> Outcome<Vec<SiteId>> {
        if !self.keys.all_sites {
            return Err(Lack::AllSites.into());
        }
        self.changes.everybody_gone = Some(now);
        Ok(self.all_sites.clone())
    }

    fn put_session(
        &mut self,
        token_hash: &[u8; 32],
        agent: AgentId,
        expires_at: UnixMillis,
    ) -> Outcome<()> {
        let put = SessionChange::Put(*token_hash, agent, expires_at);
        self.changes.sessions.push(put);
        Ok(())
    }

    fn drop_session(&mut self, token_hash: &[u8; 32]) -> Outcome<()> {
        self.changes.sessions.push(SessionChange::Drop(*token_hash));
        Ok(())
    }

    fn contact(&mut self, id: ContactId) -> Outcome<Option<KnownContact>> {
        match self.contacts.get(&id) {
            Some(known) => Ok(Some(known.clone())),
            None if self.keys.contacts.contains(&id) => Ok(None),
            None => Err(Lack::Contact(id).into()),
        }
    }

    fn put_contact(&mut self, id: ContactId, contact: &KnownContact) -> Outcome<()> {
        if self.contacts.insert(id, contact.clone()).is_some() {
            self.touch_contact(id);
        } else {
            self.changes.new_contacts.insert(id);
        }
        Ok(())
    }

    fn conversation(&mut self, id: ConversationId) -> Outcome<Option<Known>> {
        match self.conversations.get(&id) {
            Some(talk) => Ok(Some(talk.row.known.clone())),
            None if self.keys.conversations.contains(&id) => Ok(None),
            None => Err(Lack::Conversations(vec![id]).into()),
        }
    }

    fn read_ahead(&mut self, ids: &[ConversationId]) -> Outcome<()> {
        let unread: Vec<_> = ids
            .iter()
            .filter(|id| !self.conversations.contains_key(id))
            .filter(|id| !self.keys.conversations.contains(id))
            .copied()
            .collect();
        if unread.is_empty() {
            Ok(())
        } else {
            Err(Lack::Conversations(unread).into())
        }
    }

    fn before(&self, id: ConversationId) -> Option<&Conversation> {
        let talk = self.conversations.get(&id).filter(|talk| !talk.unsaved);
        talk.map(|talk| &talk.row.known.state)
    }

    fn create(&mut self, known: &Known) -> Outcome<()> {
        let (id, contact) = (known.state.id, known.state.contact);
        let person = self.contacts.get_mut(&contact);
        let person = person.ok_or(Lack::Contact(contact))?;
        person.latest = Some(id);
        let row = ConversationRow {
            known: known.clone(),
            last: Extent::default(),
            person: person.document()?,
        };
        self.touch_contact(contact);
        self.conversations.insert(id, Talk { row, unsaved: true });
        self.changes.new_conversations.insert(id);
        Ok(())
    }

    fn append(
        &mut self,
        known: &Known,
        entry: &StaffEntry,
        by: Option<(CommandId, Actor)>,
    ) -> Outcome<()> {
        let conversation = known.state.id;
        let (public, body) = body_json(&entry.body)?;
        let talk = self.conversations.get_mut(&conversation);
        let talk = talk.ok_or_else(|| Lack::Conversations(vec![conversation]))?;
        if let EntryBody::Public { body, .. } = &entry.body
            && let Some(text) = words(body)
        {
            talk.row.last.last_text = heard_desk::text::preview(text);
            talk.row.last.last_at = entry.at;
        }
        if let Some((command, actor)) = by {
            let trace = Trace {
                actor: actor.bytes(),
                conversation,
                seq: entry.seq,
                public,
                at: entry.at,
            };
            self.traces.insert(command, trace);
        }
        self.changes.entries.push(NewEntry {
            conversation,
            seq: entry.seq,
            public,
            at: entry.at,
            by: by.map(|(command, actor)| (command, actor.bytes())),
            body,
        });
        Ok(())
    }

    fn save(&mut self, known: Known, changed: bool) -> Outcome<()> {
        let id = known.state.id;
        let talk = self.conversations.get_mut(&id);
        let talk = talk.ok_or_else(|| Lack::Conversations(vec![id]))?;
        let owners = (talk.row.known.state.owner(), known.state.owner());
        talk.row.known = known;
        talk.unsaved = false;
        self.count_owners(owners.0, owners.1);
        self.touch(id, changed);
        Ok(())
    }

    fn save_marks(&mut self, known: Known) -> Outcome<()> {
        self.save(known, false)
    }

    fn summary(&mut self, id: ConversationId) -> Outcome<Option<ConversationSummary>> {
        let Some(talk) = self.conversations.get(&id) else {
            return Err(Lack::Conversations(vec![id]).into());
        };
        let mut row = talk.row.clone();
        if let Some(person) = self.contacts.get(&row.known.state.contact) {
            row.person = person.document()?;
        }
        Ok(Some(row.summary()?))
    }

    fn round(&mut self, site: SiteId, policy: &Policy, now: UnixMillis) -> Outcome<Round> {
        if self.keys.desk != Some(site) {
            return Err(Lack::Desk(site).into());
        }
        let (agents, queue) = &self.desk;
        Ok(routing::round(queue, agents, policy, now))
    }

    fn call_policy(&mut self, id: SiteId) -> Outcome<Option<Arc<CallPolicy>>> {
        if self.keys.sites.contains(&id) {
            Ok(self.call_policies.get(&id).cloned())
        } else {
            Err(Lack::Site(id).into())
        }
    }

    fn call_desk(&mut self, site: SiteId) -> Outcome<Vec<Callback>> {
        if !self.keys.call_desks.contains(&site) {
            return Err(Lack::CallDesk(site).into());
        }
        let open = self.callbacks.values();
        let open = open.filter(|one| one.site == site && one.life.ended_at().is_none());
        let mut open: Vec<_> = open.cloned().collect();
        open.sort_by_key(|one| (one.requested_at, one.id));
        Ok(open)
    }

    fn callers(&mut self, site: SiteId) -> Outcome<Vec<Caller>> {
        if self.keys.callers == Some(site) {
            Ok(self.callers.clone())
        } else {
            Err(Lack::Callers(site).into())
        }
    }

    fn callback(&mut self, id: CallbackId) -> Outcome<Option<Callback>> {
        match self.callbacks.get(&id) {
            Some(known) => Ok(Some(known.clone())),
            None if self.keys.callbacks.contains(&id) => Ok(None),
            None => Err(Lack::Callback(id).into()),
        }
    }

    fn asked_since(&mut self, site: SiteId, phone: &str, since: UnixMillis) -> Outcome<usize> {
        let key = (site, phone.to_owned());
        match self.asked.get(&key) {
            Some(asked) => Ok(asked.iter().filter(|at| **at >= since).count()),
            None => Err(Lack::Phone(site, key.1).into()),
        }
    }

    fn put_callback(&mut self, callback: &Callback) -> Outcome<()> {
        let id = callback.id;
        if self.callbacks.insert(id, callback.clone()).is_none() {
            self.requests.insert(CommandId::from_bytes(id.to_bytes()));
            let phone = without_extension(&callback.form.phone).to_owned();
            let asked = self.asked.entry((callback.site, phone)).or_default();
            asked.push(callback.requested_at);
        }
        self.changes.callbacks.push(callback.clone());
        Ok(())
    }

    fn put_called(&mut self, id: AgentId, at: UnixMillis) -> Outcome<()> {
        self.change_agent(id, |row| row.called_at = at)?;
        Ok(())
    }

    fn put_headset(&mut self, id: AgentId, on: bool) -> Outcome<()> {
        self.change_agent(id, |row| row.headset = on)?;
        Ok(())
    }

    fn put_on_call(&mut self, id: AgentId, line: CallLine, on: bool) -> Outcome<()> {
        self.change_agent(id, |row| row.on_call = line.mark(row.on_call, on))?;
        Ok(())
    }

    fn announce(&mut self, fact: Fact) {
        self.facts.push(fact);
    }
}
