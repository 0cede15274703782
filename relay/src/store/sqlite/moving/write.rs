//! Rows from another store, into a file.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::File;
use crate::store::StoreError;
use crate::store::moving::{Presence, Progress, Row, State, Step, Target};
use crate::store::rows::{ENTRIES, PRESENCE, TABLES};
use crate::store::sqlite::column::Col;
use crate::store::stored::{Identity, from_json, to_json};
use crate::store::table::{Dialect, Value, insert};

/// What only a file has, and is emptied too.
const OTHERS: [&str; 2] = ["fresh", "places"];

#[async_trait]
impl Target for File {
    fn keeps_last_words(&self) -> bool {
        false
    }

    async fn state(&mut self) -> Result<State, StoreError> {
        let connection = &self.connection;
        if connection.table_exists(None, "heard_move")? {
            let found: String =
                connection.query_row("SELECT progress FROM heard_move", [], |row| row.get(0))?;
            return Ok(State::Begun(from_json("progress of a move", &found)?));
        }
        for table in TABLES {
            let sql = format!("SELECT 1 FROM {} LIMIT 1", table.name);
            let found: Option<i64> = connection
                .query_row(&sql, [], |row| row.get(0))
                .optional()?;
            if found.is_some() {
                return Ok(State::Whole);
            }
        }
        Ok(State::Empty)
    }

    async fn begin(&mut self, identity: Identity, progress: &Progress) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        let declared = TABLES.iter().chain(PRESENCE).map(|table| table.name);
        for table in declared.chain(OTHERS) {
            transaction.execute(&format!("DELETE FROM {table}"), [])?;
        }
        let put = "UPDATE meta SET value = ?2 WHERE key = ?1";
        transaction.execute(put, params!["token_key", identity.token_key])?;
        let epoch = identity.epoch.0.to_be_bytes();
        transaction.execute(put, params!["epoch", epoch])?;
        transaction.execute_batch(
            "DROP TABLE IF EXISTS heard_move;
             CREATE TABLE heard_move (progress TEXT NOT NULL) STRICT;
             INSERT INTO heard_move VALUES ('')",
        )?;
        keep(&transaction, progress)?;
        transaction.commit()?;
        self.identity = identity;
        Ok(())
    }

    async fn write(
        &mut self,
        step: Step,
        rows: &[Row],
        progress: &Progress,
    ) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        let insert = insert(step.table, Dialect::Sqlite);
        for row in rows {
            if step.table.name == ENTRIES.name {
                entry(&transaction, row, &mut self.last)?;
            } else {
                let values = step.table.kept_of(row, Dialect::Sqlite);
                transaction
                    .prepare_cached(&insert)?
                    .execute(params_from_iter(values))?;
            }
        }
        keep(&transaction, progress)?;
        Ok(transaction.commit()?)
    }

    async fn written(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn finish(&mut self, presence: &Presence) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for (node, beat) in &presence.beats {
            let beat = i64::try_from(*beat).unwrap_or(i64::MAX);
            let put = "INSERT INTO nodes (id, beat) VALUES (?1, ?2)";
            transaction.execute(put, params![node.to_bytes(), beat])?;
        }
        for (agent, node) in &presence.sockets {
            let put = "INSERT INTO agent_sockets (agent, node) VALUES (?1, ?2)";
            transaction.execute(put, params![Col(*agent), node.to_bytes()])?;
        }
        transaction.execute_batch("DROP TABLE heard_move")?;
        Ok(transaction.commit()?)
    }
}

fn keep(connection: &Connection, progress: &Progress) -> Result<(), StoreError> {
    let progress = to_json("progress of a move", progress)?;
    connection
        .prepare_cached("UPDATE heard_move SET progress = ?1")?
        .execute([progress])?;
    Ok(())
}

/// An entry is kept under the number of its conversation, and its place is kept besides.
fn entry(
    connection: &Connection,
    row: &Row,
    last: &mut Option<(i64, [u8; 16])>,
) -> Result<(), StoreError> {
    let [Value::Id(id), seq, public_seq, at, command, actor, body] = row.as_slice() else {
        return Err(StoreError::Value {
            what: "entry",
            reason: "it lacks a column".to_owned(),
        });
    };
    let number = match *last {
        Some((number, of)) if of == *id => number,
        _ => connection
            .prepare_cached("SELECT row FROM conversations WHERE id = ?1")?
            .query_row([id], |row| row.get(0))?,
    };
    *last = Some((number, *id));
    connection
        .prepare_cached(
            "INSERT INTO entries (conversation, seq, public_seq, at, command, actor, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![number, seq, public_seq, at, command, actor, body])?;
    let place = connection.last_insert_rowid();
    connection
        .prepare_cached(
            "INSERT INTO places (conversation, seq, public_seq, row) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![number, seq, public_seq, place])?;
    Ok(())
}
