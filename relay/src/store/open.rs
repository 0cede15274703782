//! Opening whichever store the settings name.

use std::sync::Arc;

use super::postgres::PostgresStore;
use super::sqlite::SqliteStore;
use super::{Listener, Store, StoreError};
use crate::config::Data;

/// Opens the store at `data`, creating what it needs there. `batch` is the most requests in one
/// transaction.
///
/// # Errors
/// As [`SqliteStore::open`] or [`PostgresStore::open`].
pub async fn open(
    data: &Data,
    listener: Arc<dyn Listener>,
    batch: usize,
) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match data {
        Data::File(path) => Arc::new(SqliteStore::open_with(path, listener, batch)?),
        Data::Postgres(url) => Arc::new(PostgresStore::open_with(url, listener, batch).await?),
    })
}
