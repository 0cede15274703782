//! Values as PostgreSQL keeps them, and back.

use heard_protocol::{Seq, UnixMillis};
use sqlx::types::Uuid;

use crate::store::StoreError;
pub(super) use crate::store::stored::text;
use crate::store::table::every_id;

/// An id as a column. `uuid` sorts by its bytes, as ids do: both sides agree on the order in which
/// rows are locked.
pub(super) trait Id: Copy {
    /// As it is kept.
    fn uuid(self) -> Uuid;
}

macro_rules! ids {
    ($($id:ty),+) => {$(
        impl Id for $id {
            fn uuid(self) -> Uuid {
                Uuid::from_bytes(self.to_bytes())
            }
        }
    )+};
}

every_id!(ids);

/// Many ids, for `= ANY` and `UNNEST`.
pub(super) fn uuids<'a, I: Id + 'a>(ids: impl IntoIterator<Item = &'a I>) -> Vec<Uuid> {
    ids.into_iter().map(|id| id.uuid()).collect()
}

/// A position or a moment as a column. Neither gets anywhere near the end of what the column holds.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A number of a column, which is never negative.
pub(super) fn unsigned(value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::Value {
        what: "number",
        reason: format!("{value} is negative"),
    })
}

/// A position of a column.
pub(super) fn seq(value: i64) -> Result<Seq, StoreError> {
    unsigned(value).map(Seq)
}

/// A moment of a column.
pub(super) fn millis(value: i64) -> Result<UnixMillis, StoreError> {
    unsigned(value).map(UnixMillis)
}
