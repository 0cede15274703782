//! Offering to talk, in one conversation: once for each reason, and never after a "no".
//!
//! That a visitor asks to talk is a reason too, and the only one that takes back a "no" of their
//! own. What they say in words is told with its moment ([`Stance`]), since it is noticed a little
//! later than it is said, perhaps on two nodes, perhaps twice: what was said last counts.

use heard_protocol::{
    AgentId, CallAnswer, CallEvidence, CallOfferNoted, CallOfferTold, CallReason, CallbackTold,
    PublicBody, RefusalCode, StaffBody, UnixMillis, VoiceId, VoiceTold, WrapUpTold,
};
use serde::{Deserialize, Serialize};

use crate::conversation::{Change, Write};
use crate::text;
use crate::voice::{Voice, Voiced};

/// What a visitor said of talking, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stance {
    /// They want to; otherwise they do not.
    pub wants: bool,
    /// When they said so.
    pub at: UnixMillis,
}

/// What was offered, and what was said to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Talk {
    /// The reasons that staff were told of.
    seen: Vec<CallReason>,
    /// The reasons for which it was offered.
    offered: Vec<CallReason>,
    /// The visitor said no.
    refused: bool,
    /// The offer that has not been answered.
    open: Option<CallReason>,
    /// What was said to the last offer.
    answered: Option<CallAnswer>,
    /// When the visitor last said whether they want to.
    said_at: UnixMillis,
    /// They are to be called anyway.
    booked: bool,
    /// The call from page to page that goes on.
    pub(crate) voice: Option<Voice>,
    /// The calls from page to page there have been, with the one that goes on.
    calls: Vec<Voiced>,
}

impl Talk {
    /// Whether nothing has happened.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the visitor said no.
    pub const fn refused(&self) -> bool {
        self.refused
    }

    /// The call from page to page that goes on.
    pub const fn voice(&self) -> Option<Voice> {
        self.voice
    }

    /// The calls from page to page there have been, with the one that goes on: the last
    /// [`heard_fold::voice::KEPT`].
    pub fn calls(&self) -> &[Voiced] {
        &self.calls
    }

    /// What a call that the visitor asks for now comes of: an offer, if they answered one so, or
    /// their wish.
    pub fn comes_of(&self) -> CallReason {
        let taken = self.offered.last().copied();
        let taken = taken.filter(|_| self.answered == Some(CallAnswer::Phone));
        self.open.or(taken).unwrap_or(CallReason::Visitor)
    }

    /// An agent who was on a call says in a line what it came to.
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] unless it is over and they have not said so before,
    /// [`RefusalCode::NotYours`] if they were not on it; what [`text::check`] and
    /// [`text::check_short`] refuse.
    pub fn sum(&self, call: VoiceId, agent: AgentId, summary: &str) -> Result<Write, RefusalCode> {
        text::check(summary)?;
        text::check_short(summary)?;
        let last = self.calls.last().filter(|one| one.call == call);
        let last = last.ok_or(RefusalCode::WrongState)?;
        if last.agent != Some(agent) {
            return Err(RefusalCode::NotYours);
        }
        if last.ended.is_none() || last.summed {
            return Err(RefusalCode::WrongState);
        }
        Ok(Write::Public(PublicBody::WrapUp(WrapUpTold::Summed {
            agent,
            text: summary.trim().to_owned(),
        })))
    }

    /// The offer that has not been answered.
    pub const fn open(&self) -> Option<CallReason> {
        self.open
    }

    /// Whether it may be offered for this reason. Whoever is to be called already, or talks, needs
    /// no offer.
    pub fn may_offer(&self, reason: CallReason) -> bool {
        !self.refused && !self.booked && self.voice.is_none() && !self.offered.contains(&reason)
    }

    /// A reason came up. Staff are told once, and the visitor is offered a call if that may be;
    /// while an offer waits for its answer there is no other.
    pub fn see(&mut self, reason: CallReason, evidence: CallEvidence) -> Change {
        let mut change = Change::new();
        if !self.seen.contains(&reason) {
            self.seen.push(reason);
            change.push(Write::Staff(StaffBody::CallOffer(
                CallOfferNoted::TroubleSeen { reason, evidence },
            )));
        }
        if self.open.is_none() && self.may_offer(reason) {
            change.push(self.offer(reason, ""));
        }
        change
    }

    /// The visitor said in words whether they want to talk. What they said before something else
    /// they said counts for nothing, and of two things said in the same moment a "no" counts.
    pub fn hear(&mut self, stance: Stance) {
        if stance.at < self.said_at || stance.wants && stance.at == self.said_at {
            return;
        }
        self.said_at = stance.at;
        self.refused = !stance.wants;
        if self.refused {
            self.open = None;
        }
    }

    /// The agent thinks that talking would be easier, and may say why.
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] after a "no", if the agent has offered it before, or if the
    /// visitor is to be called already; what [`text::check_short`] refuses.
    pub fn suggest(&mut self, why: &str) -> Result<Change, RefusalCode> {
        text::check_short(why)?;
        if !self.may_offer(CallReason::Agent) {
            return Err(RefusalCode::WrongState);
        }
        Ok(vec![self.offer(CallReason::Agent, why.trim())])
    }

    fn offer(&mut self, reason: CallReason, why: &str) -> Write {
        self.offered.push(reason);
        self.open = Some(reason);
        self.answered = None;
        Write::Public(PublicBody::CallOffer(CallOfferTold::Offered {
            reason,
            why: why.to_owned(),
        }))
    }

    /// The visitor answers an offer. One that is not open any more (overtaken by another) can be
    /// answered all the same: a "no" is a "no".
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] if it was never offered for this reason, or if the same was said
    /// to the last offer before, in another tab.
    pub fn answer(
        &mut self,
        reason: CallReason,
        answer: CallAnswer,
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        if !self.offered.contains(&reason) || self.answered == Some(answer) {
            return Err(RefusalCode::WrongState);
        }
        self.open = None;
        self.answered = Some(answer);
        self.refused = answer == CallAnswer::No;
        self.said_at = self.said_at.max(now);
        Ok(vec![Write::Public(PublicBody::CallOffer(
            CallOfferTold::Answered { reason, answer },
        ))])
    }

    /// Something is written into the log. Asking to be called is a wish: it answers an open offer,
    /// and takes back a "no". While the call is open there is nothing to offer, and an open offer
    /// has no point once the matter is settled, or once somebody answers who did not.
    pub fn follow(&mut self, written: &Write, now: UnixMillis) {
        let Write::Public(body) = written else { return };
        heard_fold::voice::record(&mut self.calls, body, now);
        heard_fold::callback::follow(&mut self.booked, body);
        self.open
            .take_if(|reason| heard_fold::call_offer::closes(*reason, body));
        if matches!(
            body,
            PublicBody::Callback(CallbackTold::Requested { .. })
                | PublicBody::Voice(VoiceTold::Asked { .. })
        ) {
            self.refused = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::{CallbackId, Disposition, ResolutionTold};
    use proptest::prelude::*;

    use super::*;

    const REASONS: [CallReason; 6] = [
        CallReason::Connection,
        CallReason::NobodyFree,
        CallReason::Circles,
        CallReason::HardToWrite,
        CallReason::Agent,
        CallReason::Visitor,
    ];
    const CALL: CallbackId = CallbackId::from_bits(1);
    const NOW: UnixMillis = UnixMillis(10);

    fn offers(change: &Change) -> Vec<CallReason> {
        let offer = |write: &Write| match write {
            Write::Public(PublicBody::CallOffer(CallOfferTold::Offered { reason, .. })) => {
                Some(*reason)
            }
            _ => None,
        };
        change.iter().filter_map(offer).collect()
    }

    fn says(wants: bool, at: u64) -> Stance {
        let at = UnixMillis(at);
        Stance { wants, at }
    }

    #[test]
    fn a_reason_is_told_and_offered_once() {
        let mut talk = Talk::default();
        let first = talk.see(CallReason::Circles, CallEvidence::AskedAgain(3));
        assert_eq!(first.len(), 2);
        assert_eq!(talk.see(CallReason::Circles, CallEvidence::NoHelp), []);
        // While it is open there is no second one, but staff are told.
        let second = talk.see(CallReason::HardToWrite, CallEvidence::Said);
        assert_eq!((second.len(), offers(&second)), (1, vec![]));
        talk.answer(CallReason::Circles, CallAnswer::Phone, NOW)
            .unwrap();
        let third = talk.see(CallReason::HardToWrite, CallEvidence::Said);
        assert_eq!(offers(&third), [CallReason::HardToWrite]);
    }

    #[test]
    fn after_a_no_only_the_visitor_brings_it_up() {
        let mut talk = Talk::default();
        talk.see(CallReason::Circles, CallEvidence::NoHelp);
        talk.answer(CallReason::Circles, CallAnswer::No, NOW)
            .unwrap();
        let other = talk.see(CallReason::Connection, CallEvidence::Said);
        assert_eq!(offers(&other), []);
        assert_eq!(talk.suggest(""), Err(RefusalCode::WrongState));
        talk.hear(says(true, 11));
        let wish = talk.see(CallReason::Visitor, CallEvidence::Said);
        assert_eq!(offers(&wish), [CallReason::Visitor]);
        talk.hear(says(false, 12));
        assert!(talk.refused() && talk.open().is_none());
    }

    #[test]
    fn what_is_noticed_late_undoes_nothing() {
        let mut talk = Talk::default();
        talk.see(CallReason::Circles, CallEvidence::NoHelp);
        talk.answer(CallReason::Circles, CallAnswer::No, NOW)
            .unwrap();
        // They had asked for it before they said no; it was noticed afterwards, or again.
        for at in [9, 10] {
            talk.hear(says(true, at));
            let wish = talk.see(CallReason::Visitor, CallEvidence::Said);
            assert_eq!((talk.refused(), offers(&wish)), (true, vec![]));
        }
    }

    #[test]
    fn two_tabs_say_it_once() {
        let mut talk = Talk::default();
        talk.suggest("").unwrap();
        assert!(talk.answer(CallReason::Agent, CallAnswer::No, NOW).is_ok());
        let again = talk.answer(CallReason::Agent, CallAnswer::No, NOW);
        assert_eq!(again, Err(RefusalCode::WrongState));
        // The other tab may think better of it.
        let yes = talk.answer(CallReason::Agent, CallAnswer::Phone, NOW);
        assert!(yes.is_ok() && !talk.refused());
    }

    #[test]
    fn a_call_comes_of_the_offer_that_was_taken_or_of_a_wish() {
        let mut talk = Talk::default();
        assert_eq!(talk.comes_of(), CallReason::Visitor);
        talk.see(CallReason::Circles, CallEvidence::NoHelp);
        assert_eq!(talk.comes_of(), CallReason::Circles);
        let no = talk.answer(CallReason::Circles, CallAnswer::No, NOW);
        assert!(no.is_ok());
        assert_eq!(talk.comes_of(), CallReason::Visitor);
        let yes = talk.answer(CallReason::Circles, CallAnswer::Phone, NOW);
        assert!(yes.is_ok());
        assert_eq!(talk.comes_of(), CallReason::Circles);
    }

    #[test]
    fn what_was_never_offered_cannot_be_answered() {
        let mut talk = Talk::default();
        let answered = talk.answer(CallReason::Agent, CallAnswer::No, NOW);
        assert_eq!(answered, Err(RefusalCode::WrongState));
        talk.suggest(" Faster by phone. ").unwrap();
        assert_eq!(talk.suggest(""), Err(RefusalCode::WrongState));
        let answered = talk.answer(CallReason::Agent, CallAnswer::Here, NOW);
        assert!(answered.is_ok());
    }

    #[test]
    fn who_is_to_be_called_is_offered_nothing() {
        let mut talk = Talk::default();
        talk.see(CallReason::Circles, CallEvidence::NoHelp);
        talk.follow(
            &Write::Public(PublicBody::Callback(CallbackTold::Requested {
                callback: CALL,
            })),
            NOW,
        );
        assert_eq!(talk.open(), None);
        let other = talk.see(CallReason::HardToWrite, CallEvidence::Said);
        assert_eq!((other.len(), offers(&other)), (1, vec![]));
        assert_eq!(talk.suggest(""), Err(RefusalCode::WrongState));
        talk.follow(
            &Write::Public(PublicBody::Callback(CallbackTold::Closed {
                callback: CALL,
                disposition: Disposition::NoAnswer,
            })),
            NOW,
        );
        assert!(talk.suggest("").is_ok());
        talk.follow(
            &Write::Public(PublicBody::Resolution(ResolutionTold::Resolved)),
            NOW,
        );
        assert_eq!(talk.open(), None);
    }

    #[test]
    fn what_was_kept_before_there_was_more_to_keep_reads() {
        let kept = r#"{"seen":["circles"],"offered":["circles"],"refused":true,"open":null}"#;
        let talk: Talk = serde_json::from_str(kept).unwrap();
        assert!(talk.refused() && !talk.may_offer(CallReason::Agent));
    }

    proptest! {
        #[test]
        fn never_twice_and_never_after_a_no(
            steps in proptest::collection::vec((0..8_u8, 0..6_usize, 0..4_u64), 0..80),
        ) {
            let mut talk = Talk::default();
            let mut offered = Vec::new();
            // What the visitor said last, and when.
            let (mut no, mut said_at) = (false, 0);
            let mut booked = false;
            let mut now = 0;
            for (what, which, passed) in steps {
                now += passed;
                let reason = REASONS[which];
                let change = match what {
                    0 | 1 => talk.see(reason, CallEvidence::Said),
                    2 => talk.suggest("").unwrap_or_default(),
                    3 => {
                        let answer = [CallAnswer::No, CallAnswer::Phone, CallAnswer::Here][which % 3];
                        let change = talk.answer(reason, answer, UnixMillis(now));
                        if change.is_ok() {
                            (no, said_at) = (answer == CallAnswer::No, now.max(said_at));
                        }
                        change.unwrap_or_default()
                    }
                    // Words are noticed when they are said, or up to three moments later.
                    4 | 5 => {
                        let (wants, at) = (what == 5, now.saturating_sub(passed));
                        talk.hear(says(wants, at));
                        if at > said_at || at == said_at && !wants {
                            (no, said_at) = (!wants, at);
                        }
                        Change::new()
                    }
                    6 => {
                        let asked = PublicBody::Callback(CallbackTold::Requested { callback: CALL });
                        talk.follow(&Write::Public(asked), NOW);
                        (no, booked) = (false, true);
                        Change::new()
                    }
                    _ => {
                        let over = PublicBody::Callback(CallbackTold::Expired { callback: CALL });
                        talk.follow(&Write::Public(over), NOW);
                        booked = false;
                        Change::new()
                    }
                };
                for reason in offers(&change) {
                    prop_assert!(!no, "offered after a no");
                    prop_assert!(!booked, "offered to somebody who is to be called");
                    prop_assert!(!offered.contains(&reason), "offered twice");
                    offered.push(reason);
                }
                prop_assert_eq!(talk.refused(), no);
                let json = serde_json::to_string(&talk).unwrap();
                prop_assert_eq!(serde_json::from_str::<Talk>(&json).unwrap(), talk.clone());
            }
        }
    }
}
