//! Brings those who wait and those who are free together.

use std::collections::{BTreeMap, BTreeSet, btree_set};
use std::iter::Peekable;

use heard_protocol::{AgentId, UnixMillis};

use super::queue::{Place, Queue};
use super::round::{Move, Round};
use super::team::Rank;
use crate::policy::Policy;

/// Offers those who wait to those who are free, until either end.
pub(super) fn place(
    round: &mut Round,
    queue: &Queue,
    free: &BTreeSet<Rank>,
    policy: &Policy,
    now: UnixMillis,
) {
    let until = now.plus(policy.offer_ms);
    let mut free = Free {
        passed: Vec::new(),
        rest: free.iter().peekable(),
    };
    let mut placed: Vec<(Place, AgentId)> = Vec::new();
    // Free agents who have passed on somebody whom nobody could be asked about.
    let mut refused: BTreeSet<AgentId> = BTreeSet::new();
    let mut walk = queue.walk();
    while !free.is_empty() {
        let Some((place, lane)) = walk.next() else {
            break;
        };
        let passers = lane.map_or(&[][..], |lane| lane);
        let Some(to) = free.take(passers) else {
            // Fewer are free further down, so nobody of this lane can be placed.
            refused.extend(&free.passed);
            continue;
        };
        if let Some(lane) = lane {
            walk.resume(lane, place);
        }
        placed.push((place, to));
        round.moves.push(Move::Offer {
            conversation: place.id,
            to,
            until,
        });
        round.wake(until);
    }
    ask_again(round, queue, &refused, &placed);
}

/// Asks for another round when an agent who was free can be asked again about a conversation they
/// passed on.
fn ask_again(
    round: &mut Round,
    queue: &Queue,
    refused: &BTreeSet<AgentId>,
    placed: &[(Place, AgentId)],
) {
    if refused.is_empty() {
        return;
    }
    let taken: BTreeMap<AgentId, Place> = placed.iter().map(|(place, to)| (*to, *place)).collect();
    let is_placed = |place| {
        placed
            .binary_search_by_key(&place, |(place, _)| *place)
            .is_ok()
    };
    for agent in refused {
        // Whoever stood further down than what they were offered had no claim on them.
        let end = taken.get(agent).copied().unwrap_or(Place::LAST);
        let again = queue.asked_again(*agent, end, is_placed);
        if let Some(at) = again {
            round.wake(at);
        }
    }
}

/// The agents who could still take an offer in this round, in the order they are asked.
struct Free<'a> {
    /// Those who were not asked because they had passed on somebody.
    passed: Vec<AgentId>,
    rest: Peekable<btree_set::Iter<'a, Rank>>,
}

impl Free<'_> {
    fn is_empty(&mut self) -> bool {
        self.passed.is_empty() && self.rest.peek().is_none()
    }

    /// The first who is not among these, or nobody.
    fn take(&mut self, passers: &[AgentId]) -> Option<AgentId> {
        let may = |id: &AgentId| passers.binary_search(id).is_err();
        if let Some(at) = self.passed.iter().position(may) {
            return Some(self.passed.remove(at));
        }
        for rank in self.rest.by_ref() {
            if may(&rank.id) {
                return Some(rank.id);
            }
            self.passed.push(rank.id);
        }
        None
    }
}
