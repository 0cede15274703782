//! What clients send.

use heard_protocol::{
    Availability, ClientFrame, CommandId, Disposition, Envelope, Epoch, Hello, Resume, Role, Staff,
    StaffCommand, StaffCredential, StaffSignal, TalkReason, Visitor, VisitorCommand,
    VisitorCredential, VisitorSignal,
};

use super::people::{
    answers, callback, command, conversation, cursor, endings, form, maria, page, reasons, site,
    times, token, voice,
};
use super::{FIRST_VERSION, Named, checked, named};
use crate::coverage::{Variants, bare, every};
use crate::kind::Frame;

/// The frames that are the same for both roles.
fn common<R: Role>() -> Named<ClientFrame<R>> {
    let conversation = conversation();
    vec![
        named("follow", ClientFrame::Follow(cursor(4))),
        named("unfollow", ClientFrame::Unfollow { conversation }),
        named("read", ClientFrame::Read(cursor(4))),
        named("ping", ClientFrame::Ping),
    ]
}

fn commands<R: Role>(commands: Named<R::Command>) -> Named<ClientFrame<R>>
where
    R::Command: Variants,
{
    let frame = |(name, asked)| {
        let envelope = Envelope::new(command(), asked);
        (format!("command.{name}"), ClientFrame::Command(envelope))
    };
    let mut frames: Named<ClientFrame<R>> = every(commands).into_iter().map(frame).collect();
    if let Some((_, ClientFrame::Command(first))) = frames.first() {
        let mut second = first.clone();
        second.after = Some(CommandId::from_bits(7));
        frames.push(("command.after".to_owned(), ClientFrame::Command(second)));
    }
    frames
}

fn signals<R: Role>(signals: Named<R::Signal>) -> Named<ClientFrame<R>>
where
    R::Signal: Variants,
{
    let frame = |(name, signal)| (format!("signal.{name}"), ClientFrame::Signal(signal));
    every(signals).into_iter().map(frame).collect()
}

fn resume() -> Resume {
    Resume {
        epoch: Epoch(3_735_928_559),
        cursors: vec![cursor(4)],
    }
}

pub(super) fn visitor() -> Named<Frame> {
    let hello = |credential, resume| {
        ClientFrame::<Visitor>::Hello(Hello {
            version: FIRST_VERSION,
            credential,
            resume,
        })
    };
    let first = VisitorCredential {
        site: site().id,
        token: None,
        locale: String::new(),
        page: None,
    };
    let returning = VisitorCredential {
        token: Some(token()),
        locale: "ru-RU".to_owned(),
        page: Some(page()),
        ..first.clone()
    };
    let mut asked = bare(vec![VisitorCommand::Send {
        text: "Where is my order 1042?".to_owned(),
    }]);
    let forms = every(bare(times()))
        .into_iter()
        .map(|(name, when)| (name, VisitorCommand::RequestCallback(form(when))));
    asked.extend(forms);
    let moved = |(name, when)| {
        let callback = callback();
        (name, VisitorCommand::MoveCallback { callback, when })
    };
    asked.extend(every(bare(times())).into_iter().map(moved));
    asked.extend(bare(vec![
        VisitorCommand::CancelCallback {
            callback: callback(),
        },
        VisitorCommand::RateCall {
            stars: 5,
            word: "Quick and kind.".to_owned(),
        },
    ]));
    let said = |(name, answer)| {
        let reason = TalkReason::Circles;
        (name, VisitorCommand::AnswerTalk { reason, answer })
    };
    asked.extend(every(bare(answers())).into_iter().map(said));
    let start = |(name, reason)| (name, VisitorCommand::StartVoice { reason });
    asked.extend(every(bare(reasons())).into_iter().map(start));
    let end = |(name, why)| {
        let call = voice();
        (name, VisitorCommand::EndVoice { call, why })
    };
    asked.extend(every(bare(endings())).into_iter().map(end));

    let mut all = vec![
        named("hello.first", hello(first, None)),
        named("hello.returning", hello(returning, Some(resume()))),
    ];
    all.extend(commands(asked));
    all.extend(signals(bare(vec![
        VisitorSignal::Typing,
        VisitorSignal::AskCalls {
            zone: "Europe/Moscow".to_owned(),
        },
        VisitorSignal::Effort {
            typed_ms: 41_000,
            deleted: 120,
        },
        VisitorSignal::AskHeadset,
        VisitorSignal::AskIce,
        VisitorSignal::Voice {
            call: voice(),
            text: "{\"from\":7}".to_owned(),
        },
    ])));
    all.extend(common());
    checked(all, Frame::ClientVisitor)
}

pub(super) fn staff() -> Named<Frame> {
    let hello = |token, resume| {
        ClientFrame::<Staff>::Hello(Hello {
            version: FIRST_VERSION,
            credential: StaffCredential { token },
            resume,
        })
    };
    let typing = StaffSignal::Typing {
        conversation: conversation(),
    };
    let mut all = vec![
        named("hello.cookie", hello(None, None)),
        named("hello.bearer", hello(Some(token()), Some(resume()))),
    ];
    all.extend(commands(staff_commands()));
    let conversation = conversation();
    all.extend(signals(bare(vec![
        typing,
        StaffSignal::AskPhone,
        StaffSignal::AskHeadset,
        StaffSignal::ShowHeadset { conversation },
        StaffSignal::AskIce,
        StaffSignal::Voice {
            conversation,
            call: voice(),
            text: "{\"from\":8}".to_owned(),
        },
    ])));
    all.extend(common());
    checked(all, Frame::ClientStaff)
}

fn staff_commands() -> Named<StaffCommand> {
    let conversation = conversation();
    let mut asked = bare(vec![
        StaffCommand::Send {
            conversation,
            text: "It left the warehouse this morning.".to_owned(),
        },
        StaffCommand::Note {
            conversation,
            text: "Wants a person.".to_owned(),
        },
        StaffCommand::Accept { conversation },
        StaffCommand::Decline {
            conversation,
            reason: "at lunch".to_owned(),
        },
        StaffCommand::Transfer {
            conversation,
            to: maria().id,
            comment: "Asks about a refund.".to_owned(),
        },
        StaffCommand::Return { conversation },
        StaffCommand::Resolve { conversation },
        StaffCommand::Reopen { conversation },
    ]);
    let words = vec![
        Availability::Available,
        Availability::Busy,
        Availability::Away,
    ];
    asked.extend(
        every(bare(words))
            .into_iter()
            .map(|(name, availability)| (name, StaffCommand::SetAvailability { availability })),
    );
    let outcomes = vec![
        Disposition::Answered,
        Disposition::Busy,
        Disposition::NoAnswer,
        Disposition::Voicemail,
        Disposition::WrongNumber,
        Disposition::Refused,
        Disposition::Technical,
    ];
    let close = |(name, disposition)| {
        let command = StaffCommand::CloseCallback {
            callback: callback(),
            disposition,
            note: "Parcel found.".to_owned(),
        };
        (name, command)
    };
    asked.extend(every(bare(outcomes)).into_iter().map(close));
    let callback = callback();
    asked.extend(bare(vec![
        StaffCommand::TakeCallback { callback },
        StaffCommand::DeclineCallback { callback },
        StaffCommand::ReportCallback {
            callback,
            disposition: Disposition::NoAnswer,
            summary: "Left no message.".to_owned(),
        },
        StaffCommand::SetPhone {
            takes: true,
            address: "sip:maria@phones.example".to_owned(),
        },
        StaffCommand::OfferTalk {
            conversation,
            why: "It is quicker to explain.".to_owned(),
        },
        StaffCommand::AnswerVoice {
            conversation,
            call: voice(),
        },
        StaffCommand::SetHeadset { on: true },
        StaffCommand::SumVoice {
            conversation,
            call: voice(),
            summary: "A new lid is on its way.".to_owned(),
        },
    ]));
    asked.extend(every(bare(endings())).into_iter().map(|(name, why)| {
        let call = voice();
        let command = StaffCommand::HangUp {
            conversation,
            call,
            why,
        };
        (name, command)
    }));
    asked
}
