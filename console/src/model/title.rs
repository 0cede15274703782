//! What the tab's title says while the agent looks elsewhere.

use super::board::Board;
use super::lists::Lists;
use super::log::Logs;

/// How much waits for the agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pressing {
    /// Conversations offered to them.
    pub(crate) offers: usize,
    /// Visitors' messages in their own conversations that nobody has seen.
    pub(crate) unread: usize,
}

impl Pressing {
    /// Counts.
    pub(crate) fn of(board: &Board, logs: &Logs) -> Self {
        let lists = Lists::of(board);
        let unread = |id: &_| logs.get(*id).map_or(0, super::log::Log::unread);
        Self {
            offers: lists.offered.len(),
            unread: lists.mine.iter().map(unread).sum(),
        }
    }

    /// Everything together.
    pub(crate) const fn total(self) -> usize {
        self.offers + self.unread
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::{Author, Seq, Status};

    use super::*;
    use crate::model::fixtures::{self, agent, at, conversation, said, summary};

    #[test]
    fn only_the_agents_own_messages_count() {
        let mut board = fixtures::board([]);
        let statuses = [
            Status::Assigned {
                agent: agent(1),
                since: at(0),
            },
            Status::Assigned {
                agent: agent(2),
                since: at(0),
            },
            Status::Offered {
                since: at(0),
                to: agent(1),
                until: at(9),
            },
        ];
        let mut logs = Logs::default();
        for (n, status) in (1..).zip(statuses) {
            let mut line = summary(n);
            line.status = status;
            board.rows(vec![fixtures::line(line)], false);
            let entries = vec![said(1, 1, 0, Author::Visitor, "a")];
            logs.entry(conversation(n)).extend(entries, Seq(1));
        }
        let pressing = Pressing::of(&board, &logs);
        assert_eq!(
            pressing,
            Pressing {
                offers: 1,
                unread: 1
            }
        );
        assert_eq!(pressing.total(), 2);
    }
}
