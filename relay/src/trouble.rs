//! Noticing that writing gets two people nowhere.
//!
//! One task listens to what is said in the conversations whose messages this node writes down, off everybody's way: it is told of a commit, and nobody
//! waits for it. What it remembers of a conversation is the score so far; a conversation it does not remember, or of which it has missed something, it
//! reads from the store, so what it forgets is not lost. What it finds goes to the store, where `desk` decides whether it is news.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use heard_desk::trouble::{Limits, Said, Speaker, Watch};
use heard_protocol::entry::EntryBody;
use heard_protocol::{Author, ContactId, ConversationId, PublicBody, Seq, SiteId, StaffEntry};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::store::{Fact, Request, Store};

/// How many commits may wait to be listened to. More are let go: their conversations are read from the store at their next message.
const WAITING: usize = 1_024;
/// How many conversations are remembered before all of them are forgotten.
const REMEMBERED: usize = 4_096;
/// How long a conversation may be that is read from the store, in entries.
const LONGEST: usize = 500;
/// Of the time, how much this may take: after so long at work it rests for as long as the rest of the second.
const WORK: Duration = Duration::from_millis(100);
const REST: Duration = Duration::from_millis(900);

/// Something that was said.
enum Heard {
    Entries {
        site: SiteId,
        contact: ContactId,
        conversation: ConversationId,
        entries: Arc<[StaffEntry]>,
    },
    Effort {
        contact: ContactId,
        typed_ms: u32,
        deleted: u32,
    },
}

/// Where what is said is told.
#[derive(Clone)]
pub(crate) struct Listening(mpsc::Sender<Heard>);

/// The other end, until there is a store to look into.
pub(crate) struct Ear(mpsc::Receiver<Heard>);

/// Both ends.
pub(crate) fn channel() -> (Listening, Ear) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Listening(sender), Ear(receiver))
}

impl std::fmt::Debug for Listening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listening")
    }
}

impl std::fmt::Debug for Ear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ear")
    }
}

impl Listening {
    /// Tells of a fact, if something was said. Never waits.
    pub(crate) fn fact(&self, fact: &Fact) {
        let Fact::Entries {
            site,
            contact,
            conversation,
            entries,
            ..
        } = fact
        else {
            return;
        };
        let heard = || Heard::Entries {
            site: *site,
            contact: *contact,
            conversation: *conversation,
            entries: Arc::clone(entries),
        };
        if entries.iter().any(|entry| words(entry).is_some()) {
            // When there is no room, the next message makes up for it.
            let _ = self.0.try_reserve().map(|place| place.send(heard()));
        }
    }

    /// Tells how hard a visitor's next message was to write.
    pub(crate) fn effort(&self, contact: ContactId, typed_ms: u32, deleted: u32) {
        let _ = self.0.try_send(Heard::Effort {
            contact,
            typed_ms,
            deleted,
        });
    }
}

/// A conversation as far as it was listened to.
struct Known {
    watch: Watch,
    /// The last entry that was heard.
    upto: Seq,
    refused: bool,
}

impl Ear {
    /// Listens until `stop` is cancelled.
    pub(crate) async fn listen(
        mut self,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        stop: CancellationToken,
    ) {
        let mut listener = Listener {
            store,
            clock,
            known: HashMap::new(),
            limits: HashMap::new(),
            efforts: HashMap::new(),
        };
        let mut worked = Duration::ZERO;
        loop {
            let heard = tokio::select! {
                () = stop.cancelled() => return,
                heard = self.0.recv() => heard,
            };
            let Some(heard) = heard else { return };
            let begun = Instant::now();
            listener.hear(heard).await;
            worked += begun.elapsed();
            // It is an aid: under a flood the messages themselves come first.
            if worked > WORK {
                worked = Duration::ZERO;
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(REST) => {}
                }
            }
        }
    }
}

struct Listener {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    known: HashMap<ConversationId, Known>,
    limits: HashMap<SiteId, Limits>,
    /// How hard what each visitor sends next was to write.
    efforts: HashMap<ContactId, (u32, u32)>,
}

impl Listener {
    async fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Effort {
                contact,
                typed_ms,
                deleted,
            } => {
                if self.efforts.len() >= REMEMBERED {
                    self.efforts.clear();
                }
                self.efforts.insert(contact, (typed_ms, deleted));
            }
            Heard::Entries {
                site,
                contact,
                conversation,
                entries,
            } => self.entries(site, contact, conversation, &entries).await,
        }
    }

    async fn entries(
        &mut self,
        site: SiteId,
        contact: ContactId,
        conversation: ConversationId,
        entries: &[StaffEntry],
    ) {
        let first = entries.first().map(|entry| entry.seq);
        let continues = |known: &Known| first == Some(known.upto.next());
        let mut known = match self.known.remove(&conversation) {
            Some(known) if continues(&known) => known,
            _ => {
                let Some(known) = self.read(site, conversation, first).await else {
                    return;
                };
                known
            }
        };
        let mut seen = Vec::new();
        for entry in entries {
            let effort = words(entry)
                .filter(|(by, _)| *by == Speaker::Visitor)
                .and_then(|_| self.efforts.remove(&contact));
            seen.extend(known.hear(entry, effort));
        }
        let refused = known.watch.refused() && !known.refused;
        known.refused = known.watch.refused();
        if self.known.len() >= REMEMBERED {
            self.known.clear();
            self.limits.clear();
        }
        self.known.insert(conversation, known);
        if seen.is_empty() && !refused {
            return;
        }
        let request = Request::Trouble {
            conversation,
            seen,
            refused,
            now: self.clock.now(),
        };
        if let Err(error) = self.store.execute(request).await {
            // Forgotten, so that the next message finds it again.
            self.known.remove(&conversation);
            tracing::warn!(%error, conversation.id = %conversation, "a reason to talk could not be kept");
        }
    }

    /// Listens to what was said before.
    async fn read(
        &mut self,
        site: SiteId,
        conversation: ConversationId,
        before: Option<Seq>,
    ) -> Option<Known> {
        if !self.limits.contains_key(&site) {
            let found = self.store.site(site).await.ok()??;
            self.limits.insert(site, found.calls.trouble);
        }
        let limits = self.limits.get(&site).copied().unwrap_or_default();
        let mut known = Known {
            watch: Watch::new(limits),
            upto: Seq::START,
            refused: false,
        };
        let end = before?;
        let start = Seq(end.0.saturating_sub(1).saturating_sub(LONGEST as u64));
        known.upto = start;
        if start.next() < end {
            let log = self.store.read_staff(conversation, start, LONGEST).await;
            for entry in &log.ok()?.entries {
                if entry.seq < end {
                    known.hear(entry, None);
                }
            }
        }
        known.upto = Seq(end.0.saturating_sub(1));
        known.refused = known.watch.refused();
        Some(known)
    }
}

impl Known {
    fn hear(
        &mut self,
        entry: &StaffEntry,
        effort: Option<(u32, u32)>,
    ) -> Vec<(heard_protocol::TalkReason, heard_protocol::TalkEvidence)> {
        self.upto = entry.seq;
        let Some((by, text)) = words(entry) else {
            return Vec::new();
        };
        let found = self.watch.hear(&Said {
            by,
            at: entry.at.0,
            text,
            typed_ms: effort.map(|(typed, _)| u64::from(typed)),
            deleted: effort.map(|(_, deleted)| deleted),
        });
        let found = found.into_iter();
        found.map(|one| (one.reason, one.evidence)).collect()
    }
}

/// What an entry says, and which side.
fn words(entry: &StaffEntry) -> Option<(Speaker, &str)> {
    match &entry.body {
        EntryBody::Public {
            body: PublicBody::Message { author, text, .. },
            ..
        } => Some(match author {
            Author::Visitor => (Speaker::Visitor, text),
            Author::Agent(_) => (Speaker::Agent, text),
        }),
        _ => None,
    }
}
