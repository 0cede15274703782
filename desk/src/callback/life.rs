//! What becomes of a request to be called.

use heard_protocol::{
    AgentCard, AgentId, CallLeg, CallbackForm, CallbackId, CallbackProgress, CallbackState,
    CallbackSummary, CallbackView, CallbackWhen, ContactId, ConversationId, Disposition,
    PublicBody, RefusalCode, SiteId, StaffBody, TalkReason, UnixMillis,
};
use serde::{Deserialize, Serialize};

use super::booking::zone_of;
use super::hours::{after_quiet, is_quiet};
use super::policy::{CallPolicy, Dialer};
use crate::conversation::{Change, Write};
use crate::skill::Level;
use crate::text;

const MINUTE_MS: u64 = 60_000;
/// For how long after a call its agent may still say what came of it, in milliseconds.
const AFTERTHOUGHT_MS: u64 = 60 * MINUTE_MS;
/// For how long the relay follows a call in which both talk, in milliseconds: a dialer that never says that it ended is taken at its last word then.
const LONGEST_TALK_MS: u64 = 4 * 60 * MINUTE_MS;

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
    pub reason: Option<TalkReason>,
    /// What it takes of whoever makes it.
    #[serde(default)]
    pub needs: Vec<Level>,
    /// The number's country, ISO 3166-1 alpha-2; may be empty.
    pub country: String,
    /// The version of the words that were agreed to ([`heard_protocol::consent`]); 0 if they were not ours.
    pub consent: u16,
    /// How often an agent took it. What dials for them is given the number, and says it with whatever it has to say.
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

    /// The life of a request from before there was one: it waits, or was closed by an agent.
    pub fn before_there_were_lives(
        requested_at: UnixMillis,
        ended: Option<(UnixMillis, Ending)>,
    ) -> Self {
        let mut life = Self::new(requested_at, requested_at.plus(30 * 24 * 60 * MINUTE_MS));
        if let Some((at, how)) = ended {
            life.stage = Stage::Ended { at, how };
        }
        life
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

    /// As staff see it.
    pub fn summary(&self) -> CallbackSummary {
        CallbackSummary {
            id: self.id,
            requested_at: self.requested_at,
            conversation: self.conversation,
            form: self.form.clone(),
            state: self.state(),
        }
    }

    fn state(&self) -> CallbackState {
        match &self.life.stage {
            Stage::Waiting => {
                self.life
                    .tries
                    .last()
                    .map_or(CallbackState::Open, |last| CallbackState::Again {
                        at: self.life.due,
                        tries: u8::try_from(self.life.tries.len()).unwrap_or(u8::MAX),
                        last: last.disposition,
                    })
            }
            Stage::Ringing { agent, until } => CallbackState::Ringing {
                agent: *agent,
                until: *until,
            },
            Stage::Calling {
                agent, since, leg, ..
            } => CallbackState::Calling {
                agent: *agent,
                since: *since,
                leg: *leg,
            },
            Stage::Ended { at, how } => match how {
                Ending::Closed {
                    by,
                    disposition,
                    note,
                } => CallbackState::Closed {
                    by: *by,
                    at: *at,
                    disposition: *disposition,
                    note: note.clone(),
                },
                Ending::Cancelled => CallbackState::Cancelled { at: *at },
                Ending::Expired => CallbackState::Expired { at: *at },
            },
        }
    }

    /// Where it is, as the visitor sees it.
    pub fn progress(&self) -> CallbackProgress {
        progress(&self.summary())
    }

    fn end(&mut self, how: Ending, now: UnixMillis) {
        self.life.stage = Stage::Ended { at: now, how };
    }

    /// The visitor no longer wants it.
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] once it is over, or an agent is calling.
    pub fn cancel(&mut self, now: UnixMillis) -> Result<Change, RefusalCode> {
        match self.life.stage {
            Stage::Waiting | Stage::Ringing { .. } => {}
            Stage::Calling { .. } | Stage::Ended { .. } => return Err(RefusalCode::WrongState),
        }
        self.end(Ending::Cancelled, now);
        let callback = self.id;
        Ok(vec![Write::Public(PublicBody::CallbackCancelled {
            callback,
        })])
    }

    /// It rings for an agent. Does nothing unless it waits.
    pub fn ring(&mut self, agent: AgentId, until: UnixMillis) -> Change {
        if self.life.stage != Stage::Waiting {
            return Change::new();
        }
        self.life.stage = Stage::Ringing { agent, until };
        let callback = self.id;
        vec![Write::Staff(StaffBody::CallbackRung { callback, agent })]
    }

    /// The agent it rings for did not take it. Does nothing unless it rings.
    pub fn miss(&mut self, now: UnixMillis) -> Change {
        let Stage::Ringing { agent, .. } = self.life.stage else {
            return Change::new();
        };
        self.pass(agent, now);
        let callback = self.id;
        vec![Write::Staff(StaffBody::CallbackMissed { callback, agent })]
    }

    fn pass(&mut self, agent: AgentId, now: UnixMillis) {
        self.life.stage = Stage::Waiting;
        self.life.passed.push((agent, now));
    }

    /// The agent it rings for turns it down.
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] unless it rings, [`RefusalCode::NotYours`] if for somebody else.
    pub fn decline(&mut self, by: AgentId, now: UnixMillis) -> Result<Change, RefusalCode> {
        match self.life.stage {
            Stage::Ringing { agent, .. } if agent == by => {}
            Stage::Ringing { .. } => return Err(RefusalCode::NotYours),
            Stage::Waiting | Stage::Calling { .. } | Stage::Ended { .. } => {
                return Err(RefusalCode::WrongState);
            }
        }
        self.pass(by, now);
        let declined = StaffBody::CallbackDeclined {
            callback: self.id,
            agent: by,
        };
        Ok(vec![Write::Staff(declined)])
    }

    /// An agent makes the call: the one it rings for, or any if it waits. `open` are the site's open requests.
    ///
    /// # Errors
    /// [`RefusalCode::AlreadyTaken`] if it rings for somebody else or a colleague makes it, [`RefusalCode::WrongState`] if it is over or the agent makes
    /// another, [`RefusalCode::BadTime`] in the visitor's quiet hours.
    pub fn take(
        &mut self,
        by: &AgentCard,
        policy: &CallPolicy,
        open: &[Self],
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        match self.life.stage {
            Stage::Waiting => {}
            Stage::Ringing { agent, .. } if agent == by.id => {}
            Stage::Calling { agent, .. } if agent == by.id => return Err(RefusalCode::WrongState),
            Stage::Ringing { .. } | Stage::Calling { .. } => return Err(RefusalCode::AlreadyTaken),
            Stage::Ended { .. } => return Err(RefusalCode::WrongState),
        }
        let makes =
            |one: &Self| matches!(one.life.stage, Stage::Calling { agent, .. } if agent == by.id);
        if open.iter().any(|one| one.id != self.id && makes(one)) {
            return Err(RefusalCode::WrongState);
        }
        if is_quiet(policy, self.zone(), now) {
            return Err(RefusalCode::BadTime);
        }
        let (leg, until) = match policy.dialer {
            Dialer::Link => (CallLeg::Visitor, None),
            Dialer::Webhook | Dialer::Sip => (CallLeg::Agent, Some(now.plus(dial_ms(policy)))),
        };
        self.life.taken = self.life.taken.saturating_add(1);
        self.life.stage = Stage::Calling {
            agent: by.id,
            since: now,
            leg,
            until,
        };
        let calling = PublicBody::CallbackCalling {
            callback: self.id,
            agent: by.clone(),
        };
        Ok(vec![Write::Public(calling)])
    }

    /// Something is heard of the call that is dialled for an agent. `order` is the number it was ordered under ([`Life::taken`]).
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] if that attempt is not under way: it ended, or this was heard before.
    pub fn dialled(
        &mut self,
        order: u16,
        event: DialEvent,
        policy: &CallPolicy,
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        let Stage::Calling {
            agent,
            since,
            leg: before,
            until: Some(_),
        } = self.life.stage
        else {
            return Err(RefusalCode::WrongState);
        };
        if !self.life.is_under_way(order) {
            return Err(RefusalCode::WrongState);
        }
        match event {
            DialEvent::Leg(leg) => {
                if rank(leg) <= rank(before) {
                    return Err(RefusalCode::WrongState);
                }
                let wait = match leg {
                    CallLeg::Agent | CallLeg::Visitor => dial_ms(policy),
                    CallLeg::Joined => LONGEST_TALK_MS,
                };
                self.life.stage = Stage::Calling {
                    agent,
                    since,
                    leg,
                    until: Some(now.plus(wait)),
                };
                Ok(Change::new())
            }
            DialEvent::NoAgent => {
                self.pass(agent, now);
                let callback = self.id;
                Ok(vec![Write::Staff(StaffBody::CallbackMissed {
                    callback,
                    agent,
                })])
            }
            DialEvent::Ended {
                disposition,
                talked_ms,
            } => Ok(self.tried(agent, since, disposition, talked_ms, policy, now)),
        }
    }

    /// Whatever dials has not been heard of in time: the attempt failed, or, if they were talking, is taken to have been answered.
    pub fn lapse(&mut self, policy: &CallPolicy, now: UnixMillis) -> Change {
        let Stage::Calling {
            agent,
            since,
            leg,
            until: Some(_),
        } = self.life.stage
        else {
            return Change::new();
        };
        let disposition = match leg {
            CallLeg::Agent | CallLeg::Visitor => Disposition::Technical,
            CallLeg::Joined => Disposition::Answered,
        };
        self.tried(agent, since, disposition, 0, policy, now)
    }

    /// The agent says what came of the attempt they make. Of one that was made for them they may add, soon after, what it came to in a line.
    ///
    /// # Errors
    /// [`RefusalCode::NotYours`] or [`RefusalCode::WrongState`], or what [`text::check_short`] refuses.
    pub fn report(
        &mut self,
        by: AgentId,
        disposition: Disposition,
        summary: &str,
        policy: &CallPolicy,
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        text::check_short(summary)?;
        let mut change = match &self.life.stage {
            Stage::Calling { agent, since, .. } if *agent == by => {
                let since = *since;
                self.tried(by, since, disposition, 0, policy, now)
            }
            Stage::Calling { .. } => return Err(RefusalCode::NotYours),
            Stage::Ended {
                at,
                how:
                    Ending::Closed {
                        by: closed,
                        disposition: what,
                        ..
                    },
            } if *what == disposition && now.since(*at) <= AFTERTHOUGHT_MS => {
                if *closed != by {
                    return Err(RefusalCode::NotYours);
                }
                Change::new()
            }
            Stage::Waiting | Stage::Ringing { .. } | Stage::Ended { .. } => {
                return Err(RefusalCode::WrongState);
            }
        };
        let text = summary.trim();
        if !text.is_empty() {
            if let Stage::Ended {
                how: Ending::Closed { note, .. },
                ..
            } = &mut self.life.stage
            {
                text.clone_into(note);
            }
            let summed = PublicBody::CallSummed {
                agent: by,
                text: text.to_owned(),
            };
            change.push(Write::Public(summed));
        }
        Ok(change)
    }

    /// An agent deals with it by hand, whatever the rules for attempts say.
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] once it is over, [`RefusalCode::NotYours`] while a colleague makes the call.
    pub fn close(
        &mut self,
        by: AgentId,
        disposition: Disposition,
        note: &str,
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        text::check_short(note)?;
        match self.life.stage {
            Stage::Ended { .. } => return Err(RefusalCode::WrongState),
            Stage::Calling { agent, .. } | Stage::Ringing { agent, .. } if agent != by => {
                return Err(RefusalCode::NotYours);
            }
            Stage::Calling { since, .. } => self.count(by, since, disposition, 0, now),
            Stage::Waiting | Stage::Ringing { .. } => self.count(by, now, disposition, 0, now),
        }
        let closed = Ending::Closed {
            by,
            disposition,
            note: note.trim().to_owned(),
        };
        self.end(closed, now);
        let callback = self.id;
        Ok(vec![Write::Public(PublicBody::CallbackClosed {
            callback,
            disposition,
        })])
    }

    /// The agent it rings for, or who makes it, is gone: it waits for the next. Does nothing if it is nobody's.
    pub fn release(&mut self) -> Change {
        let Some(agent) = self.life.agent() else {
            return Change::new();
        };
        self.life.stage = Stage::Waiting;
        let callback = self.id;
        vec![Write::Staff(StaffBody::CallbackReleased {
            callback,
            agent,
        })]
    }

    /// Nobody made it in time. Does nothing unless it waits.
    pub fn expire(&mut self, now: UnixMillis) -> Change {
        if self.life.stage != Stage::Waiting {
            return Change::new();
        }
        self.end(Ending::Expired, now);
        let callback = self.id;
        vec![Write::Public(PublicBody::CallbackExpired { callback })]
    }

    fn count(
        &mut self,
        agent: AgentId,
        since: UnixMillis,
        disposition: Disposition,
        talked_ms: u64,
        now: UnixMillis,
    ) {
        self.life.tries.push(Try {
            agent,
            since,
            at: now,
            disposition,
            talked_ms,
        });
    }

    /// An attempt ended: it is tried again later, or that was it.
    fn tried(
        &mut self,
        agent: AgentId,
        since: UnixMillis,
        disposition: Disposition,
        talked_ms: u64,
        policy: &CallPolicy,
        now: UnixMillis,
    ) -> Change {
        self.count(agent, since, disposition, talked_ms, now);
        let ended_so = self.life.tries.iter();
        let ended_so = ended_so
            .filter(|one| one.disposition == disposition)
            .count();
        let again = policy
            .retry(disposition)
            .filter(|retry| ended_so < usize::from(retry.attempts))
            .map(|retry| now.plus(u64::from(retry.after_minutes) * MINUTE_MS))
            .map(|at| after_quiet(policy, self.zone(), at))
            .filter(|at| *at < self.life.expires);
        let callback = self.id;
        if let Some(next) = again {
            self.life.stage = Stage::Waiting;
            self.life.due = next;
            self.life.slot = None;
            return vec![Write::Public(PublicBody::CallbackTried {
                callback,
                disposition,
                next,
            })];
        }
        let closed = Ending::Closed {
            by: agent,
            disposition,
            note: String::new(),
        };
        self.end(closed, now);
        vec![Write::Public(PublicBody::CallbackClosed {
            callback,
            disposition,
        })]
    }
}

/// Where a request is, as the visitor sees it.
fn progress(summary: &CallbackSummary) -> CallbackProgress {
    match &summary.state {
        CallbackState::Open => CallbackProgress::Waiting {
            due: match summary.form.when {
                CallbackWhen::At { at, .. } => at,
                CallbackWhen::Asap | CallbackWhen::Soon { .. } => summary.requested_at,
            },
        },
        CallbackState::Again { at, last, .. } => CallbackProgress::Again {
            at: *at,
            last: *last,
        },
        CallbackState::Ringing { .. }
        | CallbackState::Calling {
            leg: CallLeg::Agent,
            ..
        } => CallbackProgress::Ringing,
        CallbackState::Calling {
            leg: CallLeg::Visitor,
            ..
        } => CallbackProgress::Calling,
        CallbackState::Calling {
            leg: CallLeg::Joined,
            ..
        } => CallbackProgress::Talking,
        CallbackState::Closed { disposition, .. } => CallbackProgress::Closed {
            disposition: *disposition,
        },
        CallbackState::Cancelled { .. } => CallbackProgress::Cancelled,
        CallbackState::Expired { .. } => CallbackProgress::Expired,
    }
}

/// A request as the visitor sees it; `path` leads to its page.
pub fn view(summary: &CallbackSummary, path: String) -> CallbackView {
    CallbackView {
        id: summary.id,
        phone: summary.form.phone.clone(),
        when: summary.form.when.clone(),
        progress: progress(summary),
        path,
    }
}

const fn rank(leg: CallLeg) -> u8 {
    match leg {
        CallLeg::Agent => 0,
        CallLeg::Visitor => 1,
        CallLeg::Joined => 2,
    }
}

fn dial_ms(policy: &CallPolicy) -> u64 {
    u64::from(policy.dial_s) * 1_000
}

#[cfg(test)]
#[path = "life_tests.rs"]
pub(super) mod tests;
