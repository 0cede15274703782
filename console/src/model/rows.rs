//! A log as the conversation column shows it: days, bubbles in groups, and lines about what
//! happened.

use heard_protocol::entry::{EntryBody, QueueReason};
use heard_protocol::{
    AgentCard, AgentId, Author, CallbackWhen, CommandId, Disposition, PublicBody, RefusalCode, Seq,
    StaffBody, StaffEntry, TalkAnswer, TalkEvidence, TalkReason, UnixMillis, VoiceEnding,
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

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// An agent owns it from here on.
    Assigned(AgentId),
    /// The same, said by the public log alone.
    Joined(AgentCard),
    /// Handed over.
    Transferred {
        /// By whom.
        from: AgentId,
        /// To whom.
        to: AgentId,
        /// What the colleague should know; may be empty.
        comment: String,
    },
    /// In the queue.
    Queued(QueueReason),
    /// Settled.
    Resolved,
    /// It was not.
    Reopened,
    /// Turned down.
    Declined {
        /// By whom.
        agent: AgentId,
        /// Why; may be empty.
        reason: String,
    },
    /// An offer ran out.
    OfferMissed(AgentId),
    /// The visitor asked to be called.
    CallbackRequested,
    /// What came of it.
    CallbackClosed(Disposition),
    /// The visitor wants it at another time; none is as soon as possible.
    CallbackMoved(Option<UnixMillis>),
    /// The visitor no longer wants it.
    CallbackCancelled,
    /// Nobody made it in time.
    CallbackExpired,
    /// An agent is calling.
    Calling(AgentId),
    /// They were not reached; it is tried again then.
    CallTried(Disposition, UnixMillis),
    /// The outcome of a call, in a line.
    CallSummed(AgentId, String),
    /// How the visitor found a call.
    CallRated(u8, String),
    /// There is a reason to talk rather than write.
    TroubleSeen(TalkReason, TalkEvidence),
    /// The visitor was offered to talk, perhaps with a sentence of why.
    TalkOffered(TalkReason, String),
    /// What they said to it.
    TalkAnswered(TalkAnswer),
    /// The visitor called, from page to page.
    VoiceAsked,
    /// This agent answered.
    VoiceAnswered(AgentId),
    /// It is over.
    VoiceEnded(VoiceEnding),
    /// A call rang for an agent ...
    CallRung(AgentId),
    /// ... who did not take it, ...
    CallMissed(AgentId),
    /// ... turned it down, ...
    CallDeclined(AgentId),
    /// ... or was gone.
    CallReleased(AgentId),
}

/// What a row shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RowBody {
    /// A day starts; any moment in it.
    Day(UnixMillis),
    /// Something written.
    Said(Bubble),
    /// Something that happened, and when.
    Line(Line, UnixMillis),
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
    let line = |line| {
        let body = RowBody::Line(line, entry.at);
        Some(Row {
            key: RowKey::Entry(entry.seq),
            body,
        })
    };
    match &entry.body {
        EntryBody::Staff(body) => match body {
            StaffBody::Note { id, author, text } => {
                let writer = writer(*author, me);
                Some(said(*id, writer, true, text, entry.at, None))
            }
            StaffBody::Queued { reason } => line(Line::Queued(*reason)),
            StaffBody::Assigned { agent } => line(Line::Assigned(*agent)),
            StaffBody::Transferred { from, to, comment } => line(Line::Transferred {
                from: *from,
                to: *to,
                comment: comment.clone(),
            }),
            StaffBody::Declined { agent, reason } => line(Line::Declined {
                agent: *agent,
                reason: reason.clone(),
            }),
            StaffBody::OfferMissed { agent } => line(Line::OfferMissed(*agent)),
            StaffBody::CallbackRung { agent, .. } => line(Line::CallRung(*agent)),
            StaffBody::CallbackMissed { agent, .. } => line(Line::CallMissed(*agent)),
            StaffBody::CallbackDeclined { agent, .. } => line(Line::CallDeclined(*agent)),
            StaffBody::TroubleSeen { reason, evidence } => {
                line(Line::TroubleSeen(*reason, *evidence))
            }
            StaffBody::CallbackReleased { agent, .. } => line(Line::CallReleased(*agent)),
        },
        EntryBody::Public { position, body } => match body {
            PublicBody::Message {
                id,
                author: Author::Visitor,
                text,
            } => Some(said(*id, Writer::Visitor, false, text, entry.at, None)),
            PublicBody::Message {
                id,
                author: Author::Agent(agent),
                text,
            } => {
                let seen = *position <= log.visitor_read;
                let delivery = if seen { Delivery::Seen } else { Delivery::Sent };
                Some(said(
                    *id,
                    writer(*agent, me),
                    false,
                    text,
                    entry.at,
                    Some(delivery),
                ))
            }
            PublicBody::AgentJoined { agent } => {
                let told = neighbours(log, index).any(|body| gives_to(body, agent.id));
                if told {
                    None
                } else {
                    line(Line::Joined(agent.clone()))
                }
            }
            // The staff's own entry beside it says the same with its reason.
            PublicBody::Waiting => {
                let told =
                    neighbours(log, index).any(|body| matches!(body, StaffBody::Queued { .. }));
                if told {
                    None
                } else {
                    line(Line::Queued(QueueReason::Returned))
                }
            }
            PublicBody::Resolved => line(Line::Resolved),
            PublicBody::Reopened => {
                let told = neighbours(log, index).any(|body| {
                    matches!(
                        body,
                        StaffBody::Queued {
                            reason: QueueReason::Reopened
                        }
                    )
                });
                if told { None } else { line(Line::Reopened) }
            }
            other => call_line(other).and_then(line),
        },
    }
}

/// What an entry about a call says.
fn call_line(body: &PublicBody) -> Option<Line> {
    Some(match body {
        PublicBody::CallbackRequested { .. } => Line::CallbackRequested,
        PublicBody::CallbackClosed { disposition, .. } => Line::CallbackClosed(*disposition),
        PublicBody::CallbackMoved { when, .. } => Line::CallbackMoved(match when {
            CallbackWhen::At { at, .. } => Some(*at),
            CallbackWhen::Asap | CallbackWhen::Soon { .. } => None,
        }),
        PublicBody::CallbackCancelled { .. } => Line::CallbackCancelled,
        PublicBody::CallbackExpired { .. } => Line::CallbackExpired,
        PublicBody::CallbackCalling { agent, .. } => Line::Calling(agent.id),
        PublicBody::CallbackTried {
            disposition, next, ..
        } => Line::CallTried(*disposition, *next),
        PublicBody::CallSummed { agent, text, .. } => Line::CallSummed(*agent, text.clone()),
        PublicBody::CallRated { stars, word } => Line::CallRated(*stars, word.clone()),
        PublicBody::TalkOffered { reason, why } => Line::TalkOffered(*reason, why.clone()),
        PublicBody::TalkAnswered { answer, .. } => Line::TalkAnswered(*answer),
        PublicBody::VoiceAsked { .. } => Line::VoiceAsked,
        PublicBody::VoiceAnswered { agent, .. } => Line::VoiceAnswered(*agent),
        PublicBody::VoiceEnded { why, .. } => Line::VoiceEnded(*why),
        PublicBody::Message { .. }
        | PublicBody::AgentJoined { .. }
        | PublicBody::Waiting
        | PublicBody::Resolved
        | PublicBody::Reopened => return None,
    })
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
        StaffBody::Assigned { agent } => *agent == to,
        StaffBody::Transferred { to: heir, .. } => *heir == to,
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
