//! The floor decides.

use heard_desk::routing::{Agent, Floor, Move};
use heard_desk::{Conversation, Policy};
use heard_protocol::{AgentId, ConversationId, UnixMillis};

use super::day::{Cause, Decides, Decision};
use super::luck::number;

/// A floor, and what whoever tells it of changes knows anyway.
pub(super) struct Standing {
    floor: Floor,
    policy: Policy,
    team: Vec<AgentId>,
    /// By their numbers.
    conversations: Vec<Conversation>,
    decided: Option<Decision>,
}

impl Decides for Standing {
    fn open(team: Vec<Agent>) -> Self {
        let ids = team.iter().map(|agent| agent.id).collect();
        let mut floor = Floor::new();
        for agent in team {
            floor.put_agent(agent);
        }
        Self {
            floor,
            policy: Policy::default(),
            team: ids,
            conversations: Vec::new(),
            decided: None,
        }
    }

    fn put(&mut self, conversation: Conversation) {
        self.floor.put(&conversation);
        let at = number(conversation.id);
        if at >= self.conversations.len() {
            self.conversations.resize(at + 1, conversation);
        } else {
            self.conversations[at] = conversation;
        }
    }

    fn leave(&mut self, agent: usize, now: UnixMillis) -> bool {
        let mut left = false;
        self.floor.change_agent(self.team[agent], |agent| {
            left = agent.owned.pop().is_some();
            if left {
                agent.idle_since = now;
            }
        });
        left
    }

    fn decide(&mut self, _: Cause, now: UnixMillis) -> Option<Decision> {
        let round = self.floor.round(&self.policy, now);
        let Some(Move::Offer {
            conversation,
            to,
            until,
        }) = round.moves.first()
        else {
            return None;
        };
        self.change(*conversation, |one| one.offer(*to, *until));
        self.decided = Some((*conversation, *to));
        self.decided
    }

    fn accept(&mut self, now: UnixMillis) {
        if let Some((conversation, agent)) = self.decided.take() {
            self.floor.remove(conversation);
            self.floor.change_agent(agent, |agent| {
                agent.owned.push(conversation);
                agent.idle_since = now;
            });
        }
    }

    fn decline(&mut self, now: UnixMillis) {
        if let Some((conversation, _)) = self.decided.take() {
            self.change(conversation, |one| drop(one.withdraw(true, now)));
        }
    }
}

impl Standing {
    fn change(&mut self, id: ConversationId, how: impl FnOnce(&mut Conversation)) {
        let one = &mut self.conversations[number(id)];
        how(one);
        self.floor.put(one);
    }
}
