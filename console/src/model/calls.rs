//! Requests to be called, as an agent deals with them.

use heard_protocol::{
    CallbackId, CallbackState, CallbackSummary, CallbackWhen, ConversationId, UnixMillis,
};

use super::board::Board;

/// Whether a request is still to lead to a call, or does so now.
pub(crate) const fn is_open(state: &CallbackState) -> bool {
    match state {
        CallbackState::Open
        | CallbackState::Ringing { .. }
        | CallbackState::Calling { .. }
        | CallbackState::Again { .. } => true,
        CallbackState::Closed { .. }
        | CallbackState::Cancelled { .. }
        | CallbackState::Expired { .. }
        | CallbackState::Other => false,
    }
}

/// When a request is to be made: asked for, booked for, or due again.
pub(crate) const fn due(call: &CallbackSummary) -> UnixMillis {
    match (&call.state, &call.form.when) {
        (CallbackState::Again { at, .. }, _) | (_, CallbackWhen::At { at, .. }) => *at,
        (_, CallbackWhen::Asap | CallbackWhen::Soon { .. }) => call.requested_at,
    }
}

/// The calls that ring for this agent.
pub(crate) fn ringing(board: &Board) -> Vec<CallbackId> {
    let mine = |call: &&CallbackSummary| matches!(call.state, CallbackState::Ringing { agent, .. } if Some(agent) == board.my_id());
    let ringing = board.callbacks.values().filter(mine);
    ringing.map(|call| call.id).collect()
}

/// The call that this agent makes, if they make one.
pub(crate) fn making(board: &Board) -> Option<&CallbackSummary> {
    board.callbacks.values().find(|call| {
        matches!(call.state, CallbackState::Calling { agent, .. } if Some(agent) == board.my_id())
    })
}

/// The call that this agent makes out of a conversation.
pub(crate) fn making_in(board: &Board, conversation: ConversationId) -> Option<CallbackId> {
    let call = making(board).filter(|call| call.conversation == Some(conversation));
    call.map(|call| call.id)
}
