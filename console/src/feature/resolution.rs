//! Whether the matter is settled.

use heard_protocol::ResolutionTold;

use super::{Say, Told};

pub(super) fn told(say: &Say, told: &ResolutionTold) -> Option<Told> {
    Some(match told {
        ResolutionTold::Resolved => say.text.talk.resolved.into(),
        ResolutionTold::Reopened => say.text.talk.reopened.into(),
        ResolutionTold::Other => return None,
    })
}
