//! What the relay sends.

use heard_protocol::{
    Availability, CallLeg, CallbackState, Epoch, Receipt, Refusal, RefusalCode, RelayFrame, Role,
    Seq, Slot, StaffNotice, StaffWelcome, Status, Visitor, VisitorNotice, VisitorWelcome,
    WaitEstimate, Welcome,
};

use super::log::{public_entries, staff_entries};
use super::people::{
    at, colleagues, command, contact, conversation, ice, maria, offered, own_request, progresses,
    request, site, states, statuses, summary, token, voice,
};
use super::{FIRST_VERSION, Named, checked, named};
use crate::coverage::{Variants, bare, every};
use crate::kind::Frame;

fn welcome<R: Role>(body: R::Welcome) -> RelayFrame<R> {
    RelayFrame::Welcome(Box::new(Welcome {
        version: FIRST_VERSION,
        epoch: Epoch(3_735_928_559),
        now: at(600),
        idle_ms: 75_000,
        body,
    }))
}

/// The frames that are the same for both roles.
fn common<R: Role>() -> Named<RelayFrame<R>> {
    let conversation = conversation();
    let written = Receipt {
        conversation: Some(conversation),
        seq: Seq(1),
        at: at(90),
    };
    let elsewhere = Receipt {
        conversation: None,
        seq: Seq::START,
        at: at(90),
    };
    let ack = |receipt| RelayFrame::Ack {
        id: command(),
        receipt,
    };
    vec![
        named("ack.log", ack(written)),
        named("ack.elsewhere", ack(elsewhere)),
        named("reset", RelayFrame::Reset { conversation }),
        named(
            "reads",
            RelayFrame::Reads {
                conversation,
                visitor: Seq(3),
                staff: Seq(2),
            },
        ),
        named("pong", RelayFrame::Pong),
        named("no_such_log", RelayFrame::NoSuchLog { conversation }),
    ]
}

fn entries<R: Role>(entries: Named<R::Entry>) -> Named<RelayFrame<R>> {
    let frame = |(name, entry)| {
        let frame = RelayFrame::Entries {
            conversation: conversation(),
            entries: vec![entry],
            head: Seq(9),
        };
        (format!("entries.{name}"), frame)
    };
    entries.into_iter().map(frame).collect()
}

fn notices<R: Role>(notices: Named<R::Notice>) -> Named<RelayFrame<R>>
where
    R::Notice: Variants,
{
    let frame = |(name, notice)| (format!("notice.{name}"), RelayFrame::Notice(notice));
    every(notices).into_iter().map(frame).collect()
}

fn refused<R: Role>(codes: Vec<RefusalCode>) -> Named<RelayFrame<R>> {
    let frame = |(name, code)| {
        let frame = RelayFrame::Refused {
            id: command(),
            refusal: Refusal::from(code),
        };
        (format!("refused.{name}"), frame)
    };
    every(bare(codes)).into_iter().map(frame).collect()
}

fn refusal_codes() -> Vec<RefusalCode> {
    vec![
        RefusalCode::TextEmpty,
        RefusalCode::TextTooLong,
        RefusalCode::NotFound,
        RefusalCode::NotYours,
        RefusalCode::AlreadyTaken,
        RefusalCode::WrongState,
        RefusalCode::IdTaken,
        RefusalCode::TooFast,
        RefusalCode::Unavailable,
        RefusalCode::BadPhone,
        RefusalCode::NoConsent,
        RefusalCode::BadTime,
        RefusalCode::CallbackExists,
        RefusalCode::ColleagueOffline,
        RefusalCode::Invalid,
        RefusalCode::NumberNotAllowed,
        RefusalCode::SlotTaken,
        RefusalCode::TooManyCalls,
        RefusalCode::Conflict,
    ]
}

pub(super) fn visitor() -> Named<Frame> {
    let fresh = VisitorWelcome {
        token: token(),
        contact: contact(),
        site: site(),
        conversation: None,
        staff_read: Seq::START,
        visitor_read: Seq::START,
        open: false,
    };
    let known = VisitorWelcome {
        conversation: Some((conversation(), Seq(4))),
        staff_read: Seq(2),
        visitor_read: Seq(3),
        open: true,
        ..fresh.clone()
    };
    let waits = vec![
        WaitEstimate::Unknown,
        WaitEstimate::NobodyHere,
        WaitEstimate::Minutes { low: 2, high: 5 },
    ];
    let mut passing = bare(vec![
        VisitorNotice::Typing {
            agent: maria().id,
            for_ms: 6_000,
        },
        VisitorNotice::Desk { open: true },
        VisitorNotice::Conversation { id: conversation() },
        VisitorNotice::Slots {
            slots: vec![Slot {
                at: at(7_200),
                left: 2,
            }],
        },
        VisitorNotice::Headset { on: true },
        VisitorNotice::Ice { config: ice() },
        VisitorNotice::Voice {
            call: voice(),
            text: "{\"from\":8}".to_owned(),
        },
    ]);
    passing.extend(
        every(bare(progresses()))
            .into_iter()
            .map(|(name, progress)| {
                (
                    name,
                    VisitorNotice::Callback(Box::new(own_request(progress))),
                )
            }),
    );
    passing.extend(
        every(bare(waits))
            .into_iter()
            .map(|(name, wait)| (name, VisitorNotice::Queue { ahead: 3, wait })),
    );

    let mut all = vec![
        named("welcome.new", welcome::<Visitor>(fresh)),
        named("welcome.known", welcome(known)),
    ];
    all.extend(entries(public_entries()));
    all.extend(notices(passing));
    all.extend(refused(refusal_codes()));
    all.extend(common());
    checked(all, Frame::RelayVisitor)
}

pub(super) fn staff() -> Named<Frame> {
    let empty = StaffWelcome {
        me: maria(),
        site: site(),
        availability: Availability::Away,
        capacity: 6,
        conversations: Vec::new(),
        colleagues: Vec::new(),
        callbacks: Vec::new(),
    };
    let full = StaffWelcome {
        availability: Availability::Available,
        conversations: vec![summary(offered())],
        colleagues: colleagues(),
        callbacks: vec![request(CallbackState::Open)],
        ..empty.clone()
    };
    let mut all = vec![
        named("welcome.quiet", welcome(empty)),
        named("welcome.busy", welcome(full)),
    ];
    all.extend(entries(staff_entries()));
    all.extend(notices(staff_notices()));
    all.extend(refused(refusal_codes()));
    all.extend(common());
    checked(all, Frame::RelayStaff)
}

fn staff_notices() -> Named<StaffNotice> {
    let conversation = conversation();
    let mut nameless = summary(Status::Waiting { since: at(90) });
    nameless.name.clear();
    nameless.locale.clear();
    nameless.page = None;
    let mut passing = bare(vec![
        StaffNotice::VisitorTyping {
            conversation,
            for_ms: 6_000,
        },
        StaffNotice::AgentTyping {
            conversation,
            agent: maria().id,
            for_ms: 6_000,
        },
        StaffNotice::VisitorPresence {
            conversation,
            online: true,
        },
    ]);
    passing.push(named(
        "nameless",
        StaffNotice::Conversation(Box::new(nameless)),
    ));
    passing.extend(
        every(bare(statuses()))
            .into_iter()
            .map(|(name, status)| (name, StaffNotice::Conversation(Box::new(summary(status))))),
    );
    let [here, gone] = colleagues().try_into().expect("two of them");
    passing.push(named("here", StaffNotice::Colleague(here)));
    passing.push(named("gone", StaffNotice::Colleague(gone)));
    let legs = |state: &CallbackState| match state {
        CallbackState::Calling { leg, .. } => every(bare(vec![
            CallLeg::Agent,
            CallLeg::Visitor,
            CallLeg::Joined,
        ]))
        .into_iter()
        .find(|(_, known)| known == leg)
        .map(|(name, _)| format!(".{name}"))
        .unwrap_or_default(),
        _ => String::new(),
    };
    passing.extend(every(bare(states())).into_iter().map(|(name, state)| {
        let name = format!("{name}{}", legs(&state));
        (name, StaffNotice::Callback(Box::new(request(state))))
    }));
    passing.extend(bare(vec![
        StaffNotice::Phone {
            agent: maria().id,
            takes: true,
            address: "sip:maria@phones.example".to_owned(),
        },
        StaffNotice::Headset {
            agent: maria().id,
            on: true,
        },
        StaffNotice::Ice { config: ice() },
        StaffNotice::Voice {
            conversation,
            call: voice(),
            text: "{\"from\":7}".to_owned(),
        },
    ]));
    passing
}
