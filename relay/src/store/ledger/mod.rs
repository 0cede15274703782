//! Carrying requests out: look up, let `desk` decide, append. The same code for every store.
//!
//! A store lends its tables as a [`Ledger`], one unit of work at a time: a transaction, or rows
//! that were read and locked in one. What is decided here is decided from look-ups alone, so it
//! does not matter which process carried the request before this one out.

mod actor;
mod append;
mod callbacks;
mod carry;
mod conversations;
mod kept;
mod people;
mod records;
mod rounds;

use std::sync::Arc;

use heard_desk::callback::{CallPolicy, Callback, Caller};
use heard_desk::routing::Round;
use heard_desk::{Conversation, Policy};
use heard_protocol::{
    AgentId, Availability, CallbackId, Colleague, CommandId, ContactId, ConversationId,
    ConversationSummary, RefusalCode, SiteId, StaffEntry, UnixMillis,
};

pub(super) use actor::Actor;
pub(super) use append::{body_json, words};
pub(super) use carry::{carry_out, command_of};
pub(super) use kept::{About, Key, Known, KnownContact, Trace};
pub(super) use records::rivals;

use super::record::{Kept, Lookup, Record, RecordId as _, RecordRow};
use super::table::Table;
use super::{AgentRecord, Fact, StoreError};
use crate::node::NodeId;

/// How many refusals for good are kept.
pub(super) const REFUSALS: usize = 8_192;
/// How many waiting conversations an overview shows, and a round over a shared store considers.
pub(super) const QUEUE_LIMIT: i64 = 500;

/// Why a request was not carried out: the rules say no, or the store could not do its part.
#[derive(Debug)]
pub(super) enum Failure<E> {
    Refused(RefusalCode),
    Broken(E),
}

impl<E> From<RefusalCode> for Failure<E> {
    fn from(code: RefusalCode) -> Self {
        Self::Refused(code)
    }
}

/// What an agent can be on the line with; the number is its bit in the column `on_call`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallLine {
    /// A phone.
    Phone = 1,
    /// The browser.
    Page = 2,
}

impl CallLine {
    /// The column after this.
    pub(super) const fn mark(self, column: i16, on: bool) -> i16 {
        let bit = self as i16;
        if on { column | bit } else { column & !bit }
    }
}

/// What a look-up or a change comes to.
pub(super) type Outcome<T, L> = Result<T, Failure<<L as Ledger>::Error>>;

/// A store's tables during one unit of work. A look-up sees the changes made before it in the same
/// unit.
pub(super) trait Ledger {
    /// Why the store could not do its part.
    type Error: From<StoreError>;

    /// What a command was refused for, for good.
    fn refusal(&mut self, key: Key) -> Outcome<Option<RefusalCode>, Self>;

    /// Keeps that a command was refused for good.
    fn put_refusal(&mut self, key: Key, code: RefusalCode) -> Outcome<(), Self>;

    /// Whether a command was carried out. Every one leaves a trace that tells it from its retry,
    /// and this looks for all kinds.
    fn carried_out(&mut self, id: CommandId) -> Outcome<bool, Self>;

    /// The entry a command wrote.
    fn entry_of(&mut self, id: CommandId) -> Outcome<Option<Trace>, Self>;

    /// Whose command it was that left no entry, and when it was carried out.
    fn deed(&mut self, id: CommandId) -> Outcome<Option<(AgentId, UnixMillis)>, Self>;

    /// Keeps that a command was carried out that leaves no entry.
    fn put_deed(&mut self, id: CommandId, agent: AgentId, now: UnixMillis) -> Outcome<(), Self>;

    /// How a site's desk works.
    fn policy(&mut self, id: SiteId) -> Outcome<Option<Policy>, Self>;

    /// A record.
    fn row(&mut self, table: &'static Table, id: [u8; 16]) -> Outcome<Option<RecordRow>, Self>;

    /// Records.
    fn rows(&mut self, lookup: &Lookup) -> Outcome<Vec<RecordRow>, Self>;

    /// Writes a record, and keeps what it was before.
    fn put_row(
        &mut self,
        table: &'static Table,
        row: &RecordRow,
        before: Option<&RecordRow>,
    ) -> Outcome<(), Self>;

    /// A record, and which version it is.
    fn record<R: Record>(&mut self, id: R::Id) -> Outcome<Option<Kept<R>>, Self> {
        let row = self.row(R::TABLE, id.bytes())?;
        let kept = row.as_ref().map(Kept::read).transpose();
        kept.map_err(|error| Failure::Broken(error.into()))
    }

    /// An agent.
    fn agent(&mut self, id: AgentId) -> Outcome<Option<AgentRecord>, Self>;

    /// An agent as their team sees them.
    fn colleague(&mut self, site: SiteId, id: AgentId) -> Outcome<Option<Colleague>, Self>;

    /// Keeps the hash of an agent's password.
    fn put_password(&mut self, id: AgentId, hash: &str) -> Outcome<(), Self>;

    /// Keeps an agent's own word.
    fn put_availability(&mut self, id: AgentId, to: Availability) -> Outcome<(), Self>;

    /// Raises a node's number; returns whether the node was known.
    fn beat(&mut self, node: NodeId) -> Outcome<bool, Self>;

    /// Forgets a node if this is its number; returns the agents who had a socket there.
    fn forget(&mut self, node: NodeId, beat: u64) -> Outcome<Vec<AgentId>, Self>;

    /// Keeps whether an agent has a socket on a node; returns whether they have one anywhere.
    fn put_socket(&mut self, agent: AgentId, node: NodeId, open: bool) -> Outcome<bool, Self>;

    /// Keeps since when an agent is gone, or that they are here; returns whether they were not
    /// before.
    fn put_presence(&mut self, id: AgentId, gone: Option<UnixMillis>) -> Outcome<bool, Self>;

    /// Keeps that a conversation came to an agent or left them.
    fn put_idle(&mut self, id: AgentId, since: UnixMillis) -> Outcome<(), Self>;

    /// Counts everybody as gone and forgets the sessions that have ended; returns every site.
    fn everybody_gone(&mut self, now: UnixMillis) -> Outcome<Vec<SiteId>, Self>;

    /// Keeps a session.
    fn put_session(
        &mut self,
        token_hash: &[u8; 32],
        agent: AgentId,
        expires_at: UnixMillis,
    ) -> Outcome<(), Self>;

    /// Forgets a session.
    fn drop_session(&mut self, token_hash: &[u8; 32]) -> Outcome<(), Self>;

    /// A contact.
    fn contact(&mut self, id: ContactId) -> Outcome<Option<KnownContact>, Self>;

    /// Creates a contact, or keeps what their browser says now.
    fn put_contact(&mut self, id: ContactId, contact: &KnownContact) -> Outcome<(), Self>;

    /// A conversation.
    fn conversation(&mut self, id: ConversationId) -> Outcome<Option<Known>, Self>;

    /// These conversations are looked up next: a store that reads many at once can do so now.
    fn read_ahead(&mut self, ids: &[ConversationId]) -> Outcome<(), Self> {
        let _ = ids;
        Ok(())
    }

    /// A conversation's state as this unit of work last read or saved it; `None` if it has done
    /// neither.
    fn before(&self, id: ConversationId) -> Option<&Conversation>;

    /// Creates a conversation, which is its contact's latest from then on. It has no entries yet,
    /// and is saved when it has.
    fn create(&mut self, known: &Known) -> Outcome<(), Self>;

    /// Appends an entry to the log of a conversation; `by` is whose command wrote it.
    fn append(
        &mut self,
        known: &Known,
        entry: &StaffEntry,
        by: Option<(CommandId, Actor)>,
    ) -> Outcome<(), Self>;

    /// Keeps where a conversation's logs end, and its state if that `changed`.
    fn save(&mut self, known: Known, changed: bool) -> Outcome<(), Self>;

    /// Keeps a conversation's read marks.
    fn save_marks(&mut self, known: Known) -> Outcome<(), Self>;

    /// A conversation's line in the lists.
    fn summary(&mut self, id: ConversationId) -> Outcome<Option<ConversationSummary>, Self>;

    /// What [`routing`](heard_desk::routing) says should follow on a site, from who can answer
    /// there and the conversations that wait or are offered.
    fn round(&mut self, site: SiteId, policy: &Policy, now: UnixMillis) -> Outcome<Round, Self>;

    /// How a site calls.
    fn call_policy(&mut self, id: SiteId) -> Outcome<Option<Arc<CallPolicy>>, Self>;

    /// Every open request to be called of a site. From then on and until the unit of work is over
    /// nobody else changes the site's requests.
    fn call_desk(&mut self, site: SiteId) -> Outcome<Vec<Callback>, Self>;

    /// A site's agents, as calls see them.
    fn callers(&mut self, site: SiteId) -> Outcome<Vec<Caller>, Self>;

    /// A request to be called.
    fn callback(&mut self, id: CallbackId) -> Outcome<Option<Callback>, Self>;

    /// How many requests there were for this number (without extension) on a site since then.
    fn asked_since(&mut self, site: SiteId, phone: &str, since: UnixMillis)
    -> Outcome<usize, Self>;

    /// Keeps a request to be called, new or changed. [`call_desk`](Self::call_desk) of its site was
    /// asked for before.
    fn put_callback(&mut self, callback: &Callback) -> Outcome<(), Self>;

    /// Keeps that an agent made a call.
    fn put_called(&mut self, id: AgentId, at: UnixMillis) -> Outcome<(), Self>;

    /// Keeps whether an agent has a headset on.
    fn put_headset(&mut self, id: AgentId, on: bool) -> Outcome<(), Self>;

    /// Keeps whether an agent is on a call of this kind.
    fn put_on_call(&mut self, id: AgentId, line: CallLine, on: bool) -> Outcome<(), Self>;

    /// Announces a fact when the unit of work is on disk.
    fn announce(&mut self, fact: Fact);
}
