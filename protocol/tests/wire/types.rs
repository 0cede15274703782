//! Every type on the wire, by name.

use std::fmt::Write as _;

use heard_protocol::wire::Sample;
use heard_protocol::*;

/// The samples of one type as each codec writes them.
pub(crate) struct Type {
    pub(crate) name: &'static str,
    pub(crate) is_enum: bool,
    pub(crate) json: Vec<String>,
    pub(crate) postcard: Vec<String>,
    /// Reads a line of JSON and writes it again; the same for a line of postcard.
    pub(crate) again: fn(Codec, &[u8]) -> Result<Vec<u8>, CodecError>,
}

impl Type {
    fn of<T: Wire + Sample>(name: &'static str) -> Self {
        let written = |codec: Codec| {
            let all = T::samples().into_iter();
            all.map(move |one| codec.encode(&one).expect("every value can be written"))
        };
        Self {
            name,
            is_enum: T::IS_ENUM,
            json: written(Codec::Json)
                .map(|bytes| String::from_utf8(bytes).expect("JSON is text"))
                .collect(),
            postcard: written(Codec::Postcard)
                .map(|bytes| to_hex(&bytes))
                .collect(),
            again: |codec, bytes| codec.encode(&codec.decode::<T>(bytes)?),
        }
    }
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes anything");
        hex
    })
}

pub(crate) fn from_hex(line: &str) -> Vec<u8> {
    let pair = |pair: &[u8]| {
        let pair = str::from_utf8(pair).expect("hexadecimal is ASCII");
        u8::from_str_radix(pair, 16).expect("two hexadecimal digits")
    };
    line.as_bytes().chunks(2).map(pair).collect()
}

/// What the variants of an enum are called in JSON.
pub(crate) fn names<T: Wire + Sample>() -> Vec<String> {
    T::samples().iter().map(tag).collect()
}

/// What a value of an enum is called in JSON: a string, or the only key of an object.
pub(crate) fn tag<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value).expect("it can be written") {
        serde_json::Value::String(name) => name,
        serde_json::Value::Object(fields) => fields.keys().next().cloned().unwrap_or_default(),
        other => panic!("an enum is written as {other}"),
    }
}

macro_rules! types {
    ($($name:literal: $kind:ty,)+) => {
        pub(crate) fn types() -> Vec<Type> {
            vec![$(Type::of::<$kind>($name)),+]
        }
    };
}

types! {
    "client_frame.visitor": ClientFrame<Visitor>,
    "client_frame.staff": ClientFrame<Staff>,
    "relay_frame.visitor": RelayFrame<Visitor>,
    "relay_frame.staff": RelayFrame<Staff>,
    "hello.visitor": Hello<Visitor>,
    "hello.staff": Hello<Staff>,
    "welcome.visitor": Welcome<Visitor>,
    "welcome.staff": Welcome<Staff>,
    "envelope.visitor": Envelope<Visitor>,
    "envelope.staff": Envelope<Staff>,
    "visitor_command": VisitorCommand,
    "staff_command": StaffCommand,
    "conversation_act": ConversationAct,
    "receipt": Receipt,
    "refusal": Refusal,
    "refusal_code": RefusalCode,
    "public_entry": PublicEntry,
    "staff_entry": StaffEntry,
    "entry_body": EntryBody,
    "public_body": PublicBody,
    "staff_body": StaffBody,
    "author": Author,
    "assignment_act": AssignmentAct,
    "assignment_told": AssignmentTold,
    "assignment_noted": AssignmentNoted,
    "queue_reason": QueueReason,
    "resolution_act": ResolutionAct,
    "resolution_told": ResolutionTold,
    "call_offer_ask": CallOfferAsk,
    "call_offer_act": CallOfferAct,
    "call_offer_told": CallOfferTold,
    "call_offer_noted": CallOfferNoted,
    "call_reason": CallReason,
    "call_evidence": CallEvidence,
    "call_answer": CallAnswer,
    "callback_ask": CallbackAsk,
    "callback_act": CallbackAct,
    "callback_told": CallbackTold,
    "callback_noted": CallbackNoted,
    "callback_when": CallbackWhen,
    "callback_form": CallbackForm,
    "callback_summary": CallbackSummary,
    "callback_state": CallbackState,
    "callback_view": CallbackView,
    "callback_progress": CallbackProgress,
    "call_leg": CallLeg,
    "disposition": Disposition,
    "slot": Slot,
    "voice_ask": VoiceAsk,
    "voice_act": VoiceAct,
    "voice_told": VoiceTold,
    "voice_ending": VoiceEnding,
    "wrap_up_ask": WrapUpAsk,
    "wrap_up_act": WrapUpAct,
    "wrap_up_told": WrapUpTold,
    "me_act": MeAct,
    "mine": Mine,
    "staff_row": StaffRow,
    "visitor_row": VisitorRow,
    "conversation_summary": ConversationSummary,
    "facet": Facet,
    "status": Status,
    "colleague": Colleague,
    "agent_card": AgentCard,
    "agent_kind": AgentKind,
    "availability": Availability,
    "visitor_signal": VisitorSignal,
    "staff_signal": StaffSignal,
    "visitor_notice": VisitorNotice,
    "staff_notice": StaffNotice,
    "wait_estimate": WaitEstimate,
}
