//! A call between the visitor's page and the agent's, in one conversation.
//!
//! ```text
//!   none ──the visitor calls──► rings ──the owner answers──► they talk ──handed over──┐
//!     ▲                           │  ▲                           │                     │
//!     └──turned down, given up────┘  └───────rings for the new owner───────────────────┘
//!     └──────────────hung up, settled, given back────────────────┘
//! ```
//!
//! It rings for whoever owns the conversation, and only they answer, so two agents are never on one
//! call. No clock is needed: a page that waits in vain says so itself, and a call whose visitor is
//! gone ends with the conversation at the latest.

pub use heard_fold::voice::{KEPT, VoiceCall as Voice, VoiceRecord as Voiced};
use heard_protocol::{
    AgentId, CallReason, PublicBody, RefusalCode, VoiceEnding, VoiceId, VoiceTold,
};

use crate::conversation::Write;

/// A visitor calls the owner of the conversation.
///
/// # Errors
/// [`RefusalCode::WrongState`] if there is a call already, or the owner can't talk now.
pub(crate) fn start(
    voice: &mut Option<Voice>,
    call: VoiceId,
    reason: CallReason,
    headset: bool,
) -> Result<Write, RefusalCode> {
    if voice.is_some() || !headset {
        return Err(RefusalCode::WrongState);
    }
    *voice = Some(Voice { call, agent: None });
    Ok(Write::Public(PublicBody::Voice(VoiceTold::Asked {
        call,
        reason,
    })))
}

/// The owner of the conversation answers.
///
/// # Errors
/// [`RefusalCode::WrongState`] if it is not this call, or they are on it already.
pub(crate) fn answer(
    voice: &mut Option<Voice>,
    call: VoiceId,
    agent: AgentId,
) -> Result<Write, RefusalCode> {
    match voice {
        Some(it) if it.call == call && it.agent.is_none() => it.agent = Some(agent),
        _ => return Err(RefusalCode::WrongState),
    }
    Ok(Write::Public(PublicBody::Voice(VoiceTold::Answered {
        call,
        agent,
    })))
}

/// Somebody ends it.
///
/// # Errors
/// [`RefusalCode::WrongState`] if it is not this call; [`RefusalCode::Invalid`] if that is not
/// theirs to say.
pub(crate) fn end(
    voice: &mut Option<Voice>,
    call: VoiceId,
    why: VoiceEnding,
    by_visitor: bool,
) -> Result<Write, RefusalCode> {
    let theirs = match why {
        VoiceEnding::Visitor | VoiceEnding::NoAnswer => by_visitor,
        VoiceEnding::Agent | VoiceEnding::Declined => !by_visitor,
        VoiceEnding::Lost | VoiceEnding::NoMicrophone => true,
        VoiceEnding::Other => false,
    };
    if !theirs {
        return Err(RefusalCode::Invalid);
    }
    voice
        .take_if(|it| it.call == call)
        .ok_or(RefusalCode::WrongState)?;
    Ok(Write::Public(PublicBody::Voice(VoiceTold::Ended {
        call,
        why,
    })))
}

/// The agent leaves the conversation in any other way than handing it over.
pub(crate) fn leave(voice: &mut Option<Voice>) -> Option<Write> {
    let call = voice.take()?.call;
    let why = VoiceEnding::Agent;
    Some(Write::Public(PublicBody::Voice(VoiceTold::Ended {
        call,
        why,
    })))
}

#[cfg(test)]
mod tests {
    use heard_protocol::{
        AgentCard, AgentKind, AssignmentAct, AssignmentTold, CommandId, ContactId, ConversationAct,
        ConversationId, ResolutionAct, UnixMillis, VoiceAct, WrapUpAct, WrapUpTold,
    };
    use proptest::prelude::*;

    use super::*;
    use crate::Conversation;
    use crate::conversation::{Change, Recipient};

    const ID: ConversationId = ConversationId::from_bits(1);

    fn agent(number: usize) -> AgentCard {
        AgentCard {
            id: AgentId::from_bits(number as u128),
            name: format!("Agent {number}"),
            kind: AgentKind::Person,
        }
    }

    fn call(number: usize) -> VoiceId {
        VoiceId::from_bits(number as u128)
    }

    fn act(
        conversation: &mut Conversation,
        actor: usize,
        command: &ConversationAct,
        to: usize,
    ) -> Result<Change, RefusalCode> {
        let to = Recipient {
            card: agent(to),
            online: true,
        };
        conversation.acts(
            &agent(actor),
            CommandId::from_bits(1),
            command,
            Some(&to),
            UnixMillis(5),
        )
    }

    fn owned() -> Conversation {
        let mut it = Conversation::start(ID, ContactId::from_bits(1), UnixMillis(0));
        act(
            &mut it,
            1,
            &ConversationAct::Assignment(AssignmentAct::Accept),
            1,
        )
        .unwrap();
        it
    }

    #[test]
    fn it_rings_for_the_owner_who_has_a_headset_on() {
        let mut it = owned();
        let refused = it.starts_voice(call(1), CallReason::Visitor, false);
        assert_eq!(refused, Err(RefusalCode::WrongState));
        assert!(it.starts_voice(call(1), CallReason::Visitor, true).is_ok());
        let second = it.starts_voice(call(2), CallReason::Visitor, true);
        assert_eq!(second, Err(RefusalCode::WrongState));
        let answer = ConversationAct::Voice(VoiceAct::Answer { call: call(1) });
        assert_eq!(act(&mut it, 2, &answer, 1), Err(RefusalCode::NotYours));
        assert!(act(&mut it, 1, &answer, 1).is_ok());
        assert_eq!(act(&mut it, 1, &answer, 1), Err(RefusalCode::WrongState));
    }

    #[test]
    fn nobody_is_called_who_has_no_conversation() {
        let mut it = Conversation::start(ID, ContactId::from_bits(1), UnixMillis(0));
        let refused = it.starts_voice(call(1), CallReason::Visitor, true);
        assert_eq!(refused, Err(RefusalCode::WrongState));
    }

    #[test]
    fn whoever_was_on_it_says_once_what_it_came_to() {
        let mut it = owned();
        let does = |it: &mut Conversation, who, command: &ConversationAct, at| {
            let change = act(it, who, command, 1)?;
            it.follow(&change, UnixMillis(at));
            Ok(change)
        };
        let call = call(1);
        let asked = it.starts_voice(call, CallReason::Circles, true).unwrap();
        it.follow(&asked, UnixMillis(100));
        let answer = ConversationAct::Voice(VoiceAct::Answer { call });
        does(&mut it, 1, &answer, 130).unwrap();
        let sum = ConversationAct::WrapUp(WrapUpAct::Sum {
            call,
            summary: " A new lid. ".to_owned(),
        });
        assert_eq!(does(&mut it, 1, &sum, 140), Err(RefusalCode::WrongState));
        let ended = it.ends_voice(call, VoiceEnding::Visitor).unwrap();
        it.follow(&ended, UnixMillis(190));
        assert_eq!(does(&mut it, 2, &sum, 200), Err(RefusalCode::NotYours));
        // Also after the matter is settled.
        let settle = ConversationAct::Resolution(ResolutionAct::Resolve);
        does(&mut it, 1, &settle, 210).unwrap();
        let summed = PublicBody::WrapUp(WrapUpTold::Summed {
            agent: agent(1).id,
            text: "A new lid.".to_owned(),
        });
        let said = does(&mut it, 1, &sum, 220).unwrap();
        assert_eq!(said, [Write::Public(summed)]);
        assert_eq!(does(&mut it, 1, &sum, 230), Err(RefusalCode::WrongState));
        let kept = Voiced {
            call,
            reason: CallReason::Circles,
            asked_at: UnixMillis(100),
            answered_at: Some(UnixMillis(130)),
            agent: Some(agent(1).id),
            ended: Some((UnixMillis(190), VoiceEnding::Visitor)),
            summed: true,
        };
        assert_eq!((it.talk.calls(), kept.talked_ms()), (&[kept][..], 60));
    }

    #[test]
    fn settling_hangs_up() {
        let mut it = owned();
        it.starts_voice(call(1), CallReason::Visitor, true).unwrap();
        let change = act(
            &mut it,
            1,
            &ConversationAct::Resolution(ResolutionAct::Resolve),
            1,
        )
        .unwrap();
        let ended = PublicBody::Voice(VoiceTold::Ended {
            call: call(1),
            why: VoiceEnding::Agent,
        });
        assert_eq!(change.last(), Some(&Write::Public(ended)));
        assert_eq!(it.talk.voice(), None);
    }

    proptest! {
        #[test]
        fn one_call_one_agent_and_an_end(
            steps in proptest::collection::vec((0..9_u8, 0..4_usize, 0..3_usize), 0..80),
        ) {
            let mut it = owned();
            // What the log says: which call goes on, and who is on it.
            let mut on: Option<(VoiceId, Option<AgentId>)> = None;
            for (what, which, who) in steps {
                let (call, why) = (call(which), VoiceEnding::Lost);
                let change = match what {
                    0 => it.starts_voice(call, CallReason::Visitor, which != 3),
                    1 => it.ends_voice(call, why),
                    2 => act(&mut it, who, &ConversationAct::Voice(VoiceAct::Answer { call }), 1),
                    3 => act(&mut it, who, &ConversationAct::Voice(VoiceAct::End { call, why }), 1),
                    4 => {
                        let command = ConversationAct::Assignment(AssignmentAct::Transfer { to: agent(which).id, comment: String::new() });
                        act(&mut it, who, &command, which)
                    }
                    5 => act(&mut it, who, &ConversationAct::Assignment(AssignmentAct::Return), 1),
                    6 => act(&mut it, who, &ConversationAct::Assignment(AssignmentAct::Accept), 1),
                    7 => act(&mut it, who, &ConversationAct::Resolution(ResolutionAct::Resolve), 1),
                    _ => Ok(it.give_back(UnixMillis(6))),
                };
                for write in change.unwrap_or_default() {
                    match write {
                        Write::Public(PublicBody::Voice(VoiceTold::Asked { call, .. })) => {
                            prop_assert_eq!(on, None, "two calls at once");
                            on = Some((call, None));
                        }
                        Write::Public(PublicBody::Voice(VoiceTold::Answered { call, agent })) => {
                            prop_assert_eq!(on, Some((call, None)), "two agents on one call");
                            prop_assert_eq!(it.owner(), Some(agent));
                            on = Some((call, Some(agent)));
                        }
                        Write::Public(PublicBody::Voice(VoiceTold::Ended { call, .. })) => {
                            prop_assert_eq!(on.map(|it| it.0), Some(call), "ended what was not");
                            on = None;
                        }
                        Write::Public(PublicBody::Assignment(AssignmentTold::Joined { agent })) => {
                            on = on.map(|(call, who)| (call, who.filter(|who| *who == agent.id)));
                        }
                        _ => {}
                    }
                }
                let kept = it.talk.voice().map(|it| (it.call, it.agent));
                prop_assert_eq!(kept, on);
                prop_assert!(on.is_none() || it.owner().is_some(), "a call without an owner");
            }
        }
    }
}
