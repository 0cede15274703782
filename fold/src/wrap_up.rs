//! What is still to be said of a call that is over.

use heard_protocol::{
    AgentId, CallbackTold, Disposition, PublicBody, UnixMillis, VoiceId, VoiceTold, WrapUpTold,
};

use crate::voice::VoiceCall;

/// Takes an entry in, before the fold of voice calls does; `unrated` says whether a call has taken
/// place that the visitor has not rated.
pub fn follow(unrated: &mut bool, going_on: Option<VoiceCall>, body: &PublicBody) {
    match body {
        PublicBody::Voice(VoiceTold::Ended { .. }) => {
            *unrated |= going_on.is_some_and(|it| it.agent.is_some());
        }
        PublicBody::Callback(CallbackTold::Closed { disposition, .. }) => {
            *unrated = *disposition == Disposition::Answered;
        }
        PublicBody::WrapUp(WrapUpTold::Rated { .. }) => *unrated = false,
        _ => {}
    }
}

/// The voice call whose agent has not summed it up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unsummed {
    talked: Option<(VoiceId, AgentId)>,
    over: Option<(VoiceId, AgentId, UnixMillis)>,
}

impl Unsummed {
    /// Takes an entry of this moment in.
    pub fn follow(&mut self, body: &PublicBody, at: UnixMillis) {
        match body {
            PublicBody::Voice(VoiceTold::Asked { .. })
            | PublicBody::WrapUp(WrapUpTold::Summed { .. }) => *self = Self::default(),
            PublicBody::Voice(VoiceTold::Answered { call, agent }) => {
                self.talked = Some((*call, *agent));
            }
            PublicBody::Voice(VoiceTold::Ended { .. }) => {
                self.over = self.talked.map(|(call, agent)| (call, agent, at));
            }
            _ => {}
        }
    }

    /// The call that this agent was on, if it ended less than `within` milliseconds ago.
    pub fn of(&self, agent: AgentId, now: UnixMillis, within: u64) -> Option<VoiceId> {
        self.over
            .filter(|(_, on, at)| *on == agent && now.since(*at) < within)
            .map(|(call, ..)| call)
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::VoiceEnding;

    use super::*;

    const CALL: VoiceId = VoiceId::from_bits(1);
    const ME: AgentId = AgentId::from_bits(1);
    const HOUR: u64 = 3_600_000;

    #[test]
    fn the_agent_who_was_on_it_is_asked_for_a_while() {
        let mut unsummed = Unsummed::default();
        let at = UnixMillis(5);
        let answered = VoiceTold::Answered {
            call: CALL,
            agent: ME,
        };
        unsummed.follow(&PublicBody::Voice(answered), at);
        assert_eq!(unsummed.of(ME, at, HOUR), None, "it goes on");
        let ended = VoiceTold::Ended {
            call: CALL,
            why: VoiceEnding::Visitor,
        };
        unsummed.follow(&PublicBody::Voice(ended), at);
        assert_eq!(unsummed.of(ME, at, HOUR), Some(CALL));
        assert_eq!(unsummed.of(AgentId::from_bits(2), at, HOUR), None);
        assert_eq!(unsummed.of(ME, at.plus(HOUR), HOUR), None, "long ago");
        let summed = WrapUpTold::Summed {
            agent: ME,
            text: "A new lid".to_owned(),
        };
        unsummed.follow(&PublicBody::WrapUp(summed), at);
        assert_eq!(unsummed.of(ME, at, HOUR), None);
    }
}
