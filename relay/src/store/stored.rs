//! How values are stored, whichever database it is.

use std::ops::Range;

use heard_desk::Voiced;
use heard_protocol::{AgentId, Availability, Epoch, Status, UnixMillis};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;
use super::rows::conversation;

/// What a store is told about itself by its `meta` table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) epoch: Epoch,
    pub(super) token_key: [u8; 32],
}

/// Text that every store can keep. PostgreSQL's text holds every character but NUL, which nobody
/// can see: it is kept as the sign for what cannot be shown. The log itself is not touched by this,
/// its entries are JSON.
pub(super) fn text(value: &str) -> String {
    value.replace('\0', "\u{fffd}")
}

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
        Availability::Away | Availability::Other => 2,
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

/// What the document of a conversation has in it in which somebody called from page to page, as
/// `LIKE` has it.
pub(super) const WITH_CALLS: &str = r#"%"calls":[{%"#;

/// The calls of some conversations' documents that were asked for in this time, the earliest first.
pub(super) fn voices<'a>(
    documents: impl IntoIterator<Item = &'a str>,
    during: &Range<UnixMillis>,
) -> Result<Vec<Voiced>, StoreError> {
    let mut all = Vec::new();
    for document in documents {
        let talk = conversation::talk(document)?;
        let calls = talk.calls().iter().copied();
        all.extend(calls.filter(|one| during.contains(&one.asked_at)));
    }
    all.sort_by_key(|one| (one.asked_at, one.call));
    Ok(all)
}
