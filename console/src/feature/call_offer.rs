//! Offers of a call.

use heard_protocol::{CallOfferNoted, CallOfferTold};

use super::{Say, Told};

pub(super) fn told(say: &Say, told: &CallOfferTold) -> Option<Told> {
    let trouble = &say.text.trouble;
    Some(match told {
        CallOfferTold::Offered { reason, why } => Told {
            text: (trouble.offered)((trouble.reason)(*reason)),
            quote: why.clone(),
        },
        CallOfferTold::Answered { answer, .. } => (trouble.answered)(*answer).into(),
        CallOfferTold::Other => return None,
    })
}

pub(super) fn noted(say: &Say, noted: &CallOfferNoted) -> Option<Told> {
    let trouble = &say.text.trouble;
    Some(match noted {
        CallOfferNoted::TroubleSeen { reason, evidence } => {
            (trouble.seen)((trouble.reason)(*reason), &say.text.evidence(*evidence)).into()
        }
        CallOfferNoted::Other => return None,
    })
}
