//! The logs by themselves: dense, each thing said once, and never two owners.

use std::collections::BTreeMap;

use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentId, AssignmentNoted, AssignmentTold, Author, PublicBody, ResolutionTold, Seq, StaffBody,
    StaffEntry,
};

use super::{FinalLog, History, Violation};

pub(super) fn check(history: &History, found: &mut Vec<Violation>) {
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    for log in &history.logs {
        density(log, found);
        ownership(log, found);
        for text in log.entries.iter().filter_map(text) {
            *said.entry(text).or_default() += 1;
        }
    }
    let doubled = said.into_iter().filter(|(_, times)| *times > 1);
    found.extend(doubled.map(|(text, times)| Violation::Doubled {
        text: text.to_owned(),
        times,
    }));
}

/// The words of a message or a note.
pub(super) fn text(entry: &StaffEntry) -> Option<&str> {
    match &entry.body {
        EntryBody::Public {
            body: PublicBody::Message { text, .. },
            ..
        }
        | EntryBody::Staff(StaffBody::Note { text, .. }) => Some(text),
        EntryBody::Public { .. } | EntryBody::Staff(_) => None,
    }
}

fn density(log: &FinalLog, found: &mut Vec<Violation>) {
    let (mut staff, mut public) = (Seq::START, Seq::START);
    for entry in &log.entries {
        staff = staff.next();
        let mut in_line = entry.seq == staff;
        if let EntryBody::Public { position, .. } = entry.body {
            public = public.next();
            in_line &= position == public;
        }
        if !in_line {
            found.push(Violation::Hole {
                conversation: log.conversation,
                at: entry.seq,
            });
            return;
        }
    }
}

/// Plays the log back: who owns the conversation after each entry.
fn ownership(log: &FinalLog, found: &mut Vec<Violation>) {
    let mut owner: Option<AgentId> = None;
    for entry in &log.entries {
        let intruder = match &entry.body {
            EntryBody::Staff(StaffBody::Assignment(AssignmentNoted::Assigned { agent })) => {
                let taken = owner.replace(*agent).is_some();
                taken.then_some(*agent)
            }
            EntryBody::Staff(StaffBody::Assignment(AssignmentNoted::Transferred {
                from,
                to,
                ..
            })) => {
                let stolen = owner != Some(*from);
                owner = Some(*to);
                stolen.then_some(*from)
            }
            EntryBody::Staff(StaffBody::Assignment(AssignmentNoted::Queued { .. }))
            | EntryBody::Public {
                body: PublicBody::Resolution(ResolutionTold::Resolved),
                ..
            } => {
                owner = None;
                None
            }
            EntryBody::Public {
                body:
                    PublicBody::Message {
                        author: Author::Agent(agent),
                        ..
                    },
                ..
            } => (owner != Some(*agent)).then_some(*agent),
            EntryBody::Public {
                body: PublicBody::Assignment(AssignmentTold::Joined { agent }),
                ..
            } => (owner != Some(agent.id)).then_some(agent.id),
            EntryBody::Public { .. } | EntryBody::Staff(_) => None,
        };
        found.extend(intruder.map(|agent| Violation::TwoOwners {
            conversation: log.conversation,
            at: entry.seq,
            agent,
        }));
    }
}
