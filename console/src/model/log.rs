//! One conversation's log as far as it is here, with what was sent and isn't in it yet.

use std::collections::BTreeMap;

use heard_fold::wrap_up::Unsummed;
use heard_fold::{Thread, Trouble, VoiceCall};
use heard_protocol::entry::EntryBody;
use heard_protocol::{
    Author, CommandId, ConversationId, LogEntry, PublicBody, RefusalCode, ResolutionTold, Seq,
    StaffEntry, UnixMillis,
};

/// A message or a note that this console sent and the log doesn't hold yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pending {
    /// The id it is sent under.
    pub(crate) id: CommandId,
    /// Whether it is a note.
    pub(crate) note: bool,
    /// What was written.
    pub(crate) text: String,
    /// Why the relay would not have it, if it said so.
    pub(crate) refused: Option<RefusalCode>,
}

/// One log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Log {
    /// Entries from the first on, without holes.
    pub(crate) entries: Vec<StaffEntry>,
    /// In the order they were sent.
    pub(crate) pending: Vec<Pending>,
    /// How far the visitor has read, in the visitor's log.
    pub(crate) visitor_read: Seq,
    /// How far staff have read, in the visitor's log.
    pub(crate) staff_read: Seq,
    /// Whether the end has been reached once: from then on what comes is news.
    pub(crate) caught_up: bool,
    /// What the entries say of calling instead of writing.
    pub(crate) trouble: Trouble,
    /// The call that waits to be summed up.
    pub(crate) unsummed: Unsummed,
    thread: Thread,
}

impl Log {
    /// Takes entries over; those already here are skipped. Returns whether the visitor wrote
    /// something new among them.
    pub(crate) fn extend(&mut self, entries: Vec<StaffEntry>, head: Seq) -> bool {
        let was_caught_up = self.caught_up;
        let mut news = false;
        for entry in entries {
            if entry.seq != self.end().next() {
                continue;
            }
            if let Some(id) = entry.command() {
                self.pending.retain(|pending| pending.id != id);
            }
            news |= was_caught_up && visitor_message(&entry).is_some();
            self.trouble.follow(&entry.body);
            if let EntryBody::Public { body, .. } = &entry.body {
                self.thread.follow(body);
                self.unsummed.follow(body, entry.at);
            }
            self.entries.push(entry);
        }
        self.caught_up |= self.end() >= head;
        news
    }

    /// Forgets every entry: the relay's log is another one. What was sent stays.
    pub(crate) fn forget(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        *self = Self {
            pending,
            ..Self::default()
        };
    }

    /// Raises the read marks; they never go back.
    pub(crate) fn reads(&mut self, visitor: Seq, staff: Seq) {
        self.visitor_read = self.visitor_read.max(visitor);
        self.staff_read = self.staff_read.max(staff);
    }

    /// The position of the last entry.
    pub(crate) fn end(&self) -> Seq {
        self.entries.last().map_or(Seq::START, |entry| entry.seq)
    }

    /// The end of the visitor's log, as far as it is here.
    pub(crate) fn public_end(&self) -> Seq {
        self.publics()
            .next_back()
            .map_or(Seq::START, |(position, ..)| position)
    }

    /// The call from page to page that goes on.
    pub(crate) fn voice(&self) -> Option<VoiceCall> {
        self.thread.voice
    }

    /// How many of the visitor's messages no colleague has seen.
    pub(crate) fn unread(&self) -> usize {
        let unseen = self
            .publics()
            .rev()
            .take_while(|(position, ..)| *position > self.staff_read);
        unseen.filter(|(_, _, body)| by_visitor(body)).count()
    }

    /// Since when the visitor waits for an answer; `None` if the last word is the desk's.
    pub(crate) fn waiting_since(&self) -> Option<UnixMillis> {
        let mut since = None;
        for (_, at, body) in self.publics().rev() {
            match body {
                PublicBody::Message {
                    author: Author::Visitor,
                    ..
                } => since = Some(at),
                PublicBody::Message {
                    author: Author::Agent(_),
                    ..
                }
                | PublicBody::Resolution(ResolutionTold::Resolved) => break,
                _ => {}
            }
        }
        since
    }

    /// The last words said to or by the visitor, as far as the log is here.
    pub(crate) fn last_said(&self) -> Option<(Author, &str)> {
        self.publics().rev().find_map(|(_, _, body)| match body {
            PublicBody::Message { author, text, .. } => Some((*author, text.as_str())),
            _ => None,
        })
    }

    fn publics(&self) -> impl DoubleEndedIterator<Item = (Seq, UnixMillis, &PublicBody)> {
        self.entries.iter().filter_map(|entry| match &entry.body {
            EntryBody::Public { position, body } => Some((*position, entry.at, body)),
            EntryBody::Staff(_) => None,
        })
    }
}

fn by_visitor(body: &PublicBody) -> bool {
    matches!(
        body,
        PublicBody::Message {
            author: Author::Visitor,
            ..
        }
    )
}

/// The words of an entry, if the visitor wrote it.
pub(crate) fn visitor_message(entry: &StaffEntry) -> Option<&str> {
    match &entry.body {
        EntryBody::Public {
            body:
                PublicBody::Message {
                    author: Author::Visitor,
                    text,
                    ..
                },
            ..
        } => Some(text),
        _ => None,
    }
}

/// Every log this console has read, and what it sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Logs(BTreeMap<ConversationId, Log>);

impl Logs {
    /// The log, if any of it is here.
    pub(crate) fn get(&self, conversation: ConversationId) -> Option<&Log> {
        self.0.get(&conversation)
    }

    /// The log, empty if nothing of it is here yet.
    pub(crate) fn entry(&mut self, conversation: ConversationId) -> &mut Log {
        self.0.entry(conversation).or_default()
    }

    /// Marks a message as refused. Returns whether the id was one of ours.
    pub(crate) fn refuse(&mut self, id: CommandId, code: RefusalCode) -> bool {
        let found = self
            .0
            .values_mut()
            .flat_map(|log| &mut log.pending)
            .find(|it| it.id == id);
        found.map(|pending| pending.refused = Some(code)).is_some()
    }

    /// Takes a pending message out, to send it anew or to drop it.
    pub(crate) fn take_pending(
        &mut self,
        conversation: ConversationId,
        id: CommandId,
    ) -> Option<Pending> {
        let pending = &mut self.0.get_mut(&conversation)?.pending;
        let place = pending.iter().position(|it| it.id == id)?;
        Some(pending.remove(place))
    }

    /// Drops the entries of logs that are not read any more. Marks stay, and what isn't sent.
    pub(crate) fn keep(&mut self, followed: impl Fn(ConversationId) -> bool) {
        for (_, log) in self.0.iter_mut().filter(|(id, _)| !followed(**id)) {
            log.entries.clear();
            log.caught_up = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixtures::{agent, at, command, conversation, said};

    const VISITOR: Author = Author::Visitor;

    fn pending(n: u128) -> Pending {
        Pending {
            id: command(n),
            note: false,
            text: "hi".to_owned(),
            refused: None,
        }
    }

    #[test]
    fn entries_join_once_and_in_order() {
        let mut log = Log::default();
        log.extend(
            vec![said(1, 1, 0, VISITOR, "a"), said(2, 2, 1, VISITOR, "b")],
            Seq(3),
        );
        log.extend(
            vec![said(2, 2, 1, VISITOR, "b"), said(3, 3, 2, VISITOR, "c")],
            Seq(3),
        );
        log.extend(vec![said(5, 5, 4, VISITOR, "e")], Seq(5));
        assert_eq!(
            log.entries
                .iter()
                .map(|entry| entry.seq.0)
                .collect::<Vec<_>>(),
            [1, 2, 3]
        );
    }

    #[test]
    fn history_is_no_news_and_what_follows_is() {
        let mut log = Log::default();
        assert!(!log.extend(vec![said(1, 1, 0, VISITOR, "a")], Seq(2)));
        assert!(!log.extend(vec![said(2, 2, 1, VISITOR, "b")], Seq(2)));
        assert!(log.extend(vec![said(3, 3, 2, VISITOR, "c")], Seq(3)));
        let ours = Author::Agent(agent(1));
        assert!(!log.extend(vec![said(4, 4, 3, ours, "d")], Seq(4)));
    }

    #[test]
    fn an_entry_takes_the_place_of_what_was_sent() {
        let mut log = Log {
            pending: vec![pending(1), pending(9)],
            ..Log::default()
        };
        log.extend(vec![said(1, 1, 0, Author::Agent(agent(1)), "hi")], Seq(1));
        assert_eq!(log.pending, vec![pending(9)]);
    }

    #[test]
    fn waiting_counts_from_the_first_unanswered_message() {
        let mut log = Log::default();
        let ours = Author::Agent(agent(1));
        log.extend(
            vec![said(1, 1, 0, VISITOR, "a"), said(2, 2, 5, ours, "b")],
            Seq(2),
        );
        assert_eq!(log.waiting_since(), None);
        assert_eq!(log.last_said(), Some((ours, "b")));
        log.extend(
            vec![said(3, 3, 10, VISITOR, "c"), said(4, 4, 20, VISITOR, "d")],
            Seq(4),
        );
        assert_eq!(log.waiting_since(), Some(at(10)));
        assert_eq!(log.last_said(), Some((VISITOR, "d")));
    }

    #[test]
    fn unread_counts_the_visitors_messages_past_the_mark() {
        let mut log = Log::default();
        let ours = Author::Agent(agent(1));
        log.extend(
            vec![
                said(1, 1, 0, VISITOR, "a"),
                said(2, 2, 1, ours, "b"),
                said(3, 3, 2, VISITOR, "c"),
                said(4, 4, 3, VISITOR, "d"),
            ],
            Seq(4),
        );
        log.reads(Seq(0), Seq(3));
        assert_eq!(log.unread(), 1);
        log.reads(Seq(0), Seq(1));
        assert_eq!(log.unread(), 1, "a mark never goes back");
        assert_eq!(log.public_end(), Seq(4));
    }

    #[test]
    fn a_refused_message_stays_until_it_is_taken_out() {
        let mut logs = Logs::default();
        logs.entry(conversation(1)).pending.push(pending(3));
        assert!(logs.refuse(command(3), RefusalCode::NotYours));
        assert!(!logs.refuse(command(4), RefusalCode::NotYours));
        logs.keep(|_| false);
        let taken = logs.take_pending(conversation(1), command(3));
        assert_eq!(taken.and_then(|it| it.refused), Some(RefusalCode::NotYours));
        assert_eq!(logs.take_pending(conversation(1), command(3)), None);
    }

    #[test]
    fn a_log_that_is_no_longer_read_keeps_its_marks_and_starts_anew() {
        let mut logs = Logs::default();
        let log = logs.entry(conversation(1));
        log.extend(vec![said(1, 1, 0, VISITOR, "a")], Seq(1));
        log.reads(Seq(1), Seq(1));
        logs.keep(|_| false);
        let log = logs.entry(conversation(1));
        assert_eq!((log.visitor_read, log.caught_up), (Seq(1), false));
        log.extend(vec![said(1, 1, 0, VISITOR, "a")], Seq(1));
        assert_eq!(log.unread(), 0);
    }

    #[test]
    fn forgetting_keeps_what_was_sent() {
        let mut log = Log::default();
        log.pending.push(pending(3));
        log.extend(vec![said(1, 1, 0, VISITOR, "a")], Seq(1));
        log.forget();
        assert_eq!(
            (log.entries.len(), log.pending.len(), log.caught_up),
            (0, 1, false)
        );
    }
}
