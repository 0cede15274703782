//! What readers were shown against what is written.

use std::collections::{HashMap, HashSet};

use heard_protocol::entry::EntryBody;
use heard_protocol::{CommandId, ConversationId, LogEntry, PublicEntry, StaffBody, StaffEntry};

use super::{FinalLog, History, Shown, Violation, Who};

pub(super) fn check(history: &History, found: &mut Vec<Violation>) {
    let logs: HashMap<ConversationId, &FinalLog> = history
        .logs
        .iter()
        .map(|log| (log.conversation, log))
        .collect();
    let notes: HashSet<CommandId> = history
        .logs
        .iter()
        .flat_map(|log| &log.entries)
        .filter_map(note)
        .collect();
    for shown in &history.visitors {
        for id in shown.entries.iter().filter_map(LogEntry::command) {
            if notes.contains(&id) {
                found.push(Violation::NoteShown {
                    reader: shown.reader.clone(),
                    id,
                });
            }
        }
        let log = logs
            .get(&shown.conversation)
            .filter(|log| shown.who == Some(Who::Visitor(log.contact)));
        let public = log.map(|log| {
            log.entries
                .iter()
                .filter_map(StaffEntry::public)
                .collect::<Vec<PublicEntry>>()
        });
        compare(shown, public.as_deref(), found);
    }
    for shown in &history.staff {
        let log = logs.get(&shown.conversation);
        compare(shown, log.map(|log| log.entries.as_slice()), found);
    }
}

fn note(entry: &StaffEntry) -> Option<CommandId> {
    match &entry.body {
        EntryBody::Staff(StaffBody::Note { id, .. }) => Some(*id),
        EntryBody::Staff(_) | EntryBody::Public { .. } => None,
    }
}

fn compare<E: PartialEq>(shown: &Shown<E>, log: Option<&[E]>, found: &mut Vec<Violation>) {
    let reader = shown.reader.clone();
    let conversation = shown.conversation;
    let Some(log) = log else {
        found.push(Violation::Misrouted {
            reader,
            conversation,
        });
        return;
    };
    let right = shown
        .entries
        .iter()
        .zip(log)
        .take_while(|(shown, written)| shown == written)
        .count();
    if right < shown.entries.len() {
        found.push(Violation::ShownWrong {
            reader,
            conversation,
            place: right + 1,
        });
    } else if shown.to_the_end && right < log.len() {
        found.push(Violation::Incomplete {
            reader,
            conversation,
            shown: right,
            all: log.len(),
        });
    }
}
