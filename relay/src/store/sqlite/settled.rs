//! What became of commands: which were carried out, and which were refused for good.
//!
//! A refusal is on disk like everything else, so that an answer that was lost stays the same
//! whatever happens.

use std::collections::{HashMap, VecDeque};

use heard_protocol::{CommandId, RefusalCode};
use rusqlite::{Connection, params};

use super::column::{Col, from_json, get, to_json};
use crate::store::StoreError;
use crate::store::ledger::{Key, REFUSALS};

/// Whether a command was carried out. Every one leaves a trace that tells it from its retry, and
/// this looks for all kinds.
pub(super) fn carried_out(connection: &Connection, id: CommandId) -> Result<bool, StoreError> {
    let mut look = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM entries WHERE command = ?1)
             OR EXISTS (SELECT 1 FROM callbacks WHERE id = ?1)
             OR EXISTS (SELECT 1 FROM deeds WHERE command = ?1)",
    )?;
    Ok(look.query_row([Col(id)], |row| row.get(0))?)
}

/// The latest refusals for good.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    known: HashMap<Key, RefusalCode>,
    /// Oldest first.
    ages: VecDeque<Key>,
    /// Those of the batch under way.
    batch: Vec<(Key, RefusalCode)>,
}

impl Refusals {
    /// What the database says was refused; the oldest beyond what is remembered are cleared away.
    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        connection.execute(
            "DELETE FROM refusals WHERE rowid <= (SELECT max(rowid) FROM refusals) - ?1",
            [i64::try_from(REFUSALS).unwrap_or(i64::MAX)],
        )?;
        let mut refusals = Self::default();
        let mut statement =
            connection.prepare("SELECT command, actor, code FROM refusals ORDER BY rowid")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let code = from_json("refusal", &row.get::<_, String>(2)?)?;
            refusals.remember((get(row, 0)?, row.get(1)?), code);
        }
        Ok(refusals)
    }

    fn remember(&mut self, key: Key, code: RefusalCode) {
        if self.ages.len() >= REFUSALS
            && let Some(oldest) = self.ages.pop_front()
        {
            self.known.remove(&oldest);
        }
        if self.known.insert(key, code).is_none() {
            self.ages.push_back(key);
        }
    }

    /// What a command was refused for.
    pub(super) fn of(&self, key: Key) -> Option<RefusalCode> {
        let batch = || self.batch.iter().find(|(refused, _)| *refused == key);
        let known = self.known.get(&key).copied();
        known.or_else(|| batch().map(|(_, code)| *code))
    }

    /// The batch refuses a command for good.
    pub(super) fn refuse(
        &mut self,
        connection: &Connection,
        key: Key,
        code: RefusalCode,
    ) -> Result<(), StoreError> {
        let (command, actor) = key;
        self.batch.push((key, code));
        let put = "INSERT OR IGNORE INTO refusals (command, actor, code) VALUES (?1, ?2, ?3)";
        connection.prepare_cached(put)?.execute(params![
            Col(command),
            actor,
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
        for (key, code) in std::mem::take(&mut self.batch) {
            self.remember(key, code);
        }
    }

    /// The batch is undone.
    pub(super) fn undone(&mut self) {
        self.batch.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: [u8; 16] = [1; 16];
    const BOB: [u8; 16] = [2; 16];
    const CODE: RefusalCode = RefusalCode::WrongState;

    fn id(bits: u128) -> CommandId {
        CommandId::from_bits(bits)
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
        let mut refusals = Refusals::default();
        let key = (id(1), ANN);
        refusals.refuse(&database, key, CODE).unwrap();
        assert_eq!(refusals.of(key), Some(CODE));
        refusals.undone();
        assert_eq!(refusals.of(key), None);
        refusals.refuse(&database, key, CODE).unwrap();
        refusals.committed();
        let after_a_restart = Refusals::load(&database).unwrap();
        for refusals in [refusals, after_a_restart] {
            assert_eq!(refusals.of(key), Some(CODE));
            // To another it says nothing.
            assert_eq!(refusals.of((id(1), BOB)), None);
        }
    }

    #[test]
    fn only_so_many_refusals_are_remembered() {
        let database = database();
        let mut refusals = Refusals::default();
        for bits in 0..=REFUSALS as u128 {
            refusals.refuse(&database, (id(bits), ANN), CODE).unwrap();
            refusals.committed();
        }
        assert_eq!(refusals.known.len(), REFUSALS);
        assert_eq!(refusals.of((id(0), ANN)), None);
        let loaded = Refusals::load(&database).unwrap();
        assert_eq!(loaded.known, refusals.known);
    }
}
