//! The words Heard's programs say to one another.
//!
//! A conversation is an append-only log of entries; a visitor's widget, an agent's console, a bot
//! and another relay are the same kind of reader. This crate holds what crosses the wire between
//! them and nothing else: no IO, no clock, no randomness. Time and ids come in as arguments.
//!
//! * [`id`]: prefixed ids (`cnv_…`, `agt_…`).
//! * [`entry`]: what a log holds. Visitors read [`PublicEntry`], staff read [`StaffEntry`]; a note
//!   cannot be put into the first, so it cannot be sent to a visitor.
//! * [`command`]: what a client asks for, acknowledged only once it is on disk.
//! * [`feature`]: the verbs and entries of each feature, a module each.
//! * [`row`]: the lists a client is shown; [`facet`]: the attributes of a conversation's line.
//! * [`notice`]: what is worth knowing now and may be lost.
//! * [`frame`]: the messages of a socket, generic over the [`Role`] that speaks.
//! * [`close`]: why a socket was closed and what the client does next.
//! * [`codec`]: the two subprotocols, `heard.v1.postcard` and `heard.v1.json`, over the same types.
//!
//! * [`wire`]: what follows from the declaration of a type: its form for older clients, its weight.
//!
//! # Changing a released shape
//!
//! Postcard is not self-describing: enums are append-only and structs never change. A new need is a
//! new variant marked `#[since(N)]` with a new [`VERSION`]. The relay sends what is newer than a
//! client's version as `Other`, or not at all ([`Wire::known_to`]). The
//! golden files under `tests/golden` fail on any line that moved.

pub mod close;
pub mod codec;
pub mod command;
pub mod entry;
pub mod facet;
pub mod feature;
pub mod frame;
pub mod id;
pub mod limits;
pub mod notice;
pub mod people;
pub mod refusal;
pub mod role;
pub mod row;
pub mod time;
pub mod token;
pub mod wire;

pub use close::{CloseCode, NextMove};
pub use codec::{Codec, CodecError};
pub use command::{ConversationAct, Receipt, StaffCommand, VisitorCommand};
pub use entry::{Author, EntryBody, LogEntry, PublicBody, PublicEntry, StaffBody, StaffEntry};
pub use facet::Facet;
pub use feature::assignment::{AssignmentAct, AssignmentNoted, AssignmentTold, QueueReason};
pub use feature::call_offer::{
    CallAnswer, CallEvidence, CallOfferAct, CallOfferAsk, CallOfferNoted, CallOfferTold, CallReason,
};
pub use feature::callback::{
    CallLeg, CallbackAct, CallbackAsk, CallbackForm, CallbackNoted, CallbackProgress,
    CallbackState, CallbackSummary, CallbackTold, CallbackView, CallbackWhen, Consent, Disposition,
    Slot,
};
pub use feature::me::{MeAct, Mine};
pub use feature::resolution::{ResolutionAct, ResolutionTold};
pub use feature::voice::{VoiceAct, VoiceAsk, VoiceEnding, VoiceTold};
pub use feature::wrap_up::{WrapUpAct, WrapUpAsk, WrapUpTold};
pub use frame::{ClientFrame, Cursor, Envelope, Hello, RelayFrame, Resume, Welcome};
pub use id::{AgentId, CallbackId, CommandId, ContactId, ConversationId, SiteId, VoiceId};
pub use notice::{StaffNotice, StaffSignal, VisitorNotice, VisitorSignal, WaitEstimate};
pub use people::{AgentCard, AgentKind, Availability, Colleague, Page};
pub use refusal::{Refusal, RefusalCode};
pub use role::{
    Role, SiteCard, Staff, StaffCredential, StaffWelcome, Visitor, VisitorCredential,
    VisitorWelcome,
};
pub use row::{ConversationSummary, Marks, StaffRow, Status, VisitorRow};
pub use time::{Epoch, Seq, UnixMillis};
pub use token::Secret;
pub use wire::Wire;

/// The version of the wire this crate speaks. It grows by one whenever a variant is appended, and
/// the new variant says so: `#[since(2)]`.
pub const VERSION: u16 = 1;

/// The oldest version a relay of this crate still serves; an older client is told to reload.
pub const OLDEST_VERSION: u16 = 1;
