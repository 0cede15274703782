//! Who waits, in order, and who of them can't be offered to whom for now.
//!
//! Conversations that nobody has passed on are one ordered set. The others stand in *lanes*, one
//! for every set of agents who have lately passed on a conversation: as far as offers go, those of
//! one lane are alike, so one that can't be offered rules out its whole lane at once.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::Arc;

use heard_protocol::{AgentId, ConversationId, UnixMillis};

/// For how long a conversation is not offered again to an agent who passed it on, in milliseconds.
pub const PASSED_MS: u64 = 120_000;

/// A place in the queue; the lesser is nearer to the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Not given back.
    pub(super) back: bool,
    pub(super) since: UnixMillis,
    pub(super) id: ConversationId,
}

impl Place {
    pub(super) const FIRST: Self = Self {
        back: false,
        since: UnixMillis(0),
        id: ConversationId::from_bits(0),
    };
    pub(super) const LAST: Self = Self {
        back: true,
        since: UnixMillis(u64::MAX),
        id: ConversationId::from_bits(u128::MAX),
    };
}

/// Those who can't be asked about a conversation, by their ids.
pub(super) type Passers = Arc<[AgentId]>;

/// The conversations of a site that wait and are not offered.
#[derive(Debug, Clone, Default)]
pub(super) struct Queue {
    /// The moment the lanes are right for.
    at: UnixMillis,
    /// Those that can be offered to anybody.
    plain: BTreeSet<Place>,
    lanes: BTreeMap<Passers, BTreeSet<Place>>,
    /// The lanes by the conversation at their head.
    heads: BTreeMap<Place, Passers>,
    /// Until when who can't be asked, for all that somebody has ever passed on during this wait;
    /// the agents in order, each once.
    passed: BTreeMap<Place, Vec<(AgentId, UnixMillis)>>,
    /// When the same ends.
    ends: BTreeSet<(UnixMillis, Place)>,
    /// What an agent can't be asked about, by when that ends.
    by_end: BTreeSet<(AgentId, UnixMillis, Place)>,
    /// The same by place.
    by_place: BTreeMap<(AgentId, Place), UnixMillis>,
}

impl Queue {
    /// Those who wait, and who passed on them when.
    pub(super) fn of<'a>(
        waiting: impl Iterator<Item = (Place, &'a [(AgentId, UnixMillis)])>,
    ) -> Self {
        let (passed, plain): (Vec<_>, Vec<_>) = waiting.partition(|(_, passed)| !passed.is_empty());
        let mut queue = Self {
            plain: plain.into_iter().map(|(place, _)| place).collect(),
            ..Self::default()
        };
        for (place, passed) in passed {
            queue.put(place, passed);
        }
        queue
    }

    /// Takes a conversation in that is not there. `passed` says who passed on it, and when.
    pub(super) fn put(&mut self, place: Place, passed: &[(AgentId, UnixMillis)]) {
        if passed.is_empty() {
            self.plain.insert(place);
            return;
        }
        let mut ends: Vec<(AgentId, UnixMillis)> = passed
            .iter()
            .map(|(agent, at)| (*agent, at.plus(PASSED_MS)))
            .collect();
        // The last time counts.
        ends.sort_unstable_by(|a, b| b.cmp(a));
        ends.dedup_by_key(|(agent, _)| *agent);
        ends.reverse();
        self.ends.extend(ends.iter().map(|(_, end)| (*end, place)));
        self.file(place, &ends);
        self.passed.insert(place, ends);
    }

    /// Lets a conversation go.
    pub(super) fn remove(&mut self, place: Place) {
        let Some(ends) = self.passed.remove(&place) else {
            self.plain.remove(&place);
            return;
        };
        self.unfile(place, &ends);
        for (_, end) in ends {
            self.ends.remove(&(end, place));
        }
    }

    /// Moves those to other lanes who can be offered to more agents, or fewer, than at the moment
    /// of the last call.
    pub(super) fn advance(&mut self, now: UnixMillis) {
        let (from, to) = (self.at.min(now), self.at.max(now));
        let moved = (
            Bound::Excluded((from, Place::LAST)),
            Bound::Included((to, Place::LAST)),
        );
        let moved: BTreeSet<Place> = self.ends.range(moved).map(|(_, place)| *place).collect();
        let moved: Vec<_> = moved
            .into_iter()
            .filter_map(|place| Some((place, self.passed.get(&place)?.clone())))
            .collect();
        for (place, ends) in &moved {
            self.unfile(*place, ends);
        }
        self.at = now;
        for (place, ends) in &moved {
            self.file(*place, ends);
        }
    }

    /// Goes through the queue from its head.
    pub(super) fn walk(&self) -> Walk<'_> {
        Walk {
            queue: self,
            plain: self.plain.iter().peekable(),
            heads: self.heads.iter().peekable(),
            resumed: BTreeMap::new(),
        }
    }

    /// When an agent can first be asked again about a conversation before `end`, leaving out those
    /// that `skip` names.
    pub(super) fn asked_again(
        &self,
        id: AgentId,
        end: Place,
        skip: impl Fn(Place) -> bool,
    ) -> Option<UnixMillis> {
        let first = (id, UnixMillis(0), Place::FIRST);
        let last = (id, UnixMillis(u64::MAX), Place::LAST);
        let mut by_end = self.by_end.range(first..=last);
        let mut by_place = self.by_place.range((id, Place::FIRST)..(id, end));
        let mut least: Option<UnixMillis> = None;
        // Either way leads there, and either can be long: the shorter one is taken by going both.
        loop {
            let Some(((_, place), at)) = by_place.next() else {
                return least;
            };
            if !skip(*place) {
                least = Some(least.map_or(*at, |least| least.min(*at)));
            }
            let (_, at, place) = by_end.next()?;
            if *place < end && !skip(*place) {
                return Some(*at);
            }
        }
    }

    fn passers(&self, ends: &[(AgentId, UnixMillis)]) -> Vec<AgentId> {
        let lasting = ends.iter().filter(|(_, end)| *end > self.at);
        lasting.map(|(agent, _)| *agent).collect()
    }

    fn file(&mut self, place: Place, ends: &[(AgentId, UnixMillis)]) {
        let passers = self.passers(ends);
        if passers.is_empty() {
            self.plain.insert(place);
            return;
        }
        for (agent, end) in ends.iter().filter(|(_, end)| *end > self.at) {
            self.by_end.insert((*agent, *end, place));
            self.by_place.insert((*agent, place), *end);
        }
        self.change_lane(&passers, |lane| lane.insert(place));
    }

    fn unfile(&mut self, place: Place, ends: &[(AgentId, UnixMillis)]) {
        let passers = self.passers(ends);
        if passers.is_empty() {
            self.plain.remove(&place);
            return;
        }
        for (agent, end) in ends.iter().filter(|(_, end)| *end > self.at) {
            self.by_end.remove(&(*agent, *end, place));
            self.by_place.remove(&(*agent, place));
        }
        self.change_lane(&passers, |lane| lane.remove(&place));
    }

    fn change_lane(&mut self, passers: &[AgentId], how: impl FnOnce(&mut BTreeSet<Place>) -> bool) {
        let (passers, mut lane) = self
            .lanes
            .remove_entry(passers)
            .unwrap_or_else(|| (passers.into(), BTreeSet::new()));
        let before = lane.first().copied();
        how(&mut lane);
        let after = lane.first().copied();
        if before != after {
            before.map(|head| self.heads.remove(&head));
            self.heads
                .extend(after.map(|head| (head, Passers::clone(&passers))));
        }
        if after.is_some() {
            self.lanes.insert(passers, lane);
        }
    }
}

/// A way through the queue in its order. It does not go on in the lane of the last conversation it
/// came by, unless told to.
pub(super) struct Walk<'a> {
    queue: &'a Queue,
    plain: Peekable<std::collections::btree_set::Iter<'a, Place>>,
    heads: Peekable<std::collections::btree_map::Iter<'a, Place, Passers>>,
    /// The next ones of lanes whose heads were passed.
    resumed: BTreeMap<Place, &'a Passers>,
}

impl<'a> Walk<'a> {
    /// The next one, and the lane it is in if it is in one.
    pub(super) fn next(&mut self) -> Option<(Place, Option<&'a Passers>)> {
        let plain = self.plain.peek().map(|place| **place);
        let head = self.heads.peek().map(|(place, _)| **place);
        let resumed = self.resumed.first_key_value().map(|(place, _)| *place);
        let next = [plain, head, resumed].into_iter().flatten().min()?;
        let lane = if plain == Some(next) {
            self.plain.next();
            None
        } else if head == Some(next) {
            self.heads.next().map(|(_, lane)| lane)
        } else {
            self.resumed.pop_first().map(|(_, lane)| lane)
        };
        Some((next, lane))
    }

    /// Goes on in a lane, after the place it has come to.
    pub(super) fn resume(&mut self, lane: &'a Passers, after: Place) {
        let places = self.queue.lanes.get(lane);
        let rest = places.map(|places| places.range((Bound::Excluded(after), Bound::Unbounded)));
        let next = rest.and_then(|mut rest| rest.next());
        self.resumed.extend(next.map(|place| (*place, lane)));
    }
}
