//! Carrying requests out on the one writing connection.
//!
//! An engine is synchronous and owns no thread: the writer thread batches requests between
//! [`Engine::begin`] and [`Engine::commit`], and the simulation drives the very same code step by
//! step. What a batch changed is handed out by `commit` and by nothing else, so no one can hear of
//! what is not on disk.

use std::collections::HashMap;
use std::sync::Arc;

use heard_desk::Policy;
use heard_desk::callback::CallPolicy;
use heard_protocol::{AgentId, ContactId, ConversationId, Epoch, SiteId};
use rusqlite::Connection;

use super::checkpoint::Log;
use super::floors::Floors;
use super::places::Places;
use super::schema::{self, Identity};
use super::settled::Refusals;
use crate::store::ledger::{self, Known, KnownContact};
use crate::store::{AgentRecord, Answer, Fact, Request, StoreError};

/// How many conversations and contacts are kept in memory before the memory is emptied.
const REMEMBERED: usize = 4_096;

/// What the writer remembers of the database. It is the only one who writes, so its memory is never
/// stale; a failed batch empties it.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) conversations: HashMap<ConversationId, Known>,
    /// The numbers they are kept under.
    pub(super) rows: HashMap<ConversationId, i64>,
    pub(super) contacts: HashMap<ContactId, KnownContact>,
    pub(super) agents: HashMap<AgentId, AgentRecord>,
    pub(super) policies: HashMap<SiteId, Policy>,
    pub(super) call_policies: HashMap<SiteId, Arc<CallPolicy>>,
    pub(super) floors: Floors,
}

impl Memory {
    /// All of it.
    fn forget(&mut self) {
        self.floors.clear();
        self.clear();
    }

    /// What grows with whoever writes, once it is large.
    fn trim(&mut self) {
        if self.conversations.len() > REMEMBERED || self.contacts.len() > REMEMBERED {
            self.clear();
        }
    }

    fn clear(&mut self) {
        self.conversations.clear();
        self.rows.clear();
        self.contacts.clear();
        self.agents.clear();
        self.policies.clear();
        self.call_policies.clear();
    }
}

/// The writing end of a `SQLite` store.
#[derive(Debug)]
pub struct Engine {
    pub(super) connection: Connection,
    identity: Identity,
    pub(super) memory: Memory,
    pub(super) facts: Vec<Fact>,
    pub(super) refusals: Refusals,
    pub(super) places: Places,
}

impl Engine {
    /// Opens or creates the file. The caller sees to it that nobody else writes to it.
    pub(super) fn open(path: &std::path::Path) -> Result<Self, StoreError> {
        let (connection, identity) = schema::open_writer(path)?;
        schema::refuse_half_moved(&connection, path)?;
        Self::on((connection, identity))
    }

    /// An empty store in memory, for tests and the simulation.
    ///
    /// # Errors
    /// [`StoreError`] if `SQLite` can't be started.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::on(schema::open_in_memory()?)
    }

    fn on((connection, identity): (Connection, Identity)) -> Result<Self, StoreError> {
        let refusals = Refusals::load(&connection)?;
        let places = Places::load(&connection)?;
        Ok(Self {
            connection,
            identity,
            memory: Memory::default(),
            facts: Vec::new(),
            refusals,
            places,
        })
    }

    /// As [`Store::epoch`](crate::store::Store::epoch).
    pub fn epoch(&self) -> Epoch {
        self.identity.epoch
    }

    /// As [`Store::token_key`](crate::store::Store::token_key).
    pub fn token_key(&self) -> [u8; 32] {
        self.identity.token_key
    }

    /// Opens a batch.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn begin(&mut self) -> Result<(), StoreError> {
        self.memory.trim();
        self.connection
            .prepare_cached("BEGIN IMMEDIATE")?
            .execute([])?;
        Ok(())
    }

    /// Makes the batch last, and says what it changed.
    ///
    /// # Errors
    /// [`StoreError::Database`]; the batch is undone then.
    pub fn commit(&mut self) -> Result<Vec<Fact>, StoreError> {
        match self.places.fold(&self.connection).and_then(|()| self.end()) {
            Ok(()) => {
                self.refusals.committed();
                self.places.committed();
                Ok(std::mem::take(&mut self.facts))
            }
            Err(error) => {
                self.rollback();
                Err(error)
            }
        }
    }

    fn end(&self) -> Result<(), StoreError> {
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }

    /// Undoes the batch, and forgets everything it may have changed in memory.
    pub fn rollback(&mut self) {
        self.memory.forget();
        self.refusals.undone();
        self.places.undone();
        self.facts.clear();
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a batch could not be rolled back");
        }
    }

    /// Carries one request of the batch out.
    ///
    /// # Errors
    /// [`StoreError`] if the database failed: the whole batch must be rolled back then. What the
    /// rules refuse is [`Answer::Refused`], and leaves nothing behind.
    pub fn apply(&mut self, request: &Request) -> Result<Answer, StoreError> {
        ledger::carry_out(self, request)
    }

    /// Leaves folding the write-ahead log in to somebody else.
    pub(super) fn fold_elsewhere(&self) -> Result<(), StoreError> {
        self.connection
            .pragma_update(None, "wal_autocheckpoint", 0)?;
        Ok(())
    }

    /// Ends the file's write-ahead log, so that it is one file again.
    pub(super) fn close(self) {
        if let Err(error) = self
            .connection
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        {
            tracing::warn!(%error, "the write-ahead log could not be folded in");
        }
    }

    /// The connection, for the simulation's reads.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// How long the write-ahead log is; `None` if that can't be told now.
    pub(super) fn log(&self) -> Option<Log> {
        self.checkpoint("PRAGMA wal_checkpoint(NOOP)")
    }

    /// Moves what is left of the write-ahead log to the main file; if that is all of it, the next
    /// commit begins it afresh.
    pub(super) fn fold_log(&self) {
        self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)");
    }

    /// As [`fold_log`](Self::fold_log), and waits for readers of the log to finish.
    pub(super) fn restart_log(&self) {
        self.checkpoint("PRAGMA wal_checkpoint(RESTART)");
    }

    fn checkpoint(&self, sql: &str) -> Option<Log> {
        let done = self.connection.prepare_cached(sql).and_then(|mut run| {
            run.query_row([], |row| {
                Ok(Log {
                    pages: row.get(1)?,
                    folded: row.get(2)?,
                })
            })
        });
        done.inspect_err(|error| {
            tracing::warn!(%error, "the write-ahead log could not be folded in");
        })
        .ok()
    }
}
