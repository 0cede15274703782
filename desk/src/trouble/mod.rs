//! Text trouble: is writing to each other still getting these two anywhere?
//!
//! A conversation is listened to message by message ([`Watch::hear`]). When there is a reason to
//! offer a call, it comes out with its evidence, so that both sides can be told in plain words;
//! each reason once. Every reason has a rule of its own and a threshold that a site can set
//! ([`Limits`]). Nothing is learned and nothing is guessed from who the visitor is: what counts is
//! what was written, when, and how hard it was to write.
//!
//! | reason | rule |
//! |---|---|
//! | [`Reason::Connection`] | the visitor says that the chat breaks: once plainly, or twice in passing; or their connection has broken [`Limits::breaks`] times within ten minutes ([`Breaks`]) |
//! | [`Reason::NobodyFree`] | the visitor has written again and nobody has answered for [`Limits::wait_ms`] |
//! | [`Reason::Circles`] | signs of getting nowhere add up to [`Limits::circles`] points (see `circles.rs`) |
//! | [`Reason::HardToWrite`] | the visitor says so; or two messages took much longer than they are long, or lost more than was sent; or the two write different languages |
//! | [`Reason::Agent`] | the agent says that talking would be easier |
//! | [`Reason::Visitor`] | the visitor asks to talk |
//!
//! The offer has rules too: once per reason, and never after a "no" ([`Watch::may_offer`]), unless
//! the visitor asks to talk afterwards.
//!
//! The phrases are in `phrases/`, a catalogue for each language. They were written from dialogues
//! of our own; a third of those was kept aside until the rules were done.

mod breaks;
mod circles;
mod patterns;
mod phrases;
mod sameness;
mod watch;
mod words;
mod writing;

pub use breaks::Breaks;
pub use heard_protocol::{CallEvidence as Evidence, CallReason as Reason};
pub use watch::Watch;

use serde::{Deserialize, Serialize};

/// A reason's name in data: stable.
pub const fn name(reason: Reason) -> &'static str {
    match reason {
        Reason::Connection => "connection",
        Reason::NobodyFree => "nobody_free",
        Reason::Circles => "circles",
        Reason::HardToWrite => "hard_to_write",
        Reason::Agent => "agent",
        Reason::Visitor => "visitor_wish",
        Reason::Other => "other",
    }
}

/// A reason to offer a call, and what it is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// Why.
    pub reason: Reason,
    /// On what grounds: the weightiest.
    pub evidence: Evidence,
}

/// Who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// The visitor.
    Visitor,
    /// Somebody of the staff.
    Agent,
}

/// A message, as far as it matters here.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Whose.
    pub by: Speaker,
    /// When, in milliseconds since any moment that is the same for the whole conversation.
    pub at: u64,
    /// The words.
    pub text: &'a str,
    /// For how long the visitor typed, in milliseconds, if that is known.
    pub typed_ms: Option<u64>,
    /// How many characters they typed and deleted, if that is known.
    pub deleted: Option<u32>,
}

/// The thresholds. A site can set its own; what is left out is as in [`Limits::default`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// How long a visitor waits for the first answer, in milliseconds, before
    /// [`Reason::NobodyFree`].
    pub wait_ms: u64,
    /// How long an agent may take to answer, in milliseconds, before it is a sign of going in
    /// circles.
    pub silence_ms: u64,
    /// How many points make [`Reason::Circles`].
    pub circles: u32,
    /// How many messages that were hard to write make [`Reason::HardToWrite`].
    pub laborious: u32,
    /// From how many messages of the visitor's on their number is a sign by itself, if the
    /// conversation has also lasted `long_ms`.
    pub long: u32,
    /// See `long`; in milliseconds.
    pub long_ms: u64,
    /// How often the visitor's connection may break within ten minutes; so often is
    /// [`Reason::Connection`].
    pub breaks: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wait_ms: 180_000,
            silence_ms: 300_000,
            circles: 4,
            laborious: 2,
            long: 8,
            long_ms: 900_000,
            breaks: 3,
        }
    }
}

impl Limits {
    /// What would make no sense: the field, what is wrong with it, and whether it is.
    pub(crate) fn faults(&self) -> [(&'static str, &'static str, bool); 6] {
        let short = |ms: u64| ms < 1_000;
        [
            (
                "trouble.wait_ms",
                "must be at least 1000",
                short(self.wait_ms),
            ),
            (
                "trouble.silence_ms",
                "must be at least 1000",
                short(self.silence_ms),
            ),
            ("trouble.circles", "must be at least 1", self.circles == 0),
            (
                "trouble.laborious",
                "must be at least 1",
                self.laborious == 0,
            ),
            ("trouble.long", "must be at least 1", self.long == 0),
            ("trouble.breaks", "must be at least 1", self.breaks == 0),
        ]
    }
}
