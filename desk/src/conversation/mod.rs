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

mod assignment;
mod resolution;

use heard_protocol::{
    AgentCard, AgentId, AssignmentNoted, Author, CallEvidence, CallOfferAct, CallReason, CommandId,
    ContactId, ConversationAct, ConversationId, PublicBody, QueueReason, RefusalCode,
    ResolutionTold, StaffBody, Status, UnixMillis, VoiceAct, VoiceEnding, VoiceId, WrapUpAct,
    WrapUpTold,
};

pub use assignment::Recipient;

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
            change.push(Write::Staff(StaffBody::Assignment(
                AssignmentNoted::Queued {
                    reason: QueueReason::New,
                },
            )));
        } else if matches!(self.status, Status::Resolved { .. }) {
            change.push(Write::Public(PublicBody::Resolution(
                ResolutionTold::Reopened,
            )));
            change.push(Write::Staff(StaffBody::Assignment(
                AssignmentNoted::Queued {
                    reason: QueueReason::Reopened,
                },
            )));
            self.wait(now, false);
        }
        Ok(change)
    }

    /// An agent acts. `recipient` is the colleague named in a transfer, if there is one of that id
    /// in the team.
    ///
    /// # Errors
    /// The act is malformed, or the conversation's state does not allow it.
    pub fn acts(
        &mut self,
        actor: &AgentCard,
        id: CommandId,
        act: &ConversationAct,
        recipient: Option<&Recipient>,
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        match act {
            ConversationAct::Send { text } => self.answer(actor.id, id, text),
            ConversationAct::Note { text } => note(actor.id, id, text),
            ConversationAct::Assignment(act) => self.assignment(actor, act, recipient, now),
            ConversationAct::Resolution(act) => self.resolution(actor, act, now),
            ConversationAct::CallOffer(CallOfferAct::Offer { why }) => {
                self.owned_by(actor.id)?;
                self.talk.suggest(why)
            }
            ConversationAct::Voice(act) => {
                self.owned_by(actor.id)?;
                let voice = &mut self.talk.voice;
                Ok(vec![match act {
                    VoiceAct::Answer { call } => voice::answer(voice, *call, actor.id)?,
                    VoiceAct::End { call, why } => voice::end(voice, *call, *why, false)?,
                }])
            }
            ConversationAct::WrapUp(WrapUpAct::Sum { call, summary }) => {
                Ok(vec![self.talk.sum(*call, actor.id, summary)?])
            }
        }
    }

    /// There may be a reason to talk rather than write, and the visitor may have said in words
    /// whether they want to. Nothing is offered once the matter is settled. What was seen before
    /// changes nothing.
    pub fn troubled(
        &mut self,
        seen: &[(CallReason, CallEvidence)],
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
        reason: CallReason,
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

    /// The visitor rates the last call of the conversation.
    ///
    /// # Errors
    /// [`RefusalCode::Invalid`] unless there are one to five stars; what [`text::check_short`]
    /// refuses.
    pub fn rated(&self, stars: u8, word: &str) -> Result<Change, RefusalCode> {
        text::check_short(word)?;
        if !(1..=5).contains(&stars) {
            return Err(RefusalCode::Invalid);
        }
        let word = word.trim().to_owned();
        let rated = WrapUpTold::Rated { stars, word };
        Ok(vec![Write::Public(PublicBody::WrapUp(rated))])
    }

    /// This is about to be written into its log: what follows from it for [`talk`](Self::talk).
    pub fn follow(&mut self, change: &Change, now: UnixMillis) {
        for one in change {
            self.talk.follow(one, now);
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
