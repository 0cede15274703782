//! Rows from another store, into a database.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, query, query_scalar, raw_sql};

use super::Database;
use crate::store::StoreError;
use crate::store::moving::{Presence, Progress, Row, Source as _, State, Step, Target};
use crate::store::postgres::save::Statement;
use crate::store::postgres::schema;
use crate::store::postgres::value::{number, uuids};
use crate::store::rows::{PRESENCE, TABLES};
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
            let any = AssertSqlSafe(format!("SELECT EXISTS (SELECT 1 FROM {})", table.name));
            if query_scalar(any).fetch_one(&mut self.connection).await? {
                return Ok(State::Whole);
            }
        }
        Ok(State::Empty)
    }

    async fn begin(&mut self, identity: Identity, progress: &Progress) -> Result<(), StoreError> {
        let connection = &mut self.connection;
        schema::begin(connection).await?;
        let tables = TABLES.iter().chain(PRESENCE).map(|table| table.name);
        let tables = tables.collect::<Vec<_>>().join(", ");
        // Nobody who is in the middle of something is waited for for long.
        let empty = AssertSqlSafe(format!(
            "SET LOCAL lock_timeout = '5s'; TRUNCATE {tables} RESTART IDENTITY;
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
        // In their order, so that what the database numbers is numbered in it.
        Statement::insert_many(step.table)
            .many(&mut self.connection, rows)
            .await?;
        self.keep(progress).await?;
        raw_sql("COMMIT").execute(&mut self.connection).await?;
        Ok(())
    }

    /// The server learns what the tables hold now, and need not find out while relays wait for it.
    async fn written(&mut self) -> Result<(), StoreError> {
        let tables: Vec<_> = TABLES.iter().map(|table| table.name).collect();
        let tables = AssertSqlSafe(format!("ANALYZE {}", tables.join(", ")));
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
