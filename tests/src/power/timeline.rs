//! When each client learned what.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use heard_client::{ClientRole, Update};
use heard_protocol::{CommandId, ConversationId};

use crate::check::{Sender, Shown};

/// The moments at which one client was told things, in microseconds since 1970.
#[derive(Debug, Clone, Default)]
pub struct Timeline(Arc<Mutex<Moments>>);

#[derive(Debug, Default)]
struct Moments {
    answers: HashMap<CommandId, u64>,
    /// One for each entry, in the order in which they were shown.
    entries: HashMap<ConversationId, Vec<u64>>,
}

impl Timeline {
    /// The client is told something now.
    pub fn hear<R: ClientRole>(&self, update: &Update<R>) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |since| since.as_micros());
        let now = u64::try_from(now).unwrap_or(u64::MAX);
        let mut moments = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match update {
            Update::Sent { id, .. } | Update::Refused { id, .. } => {
                moments.answers.entry(*id).or_insert(now);
            }
            Update::Entries {
                conversation,
                entries,
                ..
            } => {
                let times = moments.entries.entry(*conversation).or_default();
                times.extend(entries.iter().map(|_| now));
            }
            _ => {}
        }
    }

    /// What the client had submitted and been told by then. Answers that came later are taken back,
    /// and none is due.
    pub fn sender_at(&self, moment: u64, sender: &Sender) -> Sender {
        let moments = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sender = sender.clone();
        for one in &mut sender.submitted {
            one.settled = false;
            if moments.answers.get(&one.id).is_none_or(|at| *at > moment) {
                one.told.clear();
            }
        }
        sender
    }

    /// What the client had been shown by then.
    pub fn shown_at<E: Clone>(&self, moment: u64, shown: &Shown<E>) -> Shown<E> {
        let moments = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = moments.entries.get(&shown.conversation);
        let count = times.map_or(0, |times| {
            times.iter().take_while(|at| **at <= moment).count()
        });
        Shown {
            entries: shown.entries.iter().take(count).cloned().collect(),
            to_the_end: false,
            ..shown.clone()
        }
    }
}
