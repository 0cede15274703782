//! Rounds over small desks, one rule at a time.

use heard_protocol::{AgentId, Availability, ContactId, ConversationId, Status, UnixMillis};
use proptest::prelude::*;

use super::{Agent, Move, PASSED_MS, Round, round};
use crate::conversation::Conversation;
use crate::policy::Policy;

const NOW: UnixMillis = UnixMillis(1_000_000);

fn agent(n: u128, owned: u128) -> Agent {
    Agent {
        id: AgentId::from_bits(n),
        availability: Availability::Available,
        gone_since: None,
        on_call: false,
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
    /// Run until it is quiet: nobody holds two offers, and nobody waits while an agent who may be
    /// asked is free.
    #[test]
    fn a_quiet_desk_has_no_free_agent_and_no_waiter(
        agents in prop::collection::vec((0_u128..4, 0_u8..3, any::<bool>(), 0_u64..9), 0..12),
        waits in prop::collection::vec((0_u64..1_000, any::<bool>(), prop::option::of((0_u128..12, 0_u64..2_000_000))), 0..30),
    ) {
        let agents: Vec<Agent> = agents.iter().enumerate().map(|(n, (owned, word, gone, idle))| Agent {
            availability: [Availability::Available, Availability::Busy, Availability::Away][usize::from(*word)],
            gone_since: gone.then_some(NOW),
            on_call: idle % 5 == 4,
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
