//! Calls from page to page, as logs tell them.

use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentId, ConversationId, PublicBody, StaffEntry, UnixMillis, VoiceEnding, VoiceId,
};

use super::board::Board;
use super::log::Logs;

/// A call that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Voice {
    /// Which.
    pub(crate) call: VoiceId,
    /// Who is on it; none while it rings.
    pub(crate) agent: Option<AgentId>,
}

/// The call that a log says goes on.
pub(crate) fn voice_of(entries: &[StaffEntry]) -> Option<Voice> {
    let mut voice = None;
    for body in publics(entries) {
        match body {
            PublicBody::VoiceAsked { call, .. } => {
                voice = Some(Voice {
                    call: *call,
                    agent: None,
                });
            }
            PublicBody::VoiceAnswered { call, agent } => {
                voice = Some(Voice {
                    call: *call,
                    agent: Some(*agent),
                });
            }
            PublicBody::VoiceEnded { .. } => voice = None,
            // Handed over, it rings for somebody else.
            PublicBody::AgentJoined { agent } => {
                if let Some(it) = &mut voice {
                    it.agent = it.agent.filter(|on| *on == agent.id);
                }
            }
            _ => {}
        }
    }
    voice
}

/// For how long after a call its agent is asked what it came to, in milliseconds.
const ASKED_MS: u64 = 3_600_000;

/// The last call, if it was over lately, this agent was on it, and nobody has said what it came to.
pub(crate) fn unsummed(
    entries: &[StaffEntry],
    me: Option<AgentId>,
    now: UnixMillis,
) -> Option<VoiceId> {
    let mut talked = None;
    let mut over = None;
    for entry in entries {
        let EntryBody::Public { body, .. } = &entry.body else {
            continue;
        };
        match body {
            PublicBody::VoiceAsked { .. } | PublicBody::CallSummed { .. } => {
                (talked, over) = (None, None);
            }
            PublicBody::VoiceAnswered { call, agent } => talked = Some((*call, *agent)),
            PublicBody::VoiceEnded { .. } if now.since(entry.at) < ASKED_MS => over = talked,
            _ => {}
        }
    }
    over.filter(|(_, agent)| Some(*agent) == me)
        .map(|(call, _)| call)
}

/// Why a call is over, if a log says so.
pub(crate) fn ending_of(entries: &[StaffEntry], which: VoiceId) -> Option<VoiceEnding> {
    publics(entries).rev().find_map(|body| match body {
        PublicBody::VoiceEnded { call, why } if *call == which => Some(*why),
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

fn going_on(board: &Board, logs: &Logs) -> impl Iterator<Item = (ConversationId, Voice)> {
    let own = board.conversations.keys().filter(|id| board.is_mine(**id));
    own.filter_map(|id| Some((*id, logs.get(*id)?.voice()?)))
}

fn publics(entries: &[StaffEntry]) -> impl DoubleEndedIterator<Item = &PublicBody> {
    entries.iter().filter_map(|entry| match &entry.body {
        EntryBody::Public { body, .. } => Some(body),
        EntryBody::Staff(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use heard_protocol::{AgentCard, AgentKind, Seq, TalkReason};

    use super::*;
    use crate::model::fixtures::{agent, at};

    const CALL: VoiceId = VoiceId::from_bits(1);

    fn log(bodies: Vec<PublicBody>) -> Vec<StaffEntry> {
        let entry = |(number, body)| StaffEntry {
            seq: Seq(number),
            at: at(0),
            body: EntryBody::Public {
                position: Seq(number),
                body,
            },
        };
        (1..).zip(bodies).map(entry).collect()
    }

    #[test]
    fn a_call_rings_is_answered_and_rings_for_the_next() {
        let asked = PublicBody::VoiceAsked {
            call: CALL,
            reason: TalkReason::Visitor,
        };
        let answered = PublicBody::VoiceAnswered {
            call: CALL,
            agent: agent(1),
        };
        let joined = PublicBody::AgentJoined {
            agent: AgentCard {
                id: agent(2),
                name: String::new(),
                kind: AgentKind::Person,
            },
        };
        let ended = PublicBody::VoiceEnded {
            call: CALL,
            why: VoiceEnding::Visitor,
        };
        let mut bodies = vec![asked];
        let rings = Some(Voice {
            call: CALL,
            agent: None,
        });
        assert_eq!(voice_of(&log(bodies.clone())), rings);
        bodies.push(answered);
        let talk = Some(Voice {
            call: CALL,
            agent: Some(agent(1)),
        });
        assert_eq!(voice_of(&log(bodies.clone())), talk);
        bodies.push(joined);
        assert_eq!(voice_of(&log(bodies.clone())), rings);
        bodies.push(ended);
        let entries = log(bodies);
        assert_eq!(voice_of(&entries), None);
        assert_eq!(ending_of(&entries, CALL), Some(VoiceEnding::Visitor));
    }

    #[test]
    fn whoever_was_on_it_is_asked_what_it_came_to() {
        let mut bodies = vec![
            PublicBody::VoiceAnswered {
                call: CALL,
                agent: agent(1),
            },
            PublicBody::VoiceEnded {
                call: CALL,
                why: VoiceEnding::Visitor,
            },
        ];
        let asked = |bodies: &[PublicBody], who, after| {
            unsummed(&log(bodies.to_vec()), Some(agent(who)), at(0).plus(after))
        };
        assert_eq!(asked(&bodies, 1, 0), Some(CALL));
        assert_eq!(asked(&bodies, 2, 0), None);
        assert_eq!(asked(&bodies, 1, ASKED_MS), None, "long ago");
        assert_eq!(asked(&bodies[..1], 1, 0), None, "it goes on");
        bodies.push(PublicBody::CallSummed {
            agent: agent(1),
            text: "A new lid".to_owned(),
        });
        assert_eq!(asked(&bodies, 1, 0), None);
    }
}
