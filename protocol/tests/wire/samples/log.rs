//! Every kind of entry.

use heard_protocol::entry::{EntryBody, QueueReason};
use heard_protocol::{
    AgentKind, Author, CallbackWhen, Disposition, PublicBody, PublicEntry, Seq, StaffBody,
    StaffEntry, TalkReason,
};

use super::Named;
use super::people::{
    answer, answers, at, callback, command, endings, evidences, maria, reasons, robin, voice,
};
use crate::coverage::{bare, every};

fn message(author: Author) -> PublicBody {
    match author {
        Author::Visitor => PublicBody::Message {
            id: command(),
            author,
            text: "Where is my order 1042?".to_owned(),
        },
        Author::Agent(_) => PublicBody::Message {
            id: answer(),
            author,
            text: "Он выехал со склада утром 🚚\n<b>not markup</b> \"\\\u{1}".to_owned(),
        },
    }
}

fn public_bodies() -> Named<PublicBody> {
    let authors = bare(vec![Author::Visitor, Author::Agent(maria().id)]);
    let messages = every(authors)
        .into_iter()
        .map(|(name, author)| (name, message(author)));
    let cards = every(bare(vec![AgentKind::Person, AgentKind::Bot]))
        .into_iter()
        .map(|(name, kind)| match kind {
            AgentKind::Person => (name, maria()),
            AgentKind::Bot => (name, robin()),
        })
        .map(|(name, agent)| (name, PublicBody::AgentJoined { agent }));
    let others = vec![
        PublicBody::Waiting,
        PublicBody::Resolved,
        PublicBody::Reopened,
        PublicBody::CallbackRequested {
            callback: callback(),
        },
        PublicBody::CallbackClosed {
            callback: callback(),
            disposition: Disposition::NoAnswer,
        },
        PublicBody::CallbackMoved {
            callback: callback(),
            when: CallbackWhen::Asap,
        },
        PublicBody::CallbackCancelled {
            callback: callback(),
        },
        PublicBody::CallbackExpired {
            callback: callback(),
        },
        PublicBody::CallbackCalling {
            callback: callback(),
            agent: maria(),
        },
        PublicBody::CallbackTried {
            callback: callback(),
            disposition: Disposition::Busy,
            next: at(600),
        },
        PublicBody::CallSummed {
            agent: maria().id,
            text: "The parcel comes tomorrow.".to_owned(),
        },
        PublicBody::CallRated {
            stars: 5,
            word: "Quick and kind.".to_owned(),
        },
        PublicBody::VoiceAsked {
            call: voice(),
            reason: TalkReason::Agent,
        },
        PublicBody::VoiceAnswered {
            call: voice(),
            agent: maria().id,
        },
    ];
    let offered = every(bare(reasons())).into_iter().map(|(name, reason)| {
        let why = String::new();
        (name, PublicBody::TalkOffered { reason, why })
    });
    let answered = every(bare(answers())).into_iter().map(|(name, answer)| {
        let reason = TalkReason::Circles;
        (name, PublicBody::TalkAnswered { reason, answer })
    });
    let ended = every(bare(endings())).into_iter().map(|(name, why)| {
        let call = voice();
        (name, PublicBody::VoiceEnded { call, why })
    });
    messages
        .chain(cards)
        .chain(bare(others))
        .chain(offered)
        .chain(answered)
        .chain(ended)
        .collect()
}

fn staff_bodies() -> Named<StaffBody> {
    let bodies = vec![
        StaffBody::Note {
            id: answer(),
            author: robin().id,
            text: "Wants a person.".to_owned(),
        },
        StaffBody::Assigned { agent: maria().id },
        StaffBody::Transferred {
            from: robin().id,
            to: maria().id,
            comment: "Asks about a refund.".to_owned(),
        },
        StaffBody::Declined {
            agent: maria().id,
            reason: "at lunch".to_owned(),
        },
        StaffBody::OfferMissed { agent: maria().id },
        StaffBody::CallbackRung {
            callback: callback(),
            agent: maria().id,
        },
        StaffBody::CallbackMissed {
            callback: callback(),
            agent: maria().id,
        },
        StaffBody::CallbackDeclined {
            callback: callback(),
            agent: maria().id,
        },
        StaffBody::CallbackReleased {
            callback: callback(),
            agent: maria().id,
        },
    ];
    let reasons = vec![
        QueueReason::New,
        QueueReason::Reopened,
        QueueReason::AgentGone,
        QueueReason::Returned,
    ];
    let queued = every(bare(reasons))
        .into_iter()
        .map(|(name, reason)| (name, StaffBody::Queued { reason }));
    let seen = every(bare(evidences()))
        .into_iter()
        .map(|(name, evidence)| {
            let reason = TalkReason::Circles;
            (name, StaffBody::TroubleSeen { reason, evidence })
        });
    bare(bodies).into_iter().chain(queued).chain(seen).collect()
}

/// An entry for everything a visitor may see.
pub(super) fn public_entries() -> Named<PublicEntry> {
    let entry = |(name, body)| {
        let entry = PublicEntry {
            seq: Seq(1),
            at: at(120),
            body,
        };
        (name, entry)
    };
    every(public_bodies()).into_iter().map(entry).collect()
}

/// An entry for everything staff may see.
pub(super) fn staff_entries() -> Named<StaffEntry> {
    let public = every(public_bodies()).into_iter().map(|(name, body)| {
        let position = Seq(1);
        (name, EntryBody::Public { position, body })
    });
    let staff = every(staff_bodies())
        .into_iter()
        .map(|(name, body)| (name, EntryBody::Staff(body)));
    let entry = |(name, body)| {
        let entry = StaffEntry {
            seq: Seq(5),
            at: at(120),
            body,
        };
        (name, entry)
    };
    every(public.chain(staff).collect())
        .into_iter()
        .map(entry)
        .collect()
}
