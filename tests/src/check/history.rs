//! What a run leaves behind.

use heard_protocol::{
    AgentId, CallbackAsk, CommandId, ContactId, ConversationAct, ConversationId, PublicEntry,
    Receipt, RefusalCode, StaffCommand, StaffEntry, VisitorCommand,
};

/// Everything that was seen of a run.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Who submitted what, and what they were told.
    pub senders: Vec<Sender>,
    /// What visitors were shown.
    pub visitors: Vec<Shown<PublicEntry>>,
    /// What agents were shown.
    pub staff: Vec<Shown<StaffEntry>>,
    /// Every log as it is in the end.
    pub logs: Vec<FinalLog>,
}

/// A log as it is in the end.
#[derive(Debug, Clone)]
pub struct FinalLog {
    /// Which.
    pub conversation: ConversationId,
    /// Whose conversation it is.
    pub contact: ContactId,
    /// The staff's face of it, from the start.
    pub entries: Vec<StaffEntry>,
}

/// Somebody who submits commands one after another: a tab or a program, across all its lives.
#[derive(Debug, Clone)]
pub struct Sender {
    /// What reports call them.
    pub name: String,
    /// Who they are to the relay; nobody if they were never let in.
    pub who: Option<Who>,
    /// What they submitted, in order.
    pub submitted: Vec<Submitted>,
}

/// Who somebody is to the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A visitor.
    Visitor(ContactId),
    /// An agent.
    Agent(AgentId),
}

/// A command that was submitted.
#[derive(Debug, Clone)]
pub struct Submitted {
    /// Its id.
    pub id: CommandId,
    /// What it says.
    pub said: Said,
    /// The answers that came, in order. More than one session may have carried it.
    pub told: Vec<Told>,
    /// Whether the run went on until an answer must have come.
    pub settled: bool,
}

/// What a command says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A message; a visitor does not say where.
    Message {
        /// Where, if they say.
        conversation: Option<ConversationId>,
        /// The words: no two commands of a run say the same.
        text: String,
    },
    /// A note.
    Note {
        /// Where.
        conversation: ConversationId,
        /// The words, as unlike all others.
        text: String,
    },
    /// A request to be called.
    Call,
    /// Anything else.
    Act,
}

impl From<&VisitorCommand> for Said {
    fn from(command: &VisitorCommand) -> Self {
        match command {
            VisitorCommand::Send { text } => Self::Message {
                conversation: None,
                text: text.clone(),
            },
            VisitorCommand::Callback(CallbackAsk::Request(_)) => Self::Call,
            _ => Self::Act,
        }
    }
}

impl From<&StaffCommand> for Said {
    fn from(command: &StaffCommand) -> Self {
        match command {
            StaffCommand::In {
                conversation,
                act: ConversationAct::Send { text },
            } => Self::Message {
                conversation: Some(*conversation),
                text: text.clone(),
            },
            StaffCommand::In {
                conversation,
                act: ConversationAct::Note { text },
            } => Self::Note {
                conversation: *conversation,
                text: text.clone(),
            },
            _ => Self::Act,
        }
    }
}

/// An answer that a session passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Which life of which session was told, by a number of its own.
    pub session: usize,
    /// What.
    pub answer: Result<Receipt, RefusalCode>,
}

/// What one reader was shown of one log, from where it began to follow it.
#[derive(Debug, Clone)]
pub struct Shown<E> {
    /// What reports call the reader.
    pub reader: String,
    /// Who reads.
    pub who: Option<Who>,
    /// Which log.
    pub conversation: ConversationId,
    /// The entries, in the order in which they were shown.
    pub entries: Vec<E>,
    /// Whether the reader was still there, connected and following, when the run had come to rest.
    pub to_the_end: bool,
}
