//! The lists of the first column, as projections of the board.

use heard_protocol::{
    AgentId, CallbackId, CallbackState, ConversationId, ConversationSummary, Status, UnixMillis,
};

use super::board::Board;
use super::calls::due;

/// Which conversations stand where, in the order they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lists {
    /// Offered to this agent, the most urgent first.
    pub(crate) offered: Vec<ConversationId>,
    /// Owned by this agent, in the order they were taken: a list that doesn't jump.
    pub(crate) mine: Vec<ConversationId>,
    /// Waiting for anybody, the longest wait first.
    pub(crate) queue: Vec<ConversationId>,
    /// Owned by colleagues.
    pub(crate) others: Vec<ConversationId>,
    /// Settled, the latest first.
    pub(crate) resolved: Vec<ConversationId>,
}

impl Lists {
    /// Sorts the board's lines into lists.
    pub(crate) fn of(board: &Board) -> Self {
        let me = board.my_id();
        let lines = || board.conversations.values();
        Self {
            offered: pick(lines(), |status| match status {
                Status::Offered { to, until, .. } if Some(*to) == me => Some(until.0),
                _ => None,
            }),
            mine: pick(lines(), |status| match status {
                Status::Assigned { agent, since } if Some(*agent) == me => Some(since.0),
                _ => None,
            }),
            queue: pick(lines(), |status| match status {
                Status::Waiting { since } => Some(since.0),
                Status::Offered { since, to, .. } if Some(*to) != me => Some(since.0),
                _ => None,
            }),
            others: pick(lines(), |status| match status {
                Status::Assigned { agent, since } if Some(*agent) != me => Some(since.0),
                _ => None,
            }),
            resolved: pick(lines(), |status| match status {
                Status::Resolved { at } => Some(u64::MAX - at.0),
                _ => None,
            }),
        }
    }

    /// The conversation after (or before) this one in the order of the eye: offered, mine, queue.
    pub(crate) fn step(&self, from: Option<ConversationId>, back: bool) -> Option<ConversationId> {
        let all: Vec<_> = [&self.offered, &self.mine, &self.queue]
            .into_iter()
            .flatten()
            .collect();
        let place = from.and_then(|from| all.iter().position(|id| **id == from));
        let next = match (place, back) {
            (None, false) => 0,
            (None, true) => all.len().checked_sub(1)?,
            (Some(place), false) => (place + 1) % all.len(),
            (Some(place), true) => (place + all.len() - 1) % all.len(),
        };
        all.get(next).copied().copied()
    }
}

fn pick<'a>(
    lines: impl Iterator<Item = &'a ConversationSummary>,
    rank: impl Fn(&Status) -> Option<u64>,
) -> Vec<ConversationId> {
    let mut ranked: Vec<_> = lines
        .filter_map(|line| rank(&line.status).map(|rank| (rank, line.id)))
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, id)| id).collect()
}

/// Since when a visitor waits for anybody to take them.
pub(crate) const fn queued_since(status: &Status) -> Option<UnixMillis> {
    match status {
        Status::Waiting { since } | Status::Offered { since, .. } => Some(*since),
        Status::Assigned { .. } | Status::Resolved { .. } => None,
    }
}

/// Who is being asked to take it, if it is not this agent.
pub(crate) fn offered_to_other(status: &Status, me: Option<AgentId>) -> Option<AgentId> {
    match status {
        Status::Offered { to, .. } if Some(*to) != me => Some(*to),
        _ => None,
    }
}

/// Requests to be called: those to deal with, the most urgent first, and those dealt with, the
/// latest first.
pub(crate) fn callbacks(board: &Board) -> (Vec<CallbackId>, Vec<CallbackId>) {
    let mut open = Vec::new();
    let mut closed = Vec::new();
    for callback in board.callbacks.values() {
        match &callback.state {
            CallbackState::Closed { at, .. }
            | CallbackState::Cancelled { at }
            | CallbackState::Expired { at } => {
                closed.push((std::cmp::Reverse(*at), callback.id));
            }
            CallbackState::Open
            | CallbackState::Ringing { .. }
            | CallbackState::Calling { .. }
            | CallbackState::Again { .. }
            | CallbackState::Other => open.push((due(callback), callback.id)),
        }
    }
    open.sort_unstable();
    closed.sort_unstable();
    let ids = |list: Vec<(_, CallbackId)>| list.into_iter().map(|(_, id)| id).collect();
    (ids(open), closed.into_iter().map(|(_, id)| id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixtures::{self, agent, at, conversation, summary};

    fn board(statuses: Vec<Status>) -> Board {
        let lines = statuses.into_iter().enumerate().map(|(index, status)| {
            let mut line = summary(index as u128);
            line.status = status;
            line
        });
        fixtures::board(lines)
    }

    fn ids(numbers: &[u128]) -> Vec<ConversationId> {
        numbers.iter().map(|n| conversation(*n)).collect()
    }

    #[test]
    fn every_line_stands_in_one_list() {
        let board = board(vec![
            Status::Waiting { since: at(20) },
            Status::Waiting { since: at(10) },
            Status::Offered {
                since: at(5),
                to: agent(1),
                until: at(60),
            },
            Status::Offered {
                since: at(15),
                to: agent(2),
                until: at(60),
            },
            Status::Assigned {
                agent: agent(1),
                since: at(3),
            },
            Status::Assigned {
                agent: agent(1),
                since: at(1),
            },
            Status::Assigned {
                agent: agent(2),
                since: at(1),
            },
            Status::Resolved { at: at(1) },
            Status::Resolved { at: at(2) },
        ]);
        let lists = Lists::of(&board);
        assert_eq!(lists.offered, ids(&[2]));
        assert_eq!(lists.mine, ids(&[5, 4]));
        assert_eq!(lists.queue, ids(&[1, 3, 0]));
        assert_eq!(lists.others, ids(&[6]));
        assert_eq!(lists.resolved, ids(&[8, 7]));
    }

    #[test]
    fn steps_go_round() {
        let board = board(vec![
            Status::Assigned {
                agent: agent(1),
                since: at(1),
            },
            Status::Waiting { since: at(2) },
        ]);
        let lists = Lists::of(&board);
        assert_eq!(lists.step(None, false), Some(conversation(0)));
        assert_eq!(
            lists.step(Some(conversation(0)), false),
            Some(conversation(1))
        );
        assert_eq!(
            lists.step(Some(conversation(1)), false),
            Some(conversation(0))
        );
        assert_eq!(
            lists.step(Some(conversation(0)), true),
            Some(conversation(1))
        );
        assert_eq!(Lists::default().step(None, false), None);
        assert_eq!(Lists::default().step(None, true), None);
    }
}
