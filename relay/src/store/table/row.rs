//! Rows that are read by the names of their columns.

use heard_protocol::{Seq, UnixMillis};
use serde::de::DeserializeOwned;

use super::{Kind, Value};
use crate::store::StoreError;
use crate::store::stored::from_json;

/// A column's value, where it lies in the row.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum Raw<'r> {
    Null,
    Id([u8; 16]),
    Bytes(&'r [u8]),
    Number(i64),
    Flag(bool),
    Text(&'r str),
}

impl From<Raw<'_>> for Value {
    fn from(raw: Raw<'_>) -> Self {
        match raw {
            Raw::Null => Self::Null,
            Raw::Id(bytes) => Self::Id(bytes),
            Raw::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
            Raw::Number(number) => Self::Number(number),
            Raw::Flag(flag) => Self::Flag(flag),
            Raw::Text(text) => Self::text(text),
        }
    }
}

/// A row of either store.
pub(in crate::store) trait Row {
    /// The value of a column, which is of this kind.
    fn raw(&self, column: &'static str, kind: Kind) -> Result<Raw<'_>, StoreError>;

    /// A column that is never NULL.
    fn field<'r, F: Field<'r>>(&'r self, column: &'static str) -> Result<F, StoreError> {
        self.opt(column)?
            .ok_or_else(|| unread(column, "it is missing"))
    }

    /// A column that may be NULL.
    fn opt<'r, F: Field<'r>>(&'r self, column: &'static str) -> Result<Option<F>, StoreError> {
        match self.raw(column, F::KIND)? {
            Raw::Null => Ok(None),
            raw => F::read(raw)
                .map(Some)
                .ok_or_else(|| unread(column, "it is out of bounds")),
        }
    }

    /// A column of JSON.
    fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        from_json(column, self.field(column)?)
    }
}

fn unread(what: &'static str, reason: &str) -> StoreError {
    let reason = reason.to_owned();
    StoreError::Value { what, reason }
}

/// What a column can be read as.
pub(in crate::store) trait Field<'r>: Sized {
    /// The kind of such a column.
    const KIND: Kind;

    /// The value, if it is one.
    fn read(raw: Raw<'r>) -> Option<Self>;
}

macro_rules! ids {
    ($($id:ty),+) => {$(
        impl Field<'_> for $id {
            const KIND: Kind = Kind::Id;

            fn read(raw: Raw<'_>) -> Option<Self> {
                if let Raw::Id(bytes) = raw {
                    Some(Self::from_bytes(bytes))
                } else {
                    None
                }
            }
        }
    )+};
}

every_id!(ids);

impl Field<'_> for [u8; 16] {
    const KIND: Kind = Kind::Id;

    fn read(raw: Raw<'_>) -> Option<Self> {
        if let Raw::Id(bytes) = raw {
            Some(bytes)
        } else {
            None
        }
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl Field<'_> for $number {
            const KIND: Kind = Kind::Number;

            fn read(raw: Raw<'_>) -> Option<Self> {
                if let Raw::Number(number) = raw {
                    Self::try_from(number).ok()
                } else {
                    None
                }
            }
        }
    )+};
}

numbers!(i64, u64, i16, u16);

macro_rules! measures {
    ($($measure:ident),+) => {$(
        impl Field<'_> for $measure {
            const KIND: Kind = Kind::Number;

            fn read(raw: Raw<'_>) -> Option<Self> {
                u64::read(raw).map(Self)
            }
        }
    )+};
}

measures!(Seq, UnixMillis);

impl Field<'_> for bool {
    const KIND: Kind = Kind::Flag;

    fn read(raw: Raw<'_>) -> Option<Self> {
        if let Raw::Flag(flag) = raw {
            Some(flag)
        } else {
            None
        }
    }
}

impl<'r> Field<'r> for &'r str {
    const KIND: Kind = Kind::Text;

    fn read(raw: Raw<'r>) -> Option<Self> {
        if let Raw::Text(text) = raw {
            Some(text)
        } else {
            None
        }
    }
}

impl Field<'_> for String {
    const KIND: Kind = Kind::Text;

    fn read(raw: Raw<'_>) -> Option<Self> {
        if let Raw::Text(text) = raw {
            Some(text.to_owned())
        } else {
            None
        }
    }
}
