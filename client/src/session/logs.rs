//! Where the client is in every log it follows.

use heard_protocol::{ConversationId, Cursor, LogEntry, Seq};

/// The place in one log.
#[derive(Debug)]
pub(super) struct Log {
    conversation: ConversationId,
    /// The last entry the application was told of.
    cursor: Seq,
    /// The end of the log as far as the relay has said.
    head: Seq,
    /// On this connection, the position after which the relay was last asked to go on.
    asked: Option<Seq>,
    /// Where the log stood when it was last looked at for standing still.
    rested: Option<Seq>,
}

impl Log {
    const fn new(conversation: ConversationId, cursor: Seq) -> Self {
        Self {
            conversation,
            cursor,
            head: cursor,
            asked: None,
            rested: None,
        }
    }

    pub(super) const fn cursor(&self) -> Cursor {
        Cursor {
            conversation: self.conversation,
            after: self.cursor,
        }
    }

    pub(super) const fn head(&self) -> Seq {
        self.head
    }

    pub(super) fn is_behind(&self) -> bool {
        self.cursor < self.head
    }

    /// The relay says where the log ends.
    pub(super) fn ends_at(&mut self, head: Seq) {
        self.head = head.max(self.cursor);
    }

    /// Leaves of `entries` those that come next, and moves past them. The answer is whether entries
    /// are missing between what the client has and what came.
    pub(super) fn take<E: LogEntry>(&mut self, entries: &mut Vec<E>, head: Seq) -> bool {
        let mut hole = false;
        entries.retain(|entry| {
            let comes_next = entry.seq() == self.cursor.next();
            if comes_next {
                self.cursor = entry.seq();
            } else {
                hole |= entry.seq() > self.cursor;
            }
            comes_next
        });
        self.ends_at(head);
        if !hole {
            // Whatever was asked is being answered.
            self.asked = None;
        }
        hole
    }

    /// The question to go on from the cursor, unless it was asked on this connection already.
    pub(super) fn ask_once(&mut self) -> Option<Cursor> {
        (self.asked != Some(self.cursor)).then(|| self.ask())
    }

    /// The question to go on from the cursor.
    pub(super) fn ask(&mut self) -> Cursor {
        self.asked = Some(self.cursor);
        self.cursor()
    }

    /// Back to the start; whether there was anything to forget.
    pub(super) fn reset(&mut self) -> bool {
        let told = self.cursor > Seq::START;
        if told {
            self.asked = None;
        }
        self.cursor = Seq::START;
        self.head = Seq::START;
        self.rested = None;
        told
    }
}

/// Every followed log, sorted by conversation.
#[derive(Debug, Default)]
pub(super) struct Logs(Vec<Log>);

impl Logs {
    pub(super) fn new(cursors: &[Cursor]) -> Self {
        let mut logs = Self::default();
        for cursor in cursors {
            let (log, _) = logs.begin(cursor.conversation);
            log.cursor = cursor.after;
            log.head = cursor.after;
        }
        logs
    }

    fn place(&self, conversation: ConversationId) -> Result<usize, usize> {
        self.0
            .binary_search_by_key(&conversation, |log| log.conversation)
    }

    pub(super) fn get(&self, conversation: ConversationId) -> Option<&Log> {
        self.place(conversation).ok().map(|place| &self.0[place])
    }

    pub(super) fn get_mut(&mut self, conversation: ConversationId) -> Option<&mut Log> {
        let place = self.place(conversation).ok()?;
        Some(&mut self.0[place])
    }

    /// The log, at its start if it was not followed; and whether it is new.
    pub(super) fn begin(&mut self, conversation: ConversationId) -> (&mut Log, bool) {
        let (place, new) = match self.place(conversation) {
            Ok(place) => (place, false),
            Err(place) => {
                self.0.insert(place, Log::new(conversation, Seq::START));
                (place, true)
            }
        };
        (&mut self.0[place], new)
    }

    /// Forgets a log; whether it was followed.
    pub(super) fn end(&mut self, conversation: ConversationId) -> bool {
        match self.place(conversation) {
            Ok(place) => {
                self.0.remove(place);
                true
            }
            Err(_) => false,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Log> {
        self.0.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Log> {
        self.0.iter_mut()
    }

    /// The connection is gone, and with it what was asked on it.
    pub(super) fn disconnected(&mut self) {
        for log in &mut self.0 {
            log.asked = None;
            log.rested = None;
        }
    }

    /// Takes note of where every log stands.
    pub(super) fn remember(&mut self) {
        for log in &mut self.0 {
            log.rested = Some(log.cursor);
        }
    }

    /// The cursors of the logs that stand where they stood at the last look, behind their end; and
    /// whether any is behind.
    pub(super) fn look_for_stalled(&mut self) -> (Vec<Cursor>, bool) {
        let mut stalled = Vec::new();
        let mut any_behind = false;
        for log in &mut self.0 {
            if log.is_behind() {
                any_behind = true;
                if log.rested == Some(log.cursor) {
                    stalled.push(log.ask());
                }
                log.rested = Some(log.cursor);
            } else {
                log.rested = None;
            }
        }
        (stalled, any_behind)
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::CommandId;

    use super::*;

    #[derive(Debug, PartialEq)]
    struct Entry(u64);

    impl LogEntry for Entry {
        fn seq(&self) -> Seq {
            Seq(self.0)
        }
        fn command(&self) -> Option<CommandId> {
            None
        }
    }

    const CONVERSATION: ConversationId = ConversationId::from_bits(7);

    fn take(log: &mut Log, seqs: &[u64]) -> (Vec<u64>, bool) {
        let mut entries: Vec<_> = seqs.iter().copied().map(Entry).collect();
        let hole = log.take(&mut entries, Seq(seqs.last().copied().unwrap_or(0)));
        (entries.into_iter().map(|entry| entry.0).collect(), hole)
    }

    #[test]
    fn known_entries_are_left_out_and_early_ones_are_a_hole() {
        let mut log = Log::new(CONVERSATION, Seq::START);
        assert_eq!(take(&mut log, &[1, 2, 3]), (vec![1, 2, 3], false));
        assert_eq!(take(&mut log, &[2, 3, 4]), (vec![4], false));
        assert_eq!(take(&mut log, &[6, 7]), (vec![], true));
        assert_eq!(log.cursor().after, Seq(4));
        assert!(log.is_behind());
        assert_eq!(take(&mut log, &[5, 6, 8]), (vec![5, 6], true));
    }

    #[test]
    fn a_hole_is_asked_for_once_per_connection() {
        let mut logs = Logs::default();
        let (log, new) = logs.begin(CONVERSATION);
        assert!(new);
        assert!(log.ask_once().is_some());
        assert!(log.ask_once().is_none());
        take(log, &[1]);
        assert!(log.ask_once().is_some());
        logs.disconnected();
        assert!(logs.get_mut(CONVERSATION).and_then(Log::ask_once).is_some());
    }

    #[test]
    fn a_log_that_stands_still_behind_its_end_is_found_at_the_second_look() {
        let mut logs = Logs::default();
        logs.begin(CONVERSATION).0.ends_at(Seq(3));
        assert_eq!(logs.look_for_stalled(), (vec![], true));
        assert_eq!(logs.look_for_stalled().0.len(), 1);
        if let Some(log) = logs.get_mut(CONVERSATION) {
            let mut entries = vec![Entry(1)];
            log.take(&mut entries, Seq(3));
        }
        assert_eq!(logs.look_for_stalled(), (vec![], true), "it moved");
    }

    #[test]
    fn logs_are_found_whatever_the_order_they_came_in() {
        let mut logs = Logs::default();
        for id in [5, 1, 9, 3] {
            logs.begin(ConversationId::from_bits(id));
        }
        assert!(logs.end(ConversationId::from_bits(9)));
        assert!(!logs.end(ConversationId::from_bits(9)));
        let ids: Vec<_> = logs.iter().map(|log| log.conversation).collect();
        assert_eq!(ids, [1, 3, 5].map(ConversationId::from_bits));
    }
}
