//! The task that listens.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use heard_desk::trouble::Breaks;
use heard_protocol::{CallReason, ContactId, ConversationId, Seq, SiteId};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::known::{Effort, Known, is_said, is_settled, is_visitors};
use super::limits::SiteLimits;
use super::recent::Recent;
use super::{Entries, Heard};
use crate::aside::Aside;
use crate::clock::Clock;
use crate::store::{Request, Store};

/// How many conversations, and how many visitors' efforts, are remembered at least.
const REMEMBERED: usize = 1_024;
/// How many entries before the last one are read of a conversation that is not remembered.
const LONGEST: u64 = 500;
/// How many entries are read at once.
const PIECE: usize = 100;

/// The end that listens, until there is a store to look into.
pub(crate) struct Ear(mpsc::Receiver<Heard>);

impl std::fmt::Debug for Ear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ear")
    }
}

impl Ear {
    pub(super) const fn new(heard: mpsc::Receiver<Heard>) -> Self {
        Self(heard)
    }

    /// Listens until `stop` is cancelled.
    pub(crate) async fn listen(
        mut self,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        stop: CancellationToken,
    ) {
        let mut listener = match Listener::new(store, clock) {
            Ok(listener) => listener,
            Err(error) => {
                tracing::error!(%error, "nobody listens for trouble");
                return;
            }
        };
        let listen = async {
            while let Some(heard) = self.0.recv().await {
                listener.hear(heard).await;
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = listen => {}
        }
    }
}

/// What it remembers.
pub(super) struct Listener {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    known: Recent<ConversationId, Known>,
    limits: SiteLimits,
    /// How hard what each visitor sends next was to write.
    efforts: Recent<ContactId, Effort>,
    /// When each visitor's connection broke.
    breaks: Recent<ContactId, Breaks>,
    /// Listening is an aid, and under a flood the messages themselves come first: what there is no
    /// time for is read from the store later.
    aside: Aside,
}

/// Something that is to be listened to.
struct Turn {
    said: Entries,
    /// What is remembered of the conversation, up to there.
    known: Known,
    effort: Option<Effort>,
}

impl Turn {
    fn hear(&mut self) {
        for entry in self.said.new.iter() {
            let effort = self.effort.take_if(|_| is_visitors(entry));
            self.known.hear(entry, effort);
        }
    }
}

impl Listener {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> io::Result<Self> {
        Ok(Self {
            store,
            clock,
            known: Recent::new(REMEMBERED),
            limits: SiteLimits::default(),
            efforts: Recent::new(REMEMBERED),
            breaks: Recent::new(REMEMBERED),
            aside: Aside::start("heard-listener")?,
        })
    }

    /// How far a conversation was listened to, if it is remembered.
    #[cfg(test)]
    pub(super) fn upto(&mut self, conversation: ConversationId) -> Option<Seq> {
        let known = self.known.take(&conversation)?;
        let upto = known.upto();
        self.known.put(conversation, known);
        Some(upto)
    }

    pub(super) async fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Effort {
                contact,
                typed_ms,
                deleted,
            } => self.efforts.put(contact, (typed_ms, deleted)),
            Heard::Broke { site, contact } => self.broke(site, contact).await,
            Heard::Said { all, ours } => self.said(all, ours).await,
        }
    }

    async fn broke(&mut self, site: SiteId, contact: ContactId) {
        let Some(limits) = self.limits.of(&*self.store, site).await else {
            return;
        };
        let now = self.clock.now();
        let mut breaks = self.breaks.take(&contact).unwrap_or_default();
        let found = breaks.add(&limits, now);
        self.breaks.put(contact, breaks);
        let Some(evidence) = found else { return };
        // If it can't be kept now, there will be another break, or the visitor says so.
        if let Ok(view) = self.store.visitor_view(contact).await
            && let Some(own) = view.conversation
        {
            let told = Request::Trouble {
                conversation: own.conversation,
                seen: vec![(CallReason::Connection, evidence)],
                stance: None,
                now,
            };
            if let Err(error) = self.store.execute(told).await {
                tracing::warn!(%error, conversation.id = %own.conversation, "a reason to talk could not be kept");
            }
        }
    }

    /// Listens to a commit. Its conversations have their turn all at once: to hand each over by
    /// itself costs more than to listen to it.
    async fn said(&mut self, all: Vec<Entries>, ours: bool) {
        let (mut turns, mut whose) = (Vec::with_capacity(all.len()), HashSet::new());
        for said in all {
            if !whose.insert(said.conversation) {
                // What came of the first is remembered before the next.
                self.listen(std::mem::take(&mut turns), ours).await;
                whose = HashSet::from([said.conversation]);
            }
            turns.extend(self.turn(said, ours).await);
        }
        self.listen(turns, ours).await;
    }

    /// What is to be listened to, with what is remembered of the conversation up to there; `None`
    /// if it is not to be remembered.
    async fn turn(&mut self, said: Entries, ours: bool) -> Option<Turn> {
        let before = Seq(said.new.first()?.seq.0.saturating_sub(1));
        let oldest = Seq(before.0.saturating_sub(LONGEST));
        let remembered = self.known.take(&said.conversation);
        let known = match remembered.filter(|known| known.upto() >= oldest) {
            Some(known) => known,
            // Others listen to what others write, and nobody has to while nobody speaks.
            None if !ours || !said.new.iter().any(is_said) => return None,
            None => Known::after(oldest, self.limits.of(&*self.store, said.site).await?),
        };
        let known = self.catch_up(known, said.conversation, before).await?;
        let mut effort = None;
        if ours && said.new.iter().any(is_visitors) {
            effort = self.efforts.take(&said.contact);
        }
        Some(Turn {
            said,
            known,
            effort,
        })
    }

    /// Listens, tells the store what is new, and remembers.
    async fn listen(&mut self, mut turns: Vec<Turn>, ours: bool) {
        if turns.is_empty() {
            return;
        }
        let heard = self.aside.run(move || {
            turns.iter_mut().for_each(Turn::hear);
            turns
        });
        for Turn {
            said, mut known, ..
        } in heard.await.unwrap_or_default()
        {
            let conversation = said.conversation;
            if ours && let Some(news) = known.news(conversation, self.clock.now()) {
                match self.store.execute(news).await {
                    Ok(_) => known.told(),
                    // It is told again with the next message.
                    Err(error) => {
                        tracing::warn!(%error, conversation.id = %conversation, "a reason to talk could not be kept");
                    }
                }
            }
            // A matter that is settled is seldom taken up again.
            if !said.new.last().is_some_and(is_settled) {
                self.known.put(conversation, known);
            }
        }
    }

    /// Reads what was missed, up to this entry; `None` if the store cannot be read now.
    async fn catch_up(
        &self,
        mut known: Known,
        conversation: ConversationId,
        upto: Seq,
    ) -> Option<Known> {
        while known.upto() < upto {
            let read = self.store.read_staff(conversation, known.upto(), PIECE);
            let mut missed = read.await.ok()?.entries;
            missed.retain(|entry| entry.seq <= upto);
            let before = known.upto();
            let hear = move || {
                for entry in &missed {
                    known.hear(entry, None);
                }
                known
            };
            known = self.aside.run(hear).await?;
            if known.upto() == before {
                return None;
            }
        }
        Some(known)
    }
}
