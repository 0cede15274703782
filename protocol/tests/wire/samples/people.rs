//! The shop of the samples: who works there, who writes, and when.

use heard_protocol::{
    AgentCard, AgentId, AgentKind, Availability, CallLeg, CallbackForm, CallbackId,
    CallbackProgress, CallbackState, CallbackSummary, CallbackView, CallbackWhen, Colleague,
    CommandId, Consent, ContactId, ConversationId, ConversationSummary, Cursor, Disposition, Page,
    Secret, Seq, SiteCard, SiteId, Status, TalkAnswer, TalkEvidence, TalkReason, UnixMillis,
    VoiceEnding, VoiceId,
};

/// 1 January 2026, 10:00 UTC.
const MORNING: u64 = 1_767_261_600_000;
const RANDOM: u128 = 0x2A5C_9D31_77E0_4B1F_6C08;

/// A moment this many seconds into the story.
pub(super) const fn at(seconds: u64) -> UnixMillis {
    UnixMillis(MORNING + seconds * 1_000)
}

pub(super) fn site() -> SiteCard {
    SiteCard {
        id: SiteId::from_parts(at(0), RANDOM),
        name: "Tea & Sons".to_owned(),
    }
}

pub(super) fn contact() -> ContactId {
    ContactId::from_parts(at(60), RANDOM + 1)
}

pub(super) fn conversation() -> ConversationId {
    ConversationId::from_parts(at(90), RANDOM + 2)
}

pub(super) fn command() -> CommandId {
    CommandId::from_parts(at(90), RANDOM + 3)
}

pub(super) fn answer() -> CommandId {
    CommandId::from_parts(at(120), RANDOM + 4)
}

pub(super) fn callback() -> CallbackId {
    CallbackId::from_parts(at(300), RANDOM + 5)
}

pub(super) fn voice() -> VoiceId {
    VoiceId::from_parts(at(330), RANDOM + 8)
}

/// Every way a call between two pages ends.
pub(super) fn endings() -> Vec<VoiceEnding> {
    vec![
        VoiceEnding::Visitor,
        VoiceEnding::Agent,
        VoiceEnding::NoAnswer,
        VoiceEnding::Declined,
        VoiceEnding::Lost,
        VoiceEnding::NoMicrophone,
    ]
}

pub(super) fn ice() -> String {
    r#"{"iceServers":[{"urls":["stun:turn.example:3478"]}]}"#.to_owned()
}

pub(super) fn maria() -> AgentCard {
    AgentCard {
        id: AgentId::from_parts(at(1), RANDOM + 6),
        name: "Мария".to_owned(),
        kind: AgentKind::Person,
    }
}

pub(super) fn robin() -> AgentCard {
    AgentCard {
        id: AgentId::from_parts(at(2), RANDOM + 7),
        name: "Robin".to_owned(),
        kind: AgentKind::Bot,
    }
}

pub(super) fn token() -> Secret {
    Secret("AQGbcXY-not-a-real-token".to_owned())
}

pub(super) fn cursor(after: u64) -> Cursor {
    Cursor {
        conversation: conversation(),
        after: Seq(after),
    }
}

pub(super) fn page() -> Page {
    Page {
        url: "https://tea.example/checkout?step=2".to_owned(),
        title: "Checkout".to_owned(),
    }
}

pub(super) fn form(when: CallbackWhen) -> CallbackForm {
    CallbackForm {
        phone: "+7 (912) 345-67-89".to_owned(),
        name: "Анна".to_owned(),
        topic: "Where is my \"Earl Grey\"?".to_owned(),
        when,
        consent: Consent {
            given: true,
            wording: "You may call me about this question.".to_owned(),
        },
    }
}

/// Every way of saying when.
pub(super) fn times() -> Vec<CallbackWhen> {
    vec![
        CallbackWhen::Asap,
        CallbackWhen::At {
            at: at(7_200),
            zone: "Europe/Moscow".to_owned(),
        },
        CallbackWhen::Soon {
            zone: "Europe/Moscow".to_owned(),
        },
    ]
}

pub(super) fn colleagues() -> Vec<Colleague> {
    vec![
        Colleague {
            card: maria(),
            online: true,
            availability: Availability::Available,
            load: 2,
            capacity: 6,
        },
        Colleague {
            card: robin(),
            online: false,
            availability: Availability::Away,
            load: 0,
            capacity: 200,
        },
    ]
}

pub(super) fn summary(status: Status) -> ConversationSummary {
    ConversationSummary {
        id: conversation(),
        contact: contact(),
        name: "Анна".to_owned(),
        locale: "ru-RU".to_owned(),
        page: Some(page()),
        status,
        issue: "Where is my order 1042?".to_owned(),
        last_text: "It left the warehouse this morning.".to_owned(),
        last_at: at(120),
        head: Seq(7),
        visitor_read: Seq(3),
        staff_read: Seq(2),
        public_head: Seq(4),
    }
}

pub(super) fn offered() -> Status {
    Status::Offered {
        since: at(90),
        to: maria().id,
        until: at(121),
    }
}

/// Every place in a conversation's life.
pub(super) fn statuses() -> Vec<Status> {
    vec![
        Status::Waiting { since: at(90) },
        offered(),
        Status::Assigned {
            agent: maria().id,
            since: at(100),
        },
        Status::Resolved { at: at(900) },
    ]
}

pub(super) fn request(state: CallbackState) -> CallbackSummary {
    CallbackSummary {
        id: callback(),
        requested_at: at(300),
        conversation: Some(conversation()),
        form: CallbackForm {
            phone: "+79123456789".to_owned(),
            ..form(CallbackWhen::Asap)
        },
        state,
    }
}

/// Every place in a request's life.
pub(super) fn states() -> Vec<CallbackState> {
    let agent = maria().id;
    let mut states = vec![
        CallbackState::Open,
        CallbackState::Closed {
            by: agent,
            at: at(900),
            disposition: Disposition::Answered,
            note: "Parcel found.".to_owned(),
        },
        CallbackState::Ringing {
            agent,
            until: at(325),
        },
        CallbackState::Again {
            at: at(600),
            tries: 1,
            last: Disposition::Busy,
        },
        CallbackState::Cancelled { at: at(400) },
        CallbackState::Expired { at: at(90_000) },
    ];
    let legs = [CallLeg::Agent, CallLeg::Visitor, CallLeg::Joined];
    states.extend(legs.map(|leg| CallbackState::Calling {
        agent,
        since: at(310),
        leg,
    }));
    states
}

/// The same as the visitor sees it.
pub(super) fn progresses() -> Vec<CallbackProgress> {
    vec![
        CallbackProgress::Waiting { due: at(7_200) },
        CallbackProgress::Again {
            at: at(600),
            last: Disposition::NoAnswer,
        },
        CallbackProgress::Ringing,
        CallbackProgress::Calling,
        CallbackProgress::Talking,
        CallbackProgress::Closed {
            disposition: Disposition::Answered,
        },
        CallbackProgress::Cancelled,
        CallbackProgress::Expired,
    ]
}

/// A request as its visitor sees it.
pub(super) fn own_request(progress: CallbackProgress) -> CallbackView {
    CallbackView {
        id: callback(),
        phone: "+79123456789".to_owned(),
        when: CallbackWhen::At {
            at: at(7_200),
            zone: "Europe/Moscow".to_owned(),
        },
        progress,
        path: "/call/not-a-real-link".to_owned(),
    }
}

/// Every reason to talk.
pub(super) fn reasons() -> Vec<TalkReason> {
    vec![
        TalkReason::Connection,
        TalkReason::NobodyFree,
        TalkReason::Circles,
        TalkReason::HardToWrite,
        TalkReason::Agent,
        TalkReason::Visitor,
    ]
}

/// Everything a reason can be based on.
pub(super) fn evidences() -> Vec<TalkEvidence> {
    vec![
        TalkEvidence::AskedAgain(3),
        TalkEvidence::ToldAgain(2),
        TalkEvidence::NotUnderstood,
        TalkEvidence::Already,
        TalkEvidence::NoHelp,
        TalkEvidence::Impatience,
        TalkEvidence::Silence(300_000),
        TalkEvidence::Long(8),
        TalkEvidence::Laborious(2),
        TalkEvidence::Languages,
        TalkEvidence::Unanswered(180_000),
        TalkEvidence::Said,
        TalkEvidence::Expected(240_000),
        TalkEvidence::Broken(3),
    ]
}

/// Everything a visitor can say to an offer.
pub(super) fn answers() -> Vec<TalkAnswer> {
    vec![TalkAnswer::No, TalkAnswer::Phone, TalkAnswer::Here]
}
