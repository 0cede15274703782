//! Voice calls from page to page.

use heard_protocol::VoiceTold;

use super::{Say, Told};

pub(super) fn told(say: &Say, told: &VoiceTold) -> Option<Told> {
    let voice = &say.text.voice;
    Some(match told {
        VoiceTold::Asked { .. } => voice.asked.into(),
        VoiceTold::Answered { agent, .. } => (voice.answered)(&say.name(*agent)).into(),
        VoiceTold::Ended { why, .. } => (voice.ended)(*why).into(),
        VoiceTold::Other => return None,
    })
}
