//! A site's agents, and which of them a round has to look at.

use std::collections::{BTreeMap, BTreeSet};

use heard_protocol::{AgentId, UnixMillis};

use super::agent::Agent;
use super::round::{Move, Round};
use crate::policy::Policy;

/// Who is asked before whom: the least loaded, then the one idle longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    owned: usize,
    idle_since: UnixMillis,
    pub(super) id: AgentId,
}

#[derive(Debug, Clone)]
struct Seat {
    agent: Agent,
    /// Whether a conversation is offered to them.
    asked: bool,
}

/// What the indexes hold of one agent.
#[derive(PartialEq, Eq)]
struct Entry {
    free: Option<Rank>,
    leaves: Option<UnixMillis>,
}

impl Seat {
    fn entry(&self) -> Entry {
        let agent = &self.agent;
        let free = !self.asked && agent.takes_offers() && agent.has_room();
        Entry {
            free: free.then_some(Rank {
                owned: agent.owned.len(),
                idle_since: agent.idle_since,
                id: agent.id,
            }),
            leaves: agent.gone_since.filter(|_| !agent.owned.is_empty()),
        }
    }
}

/// A site's agents.
#[derive(Debug, Clone, Default)]
pub(super) struct Team {
    seats: BTreeMap<AgentId, Seat>,
    /// Those who can be offered a conversation now.
    free: BTreeSet<Rank>,
    /// Those who are gone and own something, by when they went.
    gone: BTreeSet<(UnixMillis, AgentId)>,
}

impl Team {
    /// These, to whom nothing is offered.
    pub(super) fn of(agents: &[Agent]) -> Self {
        let seat = |agent: &Agent| Seat {
            agent: agent.clone(),
            asked: false,
        };
        let seats: BTreeMap<_, _> = agents.iter().map(|one| (one.id, seat(one))).collect();
        let entries = || seats.iter().map(|(id, seat)| (*id, seat.entry()));
        let gone = entries().filter_map(|(id, entry)| Some((entry.leaves?, id)));
        Self {
            free: entries().filter_map(|(_, entry)| entry.free).collect(),
            gone: gone.collect(),
            seats,
        }
    }

    pub(super) fn free(&self) -> &BTreeSet<Rank> {
        &self.free
    }

    pub(super) fn takes_offers(&self, id: AgentId) -> bool {
        let seat = self.seats.get(&id);
        seat.is_some_and(|seat| seat.agent.takes_offers())
    }

    /// Takes an agent in, or learns how they are now.
    pub(super) fn put(&mut self, agent: Agent, asked: bool) {
        let id = agent.id;
        if let Some(seat) = self.seats.get_mut(&id) {
            let before = seat.entry();
            *seat = Seat { agent, asked };
            let after = seat.entry();
            self.file(id, &before, &after);
        } else {
            let seat = Seat { agent, asked };
            self.file(id, &Entry::NONE, &seat.entry());
            self.seats.insert(id, seat);
        }
    }

    /// Changes an agent in place; their id stays. `None` if there is no such agent, otherwise
    /// whether they take offers now.
    pub(super) fn change(&mut self, id: AgentId, how: impl FnOnce(&mut Agent)) -> Option<bool> {
        self.refile(id, |seat| {
            how(&mut seat.agent);
            seat.agent.id = id;
            seat.agent.takes_offers()
        })
    }

    /// Says whether a conversation is offered to an agent.
    pub(super) fn ask(&mut self, id: AgentId, asked: bool) {
        self.refile(id, |seat| seat.asked = asked);
    }

    pub(super) fn remove(&mut self, id: AgentId) {
        if let Some(seat) = self.seats.remove(&id) {
            self.file(id, &seat.entry(), &Entry::NONE);
        }
    }

    /// Takes everything from those who have been gone too long.
    pub(super) fn give_back(&self, round: &mut Round, policy: &Policy, now: UnixMillis) {
        let mut lost = Vec::new();
        for (since, id) in &self.gone {
            if now.since(*since) < policy.grace_ms {
                round.wake(since.plus(policy.grace_ms));
                break;
            }
            lost.push(*id);
        }
        lost.sort_unstable();
        for seat in lost.iter().filter_map(|id| self.seats.get(id)) {
            let owned = seat.agent.owned.iter();
            round
                .moves
                .extend(owned.map(|&conversation| Move::GiveBack { conversation }));
        }
    }

    fn refile<T>(&mut self, id: AgentId, how: impl FnOnce(&mut Seat) -> T) -> Option<T> {
        let seat = self.seats.get_mut(&id)?;
        let before = seat.entry();
        let said = how(seat);
        let after = seat.entry();
        self.file(id, &before, &after);
        Some(said)
    }

    fn file(&mut self, id: AgentId, before: &Entry, after: &Entry) {
        if before.free != after.free {
            before.free.map(|rank| self.free.remove(&rank));
            self.free.extend(after.free);
        }
        if before.leaves != after.leaves {
            before.leaves.map(|since| self.gone.remove(&(since, id)));
            self.gone.extend(after.leaves.map(|since| (since, id)));
        }
    }
}

impl Entry {
    const NONE: Self = Self {
        free: None,
        leaves: None,
    };
}
