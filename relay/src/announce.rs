//! Tells what was written: to the connections here, to the other nodes, to the duties and to the
//! listener for text trouble.
//!
//! An entry, a summary or a read mark is for connections and passes by the duties; a fact whose
//! audience is [`Audience::Duties`] is for them alone. A commit wakes one task, whatever it holds.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::bus::Exchange;
use crate::duty::{Bell, Word};
use crate::hub::{Hub, Mailbox};
use crate::store::{Answers, Audience, Fact, Listener};
use crate::trouble::{self, Entries, Listening};

/// Takes facts from the writer, and those that other nodes wrote from the bus, to everybody
/// concerned. Handed to the store when it is opened.
pub(crate) struct Announcer {
    hub: Arc<Hub>,
    exchange: Arc<Exchange>,
    bell: Bell,
    listening: Listening,
    /// What the last commits lead to once they are answered: one wake brings a connection both its
    /// mail and its answer.
    pending: Mutex<Pending>,
    deliveries: mpsc::UnboundedSender<Delivery>,
}

/// What was committed and not answered yet.
#[derive(Default)]
struct Pending {
    woken: Vec<Arc<Mailbox>>,
    entries: Vec<Entries>,
}

/// What one commit leads to: answers, connections to wake, and something to listen to.
struct Delivery {
    answers: Answers,
    pending: Pending,
}

impl Announcer {
    /// Begins to deliver on the runtime that the sockets are on, for as long as the announcer is
    /// kept.
    pub(crate) fn start(
        hub: Arc<Hub>,
        exchange: Arc<Exchange>,
        bell: Bell,
        listening: Listening,
    ) -> Arc<Self> {
        let (deliveries, waiting) = mpsc::unbounded_channel();
        tokio::spawn(deliver(waiting, listening.clone()));
        Arc::new(Self {
            hub,
            exchange,
            bell,
            listening,
            pending: Mutex::default(),
            deliveries,
        })
    }

    /// Another node wrote these facts. It does what follows from them, and the duties of this one
    /// make sure.
    pub(crate) fn heard(&self, facts: Vec<Fact>) {
        self.listening
            .said(trouble::entries(&facts).collect(), false);
        self.ring(&facts, Word::Heard);
        for mailbox in self.hub.announce(facts) {
            mailbox.wake();
        }
    }

    /// Words of other nodes were missed, and may have been anything.
    pub(crate) fn missed(&self) {
        self.hub.catch_up();
        self.bell.everywhere();
    }

    fn ring(&self, facts: &[Fact], word: impl Fn(Fact) -> Word) {
        let theirs = facts
            .iter()
            .filter(|fact| fact.audience() == Audience::Duties);
        for fact in theirs {
            self.bell.ring(word(fact.clone()));
        }
    }
}

impl Listener for Announcer {
    fn committed(&self, facts: Vec<Fact>) {
        self.ring(&facts, Word::Wrote);
        self.exchange.facts(&facts);
        let mut pending = self.pending.lock();
        pending.entries.extend(trouble::entries(&facts));
        pending.woken.extend(self.hub.announce(facts));
    }

    fn unsure(&self) {
        self.missed();
        self.exchange.hole();
    }

    fn answer(&self, answers: Answers) {
        let pending = std::mem::take(&mut *self.pending.lock());
        // When the runtime has stopped, nobody waits any more.
        let _ = self.deliveries.send(Delivery { answers, pending });
    }
}

/// Delivers, commit by commit. A task of the runtime, since there waking another task is a push
/// onto a queue; from the writer's thread it is a system call for each, and the first one takes the
/// core away from the writer before it has come to the second.
async fn deliver(mut waiting: mpsc::UnboundedReceiver<Delivery>, listening: Listening) {
    while let Some(delivery) = waiting.recv().await {
        (delivery.answers)();
        for mailbox in delivery.pending.woken {
            mailbox.wake();
        }
        listening.said(delivery.pending.entries, true);
    }
}
