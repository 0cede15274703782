//! What is written down of a run.

use std::collections::HashMap;

use heard_client::Update;
use heard_protocol::{CommandId, Receipt, RefusalCode};

use super::part::Part;
use super::world::World;
use crate::check::{Said, Sender, Shown, Submitted, Told, Violation};

/// What is written down while a run goes on.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) senders: Vec<Sender>,
    by_id: HashMap<CommandId, (usize, usize)>,
    pub(super) sessions: usize,
    pub(super) oddities: Vec<Violation>,
}

impl Record {
    /// Something that must not happen and that the history does not show.
    pub(super) fn odd(&mut self, what: String) {
        self.oddities.push(Violation::Other(what));
    }

    pub(super) fn submitted(&mut self, sender: usize, id: CommandId, said: Said) {
        let list = &mut self.senders[sender].submitted;
        self.by_id.insert(id, (sender, list.len()));
        list.push(Submitted {
            id,
            said,
            told: Vec::new(),
            settled: true,
        });
    }

    fn told(&mut self, id: CommandId, session: usize, answer: Result<Receipt, RefusalCode>) {
        if let Some((sender, place)) = self.by_id.get(&id) {
            let one = &mut self.senders[*sender].submitted[*place];
            one.told.push(Told { session, answer });
        }
    }
}

impl World<'_> {
    /// Writes down what a session tells its application.
    pub(super) fn note_update<S: Part>(&mut self, client: usize, update: &Update<S>) {
        let crowd = S::crowd(self);
        let one = &mut crowd.clients[client];
        match update {
            Update::Entries {
                conversation,
                entries,
                ..
            } => {
                let place = *one.shown.entry(*conversation).or_insert_with(|| {
                    crowd.shown.push(Shown {
                        reader: format!("{} in life {}", one.name, one.life),
                        who: crowd.people[one.person].who,
                        conversation: *conversation,
                        entries: Vec::new(),
                        to_the_end: false,
                    });
                    crowd.shown.len() - 1
                });
                crowd.shown[place].entries.extend(entries.iter().cloned());
            }
            Update::Sent { id, receipt } => {
                let session = one.session_number;
                self.stats.acked += 1;
                self.record.told(*id, session, Ok(*receipt));
            }
            Update::Refused { id, refusal } => {
                let session = one.session_number;
                self.stats.refused += 1;
                self.record.told(*id, session, Err(refusal.code));
            }
            Update::Held { .. } => self.stats.held += 1,
            Update::Reset { conversation } => {
                let what = format!("{}: told to forget {conversation}", one.name);
                self.record.odd(what);
            }
            Update::NoSuchLog { conversation } => {
                let what = format!("{}: told that there is no {conversation}", one.name);
                self.record.odd(what);
            }
            Update::Welcome(_) => self.stats.greetings += 1,
            Update::Reads {
                conversation,
                visitor,
                staff,
            } => {
                one.marks.insert(*conversation, (*visitor, *staff));
            }
            Update::Link(_) | Update::Rows { .. } | Update::Notice(_) => {}
        }
    }
}
