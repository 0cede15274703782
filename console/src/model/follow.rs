//! Which logs are read: the agent's own conversations and the one that is open.

use std::collections::BTreeSet;

use heard_protocol::ConversationId;

use super::lists::Lists;

/// What to start and what to stop reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// To be read from here on.
    pub(crate) follow: Vec<ConversationId>,
    /// Not to be read any more.
    pub(crate) unfollow: Vec<ConversationId>,
}

/// Brings what is followed in line with what is owned and open.
pub(crate) fn update(
    followed: &mut BTreeSet<ConversationId>,
    lists: &Lists,
    open: Option<ConversationId>,
) -> Change {
    let wanted: BTreeSet<_> = lists.mine.iter().copied().chain(open).collect();
    let change = Change {
        follow: wanted.difference(followed).copied().collect(),
        unfollow: followed.difference(&wanted).copied().collect(),
    };
    *followed = wanted;
    change
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixtures::conversation;

    #[test]
    fn own_and_open_logs_are_read_and_no_others() {
        let mut followed = BTreeSet::new();
        let mut lists = Lists {
            mine: vec![conversation(1)],
            ..Lists::default()
        };
        let change = update(&mut followed, &lists, Some(conversation(2)));
        assert_eq!(change.follow, [conversation(1), conversation(2)]);
        assert_eq!(change.unfollow, []);
        assert_eq!(
            update(&mut followed, &lists, Some(conversation(2))),
            Change::default()
        );
        lists.mine.clear();
        let change = update(&mut followed, &lists, Some(conversation(2)));
        assert_eq!(change.unfollow, [conversation(1)]);
    }
}
