//! What the panel knows, and the questions it answers.

use std::sync::Arc;

use heard_client::LinkState;
use heard_fold::{Stage, Thread};
use heard_protocol::limits::MAX_TEXT_BYTES;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, Author, CallbackProgress, CallbackView, CommandId,
    ConversationId, Cursor, PublicBody, PublicEntry, RefusalCode, Seq, Slot, UnixMillis,
    WaitEstimate,
};

/// One conversation as far as it has been read.
#[derive(Debug, Clone)]
pub struct Log {
    /// Which.
    pub conversation: ConversationId,
    /// Its entries, in order.
    pub said: Vec<Said>,
}

/// One entry, its text shareable between redraws.
#[derive(Debug, Clone)]
pub struct Said {
    /// What the relay sent, its text moved into `text`.
    pub entry: PublicEntry,
    /// The text of a message; empty for anything else.
    pub text: Arc<str>,
}

/// A message of the visitor's own that is not in the log yet.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Its id.
    pub id: CommandId,
    /// What it says.
    pub text: Arc<str>,
    /// The relay has it; its entry is on the way.
    pub sent: bool,
    /// The relay will not have it.
    pub failed: Option<RefusalCode>,
}

/// How far one of the visitor's messages has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// Waits for a connection.
    Kept,
    /// On its way.
    Sending,
    /// On the relay's disk.
    Sent,
    /// Somebody at the shop has seen it.
    Seen,
}

/// Whom the visitor talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// What they are called.
    pub name: String,
    /// Who they are; nobody yet if it is the shop itself.
    pub kind: Option<AgentKind>,
}

/// The visitor's place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// How many are before them.
    pub ahead: u32,
    /// How long it may take.
    pub wait: WaitEstimate,
}

/// What the panel knows.
#[derive(Debug, Clone)]
pub struct Model {
    /// The shop's name.
    pub site: String,
    /// The conversations of this visit, oldest first; the last is the current one.
    pub logs: Vec<Log>,
    /// The visitor's messages that are not in a log yet, oldest first.
    pub pending: Vec<Pending>,
    /// Every agent who took part.
    pub agents: Vec<AgentCard>,
    /// What the current log comes to.
    pub thread: Thread,
    /// The connection.
    pub link: LinkState,
    /// Whether a greeting has come in this page's life.
    pub greeted: bool,
    /// Whether somebody is at the desk, as far as known.
    pub open: bool,
    /// The place in the queue, while there is one.
    pub queue: Option<Queue>,
    /// Who is typing.
    pub typing: Option<AgentId>,
    /// The visitor's latest request to be called, as far as the relay has told of it.
    pub call: Option<CallbackView>,
    /// The times there are for a call; not known yet if there are none.
    pub slots: Option<Vec<Slot>>,
    /// Whether the agent who has the conversation can talk here and now.
    pub headset: bool,
    /// How far staff have read the current log.
    pub staff_read: Seq,
    /// How far the visitor has read the current log, here or in another tab.
    pub visitor_read: Seq,
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadText {
    /// There is nothing in it.
    Empty,
    /// It is longer than a message may be, by this many characters.
    TooLong(usize),
}

impl Model {
    /// Knows the shop's name and what an earlier life of the page could not send.
    pub fn new(site: String, kept: impl IntoIterator<Item = (CommandId, String)>) -> Self {
        Self {
            site,
            logs: Vec::new(),
            pending: kept
                .into_iter()
                .map(|(id, text)| Pending::new(id, &text))
                .collect(),
            agents: Vec::new(),
            thread: Thread::default(),
            link: LinkState::Idle,
            greeted: false,
            // Nobody is told that the desk is empty before that is known.
            open: true,
            queue: None,
            typing: None,
            call: None,
            slots: None,
            headset: false,
            staff_read: Seq::START,
            visitor_read: Seq::START,
        }
    }

    /// The visitor says something under a fresh id.
    pub fn say(&mut self, id: CommandId, text: &str) {
        self.pending.push(Pending::new(id, text));
    }

    /// Takes a failed message back, to be sent again or thrown away. Nothing if there is none of
    /// this id.
    pub fn take_back(&mut self, id: CommandId) -> Option<Arc<str>> {
        let index = self
            .pending
            .iter()
            .position(|pending| pending.id == id && pending.failed.is_some())?;
        Some(self.pending.remove(index).text)
    }

    /// Whom the visitor talks to: the agent who has the conversation or had it last, else the shop.
    pub fn partner(&self) -> Partner {
        let card = match self.thread.stage {
            Stage::With(id) => self.agent(id),
            Stage::Fresh | Stage::Waiting | Stage::Resolved => None,
        };
        card.map_or_else(
            || Partner {
                name: self.site.clone(),
                kind: None,
            },
            |card| Partner {
                name: card.name.clone(),
                kind: Some(card.kind),
            },
        )
    }

    /// The card of an agent who took part.
    pub fn agent(&self, id: AgentId) -> Option<&AgentCard> {
        self.agents.iter().find(|card| card.id == id)
    }

    /// How many of the agents' messages the visitor has not seen.
    pub fn unread(&self) -> u32 {
        let Some(log) = self.logs.last() else {
            return 0;
        };
        let unread = log
            .said
            .iter()
            .rev()
            .take_while(|said| said.entry.seq > self.visitor_read)
            .filter(|said| is_answer(&said.entry.body))
            .count();
        u32::try_from(unread).unwrap_or(u32::MAX)
    }

    /// Whether the visitor has seen all there is.
    pub fn is_seen(&self) -> bool {
        self.logs
            .last()
            .and_then(|log| log.said.last())
            .is_none_or(|said| said.entry.seq <= self.visitor_read)
    }

    /// The visitor looks at the conversation. Says what to tell the relay, if that is news.
    pub fn look(&mut self) -> Option<Cursor> {
        if self.is_seen() {
            return None;
        }
        let log = self.logs.last()?;
        let end = log.said.last()?.entry.seq;
        self.visitor_read = end;
        Some(Cursor {
            conversation: log.conversation,
            after: end,
        })
    }

    /// The request to be called that is open now.
    pub fn open_call(&self) -> Option<&CallbackView> {
        self.call.as_ref().filter(|call| is_open(&call.progress))
    }

    /// Learns how a request stands. The path of its page is only told now and then, and stays; of
    /// two requests the open one is shown, or the newer.
    pub(super) fn learn(&mut self, mut view: CallbackView) {
        match &self.call {
            Some(known) if known.id == view.id && view.path.is_empty() => {
                view.path.clone_from(&known.path);
            }
            Some(known) if known.id == view.id => {}
            Some(known) => {
                let (old, new) = (is_open(&known.progress), is_open(&view.progress));
                if old && !new || old == new && known.id > view.id {
                    return;
                }
            }
            None => {}
        }
        self.thread.booked = is_open(&view.progress);
        self.call = Some(view);
    }

    /// Whether anything was said, or is about to be.
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty() && self.logs.iter().all(|log| log.said.is_empty())
    }
}

impl Pending {
    fn new(id: CommandId, text: &str) -> Self {
        Self {
            id,
            text: Arc::from(text),
            sent: false,
            failed: None,
        }
    }
}

/// Whether a request is still to lead to a call, or does so now.
fn is_open(progress: &CallbackProgress) -> bool {
    !matches!(
        progress,
        CallbackProgress::Closed { .. } | CallbackProgress::Cancelled | CallbackProgress::Expired
    )
}

/// Whether a body is something an agent wrote.
pub(super) fn is_answer(body: &PublicBody) -> bool {
    matches!(
        body,
        PublicBody::Message {
            author: Author::Agent(_),
            ..
        }
    )
}

/// Whether a text can be sent: it is trimmed first, as white space around a message means nothing.
///
/// # Errors
/// If it is empty or too long.
pub fn sendable(text: &str) -> Result<&str, BadText> {
    let text = text.trim();
    if text.is_empty() {
        Err(BadText::Empty)
    } else if text.len() > MAX_TEXT_BYTES {
        let mut over = text.len() - MAX_TEXT_BYTES;
        let cut = text.chars().rev().take_while(|letter| {
            let more = over > 0;
            over = over.saturating_sub(letter.len_utf8());
            more
        });
        Err(BadText::TooLong(cut.count()))
    } else {
        Ok(text)
    }
}

/// When a command was made: what an unsent message is dated by.
pub(super) fn made_at(id: CommandId) -> UnixMillis {
    id.made_at()
}
