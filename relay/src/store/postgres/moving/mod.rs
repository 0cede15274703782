//! A database as one side of a move.

mod read;
mod write;

use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use sqlx::{query, raw_sql};

use super::connect::Address;
use super::fault;
use super::schema::{self, Identity};
use crate::store::StoreError;

/// The lock that a move has on its target: `HEARD` as a number, and one more.
const LOCK: i64 = 0x48_4541_5245;

/// The other side may take its time, and so may counting. Everything is read in the order of an
/// index, and nothing is to be sorted for it.
const SESSION: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;
    SET enable_sort = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

/// A database, by way of one connection.
#[derive(Debug)]
pub(in crate::store) struct Database {
    address: Address,
    connection: PgConnection,
    identity: Identity,
}

impl Database {
    /// Connects to a database that a relay has run on.
    pub(in crate::store) async fn source(url: &str) -> Result<Self, StoreError> {
        let (address, mut connection) = connect(url).await?;
        schema::begin(&mut connection).await?;
        if schema::version(&mut connection, &address).await? == 0 {
            return Err(schema::corrupt(&address, "it is empty"));
        }
        if schema::is_half_moved(&mut connection).await? {
            let place = address.server;
            return Err(StoreError::HalfMoved { place });
        }
        Self::open(address, connection).await
    }

    /// Connects to a database, and creates the tables if there are none.
    pub(in crate::store) async fn target(url: &str) -> Result<Self, StoreError> {
        let (address, mut connection) = connect(url).await?;
        // One that was just killed lets go in a moment, and is waited for.
        let locked = query("SELECT pg_advisory_lock($1)")
            .bind(LOCK)
            .execute(&mut connection)
            .await;
        if let Err(error) = locked.map_err(StoreError::Postgres) {
            return Err(match fault::of(&error) {
                fault::Fault::Conflict => StoreError::InUse {
                    path: address.server.into(),
                },
                _ => error,
            });
        }
        schema::begin(&mut connection).await?;
        Self::open(address, connection).await
    }

    /// Brings the tables up to date in the transaction that is under way, and ends it.
    async fn open(address: Address, mut connection: PgConnection) -> Result<Self, StoreError> {
        schema::migrate(&mut connection, &address).await?;
        raw_sql("COMMIT").execute(&mut connection).await?;
        let identity = schema::identity(&mut connection, &address).await?;
        Ok(Self {
            address,
            connection,
            identity,
        })
    }
}

async fn connect(url: &str) -> Result<(Address, PgConnection), StoreError> {
    let address = Address::read(url)?;
    let mut connection = PgConnection::connect_with(&address.options)
        .await
        .map_err(|error| address.fault(&error))?;
    raw_sql(SESSION)
        .execute(&mut connection)
        .await
        .map_err(|error| address.fault(&error))?;
    Ok((address, connection))
}
