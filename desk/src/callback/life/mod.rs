//! What becomes of a request to be called.

mod events;
mod shown;
#[cfg(test)]
pub(super) mod tests;

pub use shown::view;

use heard_protocol::{
    AgentId, CallLeg, CallReason, CallbackForm, CallbackId, CallbackWhen, ContactId,
    ConversationId, Disposition, SiteId, UnixMillis,
};
use serde::{Deserialize, Serialize};

use crate::skill::Level;

const MINUTE_MS: u64 = 60_000;

/// A request to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// Which.
    pub id: CallbackId,
    /// On which site.
    pub site: SiteId,
    /// Who asked.
    pub contact: ContactId,
    /// The conversation it came out of, if it did.
    pub conversation: Option<ConversationId>,
    /// When it was asked for.
    pub requested_at: UnixMillis,
    /// What was asked for; the number is normalised.
    pub form: CallbackForm,
    /// Where it is.
    pub life: Life,
}

/// Where a request is, and how it came there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// Where it is.
    pub stage: Stage,
    /// Not before when it is made.
    pub due: UnixMillis,
    /// From when on it is not worth making any more.
    pub expires: UnixMillis,
    /// The slot it takes up.
    pub slot: Option<UnixMillis>,
    /// What it came of; none if that was not kept.
    #[serde(default)]
    pub reason: Option<CallReason>,
    /// What it takes of whoever makes it.
    #[serde(default)]
    pub needs: Vec<Level>,
    /// The number's country, ISO 3166-1 alpha-2; may be empty.
    pub country: String,
    /// The version of the words that were agreed to ([`consent`](crate::consent)); 0 if they were
    /// not ours.
    pub consent: u16,
    /// How often an agent took it. What dials for them is given the number, and says it with
    /// whatever it has to say.
    pub taken: u16,
    /// The attempts that ended.
    pub tries: Vec<Try>,
    /// Who did not take it when it rang, and when.
    pub passed: Vec<(AgentId, UnixMillis)>,
}

/// Where a request is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It waits for its time, or for an agent.
    Waiting,
    /// It rings for an agent.
    Ringing {
        /// Who.
        agent: AgentId,
        /// Until when.
        until: UnixMillis,
    },
    /// An agent makes it.
    Calling {
        /// Who.
        agent: AgentId,
        /// Since when.
        since: UnixMillis,
        /// How far it has come.
        leg: CallLeg,
        /// When whatever dials must have been heard of; `None` where the agent dials.
        until: Option<UnixMillis>,
    },
    /// It is over.
    Ended {
        /// When.
        at: UnixMillis,
        /// How.
        how: Ending,
    },
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// An agent, or what dials for them, said what came of it.
    Closed {
        /// Who.
        by: AgentId,
        /// What came of it.
        disposition: Disposition,
        /// Anything worth keeping.
        note: String,
    },
    /// The visitor no longer wanted it.
    Cancelled,
    /// Nobody made it in time.
    Expired,
}

/// An attempt that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// Who made it.
    pub agent: AgentId,
    /// When it began.
    pub since: UnixMillis,
    /// When it ended.
    pub at: UnixMillis,
    /// What came of it.
    pub disposition: Disposition,
    /// How long they talked, in milliseconds, as far as known.
    pub talked_ms: u64,
}

/// What is heard of a call that is dialled for an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialEvent {
    /// It has come this far.
    Leg(CallLeg),
    /// The agent's own phone did not answer; the visitor's was not rung.
    NoAgent,
    /// It is over.
    Ended {
        /// What came of it.
        disposition: Disposition,
        /// How long they talked, in milliseconds.
        talked_ms: u64,
    },
}

impl Life {
    /// Waits for its time.
    pub(super) const fn new(due: UnixMillis, expires: UnixMillis) -> Self {
        Self {
            stage: Stage::Waiting,
            due,
            expires,
            slot: None,
            reason: None,
            needs: Vec::new(),
            country: String::new(),
            consent: 0,
            taken: 0,
            tries: Vec::new(),
            passed: Vec::new(),
        }
    }

    /// When it ended, if it did.
    pub const fn ended_at(&self) -> Option<UnixMillis> {
        match self.stage {
            Stage::Ended { at, .. } => Some(at),
            Stage::Waiting | Stage::Ringing { .. } | Stage::Calling { .. } => None,
        }
    }

    /// Whether the attempt that was ordered under this number ([`Life::taken`]) is under way.
    pub const fn is_under_way(&self, order: u16) -> bool {
        matches!(self.stage, Stage::Calling { .. }) && self.taken == order
    }

    /// Who makes it now.
    pub const fn caller(&self) -> Option<AgentId> {
        match self.stage {
            Stage::Calling { agent, .. } => Some(agent),
            Stage::Waiting | Stage::Ringing { .. } | Stage::Ended { .. } => None,
        }
    }

    /// Who is rung for it or makes it.
    pub const fn agent(&self) -> Option<AgentId> {
        match self.stage {
            Stage::Ringing { agent, .. } | Stage::Calling { agent, .. } => Some(agent),
            Stage::Waiting | Stage::Ended { .. } => None,
        }
    }
}

/// Where the visitor is, as far as they said; may be empty.
pub(super) fn zone_of(when: &CallbackWhen) -> &str {
    match when {
        CallbackWhen::Asap => "",
        CallbackWhen::At { zone, .. } | CallbackWhen::Soon { zone } => zone,
    }
}

impl Callback {
    /// Where the visitor is, by the IANA name of their time zone; may be empty.
    pub fn zone(&self) -> &str {
        zone_of(&self.form.when)
    }

    /// Whether the visitor still wants to hear of it: it is open, or ended within the last day.
    pub fn is_news(&self, now: UnixMillis) -> bool {
        self.life
            .ended_at()
            .is_none_or(|at| now.since(at) < 24 * 60 * MINUTE_MS)
    }
}
