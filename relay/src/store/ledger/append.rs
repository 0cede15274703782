//! Appending to a log.

use heard_desk::{Conversation, Write};
use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentId, CommandId, ConversationId, PublicBody, Seq, SiteId, StaffEntry, Status, UnixMillis,
};

use super::{Actor, CallLine, Known, Ledger, Outcome, people};
use crate::store::{Fact, StoreError};

/// Where a change landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    /// The first entry's position in the staff's log.
    pub(super) seq: Seq,
    /// The first entry's position in the visitor's log, if it is there.
    pub(super) public: Option<Seq>,
}

/// Appends `change` to the conversation and keeps `known.state` as its new state. Announces what
/// follows from it.
pub(super) fn write<L: Ledger>(
    ledger: &mut L,
    mut known: Known,
    change: heard_desk::Change,
    by: Option<(CommandId, Actor)>,
    now: UnixMillis,
) -> Outcome<Written, L> {
    let id = known.state.id;
    known.state.follow(&change, now);
    let before = ledger.before(id).cloned();
    let line = (before.as_ref().and_then(talks), talks(&known.state));
    let mut written = Written {
        seq: known.head.next(),
        public: None,
    };
    let mut entries = Vec::with_capacity(change.len());
    for (place, one) in change.into_iter().enumerate() {
        known.head = known.head.next();
        let body = match one {
            Write::Public(body) => {
                known.public = known.public.next();
                if place == 0 {
                    written.public = Some(known.public);
                }
                let position = known.public;
                EntryBody::Public { position, body }
            }
            Write::Staff(body) => EntryBody::Staff(body),
        };
        let entry = StaffEntry {
            seq: known.head,
            at: now,
            body,
        };
        ledger.append(&known, &entry, if place == 0 { by } else { None })?;
        entries.push(entry);
    }

    let (site, contact) = (known.site, known.state.contact);
    let changed = before.as_ref() != Some(&known.state);
    let status = known.state.status.clone();
    let taken = before
        .as_ref()
        .and_then(|before| known.state.taken_since(&before.status));
    let (head, public_head) = (known.head, known.public);
    ledger.save(known, changed)?;
    if !entries.is_empty() {
        ledger.announce(Fact::Entries {
            site,
            contact,
            conversation: id,
            entries: entries.into(),
            head,
            public_head,
        });
    }
    people::on_call(ledger, site, CallLine::Page, line)?;
    let status_before = before.map(|one| one.status);
    if status_before.as_ref() != Some(&status) {
        announce_summary(ledger, site, id)?;
        let owners = [status_before.as_ref().and_then(owned_by), owned_by(&status)];
        if owners[0] != owners[1] {
            for owner in owners.into_iter().flatten() {
                ledger.put_idle(owner, now)?;
                announce_colleague(ledger, site, owner)?;
            }
        }
        if let Some(agent) = taken {
            ledger.announce(Fact::Taken {
                site,
                agent,
                at: now,
            });
        }
        ledger.announce(Fact::Dispatch { site });
    }
    Ok(written)
}

/// Announces that a conversation's line in the lists changed.
fn announce_summary<L: Ledger>(ledger: &mut L, site: SiteId, id: ConversationId) -> Outcome<(), L> {
    if let Some(summary) = ledger.summary(id)? {
        ledger.announce(Fact::Summary {
            site,
            summary: summary.into(),
        });
    }
    Ok(())
}

/// Announces that an agent changed, or how much they carry did.
pub(super) fn announce_colleague<L: Ledger>(
    ledger: &mut L,
    site: SiteId,
    id: AgentId,
) -> Outcome<(), L> {
    if let Some(colleague) = ledger.colleague(site, id)? {
        ledger.announce(Fact::Colleague { site, colleague });
    }
    Ok(())
}

/// Who is on a call in it, from page to page.
fn talks(conversation: &Conversation) -> Option<AgentId> {
    conversation.talk.voice().and_then(|voice| voice.agent)
}

/// Who owns a conversation of this status.
fn owned_by(status: &Status) -> Option<AgentId> {
    match status {
        Status::Assigned { agent, .. } => Some(*agent),
        Status::Waiting { .. } | Status::Offered { .. } | Status::Resolved { .. } => None,
    }
}

/// What a message says; `None` for any other body.
pub(in crate::store) fn words(body: &PublicBody) -> Option<&str> {
    if let PublicBody::Message { text, .. } = body {
        Some(text)
    } else {
        None
    }
}

/// An entry's body as it is stored: its place in the visitor's log is a column of its own.
pub(in crate::store) fn body_json(body: &EntryBody) -> Result<(Option<Seq>, String), StoreError> {
    let (position, json) = match body {
        EntryBody::Public { position, body } => (Some(*position), serde_json::to_string(body)),
        EntryBody::Staff(body) => (None, serde_json::to_string(body)),
    };
    let json = json.map_err(|error| StoreError::Value {
        what: "entry",
        reason: error.to_string(),
    })?;
    Ok((position, json))
}
