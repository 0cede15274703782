//! Rows of a database, as every store understands them.

use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Row as _, query, query_scalar, raw_sql};

use super::Database;
use crate::store::StoreError;
use crate::store::moving::{Batch, Column, Key, Kind, Presence, Row, Source, Step, Value};
use crate::store::postgres::row::id;
use crate::store::postgres::value::unsigned;
use crate::store::stored::Identity;

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
        let (columns, key) = (step.columns(), step.key());
        let last = rows.last().map(|row| values(row, key, columns.len()));
        let read = rows.iter().map(|row| values(row, columns, 0));
        Ok(Batch {
            rows: read.collect::<Result<_, _>>()?,
            last: last.transpose()?,
        })
    }

    async fn presence(&mut self) -> Result<Presence, StoreError> {
        let mut presence = Presence::default();
        let beats = query("SELECT id, beat FROM nodes ORDER BY id");
        for row in beats.fetch_all(&mut self.connection).await? {
            let beat = unsigned(row.try_get(1)?)?;
            presence.beats.push((id(&row, 0)?, beat));
        }
        let sockets = query("SELECT agent, node FROM agent_sockets ORDER BY agent, node");
        for row in sockets.fetch_all(&mut self.connection).await? {
            presence.sockets.push((id(&row, 0)?, id(&row, 1)?));
        }
        Ok(presence)
    }
}

/// The statement that reads a step's rows and their keys. Its first parameter is the limit, the key
/// follows.
fn select(step: Step, after: bool) -> String {
    let name = |column: &Column| match column.name {
        "age" => "t.number".to_owned(),
        name => format!("t.{name}"),
    };
    let join = |columns: &[Column]| columns.iter().map(name).collect::<Vec<_>>().join(", ");
    let key = join(step.key());
    let from = match step {
        Step::EarlierConversations => {
            "conversations t JOIN contacts p ON p.id = t.contact WHERE p.latest IS DISTINCT FROM t.id"
        }
        Step::LatestConversations => {
            "conversations t JOIN contacts p ON p.id = t.contact WHERE p.latest IS NOT DISTINCT FROM t.id"
        }
        _ => &format!("{} t WHERE TRUE", step.table()),
    };
    let later = match step.key().len() {
        _ if !after => String::new(),
        1 => format!("AND {key} > $2"),
        _ => format!("AND ({key}) > ($2, $3)"),
    };
    let columns = join(step.columns());
    format!("SELECT {columns}, {key} FROM {from} {later} ORDER BY {key} LIMIT $1")
}

fn values(row: &PgRow, columns: &[Column], first: usize) -> Result<Row, StoreError> {
    let value = |(place, column): (usize, &Column)| value(row, first + place, column.kind);
    columns.iter().enumerate().map(value).collect()
}

fn value(row: &PgRow, place: usize, kind: Kind) -> Result<Value, StoreError> {
    let value = match kind {
        Kind::Id => row
            .try_get::<Option<Uuid>, _>(place)?
            .map(|id| Value::Id(id.into_bytes())),
        Kind::Bytes => row.try_get::<Option<_>, _>(place)?.map(Value::Bytes),
        Kind::Small => row
            .try_get::<Option<i16>, _>(place)?
            .map(|small| Value::Number(small.into())),
        Kind::Middling => row
            .try_get::<Option<i32>, _>(place)?
            .map(|middling| Value::Number(middling.into())),
        Kind::Number => row.try_get::<Option<_>, _>(place)?.map(Value::Number),
        Kind::Flag => row.try_get::<Option<_>, _>(place)?.map(Value::Flag),
        Kind::Text => row.try_get::<Option<_>, _>(place)?.map(Value::Text),
    };
    Ok(value.unwrap_or(Value::Null))
}
