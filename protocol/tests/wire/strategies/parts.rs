//! Any of the things that frames are made of.

use heard_protocol::{
    AgentCard, AgentId, AgentKind, Availability, CallLeg, CallbackForm, CallbackId,
    CallbackProgress, CallbackState, CallbackSummary, CallbackView, CallbackWhen, Colleague,
    CommandId, Consent, ContactId, ConversationId, ConversationSummary, Disposition, Page, Secret,
    Seq, SiteCard, SiteId, Status, TalkAnswer, TalkEvidence, TalkReason, UnixMillis, VoiceEnding,
    VoiceId,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

macro_rules! ids {
    ($($name:ident: $id:ident),+ $(,)?) => {$(
        pub(super) fn $name() -> impl Strategy<Value = $id> + Clone {
            any::<u128>().prop_map($id::from_bits)
        }
    )+};
}

ids! {
    site_id: SiteId, agent_id: AgentId, contact_id: ContactId, conversation_id: ConversationId,
    command_id: CommandId, callback_id: CallbackId, voice_id: VoiceId,
}

/// Any text: letters of any script, controls, quotes, nothing.
pub(super) fn text() -> BoxedStrategy<String> {
    prop_oneof!["[ -~]{0,24}", "\\PC{0,16}", any::<String>()].boxed()
}

pub(super) fn seq() -> impl Strategy<Value = Seq> + Clone {
    any::<u64>().prop_map(Seq)
}

pub(super) fn moment() -> impl Strategy<Value = UnixMillis> + Clone {
    any::<u64>().prop_map(UnixMillis)
}

pub(super) fn secret() -> BoxedStrategy<Secret> {
    text().prop_map(Secret).boxed()
}

pub(super) fn page() -> BoxedStrategy<Page> {
    (text(), text())
        .prop_map(|(url, title)| Page { url, title })
        .boxed()
}

pub(super) fn kind() -> impl Strategy<Value = AgentKind> {
    select(vec![AgentKind::Person, AgentKind::Bot])
}

pub(super) fn availability() -> impl Strategy<Value = Availability> {
    select(vec![
        Availability::Available,
        Availability::Busy,
        Availability::Away,
    ])
}

pub(super) fn disposition() -> BoxedStrategy<Disposition> {
    select(vec![
        Disposition::Answered,
        Disposition::Busy,
        Disposition::NoAnswer,
        Disposition::Voicemail,
        Disposition::WrongNumber,
        Disposition::Refused,
        Disposition::Technical,
    ])
    .boxed()
}

pub(super) fn card() -> BoxedStrategy<AgentCard> {
    (agent_id(), text(), kind())
        .prop_map(|(id, name, kind)| AgentCard { id, name, kind })
        .boxed()
}

pub(super) fn site() -> BoxedStrategy<SiteCard> {
    (site_id(), text())
        .prop_map(|(id, name)| SiteCard { id, name })
        .boxed()
}

pub(super) fn colleague() -> BoxedStrategy<Colleague> {
    (card(), any::<bool>(), availability(), any::<[u16; 2]>())
        .prop_map(|(card, online, availability, [load, capacity])| Colleague {
            card,
            online,
            availability,
            load,
            capacity,
        })
        .boxed()
}

pub(super) fn when() -> BoxedStrategy<CallbackWhen> {
    prop_oneof![
        Just(CallbackWhen::Asap),
        (moment(), text()).prop_map(|(at, zone)| CallbackWhen::At { at, zone }),
        text().prop_map(|zone| CallbackWhen::Soon { zone }),
    ]
    .boxed()
}

pub(super) fn view() -> BoxedStrategy<CallbackView> {
    let progress = prop_oneof![
        moment().prop_map(|due| CallbackProgress::Waiting { due }),
        (moment(), disposition()).prop_map(|(at, last)| CallbackProgress::Again { at, last }),
        Just(CallbackProgress::Ringing),
        Just(CallbackProgress::Calling),
        Just(CallbackProgress::Talking),
        disposition().prop_map(|disposition| CallbackProgress::Closed { disposition }),
        Just(CallbackProgress::Cancelled),
        Just(CallbackProgress::Expired),
    ];
    (callback_id(), text(), when(), progress, text())
        .prop_map(|(id, phone, when, progress, path)| CallbackView {
            id,
            phone,
            when,
            progress,
            path,
        })
        .boxed()
}

pub(super) fn form() -> BoxedStrategy<CallbackForm> {
    let when = when();
    let consent = (any::<bool>(), text()).prop_map(|(given, wording)| Consent { given, wording });
    (text(), text(), text(), when, consent)
        .prop_map(|(phone, name, topic, when, consent)| CallbackForm {
            phone,
            name,
            topic,
            when,
            consent,
        })
        .boxed()
}

pub(super) fn callback() -> BoxedStrategy<CallbackSummary> {
    let leg = select(vec![CallLeg::Agent, CallLeg::Visitor, CallLeg::Joined]);
    let state = prop_oneof![
        Just(CallbackState::Open),
        (agent_id(), moment(), disposition(), text()).prop_map(|(by, at, disposition, note)| {
            CallbackState::Closed {
                by,
                at,
                disposition,
                note,
            }
        }),
        (agent_id(), moment()).prop_map(|(agent, until)| CallbackState::Ringing { agent, until }),
        (agent_id(), moment(), leg).prop_map(|(agent, since, leg)| CallbackState::Calling {
            agent,
            since,
            leg
        }),
        (moment(), any::<u8>(), disposition())
            .prop_map(|(at, tries, last)| { CallbackState::Again { at, tries, last } }),
        moment().prop_map(|at| CallbackState::Cancelled { at }),
        moment().prop_map(|at| CallbackState::Expired { at }),
    ];
    (
        callback_id(),
        moment(),
        option::of(conversation_id()),
        form(),
        state,
    )
        .prop_map(
            |(id, requested_at, conversation, form, state)| CallbackSummary {
                id,
                requested_at,
                conversation,
                form,
                state,
            },
        )
        .boxed()
}

pub(super) fn status() -> BoxedStrategy<Status> {
    prop_oneof![
        moment().prop_map(|since| Status::Waiting { since }),
        (moment(), agent_id(), moment()).prop_map(|(since, to, until)| Status::Offered {
            since,
            to,
            until
        }),
        (agent_id(), moment()).prop_map(|(agent, since)| Status::Assigned { agent, since }),
        moment().prop_map(|at| Status::Resolved { at }),
    ]
    .boxed()
}

pub(super) fn summary() -> BoxedStrategy<ConversationSummary> {
    let who = (conversation_id(), contact_id(), text(), text());
    let what = (option::of(page()), status(), text(), text(), moment());
    let ends = (seq(), seq(), seq(), seq());
    (who, what, ends)
        .prop_map(
            |(
                (id, contact, name, locale),
                (page, status, issue, last_text, last_at),
                (head, visitor_read, staff_read, public_head),
            )| ConversationSummary {
                id,
                contact,
                name,
                locale,
                page,
                status,
                issue,
                last_text,
                last_at,
                head,
                visitor_read,
                staff_read,
                public_head,
            },
        )
        .boxed()
}

pub(super) fn reason() -> BoxedStrategy<TalkReason> {
    select(vec![
        TalkReason::Connection,
        TalkReason::NobodyFree,
        TalkReason::Circles,
        TalkReason::HardToWrite,
        TalkReason::Agent,
        TalkReason::Visitor,
    ])
    .boxed()
}

pub(super) fn evidence() -> BoxedStrategy<TalkEvidence> {
    prop_oneof![
        any::<u32>().prop_map(TalkEvidence::AskedAgain),
        any::<u32>().prop_map(TalkEvidence::ToldAgain),
        any::<u64>().prop_map(TalkEvidence::Silence),
        any::<u32>().prop_map(TalkEvidence::Long),
        any::<u32>().prop_map(TalkEvidence::Laborious),
        any::<u64>().prop_map(TalkEvidence::Unanswered),
        any::<u64>().prop_map(TalkEvidence::Expected),
        any::<u32>().prop_map(TalkEvidence::Broken),
        select(vec![
            TalkEvidence::NotUnderstood,
            TalkEvidence::Already,
            TalkEvidence::NoHelp,
            TalkEvidence::Impatience,
            TalkEvidence::Languages,
            TalkEvidence::Said,
        ]),
    ]
    .boxed()
}

pub(super) fn ending() -> BoxedStrategy<VoiceEnding> {
    select(vec![
        VoiceEnding::Visitor,
        VoiceEnding::Agent,
        VoiceEnding::NoAnswer,
        VoiceEnding::Declined,
        VoiceEnding::Lost,
        VoiceEnding::NoMicrophone,
    ])
    .boxed()
}

pub(super) fn answer() -> BoxedStrategy<TalkAnswer> {
    select(vec![TalkAnswer::No, TalkAnswer::Phone, TalkAnswer::Here]).boxed()
}
