//! What a day draws: people, and what they do.

use heard_desk::Conversation;
use heard_desk::routing::Agent;
use heard_protocol::{AgentId, Availability, ContactId, ConversationId, UnixMillis};

/// The most conversations an agent owns.
pub(super) const CAPACITY: u16 = 5;
/// Conversations that are on their way to an agent, and a few to spare.
const UNDER_WAY: usize = 64;
/// How many of a conversation's lowest bits are its number.
const NUMBER_BITS: u32 = 24;

/// Random numbers from a seed (splitmix64), and the time of the day they are drawn at.
pub(super) struct Luck {
    state: u64,
    pub(super) now: UnixMillis,
    /// Numbers that nobody who waits has.
    free: Vec<usize>,
}

/// Where a conversation stands in a list of all that wait: the lowest bits of its id.
pub(super) fn number(id: ConversationId) -> usize {
    let [.., a, b, c] = id.to_bytes();
    usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c)
}

impl Luck {
    pub(super) fn new(seed: u64, waiting: usize) -> Self {
        Self {
            state: seed,
            now: UnixMillis(1_800_000_000_000),
            free: (0..waiting + UNDER_WAY).rev().collect(),
        }
    }

    /// A number below that one, which is small, so that the bias is nothing.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    /// True so many times in a thousand.
    pub(super) fn chance(&mut self, per_mille: u64) -> bool {
        self.next() % 1_000 < per_mille
    }

    /// Ids for a team.
    pub(super) fn ids(&mut self, agents: usize) -> Vec<AgentId> {
        let id = |_| AgentId::from_parts(self.now, self.bits());
        (0..agents).map(id).collect()
    }

    /// A team that is there and owns as much as `owned` says.
    pub(super) fn team(
        &mut self,
        ids: &[AgentId],
        mut owned: impl FnMut(&mut Self) -> usize,
    ) -> Vec<Agent> {
        let mut agent = |id: &AgentId| Agent {
            id: *id,
            availability: Availability::Available,
            gone_since: None,
            on_call: false,
            capacity: CAPACITY,
            owned: (0..owned(self))
                .map(|_| ConversationId::from_parts(self.now, self.bits()))
                .collect(),
            idle_since: UnixMillis(self.now.0 - self.next() % 600_000),
        };
        ids.iter().map(&mut agent).collect()
    }

    /// Somebody who comes a moment after the one before.
    pub(super) fn visitor(&mut self) -> Conversation {
        self.now = self.now.plus(10);
        let number = self.free.pop().unwrap_or_default();
        let random = self.bits() << NUMBER_BITS | number as u128;
        Conversation::start(
            ConversationId::from_parts(self.now, random),
            ContactId::from_parts(self.now, random),
            self.now,
        )
    }

    /// A conversation waits no more, and another may have its number.
    pub(super) fn leaves(&mut self, conversation: ConversationId) {
        self.free.push(number(conversation));
    }

    fn bits(&mut self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
