//! Any frame at all.

use heard_protocol::entry::{EntryBody, QueueReason};
use heard_protocol::{
    Author, ClientFrame, Cursor, Envelope, Epoch, Hello, PublicBody, PublicEntry, Receipt, Refusal,
    RefusalCode, RelayFrame, Resume, Role, Slot, Staff, StaffBody, StaffCommand, StaffCredential,
    StaffEntry, StaffNotice, StaffSignal, StaffWelcome, Visitor, VisitorCommand, VisitorCredential,
    VisitorNotice, VisitorSignal, VisitorWelcome, WaitEstimate, Welcome,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::parts::{
    agent_id, answer, availability, callback, callback_id, card, colleague, command_id, contact_id,
    conversation_id, disposition, ending, evidence, form, moment, page, reason, secret, seq, site,
    site_id, summary, text, view, voice_id, when,
};

fn public_body() -> BoxedStrategy<PublicBody> {
    let author = prop_oneof![Just(Author::Visitor), agent_id().prop_map(Author::Agent)];
    prop_oneof![
        (command_id(), author, text()).prop_map(|(id, author, text)| PublicBody::Message {
            id,
            author,
            text
        }),
        card().prop_map(|agent| PublicBody::AgentJoined { agent }),
        Just(PublicBody::Waiting),
        Just(PublicBody::Resolved),
        Just(PublicBody::Reopened),
        callback_id().prop_map(|callback| PublicBody::CallbackRequested { callback }),
        (callback_id(), disposition()).prop_map(|(callback, disposition)| {
            PublicBody::CallbackClosed {
                callback,
                disposition,
            }
        }),
        (callback_id(), when())
            .prop_map(|(callback, when)| PublicBody::CallbackMoved { callback, when }),
        callback_id().prop_map(|callback| PublicBody::CallbackCancelled { callback }),
        callback_id().prop_map(|callback| PublicBody::CallbackExpired { callback }),
        (callback_id(), card())
            .prop_map(|(callback, agent)| PublicBody::CallbackCalling { callback, agent }),
        (callback_id(), disposition(), moment()).prop_map(|(callback, disposition, next)| {
            PublicBody::CallbackTried {
                callback,
                disposition,
                next,
            }
        }),
        (agent_id(), text()).prop_map(|(agent, text)| PublicBody::CallSummed { agent, text }),
        (any::<u8>(), text()).prop_map(|(stars, word)| PublicBody::CallRated { stars, word }),
        (reason(), text()).prop_map(|(reason, why)| PublicBody::TalkOffered { reason, why }),
        (reason(), answer())
            .prop_map(|(reason, answer)| PublicBody::TalkAnswered { reason, answer }),
        (voice_id(), reason()).prop_map(|(call, reason)| PublicBody::VoiceAsked { call, reason }),
        (voice_id(), agent_id())
            .prop_map(|(call, agent)| PublicBody::VoiceAnswered { call, agent }),
        (voice_id(), ending()).prop_map(|(call, why)| PublicBody::VoiceEnded { call, why }),
    ]
    .boxed()
}

fn staff_body() -> BoxedStrategy<StaffBody> {
    let queued = select(vec![
        QueueReason::New,
        QueueReason::Reopened,
        QueueReason::AgentGone,
        QueueReason::Returned,
    ]);
    prop_oneof![
        (command_id(), agent_id(), text()).prop_map(|(id, author, text)| StaffBody::Note {
            id,
            author,
            text
        }),
        queued.prop_map(|reason| StaffBody::Queued { reason }),
        agent_id().prop_map(|agent| StaffBody::Assigned { agent }),
        (agent_id(), agent_id(), text()).prop_map(|(from, to, comment)| StaffBody::Transferred {
            from,
            to,
            comment
        }),
        (agent_id(), text()).prop_map(|(agent, reason)| StaffBody::Declined { agent, reason }),
        agent_id().prop_map(|agent| StaffBody::OfferMissed { agent }),
        (callback_id(), agent_id())
            .prop_map(|(callback, agent)| StaffBody::CallbackRung { callback, agent }),
        (callback_id(), agent_id())
            .prop_map(|(callback, agent)| StaffBody::CallbackMissed { callback, agent }),
        (callback_id(), agent_id())
            .prop_map(|(callback, agent)| StaffBody::CallbackDeclined { callback, agent }),
        (callback_id(), agent_id())
            .prop_map(|(callback, agent)| StaffBody::CallbackReleased { callback, agent }),
        (reason(), evidence())
            .prop_map(|(reason, evidence)| StaffBody::TroubleSeen { reason, evidence }),
    ]
    .boxed()
}

fn public_entry() -> BoxedStrategy<PublicEntry> {
    (seq(), moment(), public_body())
        .prop_map(|(seq, at, body)| PublicEntry { seq, at, body })
        .boxed()
}

fn staff_entry() -> BoxedStrategy<StaffEntry> {
    let body = prop_oneof![
        (seq(), public_body()).prop_map(|(position, body)| EntryBody::Public { position, body }),
        staff_body().prop_map(EntryBody::Staff),
    ];
    (seq(), moment(), body)
        .prop_map(|(seq, at, body)| StaffEntry { seq, at, body })
        .boxed()
}

fn visitor_command() -> BoxedStrategy<VisitorCommand> {
    prop_oneof![
        text().prop_map(|text| VisitorCommand::Send { text }),
        form().prop_map(VisitorCommand::RequestCallback),
        (callback_id(), when())
            .prop_map(|(callback, when)| VisitorCommand::MoveCallback { callback, when }),
        callback_id().prop_map(|callback| VisitorCommand::CancelCallback { callback }),
        (any::<u8>(), text()).prop_map(|(stars, word)| VisitorCommand::RateCall { stars, word }),
        (reason(), answer())
            .prop_map(|(reason, answer)| VisitorCommand::AnswerTalk { reason, answer }),
        reason().prop_map(|reason| VisitorCommand::StartVoice { reason }),
        (voice_id(), ending()).prop_map(|(call, why)| VisitorCommand::EndVoice { call, why }),
    ]
    .boxed()
}

fn staff_command() -> BoxedStrategy<StaffCommand> {
    prop_oneof![
        (conversation_id(), text())
            .prop_map(|(conversation, text)| StaffCommand::Send { conversation, text }),
        (conversation_id(), text())
            .prop_map(|(conversation, text)| StaffCommand::Note { conversation, text }),
        conversation_id().prop_map(|conversation| StaffCommand::Accept { conversation }),
        (conversation_id(), text()).prop_map(|(conversation, reason)| StaffCommand::Decline {
            conversation,
            reason
        }),
        (conversation_id(), agent_id(), text()).prop_map(|(conversation, to, comment)| {
            StaffCommand::Transfer {
                conversation,
                to,
                comment,
            }
        }),
        conversation_id().prop_map(|conversation| StaffCommand::Return { conversation }),
        conversation_id().prop_map(|conversation| StaffCommand::Resolve { conversation }),
        conversation_id().prop_map(|conversation| StaffCommand::Reopen { conversation }),
        availability().prop_map(|availability| StaffCommand::SetAvailability { availability }),
        (callback_id(), disposition(), text()).prop_map(|(callback, disposition, note)| {
            StaffCommand::CloseCallback {
                callback,
                disposition,
                note,
            }
        }),
        callback_id().prop_map(|callback| StaffCommand::TakeCallback { callback }),
        callback_id().prop_map(|callback| StaffCommand::DeclineCallback { callback }),
        (callback_id(), disposition(), text()).prop_map(|(callback, disposition, summary)| {
            StaffCommand::ReportCallback {
                callback,
                disposition,
                summary,
            }
        }),
        (any::<bool>(), text())
            .prop_map(|(takes, address)| StaffCommand::SetPhone { takes, address }),
        (conversation_id(), text())
            .prop_map(|(conversation, why)| StaffCommand::OfferTalk { conversation, why }),
        (conversation_id(), voice_id())
            .prop_map(|(conversation, call)| StaffCommand::AnswerVoice { conversation, call }),
        (conversation_id(), voice_id(), ending()).prop_map(|(conversation, call, why)| {
            StaffCommand::HangUp {
                conversation,
                call,
                why,
            }
        }),
        any::<bool>().prop_map(|on| StaffCommand::SetHeadset { on }),
        (conversation_id(), voice_id(), text()).prop_map(|(conversation, call, summary)| {
            StaffCommand::SumVoice {
                conversation,
                call,
                summary,
            }
        }),
    ]
    .boxed()
}

fn visitor_notice() -> BoxedStrategy<VisitorNotice> {
    let wait = prop_oneof![
        Just(WaitEstimate::Unknown),
        Just(WaitEstimate::NobodyHere),
        any::<[u16; 2]>().prop_map(|[low, high]| WaitEstimate::Minutes { low, high }),
    ];
    prop_oneof![
        (agent_id(), any::<u16>())
            .prop_map(|(agent, for_ms)| VisitorNotice::Typing { agent, for_ms }),
        (any::<u32>(), wait).prop_map(|(ahead, wait)| VisitorNotice::Queue { ahead, wait }),
        any::<bool>().prop_map(|open| VisitorNotice::Desk { open }),
        conversation_id().prop_map(|id| VisitorNotice::Conversation { id }),
        vec((moment(), any::<u16>()), 0..4).prop_map(|slots| VisitorNotice::Slots {
            slots: slots
                .into_iter()
                .map(|(at, left)| Slot { at, left })
                .collect(),
        }),
        view().prop_map(|view| VisitorNotice::Callback(Box::new(view))),
        any::<bool>().prop_map(|on| VisitorNotice::Headset { on }),
        text().prop_map(|config| VisitorNotice::Ice { config }),
        (voice_id(), text()).prop_map(|(call, text)| VisitorNotice::Voice { call, text }),
    ]
    .boxed()
}

fn staff_notice() -> BoxedStrategy<StaffNotice> {
    prop_oneof![
        (conversation_id(), any::<u16>()).prop_map(|(conversation, for_ms)| {
            StaffNotice::VisitorTyping {
                conversation,
                for_ms,
            }
        }),
        (conversation_id(), agent_id(), any::<u16>()).prop_map(|(conversation, agent, for_ms)| {
            StaffNotice::AgentTyping {
                conversation,
                agent,
                for_ms,
            }
        }),
        summary().prop_map(|row| StaffNotice::Conversation(Box::new(row))),
        colleague().prop_map(StaffNotice::Colleague),
        callback().prop_map(|row| StaffNotice::Callback(Box::new(row))),
        (conversation_id(), any::<bool>()).prop_map(|(conversation, online)| {
            StaffNotice::VisitorPresence {
                conversation,
                online,
            }
        }),
        (agent_id(), any::<bool>(), text()).prop_map(|(agent, takes, address)| {
            StaffNotice::Phone {
                agent,
                takes,
                address,
            }
        }),
        (agent_id(), any::<bool>()).prop_map(|(agent, on)| StaffNotice::Headset { agent, on }),
        text().prop_map(|config| StaffNotice::Ice { config }),
        (conversation_id(), voice_id(), text()).prop_map(|(conversation, call, text)| {
            StaffNotice::Voice {
                conversation,
                call,
                text,
            }
        }),
    ]
    .boxed()
}

fn refusal() -> BoxedStrategy<Refusal> {
    let code = select(vec![
        RefusalCode::TextEmpty,
        RefusalCode::NotYours,
        RefusalCode::TooFast,
        RefusalCode::Unavailable,
        RefusalCode::Invalid,
    ]);
    (code, any::<u32>())
        .prop_map(|(code, retry_after_ms)| Refusal {
            code,
            retry_after_ms,
        })
        .boxed()
}

fn cursor() -> BoxedStrategy<Cursor> {
    (conversation_id(), seq())
        .prop_map(|(conversation, after)| Cursor {
            conversation,
            after,
        })
        .boxed()
}

fn hello<R: Role>(
    credential: impl Strategy<Value = R::Credential> + 'static,
) -> BoxedStrategy<Hello<R>> {
    let resume = (any::<u32>(), vec(cursor(), 0..4)).prop_map(|(epoch, cursors)| Resume {
        epoch: Epoch(epoch),
        cursors,
    });
    (any::<u16>(), credential, option::of(resume))
        .prop_map(|(version, credential, resume)| Hello {
            version,
            credential,
            resume,
        })
        .boxed()
}

fn client<R: Role>(
    credential: impl Strategy<Value = R::Credential> + 'static,
    command: impl Strategy<Value = R::Command> + 'static,
    signal: impl Strategy<Value = R::Signal> + 'static,
) -> BoxedStrategy<ClientFrame<R>> {
    prop_oneof![
        hello::<R>(credential).prop_map(ClientFrame::Hello),
        (command_id(), command, option::of(command_id()))
            .prop_map(|(id, command, after)| ClientFrame::Command(Envelope { id, command, after })),
        cursor().prop_map(ClientFrame::Follow),
        conversation_id().prop_map(|conversation| ClientFrame::Unfollow { conversation }),
        cursor().prop_map(ClientFrame::Read),
        signal.prop_map(ClientFrame::Signal),
        Just(ClientFrame::Ping),
    ]
    .boxed()
}

fn relay<R: Role>(
    body: impl Strategy<Value = R::Welcome> + 'static,
    entry: impl Strategy<Value = R::Entry> + 'static,
    notice: impl Strategy<Value = R::Notice> + 'static,
) -> BoxedStrategy<RelayFrame<R>> {
    let welcome = (any::<u16>(), any::<[u32; 2]>(), moment(), body).prop_map(
        |(version, [epoch, idle_ms], now, body)| {
            RelayFrame::Welcome(Box::new(Welcome {
                version,
                epoch: Epoch(epoch),
                now,
                idle_ms,
                body,
            }))
        },
    );
    let receipt =
        (option::of(conversation_id()), seq(), moment()).prop_map(|(conversation, seq, at)| {
            Receipt {
                conversation,
                seq,
                at,
            }
        });
    prop_oneof![
        welcome,
        (command_id(), receipt).prop_map(|(id, receipt)| RelayFrame::Ack { id, receipt }),
        (command_id(), refusal()).prop_map(|(id, refusal)| RelayFrame::Refused { id, refusal }),
        (conversation_id(), vec(entry, 0..5), seq()).prop_map(|(conversation, entries, head)| {
            RelayFrame::Entries {
                conversation,
                entries,
                head,
            }
        }),
        conversation_id().prop_map(|conversation| RelayFrame::Reset { conversation }),
        (conversation_id(), seq(), seq()).prop_map(|(conversation, visitor, staff)| {
            RelayFrame::Reads {
                conversation,
                visitor,
                staff,
            }
        }),
        notice.prop_map(RelayFrame::Notice),
        Just(RelayFrame::Pong),
        conversation_id().prop_map(|conversation| RelayFrame::NoSuchLog { conversation }),
    ]
    .boxed()
}

pub(crate) fn client_visitor() -> BoxedStrategy<ClientFrame<Visitor>> {
    let credential = (site_id(), option::of(secret()), text(), option::of(page())).prop_map(
        |(site, token, locale, page)| VisitorCredential {
            site,
            token,
            locale,
            page,
        },
    );
    let signal = prop_oneof![
        Just(VisitorSignal::Typing),
        text().prop_map(|zone| VisitorSignal::AskCalls { zone }),
        any::<[u32; 2]>()
            .prop_map(|[typed_ms, deleted]| VisitorSignal::Effort { typed_ms, deleted }),
        Just(VisitorSignal::AskHeadset),
        Just(VisitorSignal::AskIce),
        (voice_id(), text()).prop_map(|(call, text)| VisitorSignal::Voice { call, text }),
    ];
    client(credential, visitor_command(), signal).boxed()
}

pub(crate) fn client_staff() -> BoxedStrategy<ClientFrame<Staff>> {
    let credential = option::of(secret()).prop_map(|token| StaffCredential { token });
    let signal = prop_oneof![
        conversation_id().prop_map(|conversation| StaffSignal::Typing { conversation }),
        Just(StaffSignal::AskPhone),
        Just(StaffSignal::AskHeadset),
        conversation_id().prop_map(|conversation| StaffSignal::ShowHeadset { conversation }),
        Just(StaffSignal::AskIce),
        (conversation_id(), voice_id(), text()).prop_map(|(conversation, call, text)| {
            StaffSignal::Voice {
                conversation,
                call,
                text,
            }
        }),
    ];
    client(credential, staff_command(), signal).boxed()
}

pub(crate) fn relay_visitor() -> BoxedStrategy<RelayFrame<Visitor>> {
    let conversation = option::of((conversation_id(), seq()));
    let reads = (seq(), seq());
    let body = (
        secret(),
        contact_id(),
        site(),
        conversation,
        reads,
        any::<bool>(),
    )
        .prop_map(
            |(token, contact, site, conversation, (staff_read, visitor_read), open)| {
                VisitorWelcome {
                    token,
                    contact,
                    site,
                    conversation,
                    staff_read,
                    visitor_read,
                    open,
                }
            },
        );
    relay(body, public_entry(), visitor_notice()).boxed()
}

pub(crate) fn relay_staff() -> BoxedStrategy<RelayFrame<Staff>> {
    let lists = (
        vec(summary(), 0..3),
        vec(colleague(), 0..3),
        vec(callback(), 0..3),
    );
    let body = (card(), site(), availability(), any::<u16>(), lists).prop_map(
        |(me, site, availability, capacity, (conversations, colleagues, callbacks))| StaffWelcome {
            me,
            site,
            availability,
            capacity,
            conversations,
            colleagues,
            callbacks,
        },
    );
    relay(body, staff_entry(), staff_notice()).boxed()
}
