//! Rows of a file, as every store understands them.

use async_trait::async_trait;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, params};

use super::File;
use crate::node::NodeId;
use crate::store::StoreError;
use crate::store::moving::{Batch, Column, Key, Kind, Presence, Row, Source, Step, Value};
use crate::store::sqlite::column::get;
use crate::store::sqlite::read;
use crate::store::stored::Identity;

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Id(bytes) => ValueRef::Blob(bytes),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Number(number) => ValueRef::Integer(*number),
            Self::Flag(flag) => ValueRef::Integer((*flag).into()),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

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
        match step {
            Step::Entries => entries(&self.connection, after, limit),
            _ => rows(&self.connection, step, after, limit),
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
fn expression(column: &Column) -> &'static str {
    match column.name {
        "latest" => {
            "(SELECT c.id FROM conversations c WHERE c.contact = t.id ORDER BY c.row DESC LIMIT 1)"
        }
        "head" => "t.row",
        "public_head" | "last_text" | "last_at" => "NULL",
        "age" => "t.rowid",
        name => name,
    }
}

fn condition(step: Step) -> &'static str {
    match step {
        Step::EarlierConversations => {
            "EXISTS (SELECT 1 FROM conversations c WHERE c.contact = t.contact AND c.row > t.row)"
        }
        Step::LatestConversations => {
            "NOT EXISTS (SELECT 1 FROM conversations c WHERE c.contact = t.contact AND c.row > t.row)"
        }
        _ => "TRUE",
    }
}

fn rows(
    connection: &Connection,
    step: Step,
    after: Option<&Key>,
    limit: usize,
) -> Result<Batch, StoreError> {
    let (columns, key) = (step.columns(), step.key());
    let [ordered] = key else {
        return Ok(Batch::default());
    };
    let all: Vec<_> = columns.iter().chain(key).map(expression).collect();
    let (all, order) = (all.join(", "), expression(ordered));
    let after = after.and_then(|key| key.first());
    // Without a key, the parameter is NULL, which nothing comes after.
    let later = if after.is_some() { ">" } else { "IS NOT" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {all} FROM {} t WHERE {order} {later} ?1 AND {} ORDER BY {order} LIMIT ?2",
        step.table(),
        condition(step),
    ))?;
    let mut rows = statement.query(params![after, sql_limit(limit)])?;
    let mut batch = Batch::default();
    while let Some(row) = rows.next()? {
        let mut values = columns
            .iter()
            .enumerate()
            .map(|(place, column)| value(column, row.get_ref(place)?))
            .collect::<Result<Row, StoreError>>()?;
        if step.table() == "conversations" {
            look_up(connection, &mut values)?;
        }
        batch.last = Some(vec![value(ordered, row.get_ref(columns.len())?)?]);
        batch.rows.push(values);
    }
    Ok(batch)
}

/// Works out what follows from a conversation's entries, the way it is done whenever its line in
/// the lists is read.
fn look_up(connection: &Connection, values: &mut Row) -> Result<(), StoreError> {
    let Some([head, public_head, last_text, last_at]) = values.last_chunk_mut() else {
        return Ok(());
    };
    let Value::Number(row) = *head else {
        return Ok(());
    };
    let (staff, public) = read::ends(connection, row)?;
    let (text, at) = read::last_words(connection, row)?;
    *head = number(staff.0);
    *public_head = number(public.0);
    *last_text = Value::text(&text);
    *last_at = number(at.0);
    Ok(())
}

fn number(value: u64) -> Value {
    Value::Number(i64::try_from(value).unwrap_or(i64::MAX))
}

/// Entries are found by way of their places: a conversation after the other, each from its first
/// entry to its last.
fn entries(
    connection: &Connection,
    after: Option<&Key>,
    limit: usize,
) -> Result<Batch, StoreError> {
    let columns = Step::Entries.columns();
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
        let row: i64 = conversation.get(1)?;
        // The first may have been read up to somewhere.
        let from = if id == start { seq } else { 0 };
        seq = 0;
        let room = sql_limit(limit - batch.rows.len());
        let mut entries = log.query(params![row, from, room])?;
        while let Some(entry) = entries.next()? {
            let mut values = Vec::with_capacity(columns.len());
            values.push(id.clone());
            for (place, column) in columns.iter().skip(1).enumerate() {
                values.push(value(column, entry.get_ref(place)?)?);
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

fn value(column: &Column, value: ValueRef<'_>) -> Result<Value, StoreError> {
    let unread = |reason: String| StoreError::Value {
        what: column.name,
        reason,
    };
    match (column.kind, value) {
        (_, ValueRef::Null) => Ok(Value::Null),
        (Kind::Id, ValueRef::Blob(bytes)) => <[u8; 16]>::try_from(bytes)
            .map(Value::Id)
            .map_err(|error| unread(error.to_string())),
        (Kind::Bytes, ValueRef::Blob(bytes)) => Ok(Value::Bytes(bytes.to_vec())),
        (Kind::Small | Kind::Middling | Kind::Number, ValueRef::Integer(number)) => {
            Ok(Value::Number(number))
        }
        (Kind::Flag, ValueRef::Integer(number)) => Ok(Value::Flag(number != 0)),
        (Kind::Text, ValueRef::Text(text)) => std::str::from_utf8(text)
            .map(Value::text)
            .map_err(|error| unread(error.to_string())),
        (kind, other) => Err(unread(format!("{} instead of {kind:?}", other.data_type()))),
    }
}
