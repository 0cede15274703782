//! Opening whichever stores a move is between.

use super::{Source, Target};
use crate::config::Data;
use crate::store::StoreError;
use crate::store::{postgres, sqlite};

/// Opens a store that is to be moved. It has to be there.
pub(super) async fn source(data: &Data) -> Result<Box<dyn Source>, StoreError> {
    Ok(match data {
        Data::File(path) => Box::new(sqlite::moving::File::source(path)?),
        Data::Postgres(url) => Box::new(postgres::moving::Database::source(url).await?),
    })
}

/// Opens a store to move into, creating what it needs there. For as long as it is open, no other
/// move goes there.
pub(super) async fn target(data: &Data) -> Result<Box<dyn Target>, StoreError> {
    Ok(match data {
        Data::File(path) => Box::new(sqlite::moving::File::target(path)?),
        Data::Postgres(url) => Box::new(postgres::moving::Database::target(url).await?),
    })
}
