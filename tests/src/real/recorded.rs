//! What a run of real clients comes to.

use std::collections::BTreeSet;

use heard_protocol::entry::EntryBody;
use heard_protocol::{Author, ConversationId, PublicBody, Staff, StaffEntry, Visitor};

use super::{Desk, Party};
use crate::check::History;

/// Ends every client, and puts what is written down next to what is on disk. All of them must have
/// been shown all there was.
pub async fn history(
    desk: &Desk,
    visitors: Vec<Party<Visitor>>,
    agents: Vec<Party<Staff>>,
) -> History {
    let mut history = History::default();
    for visitor in visitors {
        let (sender, shown) = visitor.record(true);
        history.senders.push(sender);
        history.visitors.extend(shown);
    }
    for agent in agents {
        let (sender, shown) = agent.record(true);
        history.senders.push(sender);
        history.staff.extend(shown);
    }
    let which: BTreeSet<ConversationId> = history
        .senders
        .iter()
        .flat_map(|sender| &sender.submitted)
        .flat_map(|one| &one.told)
        .filter_map(|told| told.answer.ok()?.conversation)
        .collect();
    history.logs = desk.logs(which).await;
    history
}

/// Whether an entry is a message of a visitor's.
pub fn is_by_visitor(entry: &StaffEntry) -> bool {
    matches!(
        &entry.body,
        EntryBody::Public {
            body: PublicBody::Message {
                author: Author::Visitor,
                ..
            },
            ..
        }
    )
}
