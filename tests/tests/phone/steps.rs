//! What a log says of a call, without names and moments.

use heard_protocol::entry::EntryBody;
use heard_protocol::{
    CallbackNoted, CallbackTold, Disposition, PublicBody, PublicEntry, StaffBody, StaffEntry,
};

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Requested,
    /// Staff alone see it.
    Rung,
    /// Likewise.
    Missed,
    Calling,
    Tried(Disposition),
    Closed(Disposition),
    /// Something else, which no test expects.
    Other(String),
}

impl Step {
    /// Whether visitors see it.
    pub(crate) const fn is_public(&self) -> bool {
        !matches!(self, Self::Rung | Self::Missed)
    }
}

/// As the visitor reads it.
pub(crate) fn public(entry: &PublicEntry) -> Step {
    step(&entry.body)
}

/// As staff read it.
pub(crate) fn staff(entry: &StaffEntry) -> Step {
    match &entry.body {
        EntryBody::Public { body, .. } => step(body),
        EntryBody::Staff(StaffBody::Callback(CallbackNoted::Rung { .. })) => Step::Rung,
        EntryBody::Staff(StaffBody::Callback(CallbackNoted::Missed { .. })) => Step::Missed,
        EntryBody::Staff(other) => Step::Other(format!("{other:?}")),
    }
}

fn step(body: &PublicBody) -> Step {
    match body {
        PublicBody::Callback(CallbackTold::Requested { .. }) => Step::Requested,
        PublicBody::Callback(CallbackTold::Calling { .. }) => Step::Calling,
        PublicBody::Callback(CallbackTold::Tried { disposition, .. }) => Step::Tried(*disposition),
        PublicBody::Callback(CallbackTold::Closed { disposition, .. }) => {
            Step::Closed(*disposition)
        }
        other => Step::Other(format!("{other:?}")),
    }
}
