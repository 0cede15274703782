//! Requests to be called.

use heard_protocol::{CallbackNoted, CallbackTold, CallbackWhen};

use super::{Say, Told};

pub(super) fn told(say: &Say, told: &CallbackTold) -> Option<Told> {
    let calls = &say.text.calls;
    let outcome = |disposition| (say.text.disposition)(disposition);
    Some(match told {
        CallbackTold::Requested { .. } => say.text.talk.callback_requested.into(),
        CallbackTold::Closed { disposition, .. } => {
            (say.text.talk.callback_closed)(outcome(*disposition)).into()
        }
        CallbackTold::Moved {
            when: CallbackWhen::At { at, .. },
            ..
        } => (calls.moved)(&say.moment(*at)).into(),
        CallbackTold::Moved { .. } => calls.moved_soon.into(),
        CallbackTold::Cancelled { .. } => calls.cancelled.into(),
        CallbackTold::Expired { .. } => calls.expired.into(),
        CallbackTold::Calling { agent, .. } => (calls.dials)(&say.name(agent.id)).into(),
        CallbackTold::Tried {
            disposition, next, ..
        } => (calls.tried)(outcome(*disposition), &say.moment(*next)).into(),
        CallbackTold::Other => return None,
    })
}

pub(super) fn noted(say: &Say, noted: &CallbackNoted) -> Option<Told> {
    let calls = &say.text.calls;
    Some(match noted {
        CallbackNoted::Rung { agent, .. } => (calls.rang)(&say.name(*agent)).into(),
        CallbackNoted::Missed { agent, .. } => (calls.missed)(&say.name(*agent)).into(),
        CallbackNoted::Declined { agent, .. } => (calls.declined)(&say.name(*agent)).into(),
        CallbackNoted::Released { agent, .. } => (calls.released)(&say.name(*agent)).into(),
        CallbackNoted::Other => return None,
    })
}
