//! Why a command was not carried out.

use serde::{Deserialize, Serialize};

use crate::wire::Wire;

/// Why a command was not carried out, as a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// Nothing but white space.
    TextEmpty,
    /// Over the limit.
    TextTooLong,
    /// No such conversation, callback or agent, or not one the sender may know of.
    NotFound,
    /// A colleague owns the conversation.
    NotYours,
    /// A colleague was quicker, or it is offered to somebody else.
    AlreadyTaken,
    /// The conversation's state does not allow it (resolve a resolved one, accept one that does not
    /// wait).
    WrongState,
    /// The id was used before by somebody else.
    IdTaken,
    /// Too many in too short a time; retry later.
    TooFast,
    /// The relay can't write now; retry later.
    Unavailable,
    /// Not a phone number.
    BadPhone,
    /// Consent was not given.
    NoConsent,
    /// The moment lies in the past or too far ahead.
    BadTime,
    /// This number already has an open request.
    CallbackExists,
    /// The colleague is not online.
    ColleagueOffline,
    /// The relay understood the frame but not this field.
    Invalid,
    /// A real number, but one that this site does not call: its country, or what a call there
    /// costs.
    NumberNotAllowed,
    /// No place is left at this time.
    SlotTaken,
    /// Too many calls were asked for, for this number or on this site.
    TooManyCalls,
    /// Somebody else has changed it since the version that the command was based on.
    Conflict,
    /// The sender's role does not allow it.
    Forbidden,
    /// A reason newer than the reader.
    Other,
}

impl RefusalCode {
    /// Whether the same command may succeed later without anybody changing it. A client keeps such
    /// a command and retries; any other refusal is final and shown to the person.
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::TooFast | Self::Unavailable)
    }

    /// One English sentence for logs and for integrations; people's screens use the catalogues by
    /// code.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::TextEmpty => "The message is empty.",
            Self::TextTooLong => "The message is longer than 16 KiB.",
            Self::NotFound => "There is no such thing, or it is not yours to see.",
            Self::NotYours => "A colleague owns this conversation.",
            Self::AlreadyTaken => "A colleague has taken it, or it is offered to somebody else.",
            Self::WrongState => "The conversation is not in a state that allows this.",
            Self::IdTaken => "This command id was used before by somebody else.",
            Self::TooFast => "Too many messages in too short a time; try again shortly.",
            Self::Unavailable => "The relay cannot write right now; try again shortly.",
            Self::BadPhone => "This does not look like a phone number.",
            Self::NoConsent => "A call needs the person's consent.",
            Self::BadTime => "The time lies in the past or too far ahead.",
            Self::CallbackExists => "This number already has an open request.",
            Self::ColleagueOffline => "This colleague is not online.",
            Self::Invalid => "A field has a value the relay does not understand.",
            Self::NumberNotAllowed => "This site does not call such numbers.",
            Self::SlotTaken => "No place is left at this time.",
            Self::TooManyCalls => "Too many calls were asked for; try again tomorrow.",
            Self::Conflict => "Somebody else has changed this in the meantime.",
            Self::Forbidden => "Your role does not allow this.",
            Self::Other => "This was refused for a reason that this program is too old to know.",
        }
    }
}

/// The other answer to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire, thiserror::Error)]
#[error("{}", .code.sentence())]
pub struct Refusal {
    /// Why.
    pub code: RefusalCode,
    /// For a passing refusal: how long to wait before the retry, in milliseconds.
    pub retry_after_ms: u32,
}

impl From<RefusalCode> for Refusal {
    fn from(code: RefusalCode) -> Self {
        Self {
            code,
            retry_after_ms: if code.is_passing() { 1_000 } else { 0 },
        }
    }
}
