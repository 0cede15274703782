//! The conversation as rows on a screen, from top to bottom.

use std::sync::Arc;

use heard_client::LinkState;
use heard_protocol::{
    AgentKind, AssignmentTold, Author, CallOfferTold, CallbackTold, CommandId, PublicBody,
    RefusalCode, ResolutionTold, Seq, UnixMillis, VoiceTold, WrapUpTold,
};

use super::state::{Delivery, Log, Model, Said, made_at};

const MINUTE_MS: u64 = 60_000;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// Another day begins.
    Day {
        /// A moment of that day.
        at: UnixMillis,
    },
    /// A message.
    Text {
        /// Which.
        id: CommandId,
        /// The visitor wrote it.
        mine: bool,
        /// What it says.
        text: Arc<str>,
        /// It begins a group: messages of one author in one minute.
        first: bool,
        /// It ends a group.
        last: bool,
        /// The relay will not have it.
        failed: bool,
    },
    /// Under a group: when, by whom, and how far it has come.
    Meta {
        /// The group's last message.
        of: CommandId,
        /// When that was written.
        at: UnixMillis,
        /// How far it has come, for the visitor's own.
        delivery: Option<Delivery>,
        /// Who wrote, for an agent's.
        author: Option<(String, AgentKind)>,
    },
    /// Under a message that the relay will not have.
    Failed {
        /// Which.
        id: CommandId,
        /// Why.
        code: RefusalCode,
    },
    /// Something happened.
    Event {
        /// In which log, counted from the first.
        log: usize,
        /// Where in it.
        seq: Seq,
        /// What.
        body: PublicBody,
    },
}

/// What a row is recognised by between redraws: two rows with one key look the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(u8, u128, u32);

impl Row {
    /// The row's key.
    pub fn key(&self) -> Key {
        let bits = |id: &CommandId| u128::from_be_bytes(id.to_bytes());
        match self {
            Self::Day { at } => Key(0, u128::from(at.0), 0),
            Self::Text {
                id,
                first,
                last,
                failed,
                ..
            } => Key(
                1,
                bits(id),
                u32::from(*first) | u32::from(*last) << 1 | u32::from(*failed) << 2,
            ),
            Self::Meta {
                of, delivery, at, ..
            } => Key(
                2,
                // The relay's time replaces the visitor's own.
                bits(of) ^ u128::from(at.0 / MINUTE_MS),
                delivery.map_or(0, |delivery| delivery as u32 + 1),
            ),
            Self::Failed { id, code } => Key(3, bits(id), *code as u32),
            Self::Event { log, seq, .. } => {
                Key(4, u128::from(seq.0), u32::try_from(*log).unwrap_or(0))
            }
        }
    }
}

/// A message or an event before it is put among its neighbours.
struct Line<'a> {
    at: UnixMillis,
    what: What<'a>,
}

enum What<'a> {
    Message {
        id: CommandId,
        author: Author,
        text: &'a Arc<str>,
        delivery: Delivery,
        failed: Option<RefusalCode>,
    },
    Event(Row),
}

impl Line<'_> {
    /// Whether two neighbours are one group: one author, one minute, nothing failed.
    fn joins(&self, next: &Self) -> bool {
        match (&self.what, &next.what) {
            (
                What::Message {
                    author,
                    failed: None,
                    ..
                },
                What::Message {
                    author: other,
                    failed: None,
                    ..
                },
            ) => author == other && self.at.0 / MINUTE_MS == next.at.0 / MINUTE_MS,
            _ => false,
        }
    }
}

/// The rows of a conversation. `day_of` numbers the days of the visitor's calendar.
pub fn rows(model: &Model, day_of: impl Fn(UnixMillis) -> i32) -> Vec<Row> {
    let lines = lines(model);
    let mut rows = Vec::with_capacity(lines.len() * 2);
    let mut day = None;
    for (index, line) in lines.iter().enumerate() {
        let today = day_of(line.at);
        let new_day = day.replace(today) != Some(today);
        if new_day {
            rows.push(Row::Day { at: line.at });
        }
        let joins_above = !new_day
            && index
                .checked_sub(1)
                .and_then(|above| lines.get(above))
                .is_some_and(|above| above.joins(line));
        let joins_below = lines.get(index + 1).is_some_and(|below| line.joins(below));
        put(&mut rows, model, line, !joins_above, !joins_below);
    }
    rows
}

fn put(rows: &mut Vec<Row>, model: &Model, line: &Line<'_>, first: bool, last: bool) {
    match &line.what {
        What::Event(row) => rows.push(row.clone()),
        What::Message {
            id,
            author,
            text,
            delivery,
            failed,
        } => {
            let mine = *author == Author::Visitor;
            rows.push(Row::Text {
                id: *id,
                mine,
                text: Arc::clone(text),
                first,
                last,
                failed: failed.is_some(),
            });
            if let Some(code) = *failed {
                rows.push(Row::Failed { id: *id, code });
            } else if last {
                rows.push(Row::Meta {
                    of: *id,
                    at: line.at,
                    delivery: mine.then_some(*delivery),
                    author: name_of(model, *author),
                });
            }
        }
    }
}

fn name_of(model: &Model, author: Author) -> Option<(String, AgentKind)> {
    match author {
        Author::Visitor => None,
        Author::Other => Some((model.site.clone(), AgentKind::Person)),
        Author::Agent(id) => Some(model.agent(id).map_or_else(
            || (model.site.clone(), AgentKind::Person),
            |card| (card.name.clone(), card.kind),
        )),
    }
}

fn lines(model: &Model) -> Vec<Line<'_>> {
    let current = model.logs.len().saturating_sub(1);
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (number, log) in model.logs.iter().enumerate() {
        lines.extend(logged(model, number, log, number == current));
    }
    let on_the_way = if model.link == LinkState::Live {
        Delivery::Sending
    } else {
        Delivery::Kept
    };
    lines.extend(model.pending.iter().map(|pending| Line {
        at: made_at(pending.id),
        what: What::Message {
            id: pending.id,
            author: Author::Visitor,
            text: &pending.text,
            delivery: if pending.sent {
                Delivery::Sent
            } else {
                on_the_way
            },
            failed: pending.failed,
        },
    }));
    lines
}

fn logged<'a>(
    model: &'a Model,
    number: usize,
    log: &'a Log,
    current: bool,
) -> impl Iterator<Item = Line<'a>> {
    // An open offer is a card; what is left of others is what the visitor said to them, and the
    // agent's words.
    let is_shown = move |body: &PublicBody| match body {
        PublicBody::CallOffer(CallOfferTold::Offered { why, .. }) => {
            !(why.is_empty() || current && model.thread.offer.is_some())
        }
        body => !is_unknown(body),
    };
    let shown = log
        .said
        .iter()
        .filter(move |said| is_shown(&said.entry.body));
    shown.map(move |Said { entry, text }| {
        let what = match &entry.body {
            PublicBody::Message { id, author, .. } => What::Message {
                id: *id,
                author: *author,
                text,
                delivery: if !current || entry.seq <= model.staff_read {
                    Delivery::Seen
                } else {
                    Delivery::Sent
                },
                failed: None,
            },
            other => What::Event(Row::Event {
                log: number,
                seq: entry.seq,
                body: other.clone(),
            }),
        };
        let at = entry.at;
        Line { at, what }
    })
}

/// Whether this page is too old to know what an entry says.
const fn is_unknown(body: &PublicBody) -> bool {
    matches!(
        body,
        PublicBody::Assignment(AssignmentTold::Other)
            | PublicBody::Resolution(ResolutionTold::Other)
            | PublicBody::Callback(CallbackTold::Other)
            | PublicBody::CallOffer(CallOfferTold::Other)
            | PublicBody::Voice(VoiceTold::Other)
            | PublicBody::WrapUp(WrapUpTold::Other)
            | PublicBody::Other
    )
}

#[cfg(test)]
mod tests;
