//! Which variants there are, so that none goes without a sample.
//!
//! The matches are exhaustive: a variant that is added to the protocol stops these tests from
//! compiling until it is listed here, and from passing until it has a sample.

use heard_protocol::entry::{EntryBody, QueueReason};
use heard_protocol::{
    AgentKind, Author, Availability, CallLeg, CallbackProgress, CallbackState, CallbackWhen,
    ClientFrame, Disposition, PublicBody, RefusalCode, RelayFrame, Staff, StaffBody, StaffCommand,
    StaffNotice, StaffSignal, Status, TalkAnswer, TalkEvidence, TalkReason, Visitor,
    VisitorCommand, VisitorNotice, VisitorSignal, VoiceEnding, WaitEstimate,
};
use serde::Serialize;
use serde_json::Value;

/// An enum of the wire.
pub(crate) trait Variants: Serialize {
    /// What every variant is called in JSON.
    const NAMES: &'static [&'static str];

    /// What this one is called.
    fn name(&self) -> &'static str;
}

macro_rules! variants {
    ($($kind:ty { $($name:literal: $pattern:pat),+ $(,)? })+) => {$(
        impl Variants for $kind {
            const NAMES: &'static [&'static str] = &[$($name),+];

            fn name(&self) -> &'static str {
                match self { $($pattern => $name),+ }
            }
        }
    )+};
}

variants! {
    ClientFrame<Visitor> {
        "hello": Self::Hello(_), "command": Self::Command(_), "follow": Self::Follow(_),
        "unfollow": Self::Unfollow { .. }, "read": Self::Read(_), "signal": Self::Signal(_),
        "ping": Self::Ping,
    }
    ClientFrame<Staff> {
        "hello": Self::Hello(_), "command": Self::Command(_), "follow": Self::Follow(_),
        "unfollow": Self::Unfollow { .. }, "read": Self::Read(_), "signal": Self::Signal(_),
        "ping": Self::Ping,
    }
    RelayFrame<Visitor> {
        "welcome": Self::Welcome(_), "ack": Self::Ack { .. }, "refused": Self::Refused { .. },
        "entries": Self::Entries { .. }, "reset": Self::Reset { .. }, "reads": Self::Reads { .. },
        "notice": Self::Notice(_), "pong": Self::Pong, "no_such_log": Self::NoSuchLog { .. },
    }
    RelayFrame<Staff> {
        "welcome": Self::Welcome(_), "ack": Self::Ack { .. }, "refused": Self::Refused { .. },
        "entries": Self::Entries { .. }, "reset": Self::Reset { .. }, "reads": Self::Reads { .. },
        "notice": Self::Notice(_), "pong": Self::Pong, "no_such_log": Self::NoSuchLog { .. },
    }
    VisitorCommand {
        "send": Self::Send { .. }, "request_callback": Self::RequestCallback(_),
        "move_callback": Self::MoveCallback { .. }, "cancel_callback": Self::CancelCallback { .. },
        "rate_call": Self::RateCall { .. }, "answer_talk": Self::AnswerTalk { .. },
        "start_voice": Self::StartVoice { .. }, "end_voice": Self::EndVoice { .. },
    }
    StaffCommand {
        "send": Self::Send { .. }, "note": Self::Note { .. }, "accept": Self::Accept { .. },
        "decline": Self::Decline { .. }, "transfer": Self::Transfer { .. },
        "return": Self::Return { .. }, "resolve": Self::Resolve { .. },
        "reopen": Self::Reopen { .. }, "set_availability": Self::SetAvailability { .. },
        "close_callback": Self::CloseCallback { .. },
        "take_callback": Self::TakeCallback { .. },
        "decline_callback": Self::DeclineCallback { .. },
        "report_callback": Self::ReportCallback { .. }, "set_phone": Self::SetPhone { .. },
        "offer_talk": Self::OfferTalk { .. }, "answer_voice": Self::AnswerVoice { .. },
        "hang_up": Self::HangUp { .. }, "set_headset": Self::SetHeadset { .. },
        "sum_voice": Self::SumVoice { .. },
    }
    CallbackWhen { "asap": Self::Asap, "at": Self::At { .. }, "soon": Self::Soon { .. } }
    Disposition {
        "answered": Self::Answered, "busy": Self::Busy, "no_answer": Self::NoAnswer,
        "voicemail": Self::Voicemail, "wrong_number": Self::WrongNumber,
        "refused": Self::Refused, "technical": Self::Technical,
    }
    RefusalCode {
        "text_empty": Self::TextEmpty, "text_too_long": Self::TextTooLong,
        "not_found": Self::NotFound, "not_yours": Self::NotYours,
        "already_taken": Self::AlreadyTaken, "wrong_state": Self::WrongState,
        "id_taken": Self::IdTaken, "too_fast": Self::TooFast, "unavailable": Self::Unavailable,
        "bad_phone": Self::BadPhone, "no_consent": Self::NoConsent, "bad_time": Self::BadTime,
        "callback_exists": Self::CallbackExists, "colleague_offline": Self::ColleagueOffline,
        "invalid": Self::Invalid, "number_not_allowed": Self::NumberNotAllowed,
        "slot_taken": Self::SlotTaken, "too_many_calls": Self::TooManyCalls, "conflict": Self::Conflict,
    }
    Author { "visitor": Self::Visitor, "agent": Self::Agent(_) }
    PublicBody {
        "message": Self::Message { .. }, "agent_joined": Self::AgentJoined { .. },
        "waiting": Self::Waiting, "resolved": Self::Resolved, "reopened": Self::Reopened,
        "callback_requested": Self::CallbackRequested { .. },
        "callback_closed": Self::CallbackClosed { .. },
        "callback_moved": Self::CallbackMoved { .. },
        "callback_cancelled": Self::CallbackCancelled { .. },
        "callback_expired": Self::CallbackExpired { .. },
        "callback_calling": Self::CallbackCalling { .. },
        "callback_tried": Self::CallbackTried { .. }, "call_summed": Self::CallSummed { .. },
        "call_rated": Self::CallRated { .. }, "talk_offered": Self::TalkOffered { .. },
        "talk_answered": Self::TalkAnswered { .. }, "voice_asked": Self::VoiceAsked { .. },
        "voice_answered": Self::VoiceAnswered { .. }, "voice_ended": Self::VoiceEnded { .. },
    }
    QueueReason {
        "new": Self::New, "reopened": Self::Reopened, "agent_gone": Self::AgentGone,
        "returned": Self::Returned,
    }
    StaffBody {
        "note": Self::Note { .. }, "queued": Self::Queued { .. },
        "assigned": Self::Assigned { .. }, "transferred": Self::Transferred { .. },
        "declined": Self::Declined { .. }, "offer_missed": Self::OfferMissed { .. },
        "callback_rung": Self::CallbackRung { .. }, "callback_missed": Self::CallbackMissed { .. },
        "callback_declined": Self::CallbackDeclined { .. },
        "callback_released": Self::CallbackReleased { .. },
        "trouble_seen": Self::TroubleSeen { .. },
    }
    EntryBody { "public": Self::Public { .. }, "staff": Self::Staff(_) }
    VisitorSignal {
        "typing": Self::Typing, "ask_calls": Self::AskCalls { .. }, "effort": Self::Effort { .. },
        "ask_headset": Self::AskHeadset, "ask_ice": Self::AskIce, "voice": Self::Voice { .. },
    }
    StaffSignal {
        "typing": Self::Typing { .. }, "ask_phone": Self::AskPhone, "ask_headset": Self::AskHeadset,
        "show_headset": Self::ShowHeadset { .. }, "ask_ice": Self::AskIce, "voice": Self::Voice { .. },
    }
    WaitEstimate {
        "unknown": Self::Unknown, "nobody_here": Self::NobodyHere, "minutes": Self::Minutes { .. },
    }
    VisitorNotice {
        "typing": Self::Typing { .. }, "queue": Self::Queue { .. }, "desk": Self::Desk { .. },
        "conversation": Self::Conversation { .. }, "slots": Self::Slots { .. },
        "callback": Self::Callback(_), "headset": Self::Headset { .. }, "ice": Self::Ice { .. },
        "voice": Self::Voice { .. },
    }
    StaffNotice {
        "visitor_typing": Self::VisitorTyping { .. }, "agent_typing": Self::AgentTyping { .. },
        "conversation": Self::Conversation(_), "colleague": Self::Colleague(_),
        "callback": Self::Callback(_), "visitor_presence": Self::VisitorPresence { .. },
        "phone": Self::Phone { .. }, "headset": Self::Headset { .. }, "ice": Self::Ice { .. },
        "voice": Self::Voice { .. },
    }
    TalkReason {
        "connection": Self::Connection, "nobody_free": Self::NobodyFree, "circles": Self::Circles,
        "hard_to_write": Self::HardToWrite, "agent": Self::Agent, "visitor": Self::Visitor,
    }
    TalkEvidence {
        "asked_again": Self::AskedAgain(_), "told_again": Self::ToldAgain(_),
        "not_understood": Self::NotUnderstood, "already": Self::Already, "no_help": Self::NoHelp,
        "impatience": Self::Impatience, "silence": Self::Silence(_), "long": Self::Long(_),
        "laborious": Self::Laborious(_), "languages": Self::Languages,
        "unanswered": Self::Unanswered(_), "said": Self::Said,
        "expected": Self::Expected(_), "broken": Self::Broken(_),
    }
    VoiceEnding {
        "visitor": Self::Visitor, "agent": Self::Agent, "no_answer": Self::NoAnswer,
        "declined": Self::Declined, "lost": Self::Lost, "no_microphone": Self::NoMicrophone,
    }
    TalkAnswer { "no": Self::No, "phone": Self::Phone, "here": Self::Here }
    AgentKind { "person": Self::Person, "bot": Self::Bot }
    Availability { "available": Self::Available, "busy": Self::Busy, "away": Self::Away }
    Status {
        "waiting": Self::Waiting { .. }, "offered": Self::Offered { .. },
        "assigned": Self::Assigned { .. }, "resolved": Self::Resolved { .. },
    }
    CallbackState {
        "open": Self::Open, "closed": Self::Closed { .. }, "ringing": Self::Ringing { .. },
        "calling": Self::Calling { .. }, "again": Self::Again { .. },
        "cancelled": Self::Cancelled { .. }, "expired": Self::Expired { .. },
    }
    CallLeg { "agent": Self::Agent, "visitor": Self::Visitor, "joined": Self::Joined }
    CallbackProgress {
        "waiting": Self::Waiting { .. }, "again": Self::Again { .. }, "ringing": Self::Ringing,
        "calling": Self::Calling, "talking": Self::Talking, "closed": Self::Closed { .. },
        "cancelled": Self::Cancelled, "expired": Self::Expired,
    }
}

/// Names samples by their variants, and by what more there is to say of them (`message`,
/// `message.agent`), after making sure that every variant is among them.
pub(crate) fn every<T: Variants>(samples: Vec<(String, T)>) -> Vec<(String, T)> {
    let missing: Vec<_> = T::NAMES
        .iter()
        .filter(|name| samples.iter().all(|(_, sample)| sample.name() != **name))
        .collect();
    let kind = std::any::type_name::<T>();
    assert!(missing.is_empty(), "{kind}: {missing:?} have no sample");
    let named = |(more, sample): (String, T)| {
        let name = sample.name();
        assert_eq!(tag(&sample), name, "{kind}: JSON has another name for it");
        let name = match more.as_str() {
            "" => name.to_owned(),
            more => format!("{name}.{more}"),
        };
        (name, sample)
    };
    samples.into_iter().map(named).collect()
}

/// Samples of which no more is to be said than their variants.
pub(crate) fn bare<T>(samples: Vec<T>) -> Vec<(String, T)> {
    samples
        .into_iter()
        .map(|sample| (String::new(), sample))
        .collect()
}

/// The variant's name as JSON has it: a string, or the only key of an object.
fn tag<T: Serialize>(sample: &T) -> String {
    match serde_json::to_value(sample).expect("it can be written") {
        Value::String(name) => name,
        Value::Object(fields) => fields.keys().next().cloned().unwrap_or_default(),
        other => panic!("an enum is written as {other}"),
    }
}
