//! Voice calls from page to page.

use heard_protocol::{
    AgentId, AssignmentTold, CallReason, PublicBody, UnixMillis, VoiceEnding, VoiceId, VoiceTold,
    WrapUpTold,
};
use serde::{Deserialize, Serialize};

/// A voice call that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceCall {
    /// The call.
    pub call: VoiceId,
    /// The agent who answered; none while it rings.
    pub agent: Option<AgentId>,
}

/// Takes an entry in; `going_on` is the call that goes on.
pub fn follow(going_on: &mut Option<VoiceCall>, body: &PublicBody) {
    match body {
        PublicBody::Voice(VoiceTold::Asked { call, .. }) => {
            *going_on = Some(VoiceCall {
                call: *call,
                agent: None,
            });
        }
        PublicBody::Voice(VoiceTold::Answered { call, agent }) => {
            *going_on = Some(VoiceCall {
                call: *call,
                agent: Some(*agent),
            });
        }
        PublicBody::Voice(VoiceTold::Ended { .. }) => *going_on = None,
        PublicBody::Assignment(AssignmentTold::Joined { agent }) => hand_over(going_on, agent.id),
        _ => {}
    }
}

/// The conversation is an agent's from here on: for another than before, the call rings.
pub fn hand_over(going_on: &mut Option<VoiceCall>, to: AgentId) {
    if let Some(it) = going_on {
        it.agent = it.agent.filter(|agent| *agent == to);
    }
}

/// How many calls a conversation remembers.
pub const KEPT: usize = 20;

/// A voice call there has been, or that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceRecord {
    /// The call.
    pub call: VoiceId,
    /// Why the visitor called.
    pub reason: CallReason,
    /// When the visitor called.
    pub asked_at: UnixMillis,
    /// When an agent first answered.
    pub answered_at: Option<UnixMillis>,
    /// The agent who answered last.
    pub agent: Option<AgentId>,
    /// When and how it ended.
    pub ended: Option<(UnixMillis, VoiceEnding)>,
    /// Whether an agent has summed it up.
    pub summed: bool,
}

impl VoiceRecord {
    /// The length of the talk, in milliseconds.
    pub fn talked_ms(&self) -> u64 {
        match (self.answered_at, self.ended) {
            (Some(from), Some((to, _))) => to.since(from),
            _ => 0,
        }
    }
}

/// Takes an entry of this moment in; `calls` are the last [`KEPT`] calls, the latest last.
pub fn record(calls: &mut Vec<VoiceRecord>, body: &PublicBody, at: UnixMillis) {
    if let PublicBody::Voice(VoiceTold::Asked { call, reason }) = body {
        if calls.len() >= KEPT {
            calls.remove(0);
        }
        calls.push(VoiceRecord {
            call: *call,
            reason: *reason,
            asked_at: at,
            answered_at: None,
            agent: None,
            ended: None,
            summed: false,
        });
        return;
    }
    let Some(last) = calls.last_mut() else { return };
    match body {
        PublicBody::Voice(VoiceTold::Answered { call, agent }) if last.call == *call => {
            last.answered_at = last.answered_at.or(Some(at));
            last.agent = Some(*agent);
        }
        PublicBody::Voice(VoiceTold::Ended { call, why }) if last.call == *call => {
            last.ended = Some((at, *why));
        }
        PublicBody::WrapUp(WrapUpTold::Summed { agent, .. }) if last.agent == Some(*agent) => {
            last.summed = true;
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::{AgentCard, AgentKind};

    use super::*;

    const CALL: VoiceId = VoiceId::from_bits(1);

    fn agent(n: u128) -> AgentId {
        AgentId::from_bits(n)
    }

    #[test]
    fn a_call_rings_is_answered_and_rings_for_the_next() {
        let mut going_on = None;
        let reason = CallReason::Visitor;
        let rings = VoiceCall {
            call: CALL,
            agent: None,
        };
        follow(
            &mut going_on,
            &PublicBody::Voice(VoiceTold::Asked { call: CALL, reason }),
        );
        assert_eq!(going_on, Some(rings));
        let answered = VoiceTold::Answered {
            call: CALL,
            agent: agent(1),
        };
        follow(&mut going_on, &PublicBody::Voice(answered));
        assert_eq!(going_on.and_then(|it| it.agent), Some(agent(1)));
        let card = AgentCard {
            id: agent(2),
            name: String::new(),
            kind: AgentKind::Person,
        };
        let joined = AssignmentTold::Joined { agent: card };
        follow(&mut going_on, &PublicBody::Assignment(joined));
        assert_eq!(going_on, Some(rings));
        let why = VoiceEnding::Visitor;
        follow(
            &mut going_on,
            &PublicBody::Voice(VoiceTold::Ended { call: CALL, why }),
        );
        assert_eq!(going_on, None);
    }
}
