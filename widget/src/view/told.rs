//! What an entry says between the messages, a function for each feature.

use heard_protocol::{
    AgentKind, AssignmentTold, CallAnswer, CallOfferTold, CallbackTold, CallbackWhen, Disposition,
    PublicBody, ResolutionTold, VoiceTold, WrapUpTold,
};

use super::app::App;
use crate::text::fill;

/// The sentence of an entry; empty for words, and for what this page is too old to know.
pub(super) fn told(body: &PublicBody, app: App) -> String {
    match body {
        PublicBody::Message { .. } | PublicBody::Other => String::new(),
        PublicBody::Assignment(told) => assignment(told, app),
        PublicBody::Resolution(told) => resolution(told, app),
        PublicBody::Callback(told) => callback(told, app),
        PublicBody::CallOffer(told) => call_offer(told, app),
        PublicBody::Voice(told) => voice(told, app),
        PublicBody::WrapUp(told) => wrap_up(told, app),
    }
}

fn assignment(told: &AssignmentTold, app: App) -> String {
    let words = app.words;
    match told {
        AssignmentTold::Joined { agent } => {
            let joined = match agent.kind {
                AgentKind::Person => words.joined,
                AgentKind::Bot | AgentKind::Other => words.joined_bot,
            };
            fill(joined, &[&agent.name])
        }
        AssignmentTold::Waiting => words.waiting.to_owned(),
        AssignmentTold::Other => String::new(),
    }
}

fn resolution(told: &ResolutionTold, app: App) -> String {
    let text = match told {
        ResolutionTold::Resolved => app.words.resolved,
        ResolutionTold::Reopened => app.words.reopened,
        ResolutionTold::Other => "",
    };
    text.to_owned()
}

fn callback(told: &CallbackTold, app: App) -> String {
    let words = app.words;
    let text = match told {
        CallbackTold::Requested { .. } => words.callback_requested,
        CallbackTold::Closed { disposition, .. } => match disposition {
            Disposition::Answered => words.call_answered,
            Disposition::Busy => words.call_busy,
            Disposition::NoAnswer => words.call_no_answer,
            Disposition::Voicemail => words.call_voicemail,
            Disposition::WrongNumber => words.call_wrong_number,
            Disposition::Refused => words.call_refused,
            Disposition::Technical | Disposition::Other => words.call_technical,
        },
        CallbackTold::Moved { when, .. } => match when {
            CallbackWhen::At { at, .. } => {
                return fill(words.call_moved, &[&app.host.moment(at.0)]);
            }
            CallbackWhen::Asap | CallbackWhen::Soon { .. } => words.call_moved_soon,
        },
        CallbackTold::Cancelled { .. } => words.call_cancelled,
        CallbackTold::Expired { .. } => words.call_expired,
        CallbackTold::Calling { agent, .. } => return fill(words.calling, &[&agent.name]),
        CallbackTold::Tried { next, .. } => {
            return fill(words.call_tried, &[&app.host.moment(next.0)]);
        }
        CallbackTold::Other => "",
    };
    text.to_owned()
}

fn call_offer(told: &CallOfferTold, app: App) -> String {
    let words = app.words;
    match told {
        CallOfferTold::Offered { why, .. } => fill(words.talk_offered, &[why]),
        CallOfferTold::Answered {
            answer: CallAnswer::No,
            ..
        } => words.talk_no.to_owned(),
        CallOfferTold::Answered { .. } => words.talk_yes.to_owned(),
        CallOfferTold::Other => String::new(),
    }
}

fn voice(told: &VoiceTold, app: App) -> String {
    let text = match told {
        VoiceTold::Asked { .. } => app.words.voice_asked,
        VoiceTold::Answered { .. } => app.words.voice_answered,
        VoiceTold::Ended { .. } => app.words.voice_ended,
        VoiceTold::Other => "",
    };
    text.to_owned()
}

fn wrap_up(told: &WrapUpTold, app: App) -> String {
    match told {
        WrapUpTold::Summed { text, .. } => fill(app.words.call_summed, &[text]),
        WrapUpTold::Rated { stars, .. } => fill(app.words.call_rated, &[&stars.to_string()]),
        WrapUpTold::Other => String::new(),
    }
}
