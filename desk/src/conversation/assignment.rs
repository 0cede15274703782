//! Who answers a conversation: offers, the owner, and the way back into the queue.

use heard_protocol::{
    AgentCard, AgentId, AssignmentAct, AssignmentNoted, AssignmentTold, PublicBody, QueueReason,
    RefusalCode, StaffBody, Status, UnixMillis,
};

use super::{Change, Conversation, Write};
use crate::{text, voice};

/// The colleague a transfer goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Who.
    pub card: AgentCard,
    /// Whether they can take it now.
    pub online: bool,
}

impl Conversation {
    pub(super) fn assignment(
        &mut self,
        actor: &AgentCard,
        act: &AssignmentAct,
        recipient: Option<&Recipient>,
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        match act {
            AssignmentAct::Accept => self.accept(actor, now),
            AssignmentAct::Decline { reason } => self.decline(actor.id, reason, now),
            AssignmentAct::Transfer { comment, .. } => {
                self.transfer(actor.id, recipient, comment, now)
            }
            AssignmentAct::Return => {
                self.owned_by(actor.id)?;
                Ok(self.back_to_queue(QueueReason::Returned, Some(actor.id), now))
            }
        }
    }

    /// The agent who took the conversation out of the queue, if that is how it came from `before`
    /// to where it is.
    pub fn taken_since(&self, before: &Status) -> Option<AgentId> {
        let waited = matches!(before, Status::Waiting { .. } | Status::Offered { .. });
        self.owner().filter(|_| waited)
    }

    /// Offers it to an agent. Does nothing unless it waits.
    pub fn offer(&mut self, to: AgentId, until: UnixMillis) {
        if let Status::Waiting { since } = self.status {
            self.status = Status::Offered { since, to, until };
        }
    }

    /// Takes an offer back: `missed` if the agent let it run out, otherwise because they can't take
    /// it any more.
    pub fn withdraw(&mut self, missed: bool, now: UnixMillis) -> Change {
        let Status::Offered { since, to, .. } = self.status else {
            return Change::new();
        };
        self.status = Status::Waiting { since };
        if missed {
            self.passed.push((to, now));
            vec![Write::Staff(StaffBody::Assignment(
                AssignmentNoted::Missed { agent: to },
            ))]
        } else {
            Change::new()
        }
    }

    /// Takes it from an agent who is gone. Does nothing unless somebody owns it.
    pub fn give_back(&mut self, now: UnixMillis) -> Change {
        if self.owner().is_some() {
            self.back_to_queue(QueueReason::AgentGone, None, now)
        } else {
            Change::new()
        }
    }

    fn accept(&mut self, actor: &AgentCard, now: UnixMillis) -> Result<Change, RefusalCode> {
        match self.status {
            Status::Waiting { .. } => {}
            Status::Offered { to, .. } if to == actor.id => {}
            Status::Assigned { agent, .. } if agent == actor.id => {
                return Err(RefusalCode::WrongState);
            }
            Status::Offered { .. } | Status::Assigned { .. } => {
                return Err(RefusalCode::AlreadyTaken);
            }
            Status::Resolved { .. } => return Err(RefusalCode::WrongState),
        }
        Ok(self.assign(
            actor,
            StaffBody::Assignment(AssignmentNoted::Assigned { agent: actor.id }),
            now,
        ))
    }

    fn decline(
        &mut self,
        actor: AgentId,
        reason: &str,
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        text::check_short(reason)?;
        let Status::Offered { since, to, .. } = self.status else {
            return Err(RefusalCode::WrongState);
        };
        if to != actor {
            return Err(RefusalCode::NotYours);
        }
        self.status = Status::Waiting { since };
        self.passed.push((actor, now));
        let declined = StaffBody::Assignment(AssignmentNoted::Declined {
            agent: actor,
            reason: reason.trim().to_owned(),
        });
        Ok(vec![Write::Staff(declined)])
    }

    fn transfer(
        &mut self,
        actor: AgentId,
        recipient: Option<&Recipient>,
        comment: &str,
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        text::check_short(comment)?;
        self.owned_by(actor)?;
        let recipient = recipient.ok_or(RefusalCode::NotFound)?;
        if recipient.card.id == actor {
            return Err(RefusalCode::WrongState);
        }
        if !recipient.online {
            return Err(RefusalCode::ColleagueOffline);
        }
        let handed = StaffBody::Assignment(AssignmentNoted::Transferred {
            from: actor,
            to: recipient.card.id,
            comment: comment.trim().to_owned(),
        });
        Ok(self.assign(&recipient.card, handed, now))
    }

    pub(super) fn assign(&mut self, agent: &AgentCard, how: StaffBody, now: UnixMillis) -> Change {
        self.status = Status::Assigned {
            agent: agent.id,
            since: now,
        };
        self.front = false;
        self.passed.clear();
        heard_fold::voice::hand_over(&mut self.talk.voice, agent.id);
        vec![
            Write::Staff(how),
            Write::Public(PublicBody::Assignment(AssignmentTold::Joined {
                agent: agent.clone(),
            })),
        ]
    }

    fn back_to_queue(
        &mut self,
        reason: QueueReason,
        passed: Option<AgentId>,
        now: UnixMillis,
    ) -> Change {
        self.wait(now, true);
        self.passed.extend(passed.map(|agent| (agent, now)));
        let mut change = vec![
            Write::Staff(StaffBody::Assignment(AssignmentNoted::Queued { reason })),
            Write::Public(PublicBody::Assignment(AssignmentTold::Waiting)),
        ];
        change.extend(voice::leave(&mut self.talk.voice));
        change
    }

    pub(super) fn wait(&mut self, now: UnixMillis, front: bool) {
        self.status = Status::Waiting { since: now };
        self.front = front;
        self.passed.clear();
    }
}
