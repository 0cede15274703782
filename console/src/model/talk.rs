//! Whether writing works in a conversation, as its log tells it, and whether a call may be offered.

use heard_protocol::entry::EntryBody;
use heard_protocol::{PublicBody, StaffBody, StaffEntry, TalkAnswer, TalkEvidence, TalkReason};

/// Why talking would be better than writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// Why.
    pub(crate) reason: TalkReason,
    /// On what grounds; none if the agent said so.
    pub(crate) evidence: Option<TalkEvidence>,
    /// The visitor was offered to talk.
    pub(crate) offered: bool,
    /// What they said to it.
    pub(crate) answer: Option<TalkAnswer>,
}

/// Why an agent's offer would come to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hurdle {
    /// The visitor would rather write.
    SaidNo,
    /// An agent has offered it before.
    Offered,
    /// They are to be called already.
    Booked,
}

/// What the log says of talking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Talk {
    /// The last reason there was, unless the matter is settled.
    pub(crate) trouble: Option<Trouble>,
    no: bool,
    booked: bool,
    suggested: bool,
}

impl Talk {
    /// From the entries of a log, in their order.
    pub(crate) fn of(entries: &[StaffEntry]) -> Self {
        let mut talk = Self::default();
        for entry in entries {
            match &entry.body {
                EntryBody::Staff(StaffBody::TroubleSeen { reason, evidence }) => {
                    talk.see(*reason, *evidence);
                }
                EntryBody::Staff(_) => {}
                EntryBody::Public { body, .. } => talk.follow(body),
            }
        }
        talk
    }

    /// What stands in the way of an offer. A visitor may also have said no in words, which the
    /// relay knows.
    pub(crate) const fn hurdle(&self) -> Option<Hurdle> {
        match self {
            Self { no: true, .. } => Some(Hurdle::SaidNo),
            Self { booked: true, .. } => Some(Hurdle::Booked),
            Self {
                suggested: true, ..
            } => Some(Hurdle::Offered),
            _ => None,
        }
    }

    fn see(&mut self, reason: TalkReason, evidence: TalkEvidence) {
        self.no &= reason != TalkReason::Visitor;
        let before = self.trouble;
        self.trouble = Some(Trouble {
            reason,
            evidence: Some(evidence),
            // An offer that waits for its answer goes on waiting.
            offered: before.is_some_and(|it| it.offered && it.answer.is_none()),
            answer: before.and_then(|it| it.answer).filter(|_| self.no),
        });
    }

    fn follow(&mut self, body: &PublicBody) {
        match body {
            PublicBody::TalkOffered { reason, .. } => {
                self.suggested |= *reason == TalkReason::Agent;
                let known = self.trouble.filter(|it| it.reason == *reason);
                self.trouble = Some(Trouble {
                    reason: *reason,
                    evidence: known.and_then(|it| it.evidence),
                    offered: true,
                    answer: None,
                });
            }
            PublicBody::TalkAnswered { answer, .. } => self.answer(*answer),
            PublicBody::CallbackRequested { .. } => {
                self.booked = true;
                self.answer(TalkAnswer::Phone);
            }
            PublicBody::CallbackClosed { .. }
            | PublicBody::CallbackCancelled { .. }
            | PublicBody::CallbackExpired { .. } => self.booked = false,
            PublicBody::Resolved => self.trouble = None,
            PublicBody::AgentJoined { .. } => {
                // Somebody is free after all.
                self.trouble
                    .take_if(|it| it.reason == TalkReason::NobodyFree && it.answer.is_none());
            }
            _ => {}
        }
    }

    const fn answer(&mut self, answer: TalkAnswer) {
        self.no = matches!(answer, TalkAnswer::No);
        if let Some(trouble) = &mut self.trouble {
            trouble.answer = Some(answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::{CallbackId, Disposition};

    use super::*;
    use crate::model::fixtures::{public, staff};

    fn seen(reason: TalkReason) -> StaffEntry {
        let evidence = TalkEvidence::AskedAgain(3);
        staff(1, 1, StaffBody::TroubleSeen { reason, evidence })
    }

    fn offered(reason: TalkReason) -> StaffEntry {
        let why = String::new();
        public(2, 2, 2, PublicBody::TalkOffered { reason, why })
    }

    fn answered(answer: TalkAnswer) -> StaffEntry {
        let reason = TalkReason::Circles;
        public(3, 3, 3, PublicBody::TalkAnswered { reason, answer })
    }

    fn reason(talk: &Talk) -> Option<(TalkReason, bool, Option<TalkAnswer>)> {
        talk.trouble.map(|it| (it.reason, it.offered, it.answer))
    }

    #[test]
    fn a_no_stays_until_the_visitor_asks() {
        let mut log = vec![seen(TalkReason::Circles), offered(TalkReason::Circles)];
        let open = Talk::of(&log);
        assert_eq!(reason(&open), Some((TalkReason::Circles, true, None)));
        assert_eq!(open.hurdle(), None);
        log.extend([answered(TalkAnswer::No), seen(TalkReason::HardToWrite)]);
        let no = Some(TalkAnswer::No);
        let after = Talk::of(&log);
        assert_eq!(reason(&after), Some((TalkReason::HardToWrite, false, no)));
        assert_eq!(after.hurdle(), Some(Hurdle::SaidNo));
        log.push(seen(TalkReason::Visitor));
        let wish = Talk::of(&log);
        assert_eq!(reason(&wish), Some((TalkReason::Visitor, false, None)));
        assert_eq!(wish.hurdle(), None);
    }

    #[test]
    fn an_agent_offers_once_and_not_to_who_is_to_be_called() {
        let mut log = vec![offered(TalkReason::Agent)];
        assert_eq!(Talk::of(&log).hurdle(), Some(Hurdle::Offered));
        let callback = CallbackId::from_bits(1);
        let asked = PublicBody::CallbackRequested { callback };
        log.push(public(4, 4, 4, asked));
        let talk = Talk::of(&log);
        assert_eq!(talk.hurdle(), Some(Hurdle::Booked));
        let phone = Some(TalkAnswer::Phone);
        assert_eq!(reason(&talk), Some((TalkReason::Agent, true, phone)));
        let disposition = Disposition::Answered;
        let closed = PublicBody::CallbackClosed {
            callback,
            disposition,
        };
        log.extend([
            public(5, 5, 5, closed),
            public(6, 6, 6, PublicBody::Resolved),
        ]);
        let talk = Talk::of(&log);
        assert_eq!(
            (talk.hurdle(), reason(&talk)),
            (Some(Hurdle::Offered), None)
        );
    }
}
