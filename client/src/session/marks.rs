//! How far the person has read.

use heard_protocol::Cursor;
use heard_protocol::limits::MAX_CURSORS;

/// The person's read marks, oldest raised first. They only go forward.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<Cursor>);

impl Marks {
    /// Raises a mark; false if it stood there or further already.
    pub(super) fn raise(&mut self, mark: Cursor) -> bool {
        let known = self
            .0
            .iter()
            .position(|other| other.conversation == mark.conversation);
        if let Some(at) = known {
            if self.0[at].after >= mark.after {
                return false;
            }
            self.0.remove(at);
        } else if self.0.len() >= MAX_CURSORS {
            // All are said again on every connection: the one that has rested longest is surely
            // known by now.
            self.0.remove(0);
        }
        self.0.push(mark);
        true
    }

    /// Forgets every mark: the logs are others.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Forgets a log's mark.
    pub(super) fn forget(&mut self, conversation: heard_protocol::ConversationId) {
        self.0.retain(|mark| mark.conversation != conversation);
    }

    /// Every mark, to be said again.
    pub(super) fn all(&self) -> Vec<Cursor> {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::{ConversationId, Seq};

    use super::*;

    fn mark(conversation: u128, after: u64) -> Cursor {
        Cursor {
            conversation: ConversationId::from_bits(conversation),
            after: Seq(after),
        }
    }

    #[test]
    fn a_mark_only_goes_forward() {
        let mut marks = Marks::default();
        assert!(marks.raise(mark(1, 4)));
        assert!(!marks.raise(mark(1, 4)));
        assert!(!marks.raise(mark(1, 2)));
        assert!(marks.raise(mark(2, 1)));
        assert!(marks.raise(mark(1, 5)));
        assert_eq!(marks.all(), [mark(2, 1), mark(1, 5)]);
    }

    #[test]
    fn no_more_marks_are_kept_than_a_greeting_may_carry() {
        let mut marks = Marks::default();
        for conversation in 0..=MAX_CURSORS as u128 {
            marks.raise(mark(conversation, 1));
        }
        assert_eq!(marks.all().len(), MAX_CURSORS);
        assert_eq!(marks.all()[0], mark(1, 1));
    }
}
