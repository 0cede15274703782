//! The logs a client follows: how far it has been sent each, and what that makes of an announcement
//! or of what was read.

use std::sync::Arc;

use heard_protocol::limits::{MAX_CURSORS, MAX_ENTRIES_PER_FRAME, MAX_LIST_BYTES};
use heard_protocol::{
    ContactId, ConversationId, Cursor, LogEntry, RelayFrame, Seq, StaffEntry, wire,
};

use super::Effect;
use super::live::Live;
use crate::socket::side::Side;
use crate::store::{Head, LogSlice, Unseen};

/// How far the client has been sent a log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Log {
    pub(super) conversation: ConversationId,
    sent: Seq,
    /// The end of the log as far as it was heard of.
    head: Seq,
    /// A read is under way.
    reading: bool,
    /// The store has said that the client may read it.
    pub(super) allowed: bool,
    /// How far the visitor and staff have read, as the client was told last.
    told: Option<(Seq, Seq)>,
}

impl<S: Side> Live<S> {
    /// That log, if it is followed.
    pub(super) fn log(&mut self, conversation: ConversationId) -> Option<&mut Log> {
        self.logs
            .iter_mut()
            .find(|log| log.conversation == conversation)
    }

    /// Follows a log the client asks for; whether it may is found out by reading it.
    pub(super) fn follow(&mut self, cursor: Cursor, out: &mut Vec<Effect<S>>) {
        let Cursor {
            conversation,
            after,
        } = cursor;
        if let Some(log) = self.log(conversation) {
            log.sent = after;
            if log.reading {
                return;
            }
            log.reading = true;
        } else {
            if self.logs.len() >= MAX_CURSORS {
                out.push(Effect::Send(RelayFrame::NoSuchLog { conversation }));
                return;
            }
            let (sent, head) = (after, Seq::START);
            self.logs.push(Log {
                conversation,
                sent,
                head,
                reading: true,
                allowed: false,
                told: None,
            });
        }
        out.push(Effect::Read(cursor));
    }

    /// Follows the client's own log, whose end is known, and perhaps a piece of it.
    pub(super) fn follow_known(
        &mut self,
        own: &Head,
        after: Seq,
        unseen: Option<Unseen<S::Entry>>,
        out: &mut Vec<Effect<S>>,
    ) {
        let head = S::end(own.staff, own.public);
        let conversation = own.conversation;
        out.push(Effect::Follow(conversation));
        let mut log = Log {
            conversation,
            sent: after,
            head,
            reading: false,
            allowed: true,
            told: Some((Seq::START, Seq::START)),
        };
        if after > head {
            out.push(Effect::Send(RelayFrame::Reset { conversation }));
            log.sent = Seq::START;
        }
        log.tell_marks::<S>(own.visitor_read, own.staff_read, out);
        let sent = log.sent;
        log.reading = sent < head;
        self.logs.push(log);
        match unseen.filter(|(from, _)| *from == sent) {
            Some((_, slice)) => self.slice(conversation, Some((*own, slice)), out),
            None if sent < head => out.push(Effect::Read(Cursor {
                conversation,
                after: sent,
            })),
            None => {}
        }
    }

    /// Looks for what no announcement has told of.
    pub(super) fn check(&mut self, out: &mut Vec<Effect<S>>) {
        if S::HAS_OWN_LOG {
            out.push(Effect::Own);
            // Where that log ends is in the answer: nearly always all there is to know.
            if self.logs.len() <= 1 {
                return;
            }
        }
        for log in &mut self.logs {
            if log.allowed && !log.reading {
                log.reading = true;
                out.push(Effect::Read(Cursor {
                    conversation: log.conversation,
                    after: log.sent,
                }));
            }
        }
    }

    /// Begins with the client's own log, or goes on with it if it has grown.
    pub(super) fn own(&mut self, own: &Head, out: &mut Vec<Effect<S>>) {
        let conversation = own.conversation;
        if let Some(log) = self.log(conversation) {
            if !log.allowed {
                return;
            }
            log.head = log.head.max(S::end(own.staff, own.public));
            log.tell_marks::<S>(own.visitor_read, own.staff_read, out);
            if log.sent < log.head && !log.reading {
                log.reading = true;
                out.push(Effect::Read(Cursor {
                    conversation,
                    after: log.sent,
                }));
            }
        } else {
            out.extend(
                S::adopted(conversation).map(|notice| Effect::Send(RelayFrame::Notice(notice))),
            );
            self.follow_known(own, Seq::START, None, out);
        }
    }

    /// A piece of a log was read.
    pub(super) fn slice(
        &mut self,
        conversation: ConversationId,
        slice: Option<(Head, LogSlice<S::Entry>)>,
        out: &mut Vec<Effect<S>>,
    ) {
        let Some((owner, slice)) = slice.filter(|(head, _)| S::may_read(&self.identity, head))
        else {
            self.logs.retain(|log| log.conversation != conversation);
            out.push(Effect::Unfollow(conversation));
            out.push(Effect::Send(RelayFrame::NoSuchLog { conversation }));
            return;
        };
        let Some(log) = self.log(conversation) else {
            return;
        };
        log.reading = false;
        log.head = log.head.max(slice.head);
        // They may have moved between the read before and the hub's promise to tell.
        log.tell_marks::<S>(owner.visitor_read, owner.staff_read, out);
        if !log.allowed {
            log.allowed = true;
            out.push(Effect::Follow(conversation));
            // Something may have been written between the read and the hub's promise to tell: look
            // once more.
            log.reading = true;
        }
        if log.sent > log.head {
            out.push(Effect::Send(RelayFrame::Reset { conversation }));
            log.sent = Seq::START;
            log.reading = true;
        }
        let fresh: Vec<_> = slice
            .entries
            .into_iter()
            .filter(|entry| entry.seq() > log.sent)
            .collect();
        // The client may have asked from an earlier position meanwhile: then this piece does not
        // continue there.
        if fresh
            .first()
            .is_some_and(|first| first.seq() == log.sent.next())
        {
            log.send::<S>(fresh, out);
        }
        if log.reading || log.sent < log.head {
            log.reading = true;
            out.push(Effect::Read(Cursor {
                conversation,
                after: log.sent,
            }));
        }
    }

    /// A log grew.
    pub(super) fn grown(
        &mut self,
        conversation: ConversationId,
        contact: ContactId,
        entries: &Arc<[StaffEntry]>,
        end: Seq,
        out: &mut Vec<Effect<S>>,
    ) {
        if self.log(conversation).is_none() {
            if !S::reads_unasked(&self.identity, contact) {
                return;
            }
            out.extend(
                S::adopted(conversation).map(|notice| Effect::Send(RelayFrame::Notice(notice))),
            );
            let (sent, head) = (Seq::START, Seq::START);
            self.logs.push(Log {
                conversation,
                sent,
                head,
                reading: false,
                allowed: true,
                told: Some((Seq::START, Seq::START)),
            });
        }
        let Some(log) = self.log(conversation) else {
            return;
        };
        log.head = log.head.max(end);
        if log.reading || !log.allowed {
            return;
        }
        let fresh: Vec<S::Entry> = entries
            .iter()
            .filter_map(S::face)
            .filter(|entry| entry.seq() > log.sent)
            .collect();
        match fresh.first() {
            Some(first) if first.seq() == log.sent.next() => log.send::<S>(fresh, out),
            _ => {}
        }
        if log.sent < log.head {
            log.reading = true;
            out.push(Effect::Read(Cursor {
                conversation,
                after: log.sent,
            }));
        }
    }
}

impl Log {
    /// Tells how far people have read, if that is news. Marks only go forward, so what comes late
    /// is not.
    pub(super) fn tell_marks<S: Side>(
        &mut self,
        visitor: Seq,
        staff: Seq,
        out: &mut Vec<Effect<S>>,
    ) {
        let (visitor_before, staff_before) = self.told.unwrap_or_default();
        let marks = (visitor.max(visitor_before), staff.max(staff_before));
        if self.told.replace(marks) != Some(marks) {
            out.push(Effect::Send(RelayFrame::Reads {
                conversation: self.conversation,
                visitor: marks.0,
                staff: marks.1,
            }));
        }
    }

    /// Sends consecutive entries that continue where the client is.
    fn send<S: Side>(&mut self, entries: Vec<S::Entry>, out: &mut Vec<Effect<S>>) {
        // Nearly always it is one: nothing has to be weighed.
        if entries.len() == 1 {
            return self.push_frame::<S>(entries, out);
        }
        for mut piece in wire::cut(entries, MAX_LIST_BYTES) {
            while piece.len() > MAX_ENTRIES_PER_FRAME {
                let rest = piece.split_off(MAX_ENTRIES_PER_FRAME);
                self.push_frame::<S>(std::mem::replace(&mut piece, rest), out);
            }
            self.push_frame::<S>(piece, out);
        }
    }

    fn push_frame<S: Side>(&mut self, entries: Vec<S::Entry>, out: &mut Vec<Effect<S>>) {
        if let Some(last) = entries.last() {
            self.sent = last.seq();
        }
        let (conversation, head) = (self.conversation, self.head);
        out.push(Effect::Send(RelayFrame::Entries {
            conversation,
            entries,
            head,
        }));
    }
}
