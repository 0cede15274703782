//! What the answer to a command hangs on besides the log: what was refused, and what could not be written.
//!
//! Refusals are on disk as well, so that an answer that was lost stays the same whatever happens. The lines of what could not be
//! written are memory alone: they guard against commands that are still under way on connections of this process.

use std::collections::{HashMap, VecDeque};

use heard_protocol::{CommandId, RefusalCode, UnixMillis};
use rusqlite::{Connection, params};

use super::column::{Col, from_json, get, to_json};
use super::engine::Actor;
use crate::store::StoreError;

/// How many refusals are remembered.
const REFUSALS: usize = 8_192;
/// For how long a command that was refused for now holds up its sender's others unless it is tried again, in milliseconds. Connections
/// keep their own order; this is for what they had passed on before they heard of the refusal.
const HELD_UP_MS: u64 = 20_000;
/// The most commands of one sender that are kept in line. A client sends far fewer before it waits for an answer.
const LINE: usize = 256;

/// A command and the bytes of its sender's id.
type Key = (CommandId, [u8; 16]);

/// A command of the batch under way.
#[derive(Debug)]
struct InBatch {
    actor: Actor,
    id: CommandId,
    now: UnixMillis,
    refused: Option<RefusalCode>,
}

/// A sender's commands that were refused for now, in the order in which they are to be written, with the moments until which they hold
/// up those behind them.
type Line = VecDeque<(CommandId, UnixMillis)>;

/// What is remembered of commands that are not in the log.
#[derive(Debug, Default)]
pub(super) struct Retries {
    refused: HashMap<Key, RefusalCode>,
    /// The refused ones, oldest first.
    ages: VecDeque<Key>,
    lines: HashMap<Actor, Line>,
    batch: Vec<InBatch>,
}

impl Retries {
    /// What the database says was refused; the oldest beyond what is remembered are cleared away.
    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        connection.execute(
            "DELETE FROM refusals WHERE rowid <= (SELECT max(rowid) FROM refusals) - ?1",
            [i64::try_from(REFUSALS).unwrap_or(i64::MAX)],
        )?;
        let mut retries = Self::default();
        let mut statement =
            connection.prepare("SELECT command, actor, code FROM refusals ORDER BY rowid")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let code = from_json("refusal", &row.get::<_, String>(2)?)?;
            retries.remember((get(row, 0)?, row.get(1)?), code);
        }
        Ok(retries)
    }

    fn remember(&mut self, key: Key, code: RefusalCode) {
        if self.ages.len() >= REFUSALS
            && let Some(oldest) = self.ages.pop_front()
        {
            self.refused.remove(&oldest);
        }
        if self.refused.insert(key, code).is_none() {
            self.ages.push_back(key);
        }
    }

    /// A new batch begins.
    pub(super) fn begin(&mut self) {
        self.batch.clear();
    }

    /// Whether a command may be carried out.
    ///
    /// # Errors
    /// The refusal it got before: an answer for good stays, or a copy that was long under way could be carried out after its sender was
    /// told that it was not. Or [`RefusalCode::Unavailable`] while an earlier command of its sender waits to be tried again: it must not
    /// be overtaken.
    pub(super) fn admit(
        &mut self,
        actor: Actor,
        id: CommandId,
        now: UnixMillis,
    ) -> Result<(), RefusalCode> {
        if let Some(code) = self.refused.get(&(id, actor.bytes())) {
            return Err(*code);
        }
        if let Some(line) = self.lines.get_mut(&actor) {
            while line
                .front()
                .is_some_and(|(first, until)| *first != id && *until <= now)
            {
                line.pop_front();
            }
            if line.front().is_some_and(|(first, _)| *first != id) {
                let until = now.plus(HELD_UP_MS);
                if let Some(one) = line.iter_mut().find(|(one, _)| *one == id) {
                    one.1 = until;
                } else if line.len() < LINE {
                    line.push_back((id, until));
                }
                return Err(RefusalCode::Unavailable);
            }
            line.pop_front();
            if line.is_empty() {
                self.lines.remove(&actor);
            }
        }
        self.batch.push(InBatch {
            actor,
            id,
            now,
            refused: None,
        });
        Ok(())
    }

    /// The command admitted last is refused by the rules: the batch keeps that too.
    pub(super) fn refuse(
        &mut self,
        connection: &Connection,
        code: RefusalCode,
    ) -> Result<(), StoreError> {
        let Some(last) = self.batch.last_mut() else {
            return Ok(());
        };
        last.refused = Some(code);
        let put = "INSERT OR IGNORE INTO refusals (command, actor, code) VALUES (?1, ?2, ?3)";
        connection.prepare_cached(put)?.execute(params![
            Col(last.id),
            last.actor.bytes(),
            to_json("refusal", &code)?
        ])?;
        if self.ages.len() >= REFUSALS
            && let Some((command, actor)) = self.ages.front()
        {
            let clear = "DELETE FROM refusals WHERE command = ?1 AND actor = ?2";
            let values = params![Col(*command), actor];
            connection.prepare_cached(clear)?.execute(values)?;
        }
        Ok(())
    }

    /// The batch is on disk.
    pub(super) fn committed(&mut self) {
        for one in std::mem::take(&mut self.batch) {
            if let Some(code) = one.refused {
                self.remember((one.id, one.actor.bytes()), code);
            }
        }
    }

    /// The batch is undone: its commands go to the front of their senders' lines again.
    pub(super) fn failed(&mut self) {
        let now = self.batch.iter().map(|one| one.now).max();
        let until = now.unwrap_or_default().plus(HELD_UP_MS);
        for one in self.batch.drain(..).rev() {
            let line = self.lines.entry(one.actor).or_default();
            line.retain(|(id, _)| *id != one.id);
            line.push_front((one.id, until));
        }
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::ContactId;

    use super::*;

    const ANN: Actor = Actor::Visitor(ContactId::from_bits(1));
    const BOB: Actor = Actor::Visitor(ContactId::from_bits(2));
    const NOW: UnixMillis = UnixMillis(1_000);
    const HELD: Result<(), RefusalCode> = Err(RefusalCode::Unavailable);

    fn id(bits: u128) -> CommandId {
        CommandId::from_bits(bits)
    }

    fn fail(retries: &mut Retries, actor: Actor, ids: &[u128]) {
        retries.begin();
        for bits in ids {
            assert_eq!(retries.admit(actor, id(*bits), NOW), Ok(()));
        }
        retries.failed();
    }

    #[test]
    fn nothing_overtakes_what_could_not_be_written() {
        let mut retries = Retries::default();
        fail(&mut retries, ANN, &[1, 2]);
        retries.begin();
        assert_eq!(retries.admit(ANN, id(3), NOW), HELD);
        assert_eq!(retries.admit(BOB, id(4), NOW), Ok(()));
        assert_eq!(retries.admit(ANN, id(1), NOW), Ok(()));
        // A copy of the third from another connection, before the second: in line.
        assert_eq!(retries.admit(ANN, id(3), NOW), HELD);
        assert_eq!(retries.admit(ANN, id(2), NOW), Ok(()));
        assert_eq!(retries.admit(ANN, id(4), NOW), HELD);
        assert_eq!(retries.admit(ANN, id(3), NOW), Ok(()));
        assert_eq!(retries.admit(ANN, id(4), NOW), Ok(()));
        assert_eq!(retries.admit(ANN, id(5), NOW), Ok(()));
    }

    #[test]
    fn a_second_failure_puts_them_back_where_they_were() {
        let mut retries = Retries::default();
        fail(&mut retries, ANN, &[1, 2]);
        fail(&mut retries, ANN, &[1]);
        retries.begin();
        assert_eq!(retries.admit(ANN, id(2), NOW), HELD);
        assert_eq!(retries.admit(ANN, id(1), NOW), Ok(()));
        assert_eq!(retries.admit(ANN, id(2), NOW), Ok(()));
    }

    #[test]
    fn what_nobody_tries_again_holds_nobody_up_for_long() {
        let mut retries = Retries::default();
        fail(&mut retries, ANN, &[1]);
        retries.begin();
        let soon = NOW.plus(HELD_UP_MS - 1);
        let later = NOW.plus(HELD_UP_MS);
        assert_eq!(retries.admit(ANN, id(2), soon), HELD);
        // The first is given up by now, but the second was told to wait, and that is not long ago.
        assert_eq!(retries.admit(ANN, id(3), later), HELD);
        assert_eq!(retries.admit(ANN, id(2), later), Ok(()));
        assert_eq!(retries.admit(ANN, id(3), later), Ok(()));
        assert_eq!(retries.admit(ANN, id(4), later), Ok(()));
    }

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        let table = "CREATE TABLE refusals (command BLOB, actor BLOB, code TEXT, PRIMARY KEY (command, actor))";
        connection.execute_batch(table).unwrap();
        connection
    }

    #[test]
    fn a_refusal_for_good_stays_once_it_was_given() {
        let database = database();
        let mut retries = Retries::default();
        let refuse = |retries: &mut Retries| {
            retries.begin();
            assert_eq!(retries.admit(ANN, id(1), NOW), Ok(()));
            let kept = retries.refuse(&database, RefusalCode::WrongState);
            kept.unwrap();
        };
        refuse(&mut retries);
        retries.failed();
        refuse(&mut retries);
        retries.committed();
        let after_a_restart = Retries::load(&database).unwrap();
        for mut retries in [retries, after_a_restart] {
            retries.begin();
            let again = retries.admit(ANN, id(1), NOW);
            assert_eq!(again, Err(RefusalCode::WrongState));
            // To another it says nothing.
            assert_eq!(retries.admit(BOB, id(1), NOW), Ok(()));
        }
    }

    #[test]
    fn only_so_many_refusals_are_remembered() {
        let database = database();
        let mut retries = Retries::default();
        for bits in 0..=REFUSALS as u128 {
            retries.begin();
            assert_eq!(retries.admit(ANN, id(bits), NOW), Ok(()));
            let kept = retries.refuse(&database, RefusalCode::WrongState);
            kept.unwrap();
            retries.committed();
        }
        assert_eq!(retries.refused.len(), REFUSALS);
        assert_eq!(retries.admit(ANN, id(0), NOW), Ok(()));
        let loaded = Retries::load(&database).unwrap();
        assert_eq!(loaded.refused, retries.refused);
    }
}
