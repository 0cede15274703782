//! The tables: created, brought up to date and recognised.

use heard_protocol::Epoch;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, query, query_scalar, raw_sql};

use super::connect::Address;
use crate::store::StoreError;
use crate::store::rows::{PRESENCE, TABLES};
pub(super) use crate::store::stored::Identity;
use crate::store::table::{Dialect, layout};

/// The lock under which one node at a time changes the tables: `HEARD` as a number.
const LOCK: i64 = 0x48_4541_5244;

/// The layout this program reads and writes.
const KNOWN: u32 = 1;

/// Brings the tables up to date, or says why not, and reads the store's identity. Several nodes may
/// do this at once.
pub(super) async fn prepare(
    connection: &mut PgConnection,
    address: &Address,
) -> Result<Identity, StoreError> {
    begin(connection).await?;
    if is_half_moved(connection).await? {
        return Err(StoreError::HalfMoved {
            place: address.server.clone(),
        });
    }
    migrate(connection, address).await?;
    raw_sql("COMMIT").execute(&mut *connection).await?;
    identity(connection, address).await
}

/// Begins a transaction under the lock.
pub(super) async fn begin(connection: &mut PgConnection) -> Result<(), StoreError> {
    // A node that waits for another's migration waits for as long as that takes.
    raw_sql("BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
        .execute(&mut *connection)
        .await?;
    query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether only a part of another store is here: a move leaves its mark until it is done.
pub(super) async fn is_half_moved(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let marked = query_scalar("SELECT to_regclass('heard_move') IS NOT NULL");
    Ok(marked.fetch_one(connection).await?)
}

/// Creates the tables or brings them up to date, in the transaction that is under way.
pub(super) async fn migrate(
    connection: &mut PgConnection,
    address: &Address,
) -> Result<(), StoreError> {
    let found = version(connection, address).await?;
    if found > KNOWN {
        return Err(StoreError::Schema {
            found,
            known: KNOWN,
            advice: "start the newer program that wrote it",
        });
    }
    if found == 0 {
        raw_sql(
            "CREATE TABLE heard_version (
               version integer PRIMARY KEY,
               applied_at timestamptz NOT NULL DEFAULT now()
             );
             CREATE TABLE meta (key text PRIMARY KEY, value bytea NOT NULL);
             INSERT INTO heard_version (version) VALUES (1)",
        )
        .execute(&mut *connection)
        .await?;
        draw_identity(connection).await?;
    }
    lay_out(connection).await
}

/// Creates the declared tables that are not there. A table that is added needs nothing else.
async fn lay_out(connection: &mut PgConnection) -> Result<(), StoreError> {
    for table in TABLES.iter().chain(PRESENCE) {
        let is_there: bool = query_scalar("SELECT to_regclass($1) IS NOT NULL")
            .bind(table.name)
            .fetch_one(&mut *connection)
            .await?;
        if !is_there {
            let sql = AssertSqlSafe(layout(table, Dialect::Postgres));
            raw_sql(sql).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// The version of the tables; 0 if there are none of anybody's.
pub(super) async fn version(
    connection: &mut PgConnection,
    address: &Address,
) -> Result<u32, StoreError> {
    let before: bool = query_scalar("SELECT to_regclass('heard_schema') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    if before {
        return Err(StoreError::BeforeRelease {
            place: address.server.clone(),
        });
    }
    let ours: bool = query_scalar("SELECT to_regclass('heard_version') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    if ours {
        let version: Option<i32> = query_scalar("SELECT max(version) FROM heard_version")
            .fetch_one(&mut *connection)
            .await?;
        return Ok(version.and_then(|one| u32::try_from(one).ok()).unwrap_or(0));
    }
    let theirs: i64 = query_scalar(
        "SELECT count(*) FROM pg_catalog.pg_class
         WHERE relnamespace = to_regnamespace(current_schema()) AND relkind IN ('r', 'p', 'v', 'm')",
    )
    .fetch_one(&mut *connection)
    .await?;
    if theirs == 0 {
        Ok(0)
    } else {
        Err(corrupt(
            address,
            "it holds the tables of another program; create a database of its own for Heard",
        ))
    }
}

async fn draw_identity(connection: &mut PgConnection) -> Result<(), StoreError> {
    let mut drawn = [0_u8; 36];
    getrandom::fill(&mut drawn).map_err(|error| StoreError::Value {
        what: "random number",
        reason: error.to_string(),
    })?;
    let (key, epoch) = drawn.split_at(32);
    query("INSERT INTO meta (key, value) VALUES ('token_key', $1), ('epoch', $2)")
        .bind(key)
        .bind(epoch)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn identity(
    connection: &mut PgConnection,
    address: &Address,
) -> Result<Identity, StoreError> {
    let found: Option<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "SELECT k.value, e.value FROM meta k, meta e WHERE k.key = 'token_key' AND e.key = 'epoch'",
    )
    .fetch_optional(connection)
    .await?;
    let whole = found.and_then(|(key, epoch)| {
        let token_key = <[u8; 32]>::try_from(key).ok()?;
        let epoch = <[u8; 4]>::try_from(epoch).ok()?;
        Some(Identity {
            epoch: Epoch(u32::from_be_bytes(epoch)),
            token_key,
        })
    });
    whole.ok_or_else(|| corrupt(address, "its identity is missing or has the wrong length"))
}

pub(super) fn corrupt(address: &Address, reason: &str) -> StoreError {
    StoreError::Corrupt {
        path: address.server.clone().into(),
        reason: reason.to_owned(),
    }
}
