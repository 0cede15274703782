//! Rows of a database, as every store understands them.

use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, query, query_scalar, raw_sql};

use super::Database;
use crate::store::StoreError;
use crate::store::moving::{Batch, Key, Part, Presence, Row, Source, Step};
use crate::store::postgres::value::unsigned;
use crate::store::stored::Identity;
use crate::store::table::{Column, Row as _, Value};

#[async_trait]
impl Source for Database {
    fn place(&self) -> String {
        self.address.server.clone()
    }

    fn identity(&self) -> Identity {
        self.identity
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn hold(&mut self) -> Result<(), StoreError> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
        raw_sql(begin).execute(&mut self.connection).await?;
        Ok(())
    }

    async fn release(&mut self) -> Result<(), StoreError> {
        raw_sql("COMMIT").execute(&mut self.connection).await?;
        Ok(())
    }

    async fn count(&mut self, table: &'static str) -> Result<u64, StoreError> {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        unsigned(query_scalar(sql).fetch_one(&mut self.connection).await?)
    }

    async fn read(
        &mut self,
        step: Step,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Batch, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = AssertSqlSafe(select(step, after.is_some()));
        let mut rows = query(sql).bind(limit);
        for value in after.into_iter().flatten() {
            rows = match value {
                Value::Id(bytes) => rows.bind(Uuid::from_bytes(*bytes)),
                Value::Bytes(bytes) => rows.bind(bytes.as_slice()),
                Value::Number(number) => rows.bind(*number),
                Value::Flag(flag) => rows.bind(*flag),
                Value::Text(text) => rows.bind(text.as_str()),
                Value::Null => rows.bind(None::<i64>),
            };
        }
        let rows = rows.fetch_all(&mut self.connection).await?;
        let (columns, key) = (step.table.columns, step.key());
        let last = rows.last().map(|row| values(row, &key));
        let read = rows.iter().map(|row| values(row, columns));
        Ok(Batch {
            rows: read.collect::<Result<_, _>>()?,
            last: last.transpose()?,
        })
    }

    async fn presence(&mut self) -> Result<Presence, StoreError> {
        let mut presence = Presence::default();
        let beats = query("SELECT id, beat FROM nodes ORDER BY id");
        for row in beats.fetch_all(&mut self.connection).await? {
            presence.beats.push((row.field("id")?, row.field("beat")?));
        }
        let sockets = query("SELECT agent, node FROM agent_sockets ORDER BY agent, node");
        for row in sockets.fetch_all(&mut self.connection).await? {
            presence
                .sockets
                .push((row.field("agent")?, row.field("node")?));
        }
        Ok(presence)
    }
}

/// The statement that reads a step's rows and their keys. Its first parameter is the limit, the key
/// follows.
fn select(step: Step, after: bool) -> String {
    let join = |columns: &[Column]| {
        let names: Vec<_> = columns
            .iter()
            .map(|one| format!("t.{}", one.name))
            .collect();
        names.join(", ")
    };
    let from = match step.part {
        Part::Earlier => {
            "conversations t JOIN contacts p ON p.id = t.contact WHERE p.latest IS DISTINCT FROM t.id"
        }
        Part::Latest => {
            "conversations t JOIN contacts p ON p.id = t.contact WHERE p.latest IS NOT DISTINCT FROM t.id"
        }
        Part::All => &format!("{} t WHERE TRUE", step.table.name),
    };
    let key = step.key();
    let places: Vec<_> = (2..)
        .zip(&key)
        .map(|(place, _)| format!("${place}"))
        .collect();
    let (order, places) = (join(&key), places.join(", "));
    let later = if after {
        format!("AND ({order}) > ({places})")
    } else {
        String::new()
    };
    let mut columns = join(step.table.columns);
    if step.table.aged {
        columns.push_str(", t.age");
    }
    format!("SELECT {columns} FROM {from} {later} ORDER BY {order} LIMIT $1")
}

fn values(row: &PgRow, columns: &[Column]) -> Result<Row, StoreError> {
    let value = |column: &Column| Ok(row.raw(column.name, column.kind)?.into());
    columns.iter().map(value).collect()
}
