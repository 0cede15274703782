//! A connection's place in the hub: taken when it is let in, given up when it ends, however it
//! ends.

use std::sync::Arc;

use heard_protocol::ConversationId;

use super::context::Context;
use super::greet::Served;
use crate::hub::Mailbox;

/// Who sits where: what passing words are sent from.
#[derive(Debug)]
pub(super) struct Place<S: Served> {
    pub(super) identity: S::Identity,
    pub(super) mailbox: Arc<Mailbox>,
}

impl<S: Served> Clone for Place<S> {
    fn clone(&self) -> Self {
        Self {
            identity: self.identity.clone(),
            mailbox: Arc::clone(&self.mailbox),
        }
    }
}

/// A place that is given up when it is dropped.
pub(super) struct Seat<S: Served> {
    context: Arc<Context>,
    place: Place<S>,
}

impl<S: Served> Seat<S> {
    /// Takes a place.
    pub(super) fn take(
        context: &Arc<Context>,
        identity: S::Identity,
        mailbox: &Arc<Mailbox>,
    ) -> Self {
        let place = Place {
            identity,
            mailbox: Arc::clone(mailbox),
        };
        S::sit(context, &place);
        Self {
            context: Arc::clone(context),
            place,
        }
    }

    pub(super) const fn identity(&self) -> &S::Identity {
        &self.place.identity
    }

    pub(super) fn place(&self) -> Place<S> {
        self.place.clone()
    }

    pub(super) fn follow(&self, conversation: ConversationId) {
        if S::FOLLOWS_BY_CONVERSATION {
            self.context.hub.follow(conversation, &self.place.mailbox);
        }
    }

    pub(super) fn unfollow(&self, conversation: ConversationId) {
        self.context.hub.unfollow(conversation, &self.place.mailbox);
    }
}

impl<S: Served> Drop for Seat<S> {
    fn drop(&mut self) {
        S::rise(&self.context, &self.place);
    }
}
