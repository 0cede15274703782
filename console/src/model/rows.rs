//! A log as the conversation column shows it: days, bubbles in groups, and lines about what
//! happened.

use heard_protocol::{
    AgentId, AssignmentNoted, AssignmentTold, Author, CommandId, EntryBody, PublicBody,
    QueueReason, RefusalCode, ResolutionTold, Seq, StaffBody, StaffEntry, UnixMillis, Wire as _,
};

use super::log::Log;

/// What a row is known by, so that the page keeps its element while its looks change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum RowKey {
    /// A divider, by the entry that follows it.
    Day(Seq),
    /// Something that happened, by its place in the staff's log.
    Entry(Seq),
    /// A message or note, by its command: the same before and after it reached the log.
    Said(CommandId),
}

/// Who wrote a bubble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    /// The visitor.
    Visitor,
    /// The agent at this console.
    Me,
    /// A colleague.
    Colleague(AgentId),
}

/// What became of a message sent from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Not on the relay's disk yet.
    Sending,
    /// On disk.
    Sent,
    /// The visitor has read it.
    Seen,
    /// The relay would not have it.
    Refused(RefusalCode),
}

/// Something written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bubble {
    /// Who.
    pub(crate) writer: Writer,
    /// Whether only staff see it.
    pub(crate) note: bool,
    /// What.
    pub(crate) text: String,
    /// When; `None` while it is on its way.
    pub(crate) at: Option<UnixMillis>,
    /// What became of it, for the desk's own messages.
    pub(crate) delivery: Option<Delivery>,
    /// Whether it opens a group of the same writer and minute.
    pub(crate) opens: bool,
    /// Whether it closes one; the time stands under the last.
    pub(crate) closes: bool,
}

/// What a row shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RowBody {
    /// A day starts; any moment in it.
    Day(UnixMillis),
    /// Something written.
    Said(Bubble),
    /// Something that happened, and when.
    Line(EntryBody, UnixMillis),
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// What it is known by.
    pub(crate) key: RowKey,
    /// What it shows.
    pub(crate) body: RowBody,
}

/// The rows of a log. `day_of` numbers days where the agent is.
pub(crate) fn rows(log: &Log, me: Option<AgentId>, day_of: impl Fn(UnixMillis) -> i64) -> Vec<Row> {
    let mut rows = Vec::with_capacity(log.entries.len() + log.pending.len() + 4);
    let mut day = None;
    for (index, entry) in log.entries.iter().enumerate() {
        let Some(row) = entry_row(log, index, entry, me) else {
            continue;
        };
        let today = day_of(entry.at);
        if day != Some(today) {
            day = Some(today);
            rows.push(Row {
                key: RowKey::Day(entry.seq),
                body: RowBody::Day(entry.at),
            });
        }
        rows.push(row);
    }
    rows.extend(log.pending.iter().map(|pending| Row {
        key: RowKey::Said(pending.id),
        body: RowBody::Said(Bubble {
            writer: Writer::Me,
            note: pending.note,
            text: pending.text.clone(),
            at: None,
            delivery: Some(pending.refused.map_or(Delivery::Sending, Delivery::Refused)),
            opens: true,
            closes: true,
        }),
    }));
    group(&mut rows);
    rows
}

fn entry_row(log: &Log, index: usize, entry: &StaffEntry, me: Option<AgentId>) -> Option<Row> {
    let line = || {
        let body = RowBody::Line(entry.body.clone(), entry.at);
        Some(Row {
            key: RowKey::Entry(entry.seq),
            body,
        })
    };
    match &entry.body {
        EntryBody::Staff(StaffBody::Note { id, author, text }) => {
            let writer = writer(*author, me);
            Some(said(*id, writer, true, text, entry.at, None))
        }
        EntryBody::Public {
            position,
            body: PublicBody::Message { id, author, text },
        } => {
            let (writer, delivery) = match author {
                Author::Visitor => (Writer::Visitor, None),
                Author::Agent(agent) if *position <= log.visitor_read => {
                    (writer(*agent, me), Some(Delivery::Seen))
                }
                Author::Agent(agent) => (writer(*agent, me), Some(Delivery::Sent)),
                Author::Other => (Writer::Colleague(AgentId::from_bits(0)), None),
            };
            Some(said(*id, writer, false, text, entry.at, delivery))
        }
        EntryBody::Public { body, .. } if is_told_by_staff(log, index, body) => None,
        // This page is too old to know what it says.
        body if body.has_other() => None,
        _ => line(),
    }
}

/// Whether one of the staff's entries beside it says the same, with its reason.
fn is_told_by_staff(log: &Log, index: usize, body: &PublicBody) -> bool {
    let mut beside = neighbours(log, index);
    match body {
        PublicBody::Assignment(AssignmentTold::Joined { agent }) => {
            beside.any(|body| gives_to(body, agent.id))
        }
        PublicBody::Assignment(AssignmentTold::Waiting) => {
            beside.any(|body| matches!(body, StaffBody::Assignment(AssignmentNoted::Queued { .. })))
        }
        PublicBody::Resolution(ResolutionTold::Reopened) => beside.any(|body| {
            let reason = QueueReason::Reopened;
            *body == StaffBody::Assignment(AssignmentNoted::Queued { reason })
        }),
        _ => false,
    }
}

/// The staff's entries close enough to tell of the same event.
fn neighbours(log: &Log, index: usize) -> impl Iterator<Item = &StaffBody> {
    let from = index.saturating_sub(2);
    log.entries
        .iter()
        .skip(from)
        .take(index - from + 3)
        .filter_map(|entry| match &entry.body {
            EntryBody::Staff(body) => Some(body),
            EntryBody::Public { .. } => None,
        })
}

fn gives_to(body: &StaffBody, to: AgentId) -> bool {
    match body {
        StaffBody::Assignment(AssignmentNoted::Assigned { agent }) => *agent == to,
        StaffBody::Assignment(AssignmentNoted::Transferred { to: heir, .. }) => *heir == to,
        _ => false,
    }
}

fn writer(agent: AgentId, me: Option<AgentId>) -> Writer {
    if me == Some(agent) {
        Writer::Me
    } else {
        Writer::Colleague(agent)
    }
}

fn said(
    id: CommandId,
    writer: Writer,
    note: bool,
    text: &str,
    at: UnixMillis,
    delivery: Option<Delivery>,
) -> Row {
    let text = text.to_owned();
    let bubble = Bubble {
        writer,
        note,
        text,
        at: Some(at),
        delivery,
        opens: true,
        closes: true,
    };
    Row {
        key: RowKey::Said(id),
        body: RowBody::Said(bubble),
    }
}

/// Marks where groups of one writer, one minute and one delivery open and close.
fn group(rows: &mut [Row]) {
    for index in 1..rows.len() {
        let Some([before, after]) = rows.get_mut(index - 1..=index) else {
            return;
        };
        let (RowBody::Said(before), RowBody::Said(after)) = (&mut before.body, &mut after.body)
        else {
            continue;
        };
        let minute = |bubble: &Bubble| bubble.at.map(|at| at.0 / 60_000);
        let together = before.writer == after.writer
            && before.note == after.note
            && minute(before) == minute(after)
            && before.delivery == after.delivery
            && !matches!(before.delivery, Some(Delivery::Refused(_)));
        if together {
            before.closes = false;
            after.opens = false;
        }
    }
}

#[cfg(test)]
mod tests;
