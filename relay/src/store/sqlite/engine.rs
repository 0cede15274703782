//! Carrying requests out on the one writing connection.
//!
//! An engine is synchronous and owns no thread: the writer thread batches requests between [`Engine::begin`] and
//! [`Engine::commit`], and the simulation drives the very same code step by step. What a batch changed is handed out by `commit`
//! and by nothing else, so no one can hear of what is not on disk.

use std::collections::HashMap;

use heard_desk::Conversation;
use heard_protocol::{
    AgentId, CommandId, ContactId, ConversationId, Epoch, Receipt, Refusal, RefusalCode, Seq,
    SiteId, UnixMillis,
};
use rusqlite::{Connection, OptionalExtension};

use super::checkpoint::Log;
use super::column::{Col, get, get_opt};
use super::places::Places;
use super::schema::{self, Identity};
use super::settled::Refusals;
use super::{append, callbacks, conversations, people, read, rounds, settled};
use crate::store::{Answer, Fact, Request, SiteRecord, StoreError, VisitorProfile};

/// How many conversations and contacts are kept in memory before the memory is emptied.
const REMEMBERED: usize = 4_096;

/// A conversation as the writer knows it: its state, and where its logs end.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) row: i64,
    pub(super) site: SiteId,
    pub(super) state: Conversation,
    pub(super) head: Seq,
    pub(super) public: Seq,
    pub(super) visitor_read: Seq,
    pub(super) staff_read: Seq,
}

/// A contact as the writer knows them.
#[derive(Debug, Clone)]
pub(super) struct KnownContact {
    pub(super) site: SiteId,
    pub(super) profile: std::sync::Arc<VisitorProfile>,
    pub(super) latest: Option<ConversationId>,
}

/// What the writer remembers of the database. It is the only one who writes, so its memory is never stale; a failed batch empties it.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) conversations: HashMap<ConversationId, Known>,
    pub(super) contacts: HashMap<ContactId, KnownContact>,
    pub(super) sites: HashMap<SiteId, SiteRecord>,
}

impl Memory {
    fn forget(&mut self) {
        self.conversations.clear();
        self.contacts.clear();
        self.sites.clear();
    }

    fn trim(&mut self) {
        if self.conversations.len() > REMEMBERED || self.contacts.len() > REMEMBERED {
            self.forget();
        }
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

/// Why a request was not carried out: the rules say no, or the database does.
#[derive(Debug)]
pub(super) enum Failure {
    Refused(RefusalCode),
    Broken(StoreError),
}

impl From<RefusalCode> for Failure {
    fn from(code: RefusalCode) -> Self {
        Self::Refused(code)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Broken(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Broken(error.into())
    }
}

impl Engine {
    /// Opens or creates the file. The caller sees to it that nobody else writes to it.
    pub(super) fn open(path: &std::path::Path) -> Result<Self, StoreError> {
        Self::on(schema::open_writer(path)?)
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
    /// [`StoreError`] if the database failed: the whole batch must be rolled back then. What the rules refuse is
    /// [`Answer::Refused`], and leaves nothing behind.
    pub fn apply(&mut self, request: &Request) -> Result<Answer, StoreError> {
        let command = command_of(request);
        if let Some(command) = &command
            && let Some(code) = self.turned_away(command)?
        {
            return Ok(Answer::Refused(Refusal::from(code)));
        }
        match self.carry_out(request) {
            Ok(answer) => Ok(answer),
            Err(Failure::Refused(code)) => {
                if let Some(command) = &command {
                    self.refusals
                        .refuse(&self.connection, command.key(), code)?;
                }
                Ok(Answer::Refused(Refusal::from(code)))
            }
            Err(Failure::Broken(error)) => Err(error),
        }
    }

    /// Why a command is not even looked at: it was refused for good before, and a copy that was long under way must not be carried out
    /// after its sender was told that it was not; or the one it follows is not settled, and must not be overtaken.
    fn turned_away(&self, command: &Commanded) -> Result<Option<RefusalCode>, StoreError> {
        if let Some(code) = self.refusals.of(command.key()) {
            return Ok(Some(code));
        }
        let Some(before) = command.after else {
            return Ok(None);
        };
        let settled = self.refusals.of((before, command.actor.bytes())).is_some()
            || settled::carried_out(&self.connection, before)?;
        Ok((!settled).then_some(RefusalCode::Unavailable))
    }

    fn carry_out(&mut self, request: &Request) -> Result<Answer, Failure> {
        match request {
            Request::Visitor {
                site,
                contact,
                profile,
                id,
                command,
                now,
                ..
            } => conversations::visitor(self, *site, *contact, profile, *id, command, *now)
                .map(Answer::Receipt),
            Request::Staff {
                agent,
                id,
                command,
                now,
                ..
            } => conversations::staff(self, *agent, *id, command, *now).map(Answer::Receipt),
            Request::VisitorRead { contact, upto } => {
                conversations::visitor_read(self, *contact, upto).map(|()| Answer::Done)
            }
            Request::StaffRead { agent, upto } => {
                conversations::staff_read(self, *agent, upto).map(|()| Answer::Done)
            }
            Request::Presence { agent, online, now } => {
                people::presence(self, *agent, *online, *now).map(|()| Answer::Done)
            }
            Request::EverybodyGone { now } => {
                people::everybody_gone(self, *now).map(|()| Answer::Done)
            }
            Request::Dispatch { site, now } => {
                let round = rounds::run(self, *site, *now)?;
                Ok(Answer::Round {
                    wake_at: round.wake_at,
                    moves: round.moves.len(),
                })
            }
            Request::SignIn {
                agent,
                token_hash,
                expires_at,
            } => people::sign_in(self, *agent, token_hash, *expires_at).map(|()| Answer::Done),
            Request::SignOut { token_hash } => {
                people::sign_out(self, token_hash).map(|()| Answer::Done)
            }
            Request::PutSite(site) => people::put_site(self, site).map(|()| Answer::Done),
            Request::PutAgent(agent) => people::put_agent(self, agent).map(|()| Answer::Done),
        }
    }

    /// The site's record, from memory if it was asked for before.
    pub(super) fn site(&mut self, id: SiteId) -> Result<&SiteRecord, Failure> {
        if !self.memory.sites.contains_key(&id) {
            let site = read::site(&self.connection, id)?.ok_or(RefusalCode::NotFound)?;
            self.memory.sites.insert(id, site);
        }
        self.memory
            .sites
            .get(&id)
            .ok_or(Failure::Refused(RefusalCode::NotFound))
    }

    /// A conversation, from memory if it was touched before.
    pub(super) fn conversation(&mut self, id: ConversationId) -> Result<Known, Failure> {
        if let Some(known) = self.memory.conversations.get(&id) {
            return Ok(known.clone());
        }
        let known = conversations::load(&self.connection, id)?.ok_or(RefusalCode::NotFound)?;
        self.memory.conversations.insert(id, known.clone());
        Ok(known)
    }

    /// What became of a command that was carried out before, if it was.
    pub(super) fn earlier(
        &mut self,
        id: CommandId,
        actor: Actor,
    ) -> Result<Option<Receipt>, Failure> {
        let mut statement = self.connection.prepare_cached(
            "SELECT e.actor, c.id, e.seq, e.public_seq, e.at FROM entries e
             JOIN conversations c ON c.row = e.conversation WHERE e.command = ?1",
        )?;
        let found = statement
            .query_row([Col(id)], |row| {
                Ok((
                    row.get::<_, Vec<u8>>(0)?,
                    get(row, 1)?,
                    get(row, 2)?,
                    get_opt(row, 3)?,
                    get::<UnixMillis>(row, 4)?,
                ))
            })
            .optional()?;
        let Some((by, conversation, seq, public, at)) = found else {
            return Ok(None);
        };
        if by != actor.bytes() {
            return Err(RefusalCode::IdTaken.into());
        }
        let seq: Seq = actor.position(seq, public);
        Ok(Some(Receipt {
            conversation: Some(conversation),
            seq,
            at,
        }))
    }

    /// Whether a request of this id to be called was taken before; it has no entry of its own unless it came out of a conversation.
    pub(super) fn earlier_callback(
        &mut self,
        id: CommandId,
        contact: ContactId,
    ) -> Result<Option<Receipt>, Failure> {
        callbacks::earlier(&self.connection, id, contact)
    }

    /// Appends a change to a conversation's log and keeps its new state.
    pub(super) fn write(
        &mut self,
        known: Known,
        change: heard_desk::Change,
        by: Option<(CommandId, Actor)>,
        now: UnixMillis,
    ) -> Result<append::Written, Failure> {
        append::write(self, known, change, by, now)
    }

    /// Announces a fact when the batch is on disk.
    pub(super) fn announce(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    /// Announces that a conversation's line in the lists changed.
    pub(super) fn announce_summary(
        &mut self,
        site: SiteId,
        id: ConversationId,
    ) -> Result<(), Failure> {
        if let Some(summary) = read::summary(&self.connection, id)? {
            self.announce(Fact::Summary {
                site,
                summary: summary.into(),
            });
        }
        Ok(())
    }

    /// Announces that an agent changed, or how much they carry did.
    pub(super) fn announce_colleague(&mut self, site: SiteId, id: AgentId) -> Result<(), Failure> {
        if let Some(colleague) = read::colleagues(&self.connection, site, Some(id))?.pop() {
            self.announce(Fact::Colleague { site, colleague });
        }
        Ok(())
    }

    /// Runs a statement that was used before.
    pub(super) fn run(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize, Failure> {
        Ok(self.connection.prepare_cached(sql)?.execute(values)?)
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

    /// Moves what is left of the write-ahead log to the main file; if that is all of it, the next commit begins it afresh.
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

/// Whose command a request is, which, and after which.
struct Commanded {
    actor: Actor,
    id: CommandId,
    after: Option<CommandId>,
}

impl Commanded {
    fn key(&self) -> settled::Key {
        (self.id, self.actor.bytes())
    }
}

fn command_of(request: &Request) -> Option<Commanded> {
    match request {
        Request::Visitor {
            contact, id, after, ..
        } => Some(Commanded {
            actor: Actor::Visitor(*contact),
            id: *id,
            after: *after,
        }),
        Request::Staff {
            agent, id, after, ..
        } => Some(Commanded {
            actor: Actor::Agent(*agent),
            id: *id,
            after: *after,
        }),
        Request::VisitorRead { .. }
        | Request::StaffRead { .. }
        | Request::Presence { .. }
        | Request::Dispatch { .. }
        | Request::EverybodyGone { .. }
        | Request::SignIn { .. }
        | Request::SignOut { .. }
        | Request::PutSite(_)
        | Request::PutAgent(_) => None,
    }
}

/// Whose command it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Actor {
    Visitor(ContactId),
    Agent(AgentId),
}

impl Actor {
    pub(super) const fn bytes(self) -> [u8; 16] {
        match self {
            Self::Visitor(id) => id.to_bytes(),
            Self::Agent(id) => id.to_bytes(),
        }
    }

    /// The position of an entry in the log that this actor reads.
    pub(super) fn position(self, staff: Seq, public: Option<Seq>) -> Seq {
        match self {
            Self::Visitor(_) => public.unwrap_or_default(),
            Self::Agent(_) => staff,
        }
    }
}
