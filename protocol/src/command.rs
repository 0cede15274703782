//! What clients ask for, and the two answers: a receipt or a refusal.
//!
//! A command travels with a [`CommandId`](crate::CommandId) its sender picked. The relay answers
//! with a [`Receipt`] only after the result is on disk, and answers a retry with the same receipt,
//! however often and to whichever relay it is sent.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, CallbackId, ConversationId, VoiceId};
use crate::people::Availability;
use crate::talk::{TalkAnswer, TalkReason};
use crate::time::{Seq, UnixMillis};
use crate::voice::VoiceEnding;

/// What a visitor can ask for. There is no command to write a note: it is another type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitorCommand {
    /// Say something. The relay puts it into the visitor's open conversation, reopens a freshly
    /// resolved one, or starts one.
    Send {
        /// 1 to [`MAX_TEXT_BYTES`](crate::limits::MAX_TEXT_BYTES) bytes, not only white space.
        text: String,
    },
    /// Ask to be called.
    RequestCallback(CallbackForm),
    /// Have the call at another time. Only as long as nobody is being rung for it.
    MoveCallback {
        /// Which.
        callback: CallbackId,
        /// When instead.
        when: CallbackWhen,
    },
    /// Do without the call.
    CancelCallback {
        /// Which.
        callback: CallbackId,
    },
    /// Say how the last call of the conversation was.
    RateCall {
        /// 1 (bad) to 5 (good).
        stars: u8,
        /// A word about it; may be empty.
        word: String,
    },
    /// Answer an offer to talk.
    AnswerTalk {
        /// For which reason it was offered.
        reason: TalkReason,
        /// What they want.
        answer: TalkAnswer,
    },
    /// Talk here and now with the agent who has the conversation and has a headset on. The call
    /// takes the bits of the command.
    StartVoice {
        /// What it came to that for: the reason of the offer it answers, or the visitor's wish.
        reason: TalkReason,
    },
    /// Hang up, or call no longer.
    EndVoice {
        /// Which call.
        call: VoiceId,
        /// Why.
        why: VoiceEnding,
    },
}

/// When to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackWhen {
    /// As soon as somebody is free.
    Asap,
    /// At about this moment.
    At {
        /// The moment.
        at: UnixMillis,
        /// The visitor's time zone by its IANA name, so that the agent can say the time as the
        /// visitor would; may be empty.
        zone: String,
    },
    /// As soon as somebody is free, but not at night.
    Soon {
        /// The visitor's time zone by its IANA name: it says when their night is.
        zone: String,
    },
}

/// The visitor's agreement to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Whether the (never pre-ticked) box was ticked.
    pub given: bool,
    /// The exact words that were on the screen.
    pub wording: String,
}

/// A request to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackForm {
    /// The number as typed.
    pub phone: String,
    /// What to call the person; may be empty.
    pub name: String,
    /// What it is about; may be empty.
    pub topic: String,
    /// When.
    pub when: CallbackWhen,
    /// Whether and to what they agreed.
    pub consent: Consent,
}

/// What came of a call. The terms are the field's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// They talked.
    Answered,
    /// The line was busy.
    Busy,
    /// Nobody picked up.
    NoAnswer,
    /// A machine picked up.
    Voicemail,
    /// Somebody else's number.
    WrongNumber,
    /// They no longer want the call.
    Refused,
    /// The call could not be made.
    Technical,
}

/// What an agent or a bot can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffCommand {
    /// Answer the visitor.
    Send {
        /// Where.
        conversation: ConversationId,
        /// 1 to [`MAX_TEXT_BYTES`](crate::limits::MAX_TEXT_BYTES) bytes.
        text: String,
    },
    /// Write something only colleagues see.
    Note {
        /// Where.
        conversation: ConversationId,
        /// 1 to [`MAX_TEXT_BYTES`](crate::limits::MAX_TEXT_BYTES) bytes.
        text: String,
    },
    /// Take a conversation: the one offered, or any that waits and is not offered to somebody else.
    Accept {
        /// Which.
        conversation: ConversationId,
    },
    /// Turn an offer down; it goes to the next agent.
    Decline {
        /// Which.
        conversation: ConversationId,
        /// Why; may be empty.
        reason: String,
    },
    /// Hand an owned conversation to a colleague who is online.
    Transfer {
        /// Which.
        conversation: ConversationId,
        /// To whom.
        to: AgentId,
        /// What they should know; may be empty.
        comment: String,
    },
    /// Put an owned conversation back to the front of the queue.
    Return {
        /// Which.
        conversation: ConversationId,
    },
    /// Consider the matter settled.
    Resolve {
        /// Which.
        conversation: ConversationId,
    },
    /// Take a resolved conversation up again, as its owner.
    Reopen {
        /// Which.
        conversation: ConversationId,
    },
    /// Say whether one takes new conversations.
    SetAvailability {
        /// From now on.
        availability: Availability,
    },
    /// Say what came of a request to be called.
    CloseCallback {
        /// Which.
        callback: CallbackId,
        /// What came of it.
        disposition: Disposition,
        /// Anything worth keeping; may be empty. Seen by staff alone.
        note: String,
    },
    /// Make the call: the one that rings, or any that is open and rings nobody else.
    TakeCallback {
        /// Which.
        callback: CallbackId,
    },
    /// Turn a ringing call down; it rings for the next agent.
    DeclineCallback {
        /// Which.
        callback: CallbackId,
    },
    /// Say what came of the attempt one is making. Whether it is tried again follows from the
    /// site's rules.
    ReportCallback {
        /// Which.
        callback: CallbackId,
        /// What came of it.
        disposition: Disposition,
        /// The outcome in a line, which the visitor reads in the chat; may be empty.
        summary: String,
    },
    /// Say whether, and on which phone, one takes calls.
    SetPhone {
        /// Whether calls ring for them.
        takes: bool,
        /// Their phone as a `sip:` address, if the relay is to ring it; may be empty.
        address: String,
    },
    /// Offer the visitor of an owned conversation to talk.
    OfferTalk {
        /// Where.
        conversation: ConversationId,
        /// Why, for the visitor to read; may be empty.
        why: String,
    },
    /// Answer the call of a visitor whose conversation one owns.
    AnswerVoice {
        /// Where.
        conversation: ConversationId,
        /// Which call.
        call: VoiceId,
    },
    /// Hang up, or turn down a call that rings.
    HangUp {
        /// Where.
        conversation: ConversationId,
        /// Which call.
        call: VoiceId,
        /// Why.
        why: VoiceEnding,
    },
    /// Say whether one has a headset on and can talk here and now.
    SetHeadset {
        /// It is on.
        on: bool,
    },
    /// Say in a line what a call came to that one was on, once it is over.
    SumVoice {
        /// Where.
        conversation: ConversationId,
        /// Which call.
        call: VoiceId,
        /// The outcome, which the visitor reads in the chat.
        summary: String,
    },
}

/// Proof that a command is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The conversation it went into, if any.
    pub conversation: Option<ConversationId>,
    /// Where it stands in the sender's face of the log, if it wrote there; otherwise
    /// [`Seq::START`].
    pub seq: Seq,
    /// When the relay wrote it down.
    pub at: UnixMillis,
}

/// Why a command was not carried out, as a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// What the change was made to is not what it was any more.
    Conflict,
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
        }
    }
}

/// The other answer to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
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
