//! Rows from another store, into a file.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::File;
use crate::store::StoreError;
use crate::store::moving::{Presence, Progress, Row, State, Step, TABLES, Target, Value};
use crate::store::sqlite::column::Col;
use crate::store::stored::{Identity, from_json, to_json};

/// What is emptied besides what is moved.
const OTHERS: [&str; 4] = ["fresh", "places", "nodes", "agent_sockets"];

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
            let sql = format!("SELECT 1 FROM {table} LIMIT 1");
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
        for table in TABLES.into_iter().chain(OTHERS) {
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
        for row in rows {
            match step {
                Step::Entries => entry(&transaction, row, &mut self.last)?,
                _ => insert(&transaction, step, row)?,
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

fn insert(connection: &Connection, step: Step, row: &Row) -> Result<(), StoreError> {
    let kept = || {
        step.columns()
            .iter()
            .zip(row)
            .filter(|(column, _)| !column.derived)
    };
    let names: Vec<_> = kept().map(|(column, _)| column.name).collect();
    let places = vec!["?"; names.len()].join(", ");
    let (table, names) = (step.table(), names.join(", "));
    connection
        .prepare_cached(&format!("INSERT INTO {table} ({names}) VALUES ({places})"))?
        .execute(params_from_iter(kept().map(|(_, value)| value)))?;
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
