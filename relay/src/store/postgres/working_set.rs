//! The rows a batch of requests is carried out on, in memory, and what is to be written back.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use heard_desk::callback::{CallPolicy, Callback, Caller};
use heard_desk::routing::Agent;
use heard_desk::{Conversation, Policy};
use heard_protocol::{
    AgentId, CallbackId, CommandId, ContactId, ConversationId, RefusalCode, Seq, SiteId, UnixMillis,
};

use super::keys::{Keys, Lack};
use super::records::RecordKey;
use super::row::ConversationRow;
use crate::node::NodeId;
use crate::store::ledger::{Failure, Key, KnownContact, Trace};
use crate::store::record::{Lookup, RecordRow};
use crate::store::rows::AgentRow;
use crate::store::table::{Table, Value};
use crate::store::{Fact, StoreError};

/// Why a request could not be carried out on a working set.
#[derive(Debug)]
pub(super) enum Halt {
    /// It needs what was not read. It is read, and the request is run again.
    Lacks(Lack),
    Broken(StoreError),
}

impl From<Halt> for Failure<Halt> {
    fn from(halt: Halt) -> Self {
        Self::Broken(halt)
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Broken(error)
    }
}

impl From<StoreError> for Failure<Halt> {
    fn from(error: StoreError) -> Self {
        Self::Broken(Halt::Broken(error))
    }
}

impl From<Lack> for Failure<Halt> {
    fn from(lack: Lack) -> Self {
        Self::Broken(Halt::Lacks(lack))
    }
}

/// An agent, and how many conversations they own; counted only where their row is locked, since it
/// changes under no other lock.
#[derive(Debug)]
pub(super) struct Teammate {
    pub(super) row: AgentRow,
    pub(super) load: i64,
}

/// A conversation, and whether it is in the database yet.
#[derive(Debug)]
pub(super) struct Talk {
    pub(super) row: ConversationRow,
    /// It was created here, and nothing was saved of it yet.
    pub(super) unsaved: bool,
}

/// An entry to append.
#[derive(Debug)]
pub(super) struct NewEntry {
    pub(super) conversation: ConversationId,
    pub(super) seq: Seq,
    pub(super) public: Option<Seq>,
    pub(super) at: UnixMillis,
    pub(super) by: Option<Key>,
    pub(super) body: String,
}

/// What happens to a session.
#[derive(Debug)]
pub(super) enum SessionChange {
    Put([u8; 32], AgentId, UnixMillis),
    Drop([u8; 32]),
}

/// What is to be written back.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// In the order they were made: a key may pass from one to another.
    pub(super) records: Vec<(&'static Table, RecordRow)>,
    /// Rows of the history.
    pub(super) history: Vec<Vec<Value>>,
    pub(super) agents: BTreeSet<AgentId>,
    pub(super) everybody_gone: Option<UnixMillis>,
    pub(super) beaten: BTreeSet<NodeId>,
    pub(super) forgotten: BTreeSet<NodeId>,
    pub(super) opened: BTreeSet<(AgentId, NodeId)>,
    pub(super) closed: BTreeSet<(AgentId, NodeId)>,
    pub(super) sessions: Vec<SessionChange>,
    pub(super) new_contacts: BTreeSet<ContactId>,
    pub(super) contacts: BTreeSet<ContactId>,
    pub(super) new_conversations: BTreeSet<ConversationId>,
    pub(super) conversations: BTreeSet<ConversationId>,
    /// Of these only the ends of their logs and the read marks changed.
    pub(super) grown: BTreeSet<ConversationId>,
    pub(super) entries: Vec<NewEntry>,
    pub(super) deeds: Vec<(CommandId, AgentId, UnixMillis)>,
    pub(super) refusals: Vec<(Key, RefusalCode)>,
    /// In the order they were made: a number may ask again once its request is over.
    pub(super) callbacks: Vec<Callback>,
}

impl Changes {
    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
            && self.agents.is_empty()
            && self.everybody_gone.is_none()
            && self.beaten.is_empty()
            && self.forgotten.is_empty()
            && self.opened.is_empty()
            && self.closed.is_empty()
            && self.sessions.is_empty()
            && self.new_contacts.is_empty()
            && self.contacts.is_empty()
            && self.new_conversations.is_empty()
            && self.conversations.is_empty()
            && self.grown.is_empty()
            && self.entries.is_empty()
            && self.deeds.is_empty()
            && self.refusals.is_empty()
            && self.callbacks.is_empty()
    }
}

/// What was read for a batch, and what became of it. A key that was asked for and has no row is
/// known not to be there.
#[derive(Debug, Default)]
pub(super) struct WorkingSet {
    /// What was asked for.
    pub(super) keys: Keys,
    pub(super) traces: HashMap<CommandId, Trace>,
    pub(super) deeds: HashMap<CommandId, (AgentId, UnixMillis)>,
    /// Commands that asked for a call.
    pub(super) requests: HashSet<CommandId>,
    pub(super) refusals: HashMap<Key, RefusalCode>,
    /// What `keys.records` names and is there.
    pub(super) records: BTreeMap<RecordKey, RecordRow>,
    /// What `keys.lookups` found.
    pub(super) found: BTreeMap<Lookup, Vec<RecordRow>>,
    pub(super) policies: HashMap<SiteId, Policy>,
    pub(super) call_policies: HashMap<SiteId, Arc<CallPolicy>>,
    pub(super) contacts: HashMap<ContactId, KnownContact>,
    pub(super) conversations: HashMap<ConversationId, Talk>,
    pub(super) agents: HashMap<AgentId, Teammate>,
    /// The numbers of those that are known.
    pub(super) nodes: HashMap<NodeId, u64>,
    pub(super) sockets: BTreeSet<(AgentId, NodeId)>,
    pub(super) callbacks: HashMap<CallbackId, Callback>,
    /// When calls were asked for to the numbers of `keys.phones`.
    pub(super) asked: HashMap<(SiteId, String), Vec<UnixMillis>>,
    pub(super) callers: Vec<Caller>,
    pub(super) desk: (Vec<Agent>, Vec<Conversation>),
    pub(super) all_sites: Vec<SiteId>,
    pub(super) changes: Changes,
    pub(super) facts: Vec<Fact>,
}

impl WorkingSet {
    /// A command's past must have been read.
    pub(super) fn past(&self, id: CommandId) -> Result<(), Lack> {
        if self.keys.commands.contains(&id) || self.keys.fresh.contains(&id) {
            Ok(())
        } else {
            Err(Lack::Command(id))
        }
    }

    /// An agent whose row is locked.
    pub(super) fn locked(&mut self, id: AgentId) -> Result<Option<&mut Teammate>, Lack> {
        if self.keys.locked_agents.contains(&id) {
            Ok(self.agents.get_mut(&id))
        } else {
            Err(Lack::LockedAgent(id))
        }
    }

    /// Changes an agent's row.
    pub(super) fn change_agent<T>(
        &mut self,
        id: AgentId,
        change: impl FnOnce(&mut AgentRow) -> T,
    ) -> Result<Option<T>, Lack> {
        let done = self.locked(id)?.map(|one| change(&mut one.row));
        if done.is_some() {
            self.changes.agents.insert(id);
        }
        Ok(done)
    }

    /// A conversation moved from one owner to another.
    pub(super) fn count_owners(&mut self, from: Option<AgentId>, to: Option<AgentId>) {
        if from == to {
            return;
        }
        for (owner, by) in [(from, -1), (to, 1)] {
            if let Some(one) = owner.and_then(|id| self.agents.get_mut(&id)) {
                one.load += by;
            }
        }
    }

    /// A conversation's row is to be written back: all of it if its state `changed`.
    pub(super) fn touch(&mut self, id: ConversationId, changed: bool) {
        let changes = &mut self.changes;
        if changes.new_conversations.contains(&id) {
            return;
        }
        if changed {
            changes.grown.remove(&id);
            changes.conversations.insert(id);
        } else if !changes.conversations.contains(&id) {
            changes.grown.insert(id);
        }
    }

    /// A contact's row is to be written back.
    pub(super) fn touch_contact(&mut self, id: ContactId) {
        if !self.changes.new_contacts.contains(&id) {
            self.changes.contacts.insert(id);
        }
    }
}
