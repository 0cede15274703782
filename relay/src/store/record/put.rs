//! Changes to records.

use std::fmt;
use std::str::FromStr;

use heard_protocol::{AgentId, SiteId, UnixMillis};

use super::{Record, RecordId as _};
use crate::store::StoreError;
use crate::store::stored::to_json;
use crate::store::table::{Table, Value};

/// How often a record was written. A record that is not there has version 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Version(pub u64);

impl Version {
    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Who changes a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Editor {
    /// Whoever runs the relay, on the command line.
    #[default]
    Operator,
    /// An agent.
    Agent(AgentId),
}

impl fmt::Display for Editor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator => f.write_str("operator"),
            Self::Agent(id) => write!(f, "{id}"),
        }
    }
}

impl FromStr for Editor {
    type Err = <AgentId as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "operator" => Ok(Self::Operator),
            id => id.parse().map(Self::Agent),
        }
    }
}

/// Who changes something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Edit {
    /// Who.
    pub by: Editor,
    /// The moment.
    pub at: UnixMillis,
}

impl Edit {
    /// The operator's, at this moment.
    pub const fn by_operator(at: UnixMillis) -> Self {
        let by = Editor::Operator;
        Self { by, at }
    }

    /// An agent's, at this moment.
    pub const fn by_agent(agent: AgentId, at: UnixMillis) -> Self {
        let by = Editor::Agent(agent);
        Self { by, at }
    }
}

/// A record to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    pub(in crate::store) table: &'static Table,
    pub(in crate::store) id: [u8; 16],
    pub(in crate::store) site: SiteId,
    pub(in crate::store) keys: Vec<Value>,
    /// When time alone makes something of it.
    pub due: Option<UnixMillis>,
    pub(in crate::store) document: String,
    /// The version it was made of; `None`: whichever it is.
    pub was: Option<Version>,
    /// Who writes it, and when.
    pub edit: Edit,
}

impl Put {
    /// Writes a record in the place of the version that it was made of.
    ///
    /// # Errors
    /// [`StoreError::Value`] if it can't be written as JSON.
    pub fn new<R: Record>(record: &R, was: Version, edit: Edit) -> Result<Self, StoreError> {
        let was = Some(was);
        Ok(Self {
            was,
            ..Self::over(record, edit)?
        })
    }

    /// Writes a record, whatever it says now.
    ///
    /// # Errors
    /// As [`Put::new`].
    pub fn over<R: Record>(record: &R, edit: Edit) -> Result<Self, StoreError> {
        Ok(Self {
            table: R::TABLE,
            id: record.id().bytes(),
            site: record.site(),
            keys: record.keys(),
            due: record.due(),
            document: to_json(R::TABLE.name, record)?,
            was: None,
            edit,
        })
    }
}
