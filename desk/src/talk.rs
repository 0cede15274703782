//! Offering to talk, in one conversation: once for each reason, and never after a "no".
//!
//! That a visitor asks to talk is a reason too, and the only one that takes back a "no" of their own.

use heard_protocol::{PublicBody, RefusalCode, StaffBody, TalkAnswer, TalkEvidence, TalkReason};
use serde::{Deserialize, Serialize};

use crate::conversation::{Change, Write};
use crate::text;

/// What was offered, and what was said to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Talk {
    /// The reasons that staff were told of.
    seen: Vec<TalkReason>,
    /// The reasons for which it was offered.
    offered: Vec<TalkReason>,
    /// The visitor said no.
    refused: bool,
    /// The offer that has not been answered.
    open: Option<TalkReason>,
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

    /// The offer that has not been answered.
    pub const fn open(&self) -> Option<TalkReason> {
        self.open
    }

    /// Whether it may be offered for this reason.
    pub fn may_offer(&self, reason: TalkReason) -> bool {
        !self.refused && !self.offered.contains(&reason)
    }

    /// A reason came up. Staff are told once, and the visitor is offered a call if that may be; while an offer waits for its answer there is no other.
    pub fn see(&mut self, reason: TalkReason, evidence: TalkEvidence) -> Change {
        let mut change = Change::new();
        if reason == TalkReason::Visitor {
            self.refused = false;
        }
        if !self.seen.contains(&reason) {
            self.seen.push(reason);
            change.push(Write::Staff(StaffBody::TroubleSeen { reason, evidence }));
        }
        if self.open.is_none() && self.may_offer(reason) {
            change.push(self.offer(reason, ""));
        }
        change
    }

    /// The visitor said in words that they do not want to talk.
    pub const fn refuse(&mut self) {
        self.refused = true;
        self.open = None;
    }

    /// The agent thinks that talking would be easier, and may say why.
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] after a "no", or if the agent has offered it before; what [`text::check_short`] refuses.
    pub fn suggest(&mut self, why: &str) -> Result<Change, RefusalCode> {
        text::check_short(why)?;
        if !self.may_offer(TalkReason::Agent) {
            return Err(RefusalCode::WrongState);
        }
        Ok(vec![self.offer(TalkReason::Agent, why.trim())])
    }

    fn offer(&mut self, reason: TalkReason, why: &str) -> Write {
        self.offered.push(reason);
        self.open = Some(reason);
        Write::Public(PublicBody::TalkOffered {
            reason,
            why: why.to_owned(),
        })
    }

    /// The visitor answers an offer. One that is not open any more (answered in another tab, overtaken) can be answered all the same: a "no" is a "no".
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] if it was never offered for this reason.
    pub fn answer(
        &mut self,
        reason: TalkReason,
        answer: TalkAnswer,
    ) -> Result<Change, RefusalCode> {
        if !self.offered.contains(&reason) {
            return Err(RefusalCode::WrongState);
        }
        self.open = None;
        self.refused = answer == TalkAnswer::No;
        Ok(vec![Write::Public(PublicBody::TalkAnswered {
            reason,
            answer,
        })])
    }

    /// The matter is settled: an open offer has no point any more.
    pub const fn settle(&mut self) {
        self.open = None;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REASONS: [TalkReason; 6] = [
        TalkReason::Connection,
        TalkReason::NobodyFree,
        TalkReason::Circles,
        TalkReason::HardToWrite,
        TalkReason::Agent,
        TalkReason::Visitor,
    ];

    fn offers(change: &Change) -> Vec<TalkReason> {
        let offer = |write: &Write| match write {
            Write::Public(PublicBody::TalkOffered { reason, .. }) => Some(*reason),
            _ => None,
        };
        change.iter().filter_map(offer).collect()
    }

    #[test]
    fn a_reason_is_told_and_offered_once() {
        let mut talk = Talk::default();
        let first = talk.see(TalkReason::Circles, TalkEvidence::AskedAgain(3));
        assert_eq!(first.len(), 2);
        assert_eq!(talk.see(TalkReason::Circles, TalkEvidence::NoHelp), []);
        // While it is open there is no second one, but staff are told.
        let second = talk.see(TalkReason::HardToWrite, TalkEvidence::Said);
        assert_eq!((second.len(), offers(&second)), (1, vec![]));
        talk.answer(TalkReason::Circles, TalkAnswer::Phone).unwrap();
        let third = talk.see(TalkReason::HardToWrite, TalkEvidence::Said);
        assert_eq!(offers(&third), [TalkReason::HardToWrite]);
    }

    #[test]
    fn after_a_no_only_the_visitor_brings_it_up() {
        let mut talk = Talk::default();
        talk.see(TalkReason::Circles, TalkEvidence::NoHelp);
        talk.answer(TalkReason::Circles, TalkAnswer::No).unwrap();
        assert_eq!(
            offers(&talk.see(TalkReason::Connection, TalkEvidence::Said)),
            []
        );
        assert_eq!(talk.suggest(""), Err(RefusalCode::WrongState));
        let wish = talk.see(TalkReason::Visitor, TalkEvidence::Said);
        assert_eq!(offers(&wish), [TalkReason::Visitor]);
        talk.refuse();
        assert!(talk.refused() && talk.open().is_none());
    }

    #[test]
    fn what_was_never_offered_cannot_be_answered() {
        let mut talk = Talk::default();
        let answered = talk.answer(TalkReason::Agent, TalkAnswer::No);
        assert_eq!(answered, Err(RefusalCode::WrongState));
        talk.suggest(" Faster by phone. ").unwrap();
        assert_eq!(talk.suggest(""), Err(RefusalCode::WrongState));
        assert!(talk.answer(TalkReason::Agent, TalkAnswer::Here).is_ok());
    }

    proptest! {
        #[test]
        fn never_twice_and_never_after_a_no(
            steps in proptest::collection::vec((0..5_u8, 0..6_usize), 0..60),
        ) {
            let mut talk = Talk::default();
            let mut offered = Vec::new();
            let mut no = false;
            for (what, which) in steps {
                let reason = REASONS[which];
                let change = match what {
                    0 | 1 => talk.see(reason, TalkEvidence::Said),
                    2 => talk.suggest("").unwrap_or_default(),
                    3 => {
                        let answer = if which % 2 == 0 { TalkAnswer::No } else { TalkAnswer::Phone };
                        let change = talk.answer(reason, answer);
                        no = if change.is_ok() { answer == TalkAnswer::No } else { no };
                        change.unwrap_or_default()
                    }
                    _ => {
                        talk.refuse();
                        no = true;
                        Change::new()
                    }
                };
                if what < 2 && reason == TalkReason::Visitor {
                    no = false;
                }
                for reason in offers(&change) {
                    prop_assert!(!no, "offered after a no");
                    prop_assert!(!offered.contains(&reason), "offered twice");
                    offered.push(reason);
                }
                let json = serde_json::to_string(&talk).unwrap();
                prop_assert_eq!(serde_json::from_str::<Talk>(&json).unwrap(), talk.clone());
            }
        }
    }
}
