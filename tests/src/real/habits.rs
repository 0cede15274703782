//! What the agents of a test do by themselves.

use std::collections::BTreeSet;

use heard_client::Update;
use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentId, AssignmentAct, AssignmentNoted, Author, ConversationAct, ConversationId, PublicBody,
    Staff, StaffBody, StaffCommand, StaffEntry, StaffRow, Status,
};

use super::Voice;

/// Agents answer the messages whose number this divides, and note those that three times this
/// divides.
const ANSWER_EVERY: usize = 10;

/// An agent who takes what is offered, reads everything, and answers and notes what is theirs.
/// Visitors' messages end in a number.
pub struct Habits {
    me: AgentId,
    sent: Box<dyn FnMut() + Send>,
    own: BTreeSet<ConversationId>,
    followed: BTreeSet<ConversationId>,
    returns_every: Option<usize>,
}

impl Habits {
    /// This agent's; `sent` is called for every command that was taken.
    pub fn new(me: AgentId, sent: impl FnMut() + Send + 'static) -> Self {
        Self {
            me,
            sent: Box::new(sent),
            own: BTreeSet::new(),
            followed: BTreeSet::new(),
            returns_every: None,
        }
    }

    /// Conversations are returned to the queue at messages whose number this divides.
    #[must_use]
    pub const fn returning_every(mut self, messages: usize) -> Self {
        self.returns_every = Some(messages);
        self
    }

    /// Reacts to what the agent's client is told.
    ///
    /// # Panics
    /// If a visitor's message does not end in a number.
    pub fn hear(&mut self, voice: &Voice<Staff>, update: &Update<Staff>) {
        match update {
            Update::Rows { rows, .. } => {
                for line in rows.iter().filter_map(StaffRow::conversation) {
                    self.learn(voice, line.id, &line.status);
                }
            }
            Update::Entries {
                conversation,
                entries,
                ..
            } => {
                for entry in entries {
                    self.read(voice, *conversation, entry);
                }
            }
            Update::Sent { .. } => (self.sent)(),
            _ => {}
        }
    }

    fn learn(&mut self, voice: &Voice<Staff>, conversation: ConversationId, status: &Status) {
        if self.followed.insert(conversation) {
            voice.client().follow(conversation);
        }
        if matches!(status, Status::Offered { to, .. } if *to == self.me) {
            voice.say(StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Accept),
            });
        }
    }

    fn read(&mut self, voice: &Voice<Staff>, conversation: ConversationId, entry: &StaffEntry) {
        match &entry.body {
            EntryBody::Staff(StaffBody::Assignment(AssignmentNoted::Assigned { agent }))
                if *agent == self.me =>
            {
                self.own.insert(conversation);
            }
            EntryBody::Staff(StaffBody::Assignment(
                AssignmentNoted::Queued { .. } | AssignmentNoted::Assigned { .. },
            )) => {
                self.own.remove(&conversation);
            }
            EntryBody::Public {
                body:
                    PublicBody::Message {
                        author: Author::Visitor,
                        text,
                        ..
                    },
                ..
            } if self.own.contains(&conversation) => {
                let number = text.rsplit(' ').next().and_then(|word| word.parse().ok());
                let number: usize = number.expect("a visitor's message ends in its number");
                if number.is_multiple_of(ANSWER_EVERY) {
                    let text = format!("answer to {text}");
                    voice.say(StaffCommand::In {
                        conversation,
                        act: ConversationAct::Send { text },
                    });
                }
                if number.is_multiple_of(ANSWER_EVERY * 3) {
                    let text = format!("note on {text}");
                    voice.say(StaffCommand::In {
                        conversation,
                        act: ConversationAct::Note { text },
                    });
                }
                if let Some(every) = self.returns_every
                    && number.is_multiple_of(every)
                {
                    voice.say(StaffCommand::In {
                        conversation,
                        act: ConversationAct::Assignment(AssignmentAct::Return),
                    });
                }
            }
            EntryBody::Public { .. } | EntryBody::Staff(_) => {}
        }
    }
}
