//! One batch of requests, from the first look-up to its commit.

use std::time::Duration;

use heard_protocol::{ConversationId, Seq};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use sqlx::{query, query_scalar, raw_sql};
use tokio::time::Instant;

use super::connect::Address;
use super::fault::{self, Fault};
use super::keys::Keys;
use super::value::{Id as _, number};
use super::working_set::Halt;
use super::{load, save};
use crate::store::ledger::{REFUSALS, carry_out};
use crate::store::{Answer, Fact, Listener, Request, StoreError};

/// How long a batch is tried before whoever asked for it is told that it could not be written. They
/// try again themselves.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it is tried if the one before it failed: what gathers while a server is down should not
/// wait for long.
const IMPATIENCE: Duration = Duration::from_secs(1);
/// How long one turn may take, an answer to everything included. A connection that was cut without
/// a word says nothing for much longer than the cut lasts, since the system tries again at ever
/// longer intervals; a new one is there at once. Each turn that was too short is followed by one of
/// twice the length: a server may just be slow.
const TURN: Duration = Duration::from_secs(2);
/// How long the writer waits before it connects again.
const PAUSE: Duration = Duration::from_millis(50);
/// How often a batch is decided anew since another node was in the way, or since it needed more
/// than was read.
const TURNS: usize = 24;
/// After how many refusals the oldest are cleared away.
const CLEAR_EVERY: usize = 512;

/// A commit whose answer did not come: only the server knows whether it happened.
#[derive(Debug)]
struct Unsure {
    /// The transaction.
    transaction: String,
    /// An entry it wrote, if it wrote any.
    entry: Option<(ConversationId, Seq)>,
    batch: u64,
    answers: Vec<Answer>,
    facts: Vec<Fact>,
}

/// What became of one turn.
enum Turn {
    Written(Vec<Answer>),
    /// More has to be read, and is named by the keys now.
    Lacking,
}

/// The one connection that writes, and what it must not forget between two of its lives.
#[derive(Debug)]
pub(super) struct Session {
    address: Address,
    connection: Option<PgConnection>,
    unsure: Option<Unsure>,
    batch: u64,
    refused: usize,
    failing: bool,
}

impl Session {
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            connection: None,
            unsure: None,
            batch: 0,
            refused: 0,
            failing: false,
        }
    }

    /// Carries requests out in one transaction. What it changed is told to the listener, once it is
    /// on disk.
    pub(super) async fn write(
        &mut self,
        requests: &[&Request],
        listener: &dyn Listener,
    ) -> Result<Vec<Answer>, StoreError> {
        self.batch += 1;
        let patience = if self.failing { IMPATIENCE } else { PATIENCE };
        let done = self
            .write_by(Instant::now() + patience, requests, listener)
            .await;
        self.failing = done.is_err() && !self.is_connected();
        done
    }

    async fn write_by(
        &mut self,
        deadline: Instant,
        requests: &[&Request],
        listener: &dyn Listener,
    ) -> Result<Vec<Answer>, StoreError> {
        let mut keys = Keys::of(requests.iter().copied());
        let (mut turns, mut length) = (0, TURN);
        loop {
            let end = deadline.min(Instant::now() + length);
            let turn = self.turn(requests, &mut keys, listener);
            let Ok(done) = tokio::time::timeout_at(end, turn).await else {
                // The server may still be at it: nothing more is heard on this connection.
                self.connection = None;
                length *= 2;
                if Instant::now() + PAUSE >= deadline {
                    return Err(unwritten("the server did not answer in time"));
                }
                continue;
            };
            match done {
                Ok(Turn::Written(answers)) => return Ok(answers),
                Ok(Turn::Lacking) => turns += 1,
                Err(error) => match fault::of(&error) {
                    Fault::Conflict => {
                        turns += 1;
                        keys.doubt();
                        tracing::debug!(reason = fault::reason(&error), "a batch is decided anew");
                    }
                    Fault::Lost => {
                        self.connection = None;
                        if Instant::now() + PAUSE >= deadline {
                            return Err(error);
                        }
                        tokio::time::sleep(PAUSE).await;
                    }
                    Fault::Broken => return Err(error),
                },
            }
            if turns > TURNS {
                return Err(unwritten("other relays were in the way again and again"));
            }
        }
    }

    /// Whether the server was reached last time.
    pub(super) const fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Whether the server can write now.
    pub(super) async fn check(&mut self) -> Result<(), StoreError> {
        let asked = async {
            let connection = self.connected().await?;
            let standby: bool = query_scalar("SELECT pg_is_in_recovery()")
                .fetch_one(connection)
                .await?;
            Ok(standby)
        };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(false)) => Ok(()),
            Ok(Ok(true)) => Err(unwritten("the server is a stand-by")),
            Ok(Err(error)) => {
                self.connection = None;
                Err(error)
            }
            Err(_) => {
                self.connection = None;
                Err(unwritten("the server did not answer in time"))
            }
        }
    }

    /// Says goodbye to the server.
    pub(super) async fn close(&mut self) {
        if let Some(connection) = self.connection.take()
            && let Ok(Err(error)) = tokio::time::timeout(PAUSE, connection.close()).await
        {
            tracing::debug!(%error, "the connection to the database did not end well");
        }
    }

    async fn connected(&mut self) -> Result<&mut PgConnection, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => PgConnection::connect_with(&self.address.options).await?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Takes the batch once from its look-ups to its commit. Whatever goes wrong, the transaction
    /// is undone.
    async fn turn(
        &mut self,
        requests: &[&Request],
        keys: &mut Keys,
        listener: &dyn Listener,
    ) -> Result<Turn, StoreError> {
        self.connected().await?;
        if let Some(answers) = self.settle(listener).await? {
            return Ok(Turn::Written(answers));
        }
        let done = self.decide(requests, keys, listener).await;
        if let Some(connection) = &mut self.connection
            && !matches!(done, Ok(Some(_)))
            && raw_sql("ROLLBACK").execute(connection).await.is_err()
        {
            self.connection = None;
        }
        Ok(done?.map_or(Turn::Lacking, Turn::Written))
    }

    /// Finds out what became of a commit whose answer did not come; its answers, if it was this
    /// batch's.
    async fn settle(&mut self, listener: &dyn Listener) -> Result<Option<Vec<Answer>>, StoreError> {
        let (Some(unsure), Some(connection)) = (&self.unsure, &mut self.connection) else {
            return Ok(None);
        };
        let fate = loop {
            match fate(unsure, connection).await? {
                Fate::UnderWay => tokio::time::sleep(PAUSE).await,
                fate => break fate,
            }
        };
        let unsure = self.unsure.take();
        match (fate, unsure) {
            (Fate::Committed, Some(unsure)) => {
                listener.committed(unsure.facts);
                Ok((unsure.batch == self.batch).then_some(unsure.answers))
            }
            // The batch is decided anew, and what was carried out is found by its commands.
            (Fate::Unknown, _) => {
                listener.unsure();
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Reads, decides, writes, commits. `None`: more has to be read.
    async fn decide(
        &mut self,
        requests: &[&Request],
        keys: &mut Keys,
        listener: &dyn Listener,
    ) -> Result<Option<Vec<Answer>>, StoreError> {
        let Some(connection) = &mut self.connection else {
            return Ok(None);
        };
        let begun = raw_sql("BEGIN; SELECT pg_current_xact_id()::text")
            .fetch_one(&mut *connection)
            .await?;
        let transaction: String = sqlx::Row::try_get(&begun, 0)?;
        let mut set = load::working_set(connection, keys.clone()).await?;
        let mut answers = Vec::with_capacity(requests.len());
        let mut lacks = Vec::new();
        for request in requests {
            match carry_out(&mut set, request) {
                Ok(answer) => answers.push(answer),
                // The rest is run all the same, to learn what else is needed. None of it is kept.
                Err(Halt::Lacks(lack)) => lacks.push(lack),
                Err(Halt::Broken(error)) => return Err(error),
            }
        }
        if !lacks.is_empty() {
            *keys = set.keys;
            for lack in lacks {
                keys.add(lack);
            }
            return Ok(None);
        }
        if set.changes.is_empty() {
            raw_sql("ROLLBACK").execute(&mut *connection).await?;
            return Ok(Some(answers));
        }
        save::changes(connection, &set).await?;
        self.unsure = Some(Unsure {
            transaction,
            entry: set
                .changes
                .entries
                .first()
                .map(|entry| (entry.conversation, entry.seq)),
            batch: self.batch,
            answers,
            facts: set.facts,
        });
        // An error says nothing: the next turn asks what became of it.
        raw_sql("COMMIT").execute(&mut *connection).await?;
        let Some(Unsure { answers, facts, .. }) = self.unsure.take() else {
            return Ok(None);
        };
        listener.committed(facts);
        self.refused += set.changes.refusals.len();
        Ok(Some(answers))
    }

    /// Clears the oldest refusals away, now and then.
    pub(super) async fn clear_refusals(&mut self) {
        if self.refused < CLEAR_EVERY {
            return;
        }
        self.refused = 0;
        let Some(connection) = &mut self.connection else {
            return;
        };
        let kept = i64::try_from(REFUSALS).unwrap_or(i64::MAX);
        let cleared = query(
            "DELETE FROM refusals WHERE age IN
               (SELECT age FROM refusals WHERE age <= (SELECT max(age) FROM refusals) - $1
                FOR UPDATE SKIP LOCKED)",
        )
        .bind(kept)
        .execute(connection);
        match tokio::time::timeout(PATIENCE, cleared).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "old refusals could not be cleared away");
                self.connection = None;
            }
            Err(_) => self.connection = None,
        }
    }
}

/// What became of a transaction.
enum Fate {
    UnderWay,
    Committed,
    Undone,
    /// The server can't tell.
    Unknown,
}

/// Asks the server. By its number alone a transaction is not to be known: a server that crashed
/// gives the numbers of those that never reached its disk to others, and says that they are
/// committed. An entry says which transaction wrote it, and is written once.
async fn fate(unsure: &Unsure, connection: &mut PgConnection) -> Result<Fate, StoreError> {
    let status: Result<Option<String>, _> = query_scalar("SELECT pg_xact_status($1::text::xid8)")
        .bind(&unsure.transaction)
        .fetch_one(&mut *connection)
        .await;
    match status {
        Ok(Some(word)) if word == "in progress" => return Ok(Fate::UnderWay),
        Ok(_) => {}
        Err(error) => {
            let error = StoreError::from(error);
            // Anything else is a server that has never heard of it, such as a stand-by that took
            // over before it got there.
            if fault::of(&error) != Fault::Broken {
                return Err(error);
            }
        }
    }
    let Some((conversation, seq)) = unsure.entry else {
        return Ok(Fate::Unknown);
    };
    // The column has the number without its epoch.
    let written: bool = query_scalar(
        "SELECT EXISTS (SELECT 1 FROM entries WHERE conversation = $1 AND seq = $2
           AND xmin::text::bigint = $3::text::bigint % 4294967296)",
    )
    .bind(conversation.uuid())
    .bind(number(seq.0))
    .bind(&unsure.transaction)
    .fetch_one(connection)
    .await?;
    Ok(if written {
        Fate::Committed
    } else {
        Fate::Undone
    })
}

fn unwritten(reason: &str) -> StoreError {
    StoreError::Unwritten {
        reason: reason.to_owned(),
    }
}
