//! Which conversations are offered to whom, and which offers are over.

use std::collections::{BTreeMap, BTreeSet};

use heard_protocol::{AgentId, UnixMillis};

use super::queue::Place;
use super::round::{Move, Round};

/// One open offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) to: AgentId,
    pub(super) until: UnixMillis,
}

/// A site's open offers.
#[derive(Debug, Clone, Default)]
pub(super) struct Offers {
    /// By when they end.
    ends: BTreeSet<(UnixMillis, Place)>,
    /// By whom they are made to.
    asked: BTreeSet<(AgentId, Place)>,
    /// Made to somebody who can't take them any more.
    stranded: BTreeSet<Place>,
}

impl Offers {
    pub(super) fn put(&mut self, place: Place, offer: Offer, takes_offers: bool) {
        self.ends.insert((offer.until, place));
        self.asked.insert((offer.to, place));
        if !takes_offers {
            self.stranded.insert(place);
        }
    }

    pub(super) fn remove(&mut self, place: Place, offer: Offer) {
        self.ends.remove(&(offer.until, place));
        self.asked.remove(&(offer.to, place));
        if !self.stranded.is_empty() {
            self.stranded.remove(&place);
        }
    }

    /// Whether anything is offered to an agent.
    pub(super) fn asks(&self, id: AgentId) -> bool {
        self.of(id).next().is_some()
    }

    /// An agent takes offers from now on, or does not.
    pub(super) fn strand(&mut self, id: AgentId, takes_offers: bool) {
        let places: Vec<Place> = self.of(id).collect();
        for place in places {
            if takes_offers {
                self.stranded.remove(&place);
            } else {
                self.stranded.insert(place);
            }
        }
    }

    /// Takes back what has run out or can't be taken, in the order of the queue.
    pub(super) fn withdraw(&self, round: &mut Round, now: UnixMillis) {
        let mut over: BTreeMap<Place, bool> = BTreeMap::new();
        over.extend(self.stranded.iter().map(|place| (*place, false)));
        for (until, place) in &self.ends {
            if *until > now {
                round.wake(*until);
                break;
            }
            over.insert(*place, true);
        }
        round.moves.extend(over.into_iter().map(|(place, missed)| {
            let conversation = place.id;
            Move::Withdraw {
                conversation,
                missed,
            }
        }));
    }

    fn of(&self, id: AgentId) -> impl Iterator<Item = Place> {
        let places = self.asked.range((id, Place::FIRST)..=(id, Place::LAST));
        places.map(|(_, place)| *place)
    }
}
