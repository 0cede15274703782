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
//! * [`talk`]: why a call is offered, and what the visitor says to it.
//! * [`voice`]: a call between two pages, here and now.
//! * [`notice`]: what is worth knowing now and may be lost.
//! * [`frame`]: the messages of a socket, generic over the [`Role`] that speaks.
//! * [`close`]: why a socket was closed and what the client does next.
//! * [`codec`]: the two subprotocols, `heard.v1.postcard` and `heard.v1.json`, over the same types.
//!
//! # Changing a released shape
//!
//! Postcard is not self-describing: enums are append-only and structs never change. A new need is a
//! new variant with a new [`VERSION`]; the golden files under `tests/golden` fail on any byte that
//! moved.

pub mod close;
pub mod codec;
pub mod command;
pub mod entry;
pub mod frame;
pub mod id;
pub mod limits;
pub mod notice;
pub mod people;
pub mod role;
pub mod summary;
pub mod talk;
pub mod time;
pub mod token;
pub mod voice;

pub use close::{CloseCode, NextMove};
pub use codec::{Codec, CodecError};
pub use command::{
    CallbackForm, CallbackWhen, Consent, Disposition, Receipt, Refusal, RefusalCode, StaffCommand,
    VisitorCommand,
};
pub use entry::{Author, LogEntry, PublicBody, PublicEntry, StaffBody, StaffEntry};
pub use frame::{ClientFrame, Cursor, Envelope, Hello, RelayFrame, Resume, Welcome};
pub use id::{AgentId, CallbackId, CommandId, ContactId, ConversationId, SiteId, VoiceId};
pub use notice::{StaffNotice, StaffSignal, VisitorNotice, VisitorSignal, WaitEstimate};
pub use people::{AgentCard, AgentKind, Availability, Colleague, Page};
pub use role::{
    Role, SiteCard, Staff, StaffCredential, StaffWelcome, Visitor, VisitorCredential,
    VisitorWelcome,
};
pub use summary::{
    CallLeg, CallbackProgress, CallbackState, CallbackSummary, CallbackView, ConversationSummary,
    Slot, Status,
};
pub use talk::{TalkAnswer, TalkEvidence, TalkReason};
pub use time::{Epoch, Seq, UnixMillis};
pub use token::Secret;
pub use voice::VoiceEnding;

/// The version of the wire this crate speaks. It grows by one whenever a variant is appended.
pub const VERSION: u16 = 2;

/// The oldest version a relay of this crate still serves; an older client is told to reload.
pub const OLDEST_VERSION: u16 = 2;
