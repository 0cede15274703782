//! What was submitted against what is written.

use std::collections::{BTreeMap, HashMap};

use heard_protocol::entry::EntryBody;
use heard_protocol::{
    Author, CommandId, ConversationId, LogEntry, PublicBody, Receipt, Seq, StaffBody, StaffEntry,
};

use super::{FinalLog, History, Said, Sender, Submitted, Violation, Who};

/// Where the words of a command stand, if they stand in one place only.
type Places<'a> = BTreeMap<CommandId, (&'a FinalLog, &'a StaffEntry)>;

pub(super) fn check(history: &History, found: &mut Vec<Violation>) {
    let mut places = Places::new();
    for log in &history.logs {
        for entry in &log.entries {
            if let Some(id) = entry.command()
                && places.insert(id, (log, entry)).is_some()
            {
                found.push(Violation::Doubled {
                    text: id.to_string(),
                    times: 2,
                });
            }
        }
    }
    let lengths: HashMap<ConversationId, u64> = history
        .logs
        .iter()
        .map(|log| {
            let end = log.entries.last().map_or(0, |entry| entry.seq.0);
            (log.conversation, end)
        })
        .collect();
    let mut submitted: HashMap<CommandId, (&Sender, &Submitted)> = HashMap::new();
    for sender in &history.senders {
        for one in &sender.submitted {
            submitted.insert(one.id, (sender, one));
            answers(sender, one, &places, &lengths, found);
        }
        order(sender, &places, found);
    }
    for (id, (log, entry)) in &places {
        let (conversation, at) = (log.conversation, entry.seq);
        let id = *id;
        match submitted.get(&id) {
            None => found.push(Violation::Unknown {
                conversation,
                at,
                id,
            }),
            Some((sender, one)) if !matches(sender, one, log, entry) => {
                found.push(Violation::Altered {
                    conversation,
                    at,
                    id,
                });
            }
            Some(_) => {}
        }
    }
}

fn answers(
    sender: &Sender,
    one: &Submitted,
    places: &Places<'_>,
    lengths: &HashMap<ConversationId, u64>,
    found: &mut Vec<Violation>,
) {
    let (name, id) = (|| sender.name.clone(), one.id);
    let place = places.get(&id);
    if let Some(first) = one.told.first() {
        if one.told.iter().any(|told| told.answer != first.answer) {
            found.push(Violation::AnswerChanged { sender: name(), id });
        }
        match (&first.answer, place) {
            (Ok(receipt), _) if matches!(one.said, Said::Act | Said::Call) => {
                // What was done stands somewhere in that log, if it left anything there.
                let length = receipt
                    .conversation
                    .map_or(Some(0), |at| lengths.get(&at).copied());
                if length.is_none_or(|length| receipt.seq.0 > length) {
                    found.push(Violation::WrongReceipt { sender: name(), id });
                }
            }
            (Ok(_), None) => found.push(Violation::Lost { sender: name(), id }),
            (Ok(receipt), Some((log, entry))) => {
                if !points_to(receipt, sender, log, entry) {
                    found.push(Violation::WrongReceipt { sender: name(), id });
                }
            }
            (Err(_), Some(_)) => {
                found.push(Violation::RefusedAndWritten { sender: name(), id });
            }
            (Err(_), None) => {}
        }
    } else if one.settled {
        found.push(Violation::Unanswered { sender: name(), id });
    }
    let mut sessions: Vec<usize> = one.told.iter().map(|told| told.session).collect();
    sessions.sort_unstable();
    if sessions.windows(2).any(|pair| pair[0] == pair[1]) {
        found.push(Violation::AnsweredTwice { sender: name(), id });
    }
}

fn points_to(receipt: &Receipt, sender: &Sender, log: &FinalLog, entry: &StaffEntry) -> bool {
    let seq = match sender.who {
        Some(Who::Visitor(_)) => match entry.body {
            EntryBody::Public { position, .. } => position,
            EntryBody::Staff(_) => Seq::START,
        },
        Some(Who::Agent(_)) | None => entry.seq,
    };
    *receipt
        == Receipt {
            conversation: Some(log.conversation),
            seq,
            at: entry.at,
        }
}

/// Within each log, a sender's words stand in the order in which they were submitted.
fn order(sender: &Sender, places: &Places<'_>, found: &mut Vec<Violation>) {
    let mut last: HashMap<ConversationId, (Seq, CommandId)> = HashMap::new();
    for one in &sender.submitted {
        let Some((log, entry)) = places.get(&one.id) else {
            continue;
        };
        let before = last.insert(log.conversation, (entry.seq, one.id));
        if let Some((seq, first)) = before
            && seq > entry.seq
        {
            found.push(Violation::Reordered {
                sender: sender.name.clone(),
                first,
                second: one.id,
            });
        }
    }
}

/// Whether the entry says what was submitted, by whom and where.
fn matches(sender: &Sender, one: &Submitted, log: &FinalLog, entry: &StaffEntry) -> bool {
    match (&entry.body, &one.said) {
        (
            EntryBody::Public {
                body: PublicBody::Message { author, text, .. },
                ..
            },
            Said::Message {
                conversation,
                text: said,
            },
        ) => {
            let by_them = match (author, sender.who) {
                (Author::Visitor, Some(Who::Visitor(contact))) => contact == log.contact,
                (Author::Agent(agent), Some(Who::Agent(who))) => *agent == who,
                (Author::Visitor | Author::Agent(_) | Author::Other, _) => false,
            };
            by_them && text == said && conversation.is_none_or(|at| at == log.conversation)
        }
        (
            EntryBody::Staff(StaffBody::Note { author, text, .. }),
            Said::Note {
                conversation,
                text: said,
            },
        ) => {
            sender.who == Some(Who::Agent(*author))
                && text == said
                && *conversation == log.conversation
        }
        _ => false,
    }
}
