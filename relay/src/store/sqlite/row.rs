//! Rows of a file, by the names of their columns.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Params};

use crate::store::StoreError;
use crate::store::table::{Kind, Raw, Row, Select, Value};

/// A row, and the names of what was read. They are ours: asking SQLite for a name costs as much as
/// reading the value.
pub(super) struct Named<'a> {
    row: &'a rusqlite::Row<'a>,
    names: &'a [&'static str],
}

impl Named<'_> {
    /// The value of the column at a place.
    pub(super) fn at(&self, place: usize, kind: Kind) -> Result<Raw<'_>, StoreError> {
        let what = self.names.get(place).copied().unwrap_or("column");
        raw(what, kind, self.row.get_ref(place)?)
    }
}

impl Row for Named<'_> {
    fn raw(&self, column: &'static str, kind: Kind) -> Result<Raw<'_>, StoreError> {
        match self.names.iter().position(|name| *name == column) {
            Some(place) => self.at(place, kind),
            None => Err(StoreError::Value {
                what: column,
                reason: "it was not asked for".to_owned(),
            }),
        }
    }
}

/// A value of this kind.
pub(super) fn raw<'r>(
    what: &'static str,
    kind: Kind,
    value: ValueRef<'r>,
) -> Result<Raw<'r>, StoreError> {
    let unread = |reason: String| StoreError::Value { what, reason };
    match (kind, value) {
        (_, ValueRef::Null) => Ok(Raw::Null),
        (Kind::Id, ValueRef::Blob(bytes)) => <[u8; 16]>::try_from(bytes)
            .map(Raw::Id)
            .map_err(|error| unread(error.to_string())),
        (Kind::Bytes, ValueRef::Blob(bytes)) => Ok(Raw::Bytes(bytes)),
        (Kind::Number, ValueRef::Integer(number)) => Ok(Raw::Number(number)),
        (Kind::Flag, ValueRef::Integer(number)) => Ok(Raw::Flag(number != 0)),
        (Kind::Text, ValueRef::Text(text)) => std::str::from_utf8(text)
            .map(Raw::Text)
            .map_err(|error| unread(error.to_string())),
        (kind, other) => Err(unread(format!("{} instead of {kind:?}", other.data_type()))),
    }
}

/// Every row that a condition finds.
pub(super) fn all<T>(
    connection: &Connection,
    select: &Select,
    rest: &str,
    values: impl Params,
    mut read: impl FnMut(&Named<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{} {rest}", select.sql))?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(&Named {
            row,
            names: &select.names,
        })?);
    }
    Ok(found)
}

/// The first row that a condition finds.
pub(super) fn first<T>(
    connection: &Connection,
    select: &Select,
    rest: &str,
    values: impl Params,
    read: impl FnOnce(&Named<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{} {rest}", select.sql))?;
    let mut rows = statement.query(values)?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let names = &select.names;
    read(&Named { row, names }).map(Some)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Id(bytes) => ValueRef::Blob(bytes),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Number(number) => ValueRef::Integer(*number),
            Self::Flag(flag) => ValueRef::Integer((*flag).into()),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}
