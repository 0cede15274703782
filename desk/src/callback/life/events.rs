//! What happens to a request, and what that makes of it.

use heard_protocol::{
    AgentCard, AgentId, CallLeg, CallbackNoted, CallbackTold, Disposition, PublicBody, RefusalCode,
    StaffBody, UnixMillis, WrapUpTold,
};

use super::{Callback, DialEvent, Ending, MINUTE_MS, Stage, Try};
use crate::callback::hours::{after_quiet, is_quiet};
use crate::callback::policy::{CallPolicy, Dialer};
use crate::conversation::{Change, Write};
use crate::text;

/// For how long after a call its agent may still say what came of it, in milliseconds.
const AFTERTHOUGHT_MS: u64 = 60 * MINUTE_MS;
/// For how long the relay follows a call in which both talk, in milliseconds: a dialer that never
/// says that it ended is taken at its last word then.
pub(super) const LONGEST_TALK_MS: u64 = 4 * 60 * MINUTE_MS;

impl Callback {
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
        Ok(vec![Write::Public(PublicBody::Callback(
            CallbackTold::Cancelled { callback },
        ))])
    }

    /// It rings for an agent. Does nothing unless it waits.
    pub fn ring(&mut self, agent: AgentId, until: UnixMillis) -> Change {
        if self.life.stage != Stage::Waiting {
            return Change::new();
        }
        self.life.stage = Stage::Ringing { agent, until };
        let callback = self.id;
        vec![Write::Staff(StaffBody::Callback(CallbackNoted::Rung {
            callback,
            agent,
        }))]
    }

    /// The agent it rings for did not take it. Does nothing unless it rings.
    pub fn miss(&mut self, now: UnixMillis) -> Change {
        let Stage::Ringing { agent, .. } = self.life.stage else {
            return Change::new();
        };
        self.pass(agent, now);
        let callback = self.id;
        vec![Write::Staff(StaffBody::Callback(CallbackNoted::Missed {
            callback,
            agent,
        }))]
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
        let declined = StaffBody::Callback(CallbackNoted::Declined {
            callback: self.id,
            agent: by,
        });
        Ok(vec![Write::Staff(declined)])
    }

    /// An agent makes the call: the one it rings for, or any if it waits. `open` are the site's
    /// open requests.
    ///
    /// # Errors
    /// [`RefusalCode::AlreadyTaken`] if it rings for somebody else or a colleague makes it,
    /// [`RefusalCode::WrongState`] if it is over or the agent makes another,
    /// [`RefusalCode::BadTime`] in the visitor's quiet hours.
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
        let calling = PublicBody::Callback(CallbackTold::Calling {
            callback: self.id,
            agent: by.clone(),
        });
        Ok(vec![Write::Public(calling)])
    }

    /// Something is heard of the call that is dialled for an agent. `order` is the number it was
    /// ordered under ([`Life::taken`](super::Life::taken)).
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] if that attempt is not under way: it ended, or this was heard
    /// before.
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
                    CallLeg::Other => return Err(RefusalCode::Invalid),
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
                Ok(vec![Write::Staff(StaffBody::Callback(
                    CallbackNoted::Missed { callback, agent },
                ))])
            }
            DialEvent::Ended {
                disposition,
                talked_ms,
            } => Ok(self.tried(agent, since, disposition, talked_ms, policy, now)),
        }
    }

    /// Whatever dials has not been heard of in time: the attempt failed, or, if they were talking,
    /// is taken to have been answered.
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
            CallLeg::Agent | CallLeg::Visitor | CallLeg::Other => Disposition::Technical,
            CallLeg::Joined => Disposition::Answered,
        };
        self.tried(agent, since, disposition, 0, policy, now)
    }

    /// The agent says what came of the attempt they make. Of one that was made for them they may
    /// add, soon after, what it came to in a line.
    ///
    /// # Errors
    /// [`RefusalCode::NotYours`] or [`RefusalCode::WrongState`], or what [`text::check_short`]
    /// refuses.
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
            let summed = PublicBody::WrapUp(WrapUpTold::Summed {
                agent: by,
                text: text.to_owned(),
            });
            change.push(Write::Public(summed));
        }
        Ok(change)
    }

    /// An agent deals with it by hand, whatever the rules for attempts say.
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] once it is over, [`RefusalCode::NotYours`] while a colleague
    /// makes the call.
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
        Ok(vec![Write::Public(PublicBody::Callback(
            CallbackTold::Closed {
                callback,
                disposition,
            },
        ))])
    }

    /// The agent it rings for, or who makes it, is gone: it waits for the next. Does nothing if it
    /// is nobody's.
    pub fn release(&mut self) -> Change {
        let Some(agent) = self.life.agent() else {
            return Change::new();
        };
        self.life.stage = Stage::Waiting;
        let callback = self.id;
        vec![Write::Staff(StaffBody::Callback(CallbackNoted::Released {
            callback,
            agent,
        }))]
    }

    /// Nobody made it in time. Does nothing unless it waits.
    pub fn expire(&mut self, now: UnixMillis) -> Change {
        if self.life.stage != Stage::Waiting {
            return Change::new();
        }
        self.end(Ending::Expired, now);
        let callback = self.id;
        vec![Write::Public(PublicBody::Callback(CallbackTold::Expired {
            callback,
        }))]
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
            return vec![Write::Public(PublicBody::Callback(CallbackTold::Tried {
                callback,
                disposition,
                next,
            }))];
        }
        let closed = Ending::Closed {
            by: agent,
            disposition,
            note: String::new(),
        };
        self.end(closed, now);
        vec![Write::Public(PublicBody::Callback(CallbackTold::Closed {
            callback,
            disposition,
        }))]
    }
}

const fn rank(leg: CallLeg) -> u8 {
    match leg {
        CallLeg::Agent => 0,
        CallLeg::Visitor => 1,
        CallLeg::Joined | CallLeg::Other => 2,
    }
}

fn dial_ms(policy: &CallPolicy) -> u64 {
    u64::from(policy.dial_s) * 1_000
}
