//! What the bot knows of a conversation: everything is read from the log, nothing is kept
//! elsewhere.

use std::collections::HashSet;

use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentId, AgentKind, AssignmentTold, Author, CommandId, ConversationId, PublicBody,
    ResolutionTold, Seq, StaffEntry,
};

use crate::brain::{self, Topic};
use crate::ids::{self, Purpose};
use crate::words::Lang;

/// After how many messages in a row that it does not understand the bot fetches a person.
const PATIENCE: u32 = 2;

/// A visitor's message that has no answer yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its id.
    pub id: CommandId,
    /// What it is about.
    pub topic: Topic,
}

/// Why a person is to take over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The message that says so.
    pub message: CommandId,
    /// What it says.
    pub words: String,
    /// Whether they asked; otherwise the bot does not understand them.
    pub asked: bool,
}

/// What the bot knows of a conversation.
#[derive(Debug)]
pub struct Chat {
    id: ConversationId,
    me: AgentId,
    /// The language to answer in.
    pub lang: Lang,
    /// The last entry that was read.
    pub last: Seq,
    /// The end of the visitor's log, as far as it was read.
    pub public: Seq,
    /// Visitor's messages without an answer, the oldest first.
    pub open: Vec<Question>,
    /// That a person is to take over, until one has.
    pub wish: Option<Wish>,
    /// How often the bot has answered.
    pub answers: u32,
    /// The greeting the bot owes since it joined.
    pub greeting: Option<CommandId>,
    /// What was sent and may not have come back in the log yet.
    pub sent: HashSet<CommandId>,
    missed: u32,
    /// The visitor has been told what answers them, and nobody else has since.
    introduced: bool,
}

impl Chat {
    /// A conversation of which nothing was read yet, with a visitor of that locale.
    pub fn new(id: ConversationId, me: AgentId, locale: &str) -> Self {
        Self {
            id,
            me,
            lang: Lang::of_tag(locale),
            last: Seq::START,
            public: Seq::START,
            open: Vec::new(),
            wish: None,
            answers: 0,
            greeting: None,
            sent: HashSet::new(),
            missed: 0,
            introduced: false,
        }
    }

    /// Reads on.
    pub fn take(&mut self, entry: &StaffEntry) {
        self.last = entry.seq;
        let EntryBody::Public { position, body } = &entry.body else {
            return;
        };
        self.public = *position;
        match body {
            PublicBody::Message { id, author, text } => match author {
                Author::Visitor => self.asked(*id, text),
                Author::Agent(agent) if *agent == self.me => self.answered(*id),
                Author::Agent(_) | Author::Other => {
                    self.open.clear();
                    self.missed = 0;
                }
            },
            PublicBody::Assignment(AssignmentTold::Joined { agent }) if agent.id == self.me => {
                if !self.introduced {
                    self.greeting = Some(ids::greeting(self.id, entry.seq.0));
                }
            }
            PublicBody::Assignment(AssignmentTold::Joined { agent }) => {
                self.greeting = None;
                self.introduced = false;
                if agent.kind == AgentKind::Person {
                    self.wish = None;
                    self.missed = 0;
                }
            }
            PublicBody::Resolution(ResolutionTold::Resolved) => {
                self.open.clear();
                self.wish = None;
                self.missed = 0;
            }
            PublicBody::Assignment(AssignmentTold::Waiting | AssignmentTold::Other)
            | PublicBody::Resolution(ResolutionTold::Reopened | ResolutionTold::Other)
            | PublicBody::Callback(_)
            | PublicBody::WrapUp(_)
            | PublicBody::CallOffer(_)
            | PublicBody::Voice(_)
            | PublicBody::Other => {}
        }
    }

    fn asked(&mut self, id: CommandId, text: &str) {
        let topic = brain::topic(text);
        self.lang = Lang::of_text(text).unwrap_or(self.lang);
        self.missed = if topic == Topic::Unknown {
            self.missed + 1
        } else {
            0
        };
        let asked = topic == Topic::Person;
        if asked || self.missed >= PATIENCE {
            self.wish = Some(Wish {
                message: id,
                words: text.to_owned(),
                asked,
            });
        }
        // Who says the same thing twice before there was time to answer gets one answer.
        self.open.retain(|other| other.topic != topic);
        self.open.push(Question { id, topic });
    }

    fn answered(&mut self, id: CommandId) {
        self.answers += 1;
        if self.greeting == Some(id) {
            self.greeting = None;
            self.introduced = true;
        }
        self.open
            .retain(|question| ids::about(question.id, Purpose::Answer) != id);
    }
}
