//! Values as SQLite keeps them, and back.

use heard_protocol::{
    AgentId, AgentKind, Availability, CallbackId, CommandId, ContactId, ConversationId, Seq,
    SiteId, Status, UnixMillis,
};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::StoreError;

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

/// Writes a value as JSON text.
pub(super) fn to_json<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Value {
        what,
        reason: error.to_string(),
    })
}

/// Reads a value back from JSON text.
pub(super) fn from_json<T: DeserializeOwned>(
    what: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Value {
        what,
        reason: error.to_string(),
    })
}

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

/// A conversation's status as four columns.
pub(super) struct StatusColumns {
    pub(super) status: i64,
    pub(super) since: UnixMillis,
    pub(super) agent: Option<AgentId>,
    pub(super) until: Option<UnixMillis>,
}

impl From<&Status> for StatusColumns {
    fn from(status: &Status) -> Self {
        match *status {
            Status::Waiting { since } => Self {
                status: 0,
                since,
                agent: None,
                until: None,
            },
            Status::Offered { since, to, until } => Self {
                status: 1,
                since,
                agent: Some(to),
                until: Some(until),
            },
            Status::Assigned { agent, since } => Self {
                status: 2,
                since,
                agent: Some(agent),
                until: None,
            },
            Status::Resolved { at } => Self {
                status: 3,
                since: at,
                agent: None,
                until: None,
            },
        }
    }
}

impl StatusColumns {
    /// The status these columns say.
    pub(super) fn status(self) -> Result<Status, StoreError> {
        match (self.status, self.agent, self.until) {
            (0, _, _) => Ok(Status::Waiting { since: self.since }),
            (1, Some(to), Some(until)) => Ok(Status::Offered {
                since: self.since,
                to,
                until,
            }),
            (2, Some(agent), _) => Ok(Status::Assigned {
                agent,
                since: self.since,
            }),
            (3, _, _) => Ok(Status::Resolved { at: self.since }),
            (status, _, _) => Err(StoreError::Value {
                what: "conversation status",
                reason: format!("{status} lacks its agent or is unknown"),
            }),
        }
    }
}

/// An agent's own word as a number.
pub(super) const fn availability_number(availability: Availability) -> i64 {
    match availability {
        Availability::Available => 0,
        Availability::Busy => 1,
        Availability::Away => 2,
    }
}

/// An agent's own word from its number; anything unknown is away.
pub(super) const fn availability_from(number: i64) -> Availability {
    match number {
        0 => Availability::Available,
        1 => Availability::Busy,
        _ => Availability::Away,
    }
}

/// Person or bot from the `bot` column.
pub(super) const fn kind_from(bot: bool) -> AgentKind {
    if bot {
        AgentKind::Bot
    } else {
        AgentKind::Person
    }
}
