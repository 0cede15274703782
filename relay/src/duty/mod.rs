//! What a relay does on time: because something happened, or because time alone says so.
//!
//! A [`Duty`] hears what happened (a [`Word`]), says when it has something to do, and does it. One
//! task ([`run`]) keeps all duties of a process, one after another, so a duty never meets another
//! in the middle of its work. What a duty remembers may be lost without harm: the [`sweep`] has
//! every site looked at again, and a word that another node should act on is followed by a second
//! look here.
//!
//! To add a duty, write a file beside these and name it in [`all`]. A duty that is about sites, one
//! at a time, is a [`Look`](site::Look): it says which words concern it and looks at a site, and
//! [`PerSite`] keeps its agenda and tries again what failed. One that is fed by the moments in a
//! table hears that a row of the table changed, looks at the site's rows that are due, and returns
//! the next moment.
//!
//! What is timed and is no duty:
//!
//! * a node's lease (`node::keep`): a round that waits for the database must not make the node look
//!   dead, so the lease has a task of its own;
//! * `SQLite`'s checkpoints (`store::sqlite`): they follow the bytes of the log and not the clock,
//!   and run on a thread of their own, inside the store;
//! * listening for text trouble (`trouble`): it follows every commit and may fall behind or miss
//!   some, while a duty hears few words and all of them. Waiting too long is found by [`places`].

mod agenda;
mod calls;
mod dialling;
mod pace;
mod places;
mod rounds;
mod run;
mod site;
mod sweep;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use heard_protocol::{SiteId, UnixMillis};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::dialer::Dialers;
use crate::hub::Hub;
use crate::store::{Fact, Store};
use calls::Calls;
use dialling::Dialling;
use places::Places;
use rounds::Rounds;
pub(crate) use run::run;
use site::PerSite;

/// How long the other duties may be held up by telling visitors their places, or by looking which
/// sites there are. A connection to the store that was cut says nothing for much longer.
const ASIDE: Duration = Duration::from_secs(1);

/// Something that is done on time.
#[async_trait]
pub(crate) trait Duty: Send {
    /// Takes in what happened.
    fn hear(&mut self, word: &Word, now: UnixMillis);

    /// When there is something to do, unless a word comes first.
    fn due(&self) -> Option<Due>;

    /// Does what is due. Afterwards [`due`](Self::due) lies ahead: the loop does not rest before.
    async fn work(&mut self, clock: &dyn Clock);
}

/// Every duty of a relay, in the order in which they are kept.
pub(crate) fn all(
    store: &Arc<dyn Store>,
    hub: &Arc<Hub>,
    dialers: &Arc<Dialers>,
) -> Vec<Box<dyn Duty>> {
    vec![
        Box::new(Dialling::new(Arc::clone(dialers))),
        Box::new(PerSite::new(Rounds::new(Arc::clone(store)))),
        Box::new(PerSite::new(Calls::new(Arc::clone(store)))),
        Box::new(Places::new(Arc::clone(store), Arc::clone(hub))),
    ]
}

/// When a duty has something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// At once.
    Now,
    /// At a moment of the relay's clock, as the store has it.
    At(UnixMillis),
    /// At a moment of the time that nobody sets.
    Then(Instant),
}

/// What a duty is told.
#[derive(Debug, Clone)]
pub(crate) enum Word {
    /// This node wrote something.
    Wrote(Fact),
    /// Another node wrote something, and does what follows.
    Heard(Fact),
    /// A waiting visitor of this site has just come (back) and does not know their place.
    Waits(SiteId),
    /// There may be something to do on this site that no word was said of.
    Look(SiteId),
    /// The same, of every site: the sweep is due.
    Everywhere,
}

/// Tells the duties something. It never waits.
#[derive(Debug, Clone)]
pub(crate) struct Bell(mpsc::UnboundedSender<Word>);

/// The end at which the duties hear the [`Bell`].
pub(crate) type Words = mpsc::UnboundedReceiver<Word>;

/// Both ends. They are made before there is a store, since what the store writes rings the bell.
pub(crate) fn bell() -> (Bell, Words) {
    let (sender, words) = mpsc::unbounded_channel();
    (Bell(sender), words)
}

impl Bell {
    pub(crate) fn ring(&self, word: Word) {
        // Duties that nobody keeps any more need no words.
        let _ = self.0.send(word);
    }

    /// A waiting visitor has just come (back) and does not know their place.
    pub(crate) fn waits(&self, site: SiteId) {
        self.ring(Word::Waits(site));
    }

    /// Something may be due on any site: the node that knew may be gone.
    pub(crate) fn everywhere(&self) {
        self.ring(Word::Everywhere);
    }
}
