use heard_protocol::{CallbackId, Disposition, Seq};

use super::*;

fn public(body: PublicBody) -> EntryBody {
    let position = Seq(1);
    EntryBody::Public { position, body }
}

fn of(log: &[EntryBody]) -> Trouble {
    let mut trouble = Trouble::default();
    for body in log {
        trouble.follow(body);
    }
    trouble
}

fn seen(reason: CallReason) -> EntryBody {
    let evidence = CallEvidence::AskedAgain(3);
    EntryBody::Staff(StaffBody::CallOffer(CallOfferNoted::TroubleSeen {
        reason,
        evidence,
    }))
}

fn offered(reason: CallReason) -> EntryBody {
    let why = String::new();
    public(PublicBody::CallOffer(CallOfferTold::Offered {
        reason,
        why,
    }))
}

fn answered(answer: CallAnswer) -> EntryBody {
    let reason = CallReason::Circles;
    public(PublicBody::CallOffer(CallOfferTold::Answered {
        reason,
        answer,
    }))
}

fn reason(talk: &Trouble) -> Option<(CallReason, bool, Option<CallAnswer>)> {
    talk.last.map(|it| (it.reason, it.offered, it.answer))
}

#[test]
fn a_no_stays_until_the_visitor_asks() {
    let mut log = vec![seen(CallReason::Circles), offered(CallReason::Circles)];
    let open = of(&log);
    assert_eq!(reason(&open), Some((CallReason::Circles, true, None)));
    assert_eq!(open.hurdle(), None);
    log.extend([answered(CallAnswer::No), seen(CallReason::HardToWrite)]);
    let no = Some(CallAnswer::No);
    let after = of(&log);
    assert_eq!(reason(&after), Some((CallReason::HardToWrite, false, no)));
    assert_eq!(after.hurdle(), Some(Hurdle::SaidNo));
    log.push(seen(CallReason::Visitor));
    let wish = of(&log);
    assert_eq!(reason(&wish), Some((CallReason::Visitor, false, None)));
    assert_eq!(wish.hurdle(), None);
}

#[test]
fn an_agent_offers_once_and_not_to_who_is_to_be_called() {
    let mut log = vec![offered(CallReason::Agent)];
    assert_eq!(of(&log).hurdle(), Some(Hurdle::Offered));
    let callback = CallbackId::from_bits(1);
    let asked = PublicBody::Callback(CallbackTold::Requested { callback });
    log.push(public(asked));
    let talk = of(&log);
    assert_eq!(talk.hurdle(), Some(Hurdle::Booked));
    let phone = Some(CallAnswer::Phone);
    assert_eq!(reason(&talk), Some((CallReason::Agent, true, phone)));
    let disposition = Disposition::Answered;
    let closed = PublicBody::Callback(CallbackTold::Closed {
        callback,
        disposition,
    });
    log.extend([
        public(closed),
        public(PublicBody::Resolution(ResolutionTold::Resolved)),
    ]);
    let talk = of(&log);
    assert_eq!(
        (talk.hurdle(), reason(&talk)),
        (Some(Hurdle::Offered), None)
    );
}
