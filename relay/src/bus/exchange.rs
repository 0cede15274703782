//! Telling: connections of this node through the hub, other nodes over the bus.

use std::sync::{Arc, OnceLock};

use heard_protocol::{ContactId, ConversationId, StaffNotice, VisitorNotice};
use parking_lot::Mutex;

use super::Bus;
use super::word::{Parcel, Post, Word};
use crate::hub::{Hub, Mailbox};
use crate::node::NodeId;
use crate::store::Fact;

/// Says things to whoever should hear them, wherever they are connected.
pub struct Exchange {
    node: NodeId,
    hub: Arc<Hub>,
    /// Not there: this is the only node.
    bus: OnceLock<Arc<dyn Bus>>,
    /// How many words were sent. Held while one is: they leave in the order of their numbers.
    sent: Mutex<u64>,
}

impl Exchange {
    /// For a node that is the only one, until it is given a bus.
    pub fn new(node: NodeId, hub: Arc<Hub>) -> Self {
        Self {
            node,
            hub,
            bus: OnceLock::new(),
            sent: Mutex::default(),
        }
    }

    /// There may be other nodes, on this bus. Done once, before the first connection.
    pub(crate) fn join(&self, bus: Arc<dyn Bus>) {
        if self.bus.set(bus).is_err() {
            tracing::error!("a node is on one bus at most");
        }
    }

    /// This node.
    pub const fn node(&self) -> NodeId {
        self.node
    }

    /// Whether there may be others.
    pub fn has_others(&self) -> bool {
        self.bus.get().is_some()
    }

    /// Whether there are others, and no way to tell them anything now.
    pub fn is_cut_off(&self) -> bool {
        self.bus.get().is_some_and(|bus| !bus.is_up())
    }

    /// Tells other nodes what is on disk.
    pub(crate) fn facts(&self, facts: &[Fact]) {
        if self.has_others() {
            let parcels: Option<_> = facts.iter().map(Parcel::new).collect();
            match parcels {
                Some(parcels) => self.send(Word::Facts(parcels)),
                None => self.hole(),
            }
        }
    }

    /// Leaves a number out, which has other nodes look into the store once they hear the next.
    pub(crate) fn hole(&self) {
        *self.sent.lock() += 1;
    }

    /// Tells a visitor's tabs something in passing.
    pub(crate) fn to_visitor(&self, contact: ContactId, notice: &VisitorNotice) {
        self.hub.to_visitor(contact, notice);
        if self.has_others() {
            self.send(Word::ToVisitor(contact, notice.clone()));
        }
    }

    /// Tells whoever reads a conversation something in passing, except the connection it came from.
    pub(crate) fn to_followers(
        &self,
        conversation: ConversationId,
        notice: &StaffNotice,
        except: Option<&Arc<Mailbox>>,
    ) {
        self.hub.to_followers(conversation, notice, except);
        if self.has_others() {
            self.send(Word::ToFollowers(conversation, notice.clone()));
        }
    }

    /// Has other nodes say so if they have this visitor, whom this node has not.
    pub(crate) fn who_has(&self, contact: ContactId, conversation: ConversationId) {
        if self.has_others() {
            self.send(Word::WhoHas(contact, conversation));
        }
    }

    /// Says that this node is here, so that others notice what they missed.
    pub(super) fn here(&self) {
        self.send(Word::Here);
    }

    fn send(&self, word: Word) {
        let Some(bus) = self.bus.get() else {
            return;
        };
        let mut sent = self.sent.lock();
        *sent += 1;
        let post = Post {
            from: self.node,
            number: *sent,
            word,
        };
        if let Some(bytes) = post.bytes() {
            bus.send(bytes);
        }
    }
}
