//! Who is offered which waiting conversation.
//!
//! A round looks at one site: who waits, who can answer, what is offered. It is run whenever something happened that could change the
//! answer, and at [`Round::wake_at`]; running it again right away moves nothing.
//!
//! The rule: the visitor at the head of the queue first; conversations given back go before new ones. Among agents who are online, available
//! and below their capacity, the least loaded; among those, the one who has been idle longest. One offer at a time per agent,
//! and none to an agent who has just declined or missed that same conversation.

use heard_protocol::{AgentId, Availability, ConversationId, Status, UnixMillis};

use crate::conversation::Conversation;
use crate::policy::Policy;

/// For how long a conversation is not offered again to an agent who passed it on, in milliseconds.
pub const PASSED_MS: u64 = 120_000;

/// An agent as routing sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Who.
    pub id: AgentId,
    /// Their own word.
    pub availability: Availability,
    /// Since when none of their sockets has been open; `None` while one is.
    pub gone_since: Option<UnixMillis>,
    /// The most conversations they may own.
    pub capacity: u16,
    /// The conversations they own.
    pub owned: Vec<ConversationId>,
    /// When a conversation last came to them or left them.
    pub idle_since: UnixMillis,
}

impl Agent {
    /// Whether new conversations can be offered to them, capacity aside.
    pub fn takes_offers(&self) -> bool {
        self.gone_since.is_none() && self.availability == Availability::Available
    }

    fn is_lost(&self, policy: &Policy, now: UnixMillis) -> bool {
        self.gone_since
            .is_some_and(|since| now.since(since) >= policy.grace_ms)
    }
}

/// One step of a round, to be carried out on the conversation it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// [`Conversation::offer`].
    Offer {
        /// Which.
        conversation: ConversationId,
        /// To whom.
        to: AgentId,
        /// Until when.
        until: UnixMillis,
    },
    /// [`Conversation::withdraw`].
    Withdraw {
        /// Which.
        conversation: ConversationId,
        /// Whether the agent let it run out.
        missed: bool,
    },
    /// [`Conversation::give_back`].
    GiveBack {
        /// Which.
        conversation: ConversationId,
    },
}

/// What follows from a look at a site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Round {
    /// The steps, in order.
    pub moves: Vec<Move>,
    /// When time alone will change the answer, if it will.
    pub wake_at: Option<UnixMillis>,
}

/// Runs a round.
///
/// `queue` holds the conversations that wait or are offered, in any order. A round that takes anything back offers nothing: the next one, due
/// at once, knows the whole queue.
pub fn round(queue: &[Conversation], agents: &[Agent], policy: &Policy, now: UnixMillis) -> Round {
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
        // Something goes back to the queue, perhaps to its front: who is next is known in the next round.
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
        if agent.is_lost(policy, now) {
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

impl Round {
    fn wake(&mut self, at: UnixMillis) {
        self.wake_at = Some(self.wake_at.map_or(at, |earlier| earlier.min(at)));
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

#[cfg(test)]
mod tests {
    use heard_protocol::ContactId;
    use proptest::prelude::*;

    use super::*;

    const NOW: UnixMillis = UnixMillis(1_000_000);

    fn agent(n: u128, owned: u128) -> Agent {
        Agent {
            id: AgentId::from_bits(n),
            availability: Availability::Available,
            gone_since: None,
            capacity: 3,
            owned: (0..owned)
                .map(|k| ConversationId::from_bits(1_000 * n + k))
                .collect(),
            idle_since: UnixMillis(0),
        }
    }

    fn waiting(n: u128, since: u64) -> Conversation {
        Conversation::start(
            ConversationId::from_bits(n),
            ContactId::from_bits(n),
            UnixMillis(since),
        )
    }

    fn run(queue: &[Conversation], agents: &[Agent]) -> Round {
        round(queue, agents, &Policy::default(), NOW)
    }

    fn offers(round: &Round) -> Vec<(u128, u128)> {
        let bits = |bytes: [u8; 16]| u128::from_be_bytes(bytes);
        round
            .moves
            .iter()
            .filter_map(|step| match step {
                Move::Offer {
                    conversation, to, ..
                } => Some((bits(conversation.to_bytes()), bits(to.to_bytes()))),
                Move::Withdraw { .. } | Move::GiveBack { .. } => None,
            })
            .collect()
    }

    #[test]
    fn least_loaded_then_longest_idle() {
        let mut idle = agent(3, 0);
        idle.idle_since = UnixMillis(5);
        let mut idler = agent(4, 0);
        idler.idle_since = UnixMillis(2);
        let agents = [agent(1, 2), agent(2, 1), idle, idler];
        let queue = [
            waiting(1, 10),
            waiting(2, 20),
            waiting(3, 30),
            waiting(4, 40),
        ];
        assert_eq!(
            offers(&run(&queue, &agents)),
            [(1, 4), (2, 3), (3, 2), (4, 1)]
        );
    }

    #[test]
    fn the_full_the_busy_and_the_gone_get_nothing() {
        let mut busy = agent(2, 0);
        busy.availability = Availability::Busy;
        let mut gone = agent(3, 0);
        gone.gone_since = Some(NOW);
        assert_eq!(
            offers(&run(&[waiting(1, 0)], &[agent(1, 3), busy, gone])),
            []
        );
    }

    #[test]
    fn given_back_goes_first() {
        let mut returned = waiting(2, 900);
        returned.front = true;
        assert_eq!(
            offers(&run(&[waiting(1, 0), returned], &[agent(1, 0)])),
            [(2, 1)]
        );
    }

    #[test]
    fn a_missed_offer_goes_to_the_next_agent() {
        let mut conversation = waiting(1, 0);
        conversation.offer(AgentId::from_bits(1), NOW);
        let first = run(
            std::slice::from_ref(&conversation),
            &[agent(1, 0), agent(2, 1)],
        );
        assert_eq!(
            first.moves,
            [Move::Withdraw {
                conversation: conversation.id,
                missed: true
            }]
        );
        assert_eq!(first.wake_at, Some(NOW));
        conversation.withdraw(true, NOW);
        assert_eq!(
            offers(&run(&[conversation], &[agent(1, 0), agent(2, 1)])),
            [(1, 2)]
        );
    }

    #[test]
    fn the_only_agent_is_asked_again_after_a_while() {
        let mut conversation = waiting(1, 0);
        conversation.passed.push((AgentId::from_bits(1), NOW));
        let first = run(std::slice::from_ref(&conversation), &[agent(1, 0)]);
        assert_eq!(
            first,
            Round {
                moves: vec![],
                wake_at: Some(NOW.plus(PASSED_MS))
            }
        );
        let later = round(
            &[conversation],
            &[agent(1, 0)],
            &Policy::default(),
            NOW.plus(PASSED_MS),
        );
        assert_eq!(offers(&later), [(1, 1)]);
    }

    #[test]
    fn an_agent_gone_past_the_grace_gives_everything_back() {
        let policy = Policy::default();
        let mut gone = agent(1, 2);
        gone.gone_since = Some(NOW);
        let early = round(&[], std::slice::from_ref(&gone), &policy, NOW);
        assert_eq!(
            early,
            Round {
                moves: vec![],
                wake_at: Some(NOW.plus(policy.grace_ms))
            }
        );
        let late = round(&[], &[gone], &policy, NOW.plus(policy.grace_ms));
        assert_eq!(late.moves.len(), 2);
    }

    fn apply(queue: &mut [Conversation], moves: &[Move]) {
        for step in moves {
            match *step {
                Move::Offer {
                    conversation,
                    to,
                    until,
                } => {
                    for one in queue.iter_mut().filter(|one| one.id == conversation) {
                        one.offer(to, until);
                    }
                }
                Move::Withdraw {
                    conversation,
                    missed,
                } => {
                    for one in queue.iter_mut().filter(|one| one.id == conversation) {
                        one.withdraw(missed, NOW);
                    }
                }
                Move::GiveBack { .. } => {}
            }
        }
    }

    proptest! {
        /// Run until it is quiet: nobody holds two offers, and nobody waits while an agent who may be asked is free.
        #[test]
        fn a_quiet_desk_has_no_free_agent_and_no_waiter(
            agents in prop::collection::vec((0_u128..4, 0_u8..3, any::<bool>(), 0_u64..9), 0..12),
            waits in prop::collection::vec((0_u64..1_000, any::<bool>(), prop::option::of((0_u128..12, 0_u64..2_000_000))), 0..30),
        ) {
            let agents: Vec<Agent> = agents.iter().enumerate().map(|(n, (owned, word, gone, idle))| Agent {
                availability: [Availability::Available, Availability::Busy, Availability::Away][usize::from(*word)],
                gone_since: gone.then_some(NOW),
                idle_since: UnixMillis(*idle),
                ..agent(n as u128 + 1, *owned)
            }).collect();
            let mut queue: Vec<Conversation> = waits.iter().enumerate().map(|(n, (since, front, offered))| {
                let mut one = waiting(n as u128 + 1, *since);
                one.front = *front;
                if let Some((to, until)) = offered {
                    one.offer(AgentId::from_bits(*to), UnixMillis(*until));
                }
                one
            }).collect();
            for turn in 0.. {
                prop_assert!(turn < 50, "the rounds do not settle");
                let step = round(&queue, &agents, &Policy::default(), NOW);
                if step.moves.is_empty() { break; }
                apply(&mut queue, &step.moves);
            }
            for agent in agents.iter().filter(|agent| agent.takes_offers()) {
                let held = queue.iter().filter(|one| matches!(one.status, Status::Offered { to, .. } if to == agent.id)).count();
                let free = held == 0 && agent.owned.len() < 3;
                for one in &queue {
                    let passed = one.passed.iter().any(|(id, _)| *id == agent.id);
                    prop_assert!(!free || passed || !matches!(one.status, Status::Waiting { .. }), "{:?} waits while {:?} is free", one.id, agent.id);
                }
            }
        }
    }
}
