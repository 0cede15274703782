//! One conversation, as far as it was listened to.

use heard_desk::Stance;
use heard_desk::trouble::{Limits, Said, Speaker, Watch};
use heard_protocol::entry::EntryBody;
use heard_protocol::{
    Author, CallAnswer, CallEvidence, CallOfferNoted, CallOfferTold, CallReason, CallbackTold,
    ConversationId, PublicBody, ResolutionTold, Seq, StaffBody, StaffEntry, UnixMillis,
};

use crate::store::Request;

/// How hard a message was to write: for how long its author typed, in milliseconds, and how many
/// characters they deleted.
pub(super) type Effort = (u32, u32);

/// What was heard, and what of it the store does not know.
pub(super) struct Known {
    watch: Watch,
    upto: Seq,
    /// Reasons that came up and are not in the log.
    due: Vec<(CallReason, CallEvidence)>,
    /// What the visitor said of talking, as last told to the store.
    told: Option<Stance>,
}

impl Known {
    /// Nothing was heard after this entry.
    pub(super) fn after(upto: Seq, limits: Limits) -> Self {
        Self {
            watch: Watch::new(limits),
            upto,
            due: Vec::new(),
            told: None,
        }
    }

    /// The last entry that was heard.
    pub(super) const fn upto(&self) -> Seq {
        self.upto
    }

    /// Takes the next entry in; one that was heard before changes nothing.
    pub(super) fn hear(&mut self, entry: &StaffEntry, effort: Option<Effort>) {
        if entry.seq <= self.upto {
            return;
        }
        self.upto = entry.seq;
        match &entry.body {
            EntryBody::Public { body, .. } => match body {
                PublicBody::Message { author, text, .. } => {
                    let found = self.watch.hear(&Said {
                        by: speaker(*author),
                        at: entry.at.0,
                        text,
                        typed_ms: effort.map(|(typed, _)| u64::from(typed)),
                        deleted: effort.map(|(_, deleted)| deleted),
                    });
                    let found = found.into_iter();
                    self.due.extend(found.map(|one| (one.reason, one.evidence)));
                }
                PublicBody::CallOffer(CallOfferTold::Offered { reason, .. }) => {
                    self.watch.offered(*reason);
                }
                PublicBody::CallOffer(CallOfferTold::Answered { answer, .. }) => match answer {
                    CallAnswer::No => self.watch.refuse(),
                    CallAnswer::Phone | CallAnswer::Here => self.watch.agree(),
                    CallAnswer::Other => {}
                },
                PublicBody::Callback(CallbackTold::Requested { .. }) => self.watch.agree(),
                _ => {}
            },
            EntryBody::Staff(StaffBody::CallOffer(CallOfferNoted::TroubleSeen {
                reason, ..
            })) => {
                self.due.retain(|(due, _)| due != reason);
            }
            EntryBody::Staff(_) => {}
        }
    }

    /// What the store should be told, if it does not know everything.
    pub(super) fn news(&self, conversation: ConversationId, now: UnixMillis) -> Option<Request> {
        let stance = self.watch.stance().filter(|it| self.told != Some(*it));
        let any = stance.is_some() || !self.due.is_empty();
        any.then(|| Request::Trouble {
            conversation,
            seen: self.due.clone(),
            stance,
            now,
        })
    }

    /// The store was told.
    pub(super) fn told(&mut self) {
        self.due.clear();
        self.told = self.watch.stance();
    }
}

/// Who said it.
const fn speaker(author: Author) -> Speaker {
    match author {
        Author::Visitor => Speaker::Visitor,
        Author::Agent(_) | Author::Other => Speaker::Agent,
    }
}

/// Whether somebody speaks.
pub(super) const fn is_said(entry: &StaffEntry) -> bool {
    matches!(
        entry.body,
        EntryBody::Public {
            body: PublicBody::Message { .. },
            ..
        }
    )
}

/// Whether the visitor speaks.
pub(super) const fn is_visitors(entry: &StaffEntry) -> bool {
    matches!(
        entry.body,
        EntryBody::Public {
            body: PublicBody::Message {
                author: Author::Visitor,
                ..
            },
            ..
        }
    )
}

/// Whether the matter is settled.
pub(super) const fn is_settled(entry: &StaffEntry) -> bool {
    matches!(
        entry.body,
        EntryBody::Public {
            body: PublicBody::Resolution(ResolutionTold::Resolved),
            ..
        }
    )
}
