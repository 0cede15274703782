//! A client that was let in: how fast it may talk, and what it is told beside its logs.

use heard_desk::pace::{Pace, Rate, Verdict};
use heard_protocol::limits::{MAX_CURSORS, MAX_LIST_BYTES};
use heard_protocol::{
    ClientFrame, CommandId, ConversationId, Envelope, Refusal, RefusalCode, RelayFrame, UnixMillis,
    Wire as _, wire,
};

use super::Effect;
use super::logs::Log;
use crate::hub::Mail;
use crate::socket::side::Side;
use crate::store::{Answer, Fact};

/// How many frames other than commands a client may send in a second: a returning agent follows
/// every log they had open at once.
const CHATTER: usize = 2 * MAX_CURSORS;

/// The most bytes of rows kept while lists are read. A client told more than that meanwhile is
/// disconnected and gets its lists anew when it greets.
pub(in crate::socket) const MAX_SINCE_BYTES: usize = 16 * MAX_LIST_BYTES;

/// What a client that was let in does, is told, and follows.
#[derive(Debug)]
pub(super) struct Live<S: Side> {
    pub(super) identity: S::Identity,
    pub(super) logs: Vec<Log>,
    pace: Pace,
    /// Frames other than commands in the second that began then.
    chatter: (UnixMillis, usize),
    /// When the logs were last looked at without an announcement.
    checked_at: UnixMillis,
    /// The lists are being read.
    listing: Option<Box<Listing<S>>>,
}

/// Lists that are being read.
#[derive(Debug)]
struct Listing<S: Side> {
    /// Rows that were told since. They may be newer than what is read, which comes after them.
    since: Vec<S::Row>,
    /// What those rows weigh in bytes: at most [`MAX_SINCE_BYTES`].
    bytes: usize,
    /// Something may have been missed again meanwhile.
    again: bool,
}

impl<S: Side> Live<S> {
    pub(super) fn new(identity: S::Identity, rate: Rate, now: UnixMillis) -> Self {
        Self {
            identity,
            // A visitor has one.
            logs: Vec::with_capacity(1),
            pace: Pace::new(rate, now),
            chatter: (now, 0),
            checked_at: now,
            listing: None,
        }
    }

    /// Whether the store has said that the client may read it.
    pub(super) fn may_read(&self, conversation: ConversationId) -> bool {
        let allowed = |log: &Log| log.conversation == conversation && log.allowed;
        self.logs.iter().any(allowed)
    }

    /// Looks at the logs if that was not done for so many milliseconds.
    pub(super) fn check_in_time(
        &mut self,
        check_ms: u64,
        now: UnixMillis,
        out: &mut Vec<Effect<S>>,
    ) {
        if now.since(self.checked_at) >= check_ms {
            self.checked_at = now;
            self.check(out);
        }
    }

    /// A command was carried out, or could not be.
    pub(super) fn answered(
        &mut self,
        id: CommandId,
        answer: Option<&Answer>,
        out: &mut Vec<Effect<S>>,
    ) {
        self.pace.answered();
        out.push(Effect::Send(answer_frame(id, answer)));
    }

    /// Whether the client sends more frames other than commands than any honest one would.
    pub(super) fn chatters(&mut self, now: UnixMillis) -> bool {
        let (began, count) = self.chatter;
        self.chatter = if now.since(began) < 1_000 {
            (began, count + 1)
        } else {
            (now, 1)
        };
        self.chatter.1 > CHATTER
    }

    /// Passes a command on, unless they come too fast.
    pub(super) fn command(
        &mut self,
        envelope: Envelope<S>,
        now: UnixMillis,
        out: &mut Vec<Effect<S>>,
    ) -> Verdict {
        let id = envelope.id;
        let verdict = self.pace.judge(now);
        match verdict {
            Verdict::Go => {
                let request = S::request(&self.identity, envelope, now);
                out.push(Effect::Command(id, request));
            }
            Verdict::Wait { retry_after_ms } => {
                let refusal = Refusal {
                    code: RefusalCode::TooFast,
                    retry_after_ms,
                };
                out.push(Effect::Send(RelayFrame::Refused { id, refusal }));
            }
            Verdict::Flood => {}
        }
        verdict
    }

    /// Does what any other frame asks for.
    pub(super) fn other(&mut self, frame: ClientFrame<S>, out: &mut Vec<Effect<S>>) {
        match frame {
            ClientFrame::Follow(cursor) => self.follow(cursor, out),
            ClientFrame::Unfollow { conversation } => {
                self.logs.retain(|log| log.conversation != conversation);
                out.push(Effect::Unfollow(conversation));
            }
            ClientFrame::Read(upto) => {
                out.push(Effect::Write(S::read_mark(&self.identity, upto)));
            }
            ClientFrame::Signal(signal) => out.push(Effect::Signal(signal)),
            ClientFrame::Ping => out.push(Effect::Send(RelayFrame::Pong)),
            ClientFrame::Hello(_) | ClientFrame::Command(_) => {}
        }
    }

    /// Something concerns this client. Says whether it can go on: not when more rows came than are
    /// kept while its lists are read.
    #[must_use]
    pub(super) fn mail(&mut self, mail: Mail, out: &mut Vec<Effect<S>>) -> bool {
        let fact = match mail {
            Mail::Fact(fact) => fact,
            Mail::CatchUp => {
                self.check(out);
                if S::HAS_LISTS {
                    self.list(out);
                }
                return true;
            }
            Mail::ToVisitor(_) | Mail::VisitorRow(_) | Mail::ToStaff(_) => {
                out.extend(S::passing(mail).map(Effect::Send));
                return true;
            }
        };
        match &*fact {
            Fact::Entries {
                contact,
                conversation,
                entries,
                head,
                public_head,
                ..
            } => {
                let end = S::end(*head, *public_head);
                self.grown(*conversation, *contact, entries, end, out);
            }
            Fact::Reads {
                conversation,
                visitor,
                staff,
                contact,
            } => {
                let mine = S::reads_unasked(&self.identity, *contact);
                match self.log(*conversation) {
                    Some(log) if log.allowed => log.tell_marks::<S>(*visitor, *staff, out),
                    None if mine => out.push(Effect::Send(RelayFrame::Reads {
                        conversation: *conversation,
                        visitor: *visitor,
                        staff: *staff,
                    })),
                    Some(_) | None => {}
                }
            }
            other => {
                if let Some(row) = S::row(&self.identity, other) {
                    if let Some(listing) = &mut self.listing {
                        listing.bytes += row.weight();
                        if listing.bytes > MAX_SINCE_BYTES {
                            return false;
                        }
                        listing.since.push(row.clone());
                    }
                    send_rows(vec![row], false, out);
                }
            }
        }
        true
    }

    /// Has the lists read, after what is under way.
    fn list(&mut self, out: &mut Vec<Effect<S>>) {
        if let Some(listing) = &mut self.listing {
            listing.again = true;
            return;
        }
        self.listing = Some(Box::new(Listing {
            since: Vec::new(),
            bytes: 0,
            again: false,
        }));
        out.push(Effect::Lists);
    }

    /// The lists were read. What was told meanwhile is told once more, so that it is not an older
    /// row that the client is left with.
    pub(super) fn listed(&mut self, rows: Vec<S::Row>, out: &mut Vec<Effect<S>>) {
        let listing = self.listing.take();
        let (since, again) = listing.map_or_else(Default::default, |one| (one.since, one.again));
        send_rows(rows.into_iter().chain(since).collect(), false, out);
        if again {
            self.list(out);
        }
    }
}

/// Sends rows in as many frames as their bytes take; `done` goes with the last, which there is then
/// even without rows.
pub(super) fn send_rows<S: Side>(rows: Vec<S::Row>, done: bool, out: &mut Vec<Effect<S>>) {
    let mut pieces = wire::cut(rows, MAX_LIST_BYTES);
    if done && pieces.is_empty() {
        pieces.push(Vec::new());
    }
    let last = pieces.len().saturating_sub(1);
    let frames = pieces.into_iter().enumerate().map(|(place, rows)| {
        let done = done && place == last;
        Effect::Send(RelayFrame::Rows { rows, done })
    });
    out.extend(frames);
}

fn answer_frame<S: Side>(id: CommandId, answer: Option<&Answer>) -> RelayFrame<S> {
    match answer {
        Some(Answer::Receipt(receipt)) => RelayFrame::Ack {
            id,
            receipt: *receipt,
        },
        Some(Answer::Refused(refusal)) => RelayFrame::Refused {
            id,
            refusal: *refusal,
        },
        Some(Answer::Round { .. } | Answer::Beat { .. } | Answer::Kept(_) | Answer::Done)
        | None => RelayFrame::Refused {
            id,
            refusal: Refusal::from(RefusalCode::Unavailable),
        },
    }
}
