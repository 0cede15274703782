//! Hearing other nodes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use heard_protocol::StaffNotice;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::word::{Parcel, Post, Word};
use super::{Exchange, Heard};
use crate::announce::Announcer;
use crate::hub::Hub;
use crate::node::NodeId;

/// How often a node says something at least.
const HERE_EVERY: Duration = Duration::from_secs(1);
/// How many nodes are remembered by the number of their last word. Each restart makes a new one.
const REMEMBERED: usize = 1_024;

/// What one node hears of the others, and does about it.
pub struct Ear {
    hub: Arc<Hub>,
    exchange: Arc<Exchange>,
    announcer: Arc<Announcer>,
    last: BTreeMap<NodeId, u64>,
}

impl Ear {
    /// An ear that has heard nobody yet.
    pub(crate) fn new(hub: Arc<Hub>, exchange: Arc<Exchange>, announcer: Arc<Announcer>) -> Self {
        let last = BTreeMap::new();
        Self {
            hub,
            exchange,
            announcer,
            last,
        }
    }

    /// Listens until the line ends or `stop` is cancelled, and says now and then that this node is
    /// here.
    pub async fn listen(
        mut self,
        mut line: mpsc::UnboundedReceiver<Heard>,
        stop: CancellationToken,
    ) {
        let mut here = tokio::time::interval(HERE_EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = here.tick() => self.exchange.here(),
                heard = line.recv() => match heard {
                    Some(heard) => self.hear(heard),
                    None => return,
                },
            }
        }
    }

    fn hear(&mut self, heard: Heard) {
        let Heard::Word(bytes) = heard else {
            tracing::info!("the line to other nodes is back");
            self.announcer.missed();
            return;
        };
        let Some(post) = Post::read(&bytes) else {
            // Of another version: it may have been anything.
            self.announcer.missed();
            return;
        };
        if post.from == self.exchange.node() {
            return;
        }
        if self.missed(&post) {
            tracing::debug!(node.id = %post.from, "words of another node were missed");
            self.announcer.missed();
        }
        self.take(post.word);
    }

    /// Whether words of its sender are missing before this one. Of somebody who is heard for the
    /// first time, all but the first word of all are: the line may have been opened a moment ago.
    fn missed(&mut self, post: &Post) -> bool {
        if self.last.len() >= REMEMBERED {
            self.last.clear();
        }
        let last = self.last.entry(post.from).or_default();
        let missed = post.number > last.saturating_add(1);
        *last = post.number.max(*last);
        missed
    }

    fn take(&self, word: Word) {
        match word {
            Word::Here => {}
            Word::Facts(parcels) => {
                let ours = |parcel: &&Parcel| self.hub.has_any_of(parcel.audience);
                let facts: Option<Vec<_>> = parcels.iter().filter(ours).map(Parcel::open).collect();
                let Some(facts) = facts else {
                    self.announcer.missed();
                    return;
                };
                self.announcer.heard(facts);
            }
            Word::ToVisitor(contact, notice) => self.hub.to_visitor(contact, &notice),
            Word::ToFollowers(conversation, notice) => {
                self.hub.to_followers(conversation, &notice, None);
            }
            Word::WhoHas(contact, conversation) => {
                if self.hub.visitor_online(contact) {
                    let online = true;
                    let notice = StaffNotice::VisitorPresence {
                        conversation,
                        online,
                    };
                    self.exchange.to_followers(conversation, &notice, None);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{duty, trouble};

    #[tokio::test]
    async fn holes_are_noticed_and_late_words_make_none() {
        let hub = Arc::new(Hub::default());
        let exchange = Arc::new(Exchange::new(NodeId::from_bits(1), Arc::clone(&hub)));
        let announcer = Announcer::start(
            Arc::clone(&hub),
            Arc::clone(&exchange),
            duty::bell().0,
            trouble::channel().0,
        );
        let mut ear = Ear::new(hub, exchange, announcer);
        let mut misses = |from, number| {
            ear.missed(&Post {
                from: NodeId::from_bits(from),
                number,
                word: Word::Here,
            })
        };
        assert!(!misses(2, 1));
        assert!(!misses(2, 2));
        assert!(misses(2, 4));
        assert!(!misses(2, 3), "it was late");
        assert!(!misses(2, 5));
        assert!(misses(3, 7), "six were said before this one listened");
        assert!(!misses(3, 8));
    }
}
