//! Offers of a call: the one that waits for its answer, and the trouble behind it.

use heard_protocol::{
    AssignmentTold, CallAnswer, CallEvidence, CallOfferNoted, CallOfferTold, CallReason,
    CallbackTold, EntryBody, PublicBody, ResolutionTold, StaffBody, VoiceTold,
};

/// An offer that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The reason.
    pub reason: CallReason,
    /// The agent's sentence for the visitor; empty if the offer is not an agent's.
    pub why: String,
}

/// Takes an entry in; `open` is the offer that waits for its answer.
pub fn follow(open: &mut Option<Offer>, body: &PublicBody) {
    if let PublicBody::CallOffer(CallOfferTold::Offered { reason, why }) = body {
        let (reason, why) = (*reason, why.clone());
        *open = Some(Offer { reason, why });
    } else {
        open.take_if(|offer| closes(offer.reason, body));
    }
}

/// Whether an open offer of this reason has no point any more after this entry: it was answered,
/// the visitor asked for a call, the matter is settled, or somebody answers who did not.
pub fn closes(open: CallReason, body: &PublicBody) -> bool {
    match body {
        PublicBody::CallOffer(CallOfferTold::Answered { .. })
        | PublicBody::Callback(CallbackTold::Requested { .. })
        | PublicBody::Voice(VoiceTold::Asked { .. })
        | PublicBody::Resolution(ResolutionTold::Resolved) => true,
        PublicBody::Assignment(AssignmentTold::Joined { .. }) => open == CallReason::NobodyFree,
        _ => false,
    }
}

/// The last reason to call rather than write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// The reason.
    pub reason: CallReason,
    /// What it is based on; none if the agent said so.
    pub evidence: Option<CallEvidence>,
    /// The visitor was offered a call.
    pub offered: bool,
    /// The visitor's answer.
    pub answer: Option<CallAnswer>,
}

/// Why an agent's offer would come to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hurdle {
    /// The visitor would rather write.
    SaidNo,
    /// An agent has offered it before.
    Offered,
    /// The visitor is to be called already.
    Booked,
}

/// What the staff's face of a log says of calling rather than writing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trouble {
    /// The last reason there was, unless the matter is settled.
    pub last: Option<Reason>,
    no: bool,
    booked: bool,
    suggested: bool,
}

impl Trouble {
    /// What stands in the way of an offer. A visitor may also have said no in words, which the
    /// relay knows.
    pub const fn hurdle(&self) -> Option<Hurdle> {
        match self {
            Self { no: true, .. } => Some(Hurdle::SaidNo),
            Self { booked: true, .. } => Some(Hurdle::Booked),
            Self {
                suggested: true, ..
            } => Some(Hurdle::Offered),
            _ => None,
        }
    }

    /// Takes an entry in.
    pub fn follow(&mut self, body: &EntryBody) {
        match body {
            EntryBody::Staff(StaffBody::CallOffer(CallOfferNoted::TroubleSeen {
                reason,
                evidence,
            })) => self.see(*reason, *evidence),
            EntryBody::Staff(_) => {}
            EntryBody::Public { body, .. } => self.hear(body),
        }
    }

    fn see(&mut self, reason: CallReason, evidence: CallEvidence) {
        self.no &= reason != CallReason::Visitor;
        let before = self.last;
        self.last = Some(Reason {
            reason,
            evidence: Some(evidence),
            // An offer that waits for its answer goes on waiting.
            offered: before.is_some_and(|it| it.offered && it.answer.is_none()),
            answer: before.and_then(|it| it.answer).filter(|_| self.no),
        });
    }

    fn hear(&mut self, body: &PublicBody) {
        super::callback::follow(&mut self.booked, body);
        match body {
            PublicBody::CallOffer(CallOfferTold::Offered { reason, .. }) => {
                self.suggested |= *reason == CallReason::Agent;
                let known = self.last.filter(|it| it.reason == *reason);
                self.last = Some(Reason {
                    reason: *reason,
                    evidence: known.and_then(|it| it.evidence),
                    offered: true,
                    answer: None,
                });
            }
            PublicBody::CallOffer(CallOfferTold::Answered { answer, .. }) => self.answer(*answer),
            PublicBody::Callback(CallbackTold::Requested { .. }) => {
                self.answer(CallAnswer::Phone);
            }
            PublicBody::Resolution(ResolutionTold::Resolved) => self.last = None,
            // Somebody is free after all.
            PublicBody::Assignment(AssignmentTold::Joined { .. }) => {
                self.last
                    .take_if(|it| it.reason == CallReason::NobodyFree && it.answer.is_none());
            }
            _ => {}
        }
    }

    const fn answer(&mut self, answer: CallAnswer) {
        self.no = matches!(answer, CallAnswer::No);
        if let Some(last) = &mut self.last {
            last.answer = Some(answer);
        }
    }
}

#[cfg(test)]
mod tests;
