//! What a command does to a conversation.
//!
//! ```text
//!              offer            accept
//!   Waiting ──────────► Offered ──────► Assigned ──resolve──► Resolved
//!      ▲  ◄─miss/decline──┘  accept       │  ▲  │                │  │
//!      │ ─────────────────────────────────┼──┘  └─transfer─►     │  │
//!      └────────return / agent gone───────┘◄──────reopen (agent)─┘  │
//!      └────────────────visitor writes again────────────────────────┘
//! ```
//!
//! A method that refuses leaves the conversation as it was; one that succeeds changes it and says
//! what to write into the log.

use heard_protocol::entry::QueueReason;
use heard_protocol::{
    AgentCard, AgentId, Author, CommandId, ContactId, ConversationId, PublicBody, RefusalCode,
    StaffBody, StaffCommand, Status, TalkEvidence, TalkReason, UnixMillis, VoiceEnding, VoiceId,
};

use crate::policy::Policy;
use crate::talk::{Stance, Talk};
use crate::{text, voice};

/// One entry to append, by who may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// For both faces of the log.
    Public(PublicBody),
    /// For staff alone.
    Staff(StaffBody),
}

/// The entries a change appends, in order. The first belongs to the command that caused it.
pub type Change = Vec<Write>;

/// What decisions about a conversation are made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// Whose.
    pub contact: ContactId,
    /// Where it is in its life.
    pub status: Status,
    /// Whether it waits before those that only just came.
    pub front: bool,
    /// Who declined or missed it during this wait, and when.
    pub passed: Vec<(AgentId, UnixMillis)>,
    /// What was offered when writing did not work, and what was said to it.
    pub talk: Talk,
}

/// The colleague a transfer goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Who.
    pub card: AgentCard,
    /// Whether they can take it now.
    pub online: bool,
}

impl Conversation {
    /// A conversation that begins with a visitor's first message.
    pub fn start(id: ConversationId, contact: ContactId, now: UnixMillis) -> Self {
        Self {
            id,
            contact,
            status: Status::Waiting { since: now },
            front: false,
            passed: Vec::new(),
            talk: Talk::default(),
        }
    }

    /// A conversation that begins with something other than words, such as a request to be called:
    /// nobody has to answer it.
    pub fn quiet(id: ConversationId, contact: ContactId, now: UnixMillis) -> Self {
        Self {
            status: Status::Resolved { at: now },
            ..Self::start(id, contact, now)
        }
    }

    /// Whether the visitor's next message belongs here rather than to a new conversation: it is
    /// open, or was resolved so lately that the message is about the same matter.
    pub fn continues(&self, policy: &Policy, now: UnixMillis) -> bool {
        match self.status {
            Status::Resolved { at } => now.since(at) <= policy.reopen_ms,
            Status::Waiting { .. } | Status::Offered { .. } | Status::Assigned { .. } => true,
        }
    }

    /// The agent who owns it now.
    pub fn owner(&self) -> Option<AgentId> {
        match self.status {
            Status::Assigned { agent, .. } => Some(agent),
            Status::Waiting { .. } | Status::Offered { .. } | Status::Resolved { .. } => None,
        }
    }

    /// Since when the visitor waits for an agent, if they do.
    pub fn waiting_since(&self) -> Option<UnixMillis> {
        match self.status {
            Status::Waiting { since } | Status::Offered { since, .. } => Some(since),
            Status::Assigned { .. } | Status::Resolved { .. } => None,
        }
    }

    /// The visitor writes. `first` says that the message starts the conversation.
    ///
    /// # Errors
    /// What [`text::check`] refuses.
    pub fn visitor_says(
        &mut self,
        id: CommandId,
        said: &str,
        first: bool,
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        text::check(said)?;
        let message = PublicBody::Message {
            id,
            author: Author::Visitor,
            text: said.to_owned(),
        };
        let mut change = vec![Write::Public(message)];
        if first {
            change.push(Write::Staff(StaffBody::Queued {
                reason: QueueReason::New,
            }));
        } else if matches!(self.status, Status::Resolved { .. }) {
            change.push(Write::Public(PublicBody::Reopened));
            change.push(Write::Staff(StaffBody::Queued {
                reason: QueueReason::Reopened,
            }));
            self.wait(now, false);
        }
        Ok(change)
    }

    /// An agent acts. `recipient` is the colleague named in a transfer, if there is one of that id
    /// in the team.
    ///
    /// # Errors
    /// Whatever the command or the conversation's state does not allow. Commands that are not about
    /// a conversation (those about calls, and about oneself) are [`RefusalCode::Invalid`] here.
    pub fn staff_acts(
        &mut self,
        actor: &AgentCard,
        id: CommandId,
        command: &StaffCommand,
        recipient: Option<&Recipient>,
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        match command {
            StaffCommand::Send { text, .. } => self.answer(actor.id, id, text),
            StaffCommand::Note { text, .. } => note(actor.id, id, text),
            StaffCommand::Accept { .. } => self.accept(actor, now),
            StaffCommand::Decline { reason, .. } => self.decline(actor.id, reason, now),
            StaffCommand::Transfer { comment, .. } => {
                self.transfer(actor.id, recipient, comment, now)
            }
            StaffCommand::Return { .. } => {
                self.owned_by(actor.id)?;
                Ok(self.back_to_queue(QueueReason::Returned, Some(actor.id), now))
            }
            StaffCommand::OfferTalk { why, .. } => {
                self.owned_by(actor.id)?;
                self.talk.suggest(why)
            }
            StaffCommand::Resolve { .. } => {
                self.owned_by(actor.id)?;
                self.status = Status::Resolved { at: now };
                let mut change = vec![Write::Public(PublicBody::Resolved)];
                change.extend(voice::leave(&mut self.talk.voice));
                Ok(change)
            }
            StaffCommand::AnswerVoice { call, .. } => {
                self.owned_by(actor.id)?;
                Ok(vec![voice::answer(&mut self.talk.voice, *call, actor.id)?])
            }
            StaffCommand::HangUp { call, why, .. } => {
                self.owned_by(actor.id)?;
                Ok(vec![voice::end(&mut self.talk.voice, *call, *why, false)?])
            }
            StaffCommand::SumVoice { call, summary, .. } => {
                Ok(vec![self.talk.sum(*call, actor.id, summary)?])
            }
            StaffCommand::Reopen { .. } => self.reopen(actor, now),
            StaffCommand::SetAvailability { .. }
            | StaffCommand::SetPhone { .. }
            | StaffCommand::SetHeadset { .. }
            | StaffCommand::CloseCallback { .. }
            | StaffCommand::TakeCallback { .. }
            | StaffCommand::DeclineCallback { .. }
            | StaffCommand::ReportCallback { .. } => Err(RefusalCode::Invalid),
        }
    }

    /// There may be a reason to talk rather than write, and the visitor may have said in words
    /// whether they want to. Nothing is offered once the matter is settled. What was seen before
    /// changes nothing.
    pub fn troubled(
        &mut self,
        seen: &[(TalkReason, TalkEvidence)],
        stance: Option<Stance>,
    ) -> Change {
        if matches!(self.status, Status::Resolved { .. }) {
            return Change::new();
        }
        if let Some(stance) = stance {
            self.talk.hear(stance);
        }
        let seen = seen.iter();
        seen.flat_map(|(reason, evidence)| self.talk.see(*reason, *evidence))
            .collect()
    }

    /// The visitor calls the agent who has it, from page to page. `headset` says that the agent can
    /// talk now.
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] if nobody has it, or they can't, or there is a call already.
    pub fn starts_voice(
        &mut self,
        call: VoiceId,
        reason: TalkReason,
        headset: bool,
    ) -> Result<Change, RefusalCode> {
        let can = headset && self.owner().is_some();
        Ok(vec![voice::start(&mut self.talk.voice, call, reason, can)?])
    }

    /// The visitor hangs up.
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] if it is not this call that goes on; [`RefusalCode::Invalid`] if
    /// only an agent can say so.
    pub fn ends_voice(&mut self, call: VoiceId, why: VoiceEnding) -> Result<Change, RefusalCode> {
        Ok(vec![voice::end(&mut self.talk.voice, call, why, true)?])
    }

    /// This is about to be written into its log: what follows from it for [`talk`](Self::talk).
    pub fn follow(&mut self, change: &Change, now: UnixMillis) {
        for one in change {
            self.talk.follow(one, now);
        }
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
            vec![Write::Staff(StaffBody::OfferMissed { agent: to })]
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

    fn answer(&self, actor: AgentId, id: CommandId, said: &str) -> Result<Change, RefusalCode> {
        text::check(said)?;
        self.owned_by(actor)?;
        let message = PublicBody::Message {
            id,
            author: Author::Agent(actor),
            text: said.to_owned(),
        };
        Ok(vec![Write::Public(message)])
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
        Ok(self.assign(actor, StaffBody::Assigned { agent: actor.id }, now))
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
        let declined = StaffBody::Declined {
            agent: actor,
            reason: reason.trim().to_owned(),
        };
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
        let handed = StaffBody::Transferred {
            from: actor,
            to: recipient.card.id,
            comment: comment.trim().to_owned(),
        };
        Ok(self.assign(&recipient.card, handed, now))
    }

    fn reopen(&mut self, actor: &AgentCard, now: UnixMillis) -> Result<Change, RefusalCode> {
        if !matches!(self.status, Status::Resolved { .. }) {
            return Err(RefusalCode::WrongState);
        }
        let mut change = vec![Write::Public(PublicBody::Reopened)];
        change.extend(self.assign(actor, StaffBody::Assigned { agent: actor.id }, now));
        Ok(change)
    }

    fn assign(&mut self, agent: &AgentCard, how: StaffBody, now: UnixMillis) -> Change {
        self.status = Status::Assigned {
            agent: agent.id,
            since: now,
        };
        self.front = false;
        self.passed.clear();
        voice::hand_over(&mut self.talk.voice, agent.id);
        vec![
            Write::Staff(how),
            Write::Public(PublicBody::AgentJoined {
                agent: agent.clone(),
            }),
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
            Write::Staff(StaffBody::Queued { reason }),
            Write::Public(PublicBody::Waiting),
        ];
        change.extend(voice::leave(&mut self.talk.voice));
        change
    }

    fn wait(&mut self, now: UnixMillis, front: bool) {
        self.status = Status::Waiting { since: now };
        self.front = front;
        self.passed.clear();
    }

    fn owned_by(&self, actor: AgentId) -> Result<(), RefusalCode> {
        match self.status {
            Status::Assigned { agent, .. } if agent == actor => Ok(()),
            Status::Assigned { .. } => Err(RefusalCode::NotYours),
            Status::Waiting { .. } | Status::Offered { .. } | Status::Resolved { .. } => {
                Err(RefusalCode::WrongState)
            }
        }
    }
}

fn note(author: AgentId, id: CommandId, said: &str) -> Result<Change, RefusalCode> {
    text::check(said)?;
    Ok(vec![Write::Staff(StaffBody::Note {
        id,
        author,
        text: said.to_owned(),
    })])
}

#[cfg(test)]
mod tests;
