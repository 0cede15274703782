//! Rows of a file, as every store understands them.

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::File;
use crate::node::NodeId;
use crate::store::StoreError;
use crate::store::moving::{Batch, Key, Part, Presence, Row, Source, Step};
use crate::store::rows::{CONVERSATIONS, ENTRIES};
use crate::store::sqlite::column::get;
use crate::store::sqlite::{read, row};
use crate::store::stored::Identity;
use crate::store::table::{Column, Select, Value};

#[async_trait]
impl Source for File {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn identity(&self) -> Identity {
        self.identity
    }

    fn is_shared(&self) -> bool {
        false
    }

    // Nobody else writes while the lock is held.
    async fn hold(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn release(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn count(&mut self, table: &'static str) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {table}");
        let count: i64 = self.connection.query_row(&sql, [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    async fn read(
        &mut self,
        step: Step,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Batch, StoreError> {
        if step.table.name == ENTRIES.name {
            entries(&self.connection, after, limit)
        } else {
            rows(&self.connection, step, after, limit)
        }
    }

    /// The last relay's: none is running now.
    async fn presence(&mut self) -> Result<Presence, StoreError> {
        let sql = "SELECT agent, node FROM agent_sockets ORDER BY agent, node";
        let mut statement = self.connection.prepare(sql)?;
        let sockets = statement.query_map([], |row| {
            Ok((get(row, 0)?, NodeId::from_bytes(row.get(1)?)))
        })?;
        Ok(Presence {
            beats: read::beats(&self.connection)?,
            sockets: sockets.collect::<rusqlite::Result<_>>()?,
        })
    }
}

/// What is read for a column. What a conversation's entries say is looked up by its number
/// afterwards.
fn expression(column: &Column) -> String {
    match column.name {
        "latest" => {
            "(SELECT c.id FROM conversations c WHERE c.contact = t.id ORDER BY c.row DESC LIMIT 1)"
                .to_owned()
        }
        "head" => "t.row".to_owned(),
        "public_head" | "last_text" | "last_at" => "NULL".to_owned(),
        "age" => "t.rowid".to_owned(),
        name => format!("t.{name}"),
    }
}

fn condition(step: Step) -> &'static str {
    match step.part {
        Part::Earlier => {
            "EXISTS (SELECT 1 FROM conversations c WHERE c.contact = t.contact AND c.row > t.row)"
        }
        Part::Latest => {
            "NOT EXISTS (SELECT 1 FROM conversations c WHERE c.contact = t.contact AND c.row > t.row)"
        }
        Part::All => "TRUE",
    }
}

fn rows(
    connection: &Connection,
    step: Step,
    after: Option<&Key>,
    limit: usize,
) -> Result<Batch, StoreError> {
    let (columns, key) = (step.table.columns, step.key());
    let all: Vec<_> = columns.iter().chain(&key).map(expression).collect();
    let order: Vec<_> = key.iter().map(expression).collect();
    let (all, order, table) = (all.join(", "), order.join(", "), step.table.name);
    let mut values = vec![Value::number(limit as u64)];
    let mut later = "TRUE".to_owned();
    if let Some(after) = after {
        let places: Vec<_> = (2..)
            .zip(after)
            .map(|(place, _)| format!("?{place}"))
            .collect();
        later = format!("({order}) > ({})", places.join(", "));
        values.extend(after.iter().cloned());
    }
    let select = Select {
        names: columns.iter().chain(&key).map(|one| one.name).collect(),
        sql: format!("SELECT {all} FROM {table} t"),
    };
    let some = format!(
        "WHERE {later} AND {} ORDER BY {order} LIMIT ?1",
        condition(step)
    );
    let values = rusqlite::params_from_iter(values);
    let read = row::all(connection, &select, &some, values, |row| {
        let read = |(place, column): (usize, &Column)| -> Result<Value, StoreError> {
            Ok(row.at(place, column.kind)?.into())
        };
        let values: Row = columns
            .iter()
            .enumerate()
            .map(read)
            .collect::<Result<_, _>>()?;
        let key = (columns.len()..).zip(&key);
        Ok((values, key.map(read).collect::<Result<Key, _>>()?))
    })?;
    let mut batch = Batch::default();
    for (mut values, key) in read {
        if table == CONVERSATIONS.name {
            look_up(connection, &mut values)?;
        }
        batch.rows.push(values);
        batch.last = Some(key);
    }
    Ok(batch)
}

/// Works out what follows from a conversation's entries, the way it is done whenever its line in
/// the lists is read.
fn look_up(connection: &Connection, values: &mut Row) -> Result<(), StoreError> {
    let place = |name| {
        CONVERSATIONS
            .columns
            .iter()
            .position(|one| one.name == name)
    };
    let Some(Value::Number(row)) = place("head").and_then(|head| values.get(head)) else {
        return Ok(());
    };
    let extent = read::extent(connection, *row)?;
    for (name, value) in [
        ("head", extent.head.into()),
        ("public_head", extent.public.into()),
        ("last_text", Value::text(&extent.last_text)),
        ("last_at", extent.last_at.into()),
    ] {
        if let Some(column) = place(name).and_then(|place| values.get_mut(place)) {
            *column = value;
        }
    }
    Ok(())
}

/// Entries are found by way of their places: a conversation after the other, each from its first
/// entry to its last.
fn entries(
    connection: &Connection,
    after: Option<&Key>,
    limit: usize,
) -> Result<Batch, StoreError> {
    let columns = ENTRIES.columns;
    let (start, mut seq) = match after.map(Vec::as_slice) {
        Some([start, Value::Number(seq)]) => (start.clone(), *seq),
        _ => (Value::Bytes(Vec::new()), 0),
    };
    let mut conversations = connection
        .prepare_cached("SELECT id, row FROM conversations WHERE id >= ?1 ORDER BY id")?;
    let mut log = connection.prepare_cached(
        "SELECT p.seq, p.public_seq, e.at, e.command, e.actor, e.body FROM places p JOIN entries e ON e.row = p.row
         WHERE p.conversation = ?1 AND p.seq > ?2
         UNION ALL
         SELECT p.seq, p.public_seq, e.at, e.command, e.actor, e.body FROM fresh p JOIN entries e ON e.row = p.row
         WHERE p.conversation = ?1 AND p.seq > ?2
         ORDER BY 1 LIMIT ?3",
    )?;
    let mut batch = Batch::default();
    let mut conversations = conversations.query([&start])?;
    while batch.rows.len() < limit
        && let Some(conversation) = conversations.next()?
    {
        let id = Value::Id(conversation.get(0)?);
        let number: i64 = conversation.get(1)?;
        // The first may have been read up to somewhere.
        let from = if id == start { seq } else { 0 };
        seq = 0;
        let room = sql_limit(limit - batch.rows.len());
        let mut entries = log.query(params![number, from, room])?;
        while let Some(entry) = entries.next()? {
            let mut values = Vec::with_capacity(columns.len());
            values.push(id.clone());
            for (place, column) in columns.iter().skip(1).enumerate() {
                let raw = row::raw(column.name, column.kind, entry.get_ref(place)?)?;
                values.push(raw.into());
            }
            batch.rows.push(values);
        }
    }
    batch.last = batch
        .rows
        .last()
        .map(|row| row.iter().take(2).cloned().collect());
    Ok(batch)
}

fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
