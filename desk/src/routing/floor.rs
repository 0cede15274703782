//! A site's desk as it stands: who waits, who answers, what is offered.

use std::collections::BTreeMap;

use heard_protocol::{AgentId, ConversationId, Status, UnixMillis};

use super::agent::Agent;
use super::offers::{Offer, Offers};
use super::placing;
use super::queue::{Place, Queue};
use super::round::Round;
use super::team::Team;
use crate::conversation::Conversation;
use crate::policy::Policy;

/// One site's agents, waiting conversations and open offers, in the order that rounds ask for.
///
/// It is a mirror: it decides what should follow and changes nothing by itself. Whoever carries a
/// round's moves out tells it what became of the conversations and the agents, as of any other
/// change. What it answers depends on what it was last told of each, not on the way there.
///
/// A change costs the logarithm of what the floor holds, and a round the same for every move. Those
/// who wait are not walked. Those whom every free agent has passed on are skipped by the lane (see
/// `queue.rs`): a round looks at one of each set of agents who passed on somebody.
#[derive(Debug, Clone, Default)]
pub struct Floor {
    team: Team,
    queue: Queue,
    offers: Offers,
    spots: BTreeMap<ConversationId, Spot>,
}

/// Where a conversation of the floor is kept.
#[derive(Debug, Clone, Copy)]
struct Spot {
    place: Place,
    offer: Option<Offer>,
}

impl Spot {
    fn of(conversation: &Conversation) -> Option<Self> {
        let offer = match conversation.status {
            Status::Waiting { .. } => None,
            Status::Offered { to, until, .. } => Some(Offer { to, until }),
            Status::Assigned { .. } | Status::Resolved { .. } => return None,
        };
        let place = Place {
            back: !conversation.front,
            since: conversation.waiting_since()?,
            id: conversation.id,
        };
        Some(Self { place, offer })
    }
}

impl Floor {
    /// A floor with nobody on it.
    pub fn new() -> Self {
        Self::default()
    }

    /// A floor with these conversations and agents, each once. For large sites two to three times
    /// as fast as putting them one by one.
    pub fn of(queue: &[Conversation], agents: &[Agent]) -> Self {
        let spots = || queue.iter().filter_map(|one| Some((one, Spot::of(one)?)));
        let mut floor = Self {
            team: Team::of(agents),
            queue: Queue::of(
                spots()
                    .filter(|(_, spot)| spot.offer.is_none())
                    .map(|(one, spot)| (spot.place, one.passed.as_slice())),
            ),
            offers: Offers::default(),
            spots: spots().map(|(one, spot)| (one.id, spot)).collect(),
        };
        for (_, spot) in spots() {
            if let Some(offer) = spot.offer {
                floor.offer(spot.place, offer);
            }
        }
        floor
    }

    /// Takes a conversation in as it is now, in place of what was known of it. One that neither
    /// waits nor is offered leaves the floor. An offer to an agent who is not there is taken back
    /// in the next round.
    pub fn put(&mut self, conversation: &Conversation) {
        let Some(spot) = Spot::of(conversation) else {
            return self.remove(conversation.id);
        };
        if let Some(before) = self.spots.insert(conversation.id, spot) {
            self.clear(before);
        }
        if let Some(offer) = spot.offer {
            self.offer(spot.place, offer);
        } else {
            self.queue.put(spot.place, &conversation.passed);
        }
    }

    /// Lets a conversation go. One that is not there is no error.
    pub fn remove(&mut self, id: ConversationId) {
        if let Some(spot) = self.spots.remove(&id) {
            self.clear(spot);
        }
    }

    /// Takes an agent in as they are now, in place of what was known of them.
    pub fn put_agent(&mut self, agent: Agent) {
        let (id, takes_offers) = (agent.id, agent.takes_offers());
        let asked = self.offers.asks(id);
        self.team.put(agent, asked);
        if asked {
            self.offers.strand(id, takes_offers);
        }
    }

    /// Changes what is known of an agent, but not who they are; returns whether they are there.
    pub fn change_agent(&mut self, id: AgentId, how: impl FnOnce(&mut Agent)) -> bool {
        let Some(takes_offers) = self.team.change(id, how) else {
            return false;
        };
        self.offers.strand(id, takes_offers);
        true
    }

    /// Lets an agent go. One who is not there is no error.
    pub fn remove_agent(&mut self, id: AgentId) {
        self.team.remove(id);
        self.offers.strand(id, false);
    }

    /// Runs a round: the same as [`round`](super::round()) over everything the floor knows. What is
    /// taken back from agents comes in the order of their ids, what is taken back from offers in
    /// the order of the queue.
    ///
    /// `now` may be any moment; a floor that is asked about the past again sorts anew what has been
    /// passed on in between.
    pub fn round(&mut self, policy: &Policy, now: UnixMillis) -> Round {
        let mut round = Round::default();
        self.team.give_back(&mut round, policy, now);
        self.offers.withdraw(&mut round, now);
        if !round.moves.is_empty() {
            // Something goes back to the queue, perhaps to its front: who is next is known in the
            // next round.
            round.wake(now);
        } else if !self.team.free().is_empty() {
            self.queue.advance(now);
            placing::place(&mut round, &self.queue, self.team.free(), policy, now);
        }
        round
    }

    fn offer(&mut self, place: Place, offer: Offer) {
        let takes_offers = self.team.takes_offers(offer.to);
        self.offers.put(place, offer, takes_offers);
        self.team.ask(offer.to, true);
    }

    fn clear(&mut self, spot: Spot) {
        if let Some(offer) = spot.offer {
            self.offers.remove(spot.place, offer);
            self.team.ask(offer.to, self.offers.asks(offer.to));
        } else {
            self.queue.remove(spot.place);
        }
    }
}
