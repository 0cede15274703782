//! Values as no store in particular keeps them.

use heard_protocol::{Seq, UnixMillis};
use serde::{Deserialize, Serialize};

use super::Kind;
use crate::store::stored;

/// What a column of a row holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Value {
    /// Nothing.
    Null,
    /// An id.
    Id([u8; 16]),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A number.
    Number(i64),
    /// A truth.
    Flag(bool),
    /// Text without a NUL.
    Text(String),
}

impl Value {
    /// Text as every store can keep it: a NUL, which one of them has no room for, is the sign for
    /// what cannot be shown.
    pub fn text(text: &str) -> Self {
        Self::Text(stored::text(text))
    }

    /// A number that gets nowhere near the end of what a column holds.
    pub(in crate::store) fn number(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// NULL for `None`.
    pub(in crate::store) fn opt(value: Option<impl Into<Self>>) -> Self {
        value.map_or(Self::Null, Into::into)
    }

    /// Whether a column of this kind holds it.
    pub(in crate::store) const fn fits(&self, kind: Kind) -> bool {
        match self {
            Self::Null => true,
            Self::Id(_) => matches!(kind, Kind::Id),
            Self::Bytes(_) => matches!(kind, Kind::Bytes),
            Self::Number(_) => matches!(kind, Kind::Number),
            Self::Flag(_) => matches!(kind, Kind::Flag),
            Self::Text(_) => matches!(kind, Kind::Text),
        }
    }
}

macro_rules! ids {
    ($($id:ty),+) => {$(
        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Id(id.to_bytes())
            }
        }
    )+};
}

every_id!(ids);

impl From<Seq> for Value {
    fn from(seq: Seq) -> Self {
        Self::number(seq.0)
    }
}

impl From<UnixMillis> for Value {
    fn from(at: UnixMillis) -> Self {
        Self::number(at.0)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}
