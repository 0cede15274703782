//! Calls from page to page, as logs tell them.

use heard_fold::VoiceCall;
use heard_protocol::{
    ConversationId, EntryBody, PublicBody, StaffEntry, VoiceEnding, VoiceId, VoiceTold,
};

use super::board::Board;
use super::log::Logs;

/// Why a call is over, if a log says so.
pub(crate) fn ending_of(entries: &[StaffEntry], which: VoiceId) -> Option<VoiceEnding> {
    publics(entries).rev().find_map(|body| match body {
        PublicBody::Voice(VoiceTold::Ended { call, why }) if *call == which => Some(*why),
        _ => None,
    })
}

/// The calls that ring for the agent, by their conversations.
pub(crate) fn ringing(board: &Board, logs: &Logs) -> Vec<(ConversationId, VoiceId)> {
    going_on(board, logs)
        .filter(|(_, voice)| voice.agent.is_none())
        .map(|(id, voice)| (id, voice.call))
        .collect()
}

/// The call that the agent is on, by its conversation.
pub(crate) fn mine(board: &Board, logs: &Logs) -> Option<(ConversationId, VoiceId)> {
    let me = board.my_id();
    going_on(board, logs)
        .find(|(_, voice)| voice.agent.is_some() && voice.agent == me)
        .map(|(id, voice)| (id, voice.call))
}

fn going_on(board: &Board, logs: &Logs) -> impl Iterator<Item = (ConversationId, VoiceCall)> {
    let own = board.conversations.keys().filter(|id| board.is_mine(**id));
    own.filter_map(|id| Some((*id, logs.get(*id)?.voice()?)))
}

fn publics(entries: &[StaffEntry]) -> impl DoubleEndedIterator<Item = &PublicBody> {
    entries.iter().filter_map(|entry| match &entry.body {
        EntryBody::Public { body, .. } => Some(body),
        EntryBody::Staff(_) => None,
    })
}
