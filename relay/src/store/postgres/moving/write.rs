//! Rows from another store, into a database.

use async_trait::async_trait;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Postgres, query, query_scalar, raw_sql};

use super::Database;
use crate::store::StoreError;
use crate::store::moving::{
    Column, Kind, Presence, Progress, Row, Source as _, State, Step, TABLES, Target, Value,
};
use crate::store::postgres::schema;
use crate::store::postgres::value::{number, uuids};
use crate::store::stored::{Identity, from_json, to_json};

#[async_trait]
impl Target for Database {
    fn keeps_last_words(&self) -> bool {
        true
    }

    async fn state(&mut self) -> Result<State, StoreError> {
        if schema::is_half_moved(&mut self.connection).await? {
            let found = query_scalar("SELECT progress FROM heard_move");
            let found: String = found.fetch_one(&mut self.connection).await?;
            return Ok(State::Begun(from_json("progress of a move", &found)?));
        }
        for table in TABLES {
            let any = AssertSqlSafe(format!("SELECT EXISTS (SELECT 1 FROM {table})"));
            if query_scalar(any).fetch_one(&mut self.connection).await? {
                return Ok(State::Whole);
            }
        }
        Ok(State::Empty)
    }

    async fn begin(&mut self, identity: Identity, progress: &Progress) -> Result<(), StoreError> {
        let connection = &mut self.connection;
        schema::begin(connection).await?;
        let tables = TABLES.join(", ");
        // Nobody who is in the middle of something is waited for for long.
        let empty = AssertSqlSafe(format!(
            "SET LOCAL lock_timeout = '5s'; TRUNCATE {tables}, nodes, agent_sockets RESTART IDENTITY;
             DROP TABLE IF EXISTS heard_move; CREATE TABLE heard_move (progress text NOT NULL);
             INSERT INTO heard_move VALUES ('')"
        ));
        raw_sql(empty).execute(&mut *connection).await?;
        for (key, value) in [
            ("token_key", identity.token_key.as_slice()),
            ("epoch", identity.epoch.0.to_be_bytes().as_slice()),
        ] {
            query("UPDATE meta SET value = $2 WHERE key = $1")
                .bind(key)
                .bind(value)
                .execute(&mut *connection)
                .await?;
        }
        self.keep(progress).await?;
        raw_sql("COMMIT").execute(&mut self.connection).await?;
        self.identity = identity;
        Ok(())
    }

    async fn write(
        &mut self,
        step: Step,
        rows: &[Row],
        progress: &Progress,
    ) -> Result<(), StoreError> {
        raw_sql("BEGIN").execute(&mut self.connection).await?;
        insert(&mut self.connection, step, rows).await?;
        self.keep(progress).await?;
        raw_sql("COMMIT").execute(&mut self.connection).await?;
        Ok(())
    }

    /// The server learns what the tables hold now, and need not find out while relays wait for it.
    async fn written(&mut self) -> Result<(), StoreError> {
        let tables = AssertSqlSafe(format!("ANALYZE {}", TABLES.join(", ")));
        raw_sql(tables).execute(&mut self.connection).await?;
        Ok(())
    }

    async fn finish(&mut self, presence: &Presence) -> Result<(), StoreError> {
        schema::begin(&mut self.connection).await?;
        self.refuse_relays().await?;
        let beats: Vec<_> = presence
            .beats
            .iter()
            .map(|(_, beat)| number(*beat))
            .collect();
        query("INSERT INTO nodes (id, beat) SELECT * FROM UNNEST($1::uuid[], $2::bigint[])")
            .bind(uuids(presence.beats.iter().map(|(node, _)| node)))
            .bind(beats)
            .execute(&mut self.connection)
            .await?;
        query(
            "INSERT INTO agent_sockets (agent, node) SELECT * FROM UNNEST($1::uuid[], $2::uuid[])",
        )
        .bind(uuids(presence.sockets.iter().map(|(agent, _)| agent)))
        .bind(uuids(presence.sockets.iter().map(|(_, node)| node)))
        .execute(&mut self.connection)
        .await?;
        raw_sql("DROP TABLE heard_move; COMMIT")
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }
}

impl Database {
    async fn keep(&mut self, progress: &Progress) -> Result<(), StoreError> {
        self.refuse_relays().await?;
        query("UPDATE heard_move SET progress = $1")
            .bind(to_json("progress of a move", progress)?)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// A relay that had opened the database just before it was marked says that it is alive a
    /// moment later.
    async fn refuse_relays(&mut self) -> Result<(), StoreError> {
        let any = query_scalar("SELECT EXISTS (SELECT 1 FROM nodes)");
        if any.fetch_one(&mut self.connection).await? {
            let path = self.place().into();
            return Err(StoreError::InUse { path });
        }
        Ok(())
    }
}

/// Inserts rows in their order, so that what the database numbers is numbered in it.
async fn insert(connection: &mut PgConnection, step: Step, rows: &[Row]) -> Result<(), StoreError> {
    let columns = step.columns();
    let names: Vec<_> = columns.iter().map(|column| column.name).collect();
    let arrays: Vec<_> = (1..).zip(columns).map(array).collect();
    let (table, names, arrays) = (step.table(), names.join(", "), arrays.join(", "));
    let sql = AssertSqlSafe(format!(
        "INSERT INTO {table} ({names}) SELECT {names} FROM UNNEST({arrays}) WITH ORDINALITY AS u ({names}, place)
         ORDER BY place"
    ));
    let mut insert = query(sql);
    for (place, column) in columns.iter().enumerate() {
        let values = rows
            .iter()
            .map(|row| row.get(place).unwrap_or(&Value::Null));
        insert = bind(insert, column.kind, values);
    }
    insert.execute(connection).await?;
    Ok(())
}

fn array((number, column): (usize, &Column)) -> String {
    let kind = match column.kind {
        Kind::Id => "uuid",
        Kind::Bytes => "bytea",
        Kind::Small => "smallint",
        Kind::Middling => "integer",
        Kind::Number => "bigint",
        Kind::Flag => "boolean",
        Kind::Text => "text",
    };
    format!("${number}::{kind}[]")
}

/// Binds one column of many rows.
fn bind<'q>(
    insert: Query<'q, Postgres, PgArguments>,
    kind: Kind,
    values: impl Iterator<Item = &'q Value>,
) -> Query<'q, Postgres, PgArguments> {
    let number = |value: &Value| match value {
        Value::Number(number) => Some(*number),
        _ => None,
    };
    match kind {
        Kind::Id => {
            let id = |value: &Value| match value {
                Value::Id(bytes) => Some(Uuid::from_bytes(*bytes)),
                _ => None,
            };
            insert.bind(values.map(id).collect::<Vec<_>>())
        }
        Kind::Bytes => {
            let bytes = |value: &'q Value| match value {
                Value::Bytes(bytes) => Some(bytes.as_slice()),
                _ => None,
            };
            insert.bind(values.map(bytes).collect::<Vec<_>>())
        }
        Kind::Small => {
            let small =
                |value| number(value).map(|number| i16::try_from(number).unwrap_or(i16::MAX));
            insert.bind(values.map(small).collect::<Vec<_>>())
        }
        Kind::Middling => {
            let middling =
                |value| number(value).map(|number| i32::try_from(number).unwrap_or(i32::MAX));
            insert.bind(values.map(middling).collect::<Vec<_>>())
        }
        Kind::Number => insert.bind(values.map(number).collect::<Vec<_>>()),
        Kind::Flag => {
            let flag = |value: &Value| match value {
                Value::Flag(flag) => Some(*flag),
                _ => None,
            };
            insert.bind(values.map(flag).collect::<Vec<_>>())
        }
        Kind::Text => {
            let text = |value: &'q Value| match value {
                Value::Text(text) => Some(text.as_str()),
                _ => None,
            };
            insert.bind(values.map(text).collect::<Vec<_>>())
        }
    }
}
