//! Values as SQLite keeps them, and back.

pub(super) use crate::store::stored::{availability_number, from_json, to_json};
use heard_protocol::{
    AgentId, CallbackId, CommandId, ContactId, ConversationId, Seq, SiteId, UnixMillis,
};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// A protocol type as a column.
pub(super) struct Col<T>(pub(super) T);

macro_rules! id_columns {
    ($($id:ident),+) => {$(
        impl ToSql for Col<$id> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.0.to_bytes().to_vec()))
            }
        }

        impl FromSql for Col<$id> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let bytes = <[u8; 16]>::try_from(value.as_blob()?)
                    .map_err(|error| FromSqlError::Other(Box::new(error)))?;
                Ok(Self($id::from_bytes(bytes)))
            }
        }
    )+};
}

id_columns!(
    SiteId,
    AgentId,
    ContactId,
    ConversationId,
    CommandId,
    CallbackId
);

macro_rules! number_columns {
    ($($number:ident),+) => {$(
        impl ToSql for Col<$number> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                let number = i64::try_from(self.0.0)
                    .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
                Ok(ToSqlOutput::from(number))
            }
        }

        impl FromSql for Col<$number> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let number = u64::try_from(value.as_i64()?)
                    .map_err(|error| FromSqlError::Other(Box::new(error)))?;
                Ok(Self($number(number)))
            }
        }
    )+};
}

number_columns!(Seq, UnixMillis);

/// A column of the row, unwrapped.
pub(super) fn get<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    Col<T>: FromSql,
{
    row.get::<_, Col<T>>(column).map(|value| value.0)
}

/// A column of the row that may be NULL, unwrapped.
pub(super) fn get_opt<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>>
where
    Col<T>: FromSql,
{
    Ok(row.get::<_, Option<Col<T>>>(column)?.map(|value| value.0))
}
