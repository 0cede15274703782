//! What can be wrong with a history.

use heard_protocol::{AgentId, CommandId, ConversationId, Seq};

/// One thing the delivery contract rules out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A command was acknowledged and its words are nowhere.
    #[error("{sender}: {id} was acknowledged and is in no log")]
    Lost {
        /// Who sent it.
        sender: String,
        /// Which.
        id: CommandId,
    },
    /// The same words are in the logs more than once.
    #[error("{text:?} is in the logs {times} times")]
    Doubled {
        /// The words.
        text: String,
        /// How often.
        times: usize,
    },
    /// An entry's words are not what was submitted under its id, or not by whom, or not where.
    #[error("{conversation} at {at:?}: not what was submitted as {id}")]
    Altered {
        /// Where it stands.
        conversation: ConversationId,
        /// At which position.
        at: Seq,
        /// Its id.
        id: CommandId,
    },
    /// A log holds words that nobody submitted.
    #[error("{conversation} at {at:?}: nobody submitted {id}")]
    Unknown {
        /// Where it stands.
        conversation: ConversationId,
        /// At which position.
        at: Seq,
        /// Its id.
        id: CommandId,
    },
    /// Two of a sender's messages stand in the log the other way round.
    #[error("{sender}: {second} was submitted after {first} and stands before it")]
    Reordered {
        /// Who sent them.
        sender: String,
        /// Submitted earlier.
        first: CommandId,
        /// Submitted later.
        second: CommandId,
    },
    /// Two answers to one command are not the same.
    #[error("{sender}: {id} was answered in two ways")]
    AnswerChanged {
        /// Who sent it.
        sender: String,
        /// Which.
        id: CommandId,
    },
    /// One session passed on two answers to one command.
    #[error("{sender}: the answer to {id} came twice from one session")]
    AnsweredTwice {
        /// Who sent it.
        sender: String,
        /// Which.
        id: CommandId,
    },
    /// The run came to rest, and a command was never answered.
    #[error("{sender}: {id} was never answered")]
    Unanswered {
        /// Who sent it.
        sender: String,
        /// Which.
        id: CommandId,
    },
    /// A receipt points to where the command's words are not.
    #[error("{sender}: the receipt for {id} points elsewhere")]
    WrongReceipt {
        /// Who sent it.
        sender: String,
        /// Which.
        id: CommandId,
    },
    /// A command was refused for good and its words are in a log.
    #[error("{sender}: {id} was refused and is in a log")]
    RefusedAndWritten {
        /// Who sent it.
        sender: String,
        /// Which.
        id: CommandId,
    },
    /// A log's positions are not one after another.
    #[error("{conversation}: position {at:?} is out of line")]
    Hole {
        /// Which log.
        conversation: ConversationId,
        /// Where.
        at: Seq,
    },
    /// Somebody acted as the owner of a conversation that was not theirs, or it came to have two.
    #[error("{conversation} at {at:?}: {agent} and another own it at once")]
    TwoOwners {
        /// Which.
        conversation: ConversationId,
        /// Where in the staff's log.
        at: Seq,
        /// Who is one too many.
        agent: AgentId,
    },
    /// A reader was shown something else than what stands there: a repeat, a gap, another order,
    /// another text.
    #[error("{reader}: entry number {place} of {conversation} is not what stands there")]
    ShownWrong {
        /// Who reads.
        reader: String,
        /// Which log.
        conversation: ConversationId,
        /// The first wrong one, counted from 1.
        place: usize,
    },
    /// A reader who stayed to the end was not shown everything.
    #[error("{reader}: shown {shown} of {all} entries of {conversation}")]
    Incomplete {
        /// Who reads.
        reader: String,
        /// Which log.
        conversation: ConversationId,
        /// How many they were shown.
        shown: usize,
        /// How many there are for them.
        all: usize,
    },
    /// A visitor was shown a conversation that is not theirs, or anybody one that does not exist.
    #[error("{reader}: shown {conversation}, which is not theirs")]
    Misrouted {
        /// Who reads.
        reader: String,
        /// Which log.
        conversation: ConversationId,
    },
    /// A visitor was shown a note.
    #[error("{reader}: shown the note {id}")]
    NoteShown {
        /// Who reads.
        reader: String,
        /// Which note.
        id: CommandId,
    },
    /// Something else went wrong that must not.
    #[error("{0}")]
    Other(String),
}
