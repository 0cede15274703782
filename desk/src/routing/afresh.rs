//! A round over a site that was read afresh.

use std::collections::BTreeMap;

use heard_protocol::{ConversationId, UnixMillis};

use super::agent::Agent;
use super::floor::Floor;
use super::round::{Move, Round};
use crate::conversation::Conversation;
use crate::policy::Policy;

/// Runs a round over a site that was read afresh.
///
/// `queue` holds the conversations that wait or are offered, in any order, each once; what is taken
/// back is taken back in the order of `agents` and `queue`. A round that takes anything back offers
/// nothing: the next one, due at once, knows the whole queue.
pub fn round(queue: &[Conversation], agents: &[Agent], policy: &Policy, now: UnixMillis) -> Round {
    let mut round = Floor::of(queue, agents).round(policy, now);
    if takes_back(&round) {
        in_the_order_of(queue, agents, &mut round.moves);
    }
    round
}

fn takes_back(round: &Round) -> bool {
    !matches!(round.moves.first(), None | Some(Move::Offer { .. }))
}

/// A floor has an order of its own for what is taken back: of agents by their id, of offers by
/// their place in the queue.
fn in_the_order_of(queue: &[Conversation], agents: &[Agent], moves: &mut [Move]) {
    let owned = agents.iter().flat_map(|agent| agent.owned.iter().copied());
    let owned: BTreeMap<ConversationId, usize> = owned.zip(0..).collect();
    let offered = queue.iter().map(|conversation| conversation.id);
    let offered: BTreeMap<ConversationId, usize> = offered.zip(0..).collect();
    moves.sort_by_key(|step| match step {
        Move::GiveBack { conversation } => (0, owned.get(conversation)),
        Move::Withdraw { conversation, .. } | Move::Offer { conversation, .. } => {
            (1, offered.get(conversation))
        }
    });
}
