//! Noticing that writing gets two people nowhere.
//!
//! One task listens to what is said in the conversations whose messages this node writes down, off
//! everybody's way: it is told of a commit after those who wait for it, and nobody waits for this.
//! What it remembers of a conversation is the score so far. It hears every entry of a conversation
//! that it remembers, its positions tell when it missed some, and those it reads from the store;
//! one that it does not remember it reads from the beginning. So what it forgets, or is not told,
//! is not lost. What it finds goes to the store, where `desk` decides whether it is news: several
//! nodes may find the same.

mod known;
mod limits;
mod listener;
mod patience;
mod recent;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use heard_protocol::{ContactId, ConversationId, SiteId, StaffEntry};
use tokio::sync::mpsc;

pub(crate) use listener::Ear;
pub(crate) use patience::Patience;

use crate::store::Fact;

/// How many commits may wait to be listened to. More are let go, and read from the store when
/// somebody speaks again.
const WAITING: usize = 256;

/// What was written into a log.
#[derive(Debug)]
pub(crate) struct Entries {
    site: SiteId,
    contact: ContactId,
    conversation: ConversationId,
    /// Consecutive, and never none.
    new: Arc<[StaffEntry]>,
}

/// Something that the listener is told.
enum Heard {
    /// A commit: of this node's, or of another's that somebody here hears of.
    Said { all: Vec<Entries>, ours: bool },
    /// How hard a visitor's next message was to write.
    Effort {
        contact: ContactId,
        typed_ms: u32,
        deleted: u32,
    },
    /// A visitor's connection broke.
    Broke { site: SiteId, contact: ContactId },
}

/// Where what is said is told.
#[derive(Clone)]
pub(crate) struct Listening(mpsc::Sender<Heard>);

/// Both ends.
pub(crate) fn channel() -> (Listening, Ear) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Listening(sender), Ear::new(receiver))
}

impl std::fmt::Debug for Listening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listening")
    }
}

/// What of these facts concerns the listener.
pub(crate) fn entries(facts: &[Fact]) -> impl Iterator<Item = Entries> + '_ {
    facts.iter().filter_map(|fact| match fact {
        Fact::Entries {
            site,
            contact,
            conversation,
            entries,
            ..
        } => Some(Entries {
            site: *site,
            contact: *contact,
            conversation: *conversation,
            new: Arc::clone(entries),
        }),
        _ => None,
    })
}

impl Listening {
    /// Tells that a visitor's connection broke: nobody ended it with a word.
    pub(crate) fn broke(&self, site: SiteId, contact: ContactId) {
        let _ = self.0.try_send(Heard::Broke { site, contact });
    }

    /// Tells of a commit. Never waits: when there is no room, the next message makes up for it.
    pub(crate) fn said(&self, all: Vec<Entries>, ours: bool) {
        if !all.is_empty() {
            let _ = self.0.try_send(Heard::Said { all, ours });
        }
    }

    /// Tells how hard a visitor's next message was to write: for how long they typed, in
    /// milliseconds, and how many characters they deleted.
    pub(crate) fn effort(&self, contact: ContactId, typed_ms: u32, deleted: u32) {
        let _ = self.0.try_send(Heard::Effort {
            contact,
            typed_ms,
            deleted,
        });
    }
}
