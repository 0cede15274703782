//! The rule written down plainly, for the tests to hold the floor against: every round looks at
//! everybody.

use heard_protocol::{AgentId, Status, UnixMillis};

use super::{Agent, Move, PASSED_MS, Round};
use crate::conversation::Conversation;
use crate::policy::Policy;

/// A round, read off everything there is.
pub(super) fn round(
    queue: &[Conversation],
    agents: &[Agent],
    policy: &Policy,
    now: UnixMillis,
) -> Round {
    let mut round = Round::default();
    give_back(&mut round, agents, policy, now);

    let mut desk = Desk::new(agents);
    let mut waiting: Vec<&Conversation> = Vec::with_capacity(queue.len());
    for conversation in queue {
        match conversation.status {
            Status::Waiting { .. } => waiting.push(conversation),
            Status::Offered { to, until, .. } => {
                let missed = until <= now;
                if missed || !desk.takes_offers(to) {
                    round.moves.push(Move::Withdraw {
                        conversation: conversation.id,
                        missed,
                    });
                } else {
                    desk.hold(to);
                    round.wake(until);
                }
            }
            Status::Assigned { .. } | Status::Resolved { .. } => {}
        }
    }
    if !round.moves.is_empty() {
        // Something goes back to the queue, perhaps to its front: who is next is known in the next
        // round.
        round.wake(now);
        return round;
    }
    waiting.sort_by_key(|one| (!one.front, one.waiting_since(), one.id));
    for conversation in waiting {
        if desk.is_full() {
            break;
        }
        match desk.pick(conversation, now) {
            Pick::Agent(to) => {
                let until = now.plus(policy.offer_ms);
                round.moves.push(Move::Offer {
                    conversation: conversation.id,
                    to,
                    until,
                });
                round.wake(until);
            }
            Pick::Later(at) => round.wake(at),
            Pick::Nobody => {}
        }
    }
    round
}

fn give_back(round: &mut Round, agents: &[Agent], policy: &Policy, now: UnixMillis) {
    for agent in agents {
        let Some(since) = agent.gone_since else {
            continue;
        };
        if agent.owned.is_empty() {
            continue;
        }
        if now.since(since) >= policy.grace_ms {
            let lost = agent.owned.iter();
            round
                .moves
                .extend(lost.map(|&conversation| Move::GiveBack { conversation }));
            round.wake(now);
        } else {
            round.wake(since.plus(policy.grace_ms));
        }
    }
}

enum Pick {
    Agent(AgentId),
    Later(UnixMillis),
    Nobody,
}

/// The agents who could still take an offer in this round.
struct Desk<'a> {
    agents: &'a [Agent],
    free: Vec<&'a Agent>,
}

impl<'a> Desk<'a> {
    fn new(agents: &'a [Agent]) -> Self {
        let mut free: Vec<&Agent> = agents
            .iter()
            .filter(|agent| agent.takes_offers())
            .filter(|agent| agent.owned.len() < usize::from(agent.capacity))
            .collect();
        free.sort_by_key(|agent| (agent.owned.len(), agent.idle_since, agent.id));
        Self { agents, free }
    }

    fn is_full(&self) -> bool {
        self.free.is_empty()
    }

    fn takes_offers(&self, id: AgentId) -> bool {
        self.agents
            .iter()
            .any(|agent| agent.id == id && agent.takes_offers())
    }

    fn hold(&mut self, id: AgentId) {
        self.free.retain(|agent| agent.id != id);
    }

    fn pick(&mut self, conversation: &Conversation, now: UnixMillis) -> Pick {
        let again = |agent: &Agent| {
            let passed = conversation.passed.iter().filter(|(id, _)| *id == agent.id);
            passed
                .map(|(_, at)| at.plus(PASSED_MS))
                .max()
                .filter(|at| *at > now)
        };
        if let Some(place) = self.free.iter().position(|agent| again(agent).is_none()) {
            return Pick::Agent(self.free.remove(place).id);
        }
        self.free
            .iter()
            .filter_map(|agent| again(agent))
            .min()
            .map_or(Pick::Nobody, Pick::Later)
    }
}
