//! The offer to talk: a card in the conversation, with its reason and answers that are as large as
//! each other. It takes neither the focus nor the room of the text box; whoever writes on may leave
//! it unanswered.

use heard_protocol::{CallAnswer, CallReason};

use super::app::App;
use super::kit::{El, button, el};
use super::{callback, voice};
use crate::model::{Model, Offer};

pub(super) fn talk(app: App) -> El {
    el("div", "")
        .set("role", "status")
        .show(move || is_offered(app), move || card(app))
}

/// Whether the card is on the screen. The form that asks for a call says it all by itself.
pub(super) fn is_offered(app: App) -> bool {
    app.model.read(|model| model.thread.offer.is_some()) && !callback::is_open(app)
}

fn card(app: App) -> El {
    el("section", "card talk")
        .child(el("h2", "").live(move || title(app)))
        .child(el("p", "").live(move || reason(app)))
        .child(ways(app))
}

/// Whether the visitor and the agent can talk from page to page now.
pub(super) fn can_talk(app: App) -> bool {
    app.model
        .read(|model| model.headset && model.thread.voice.is_none())
}

/// The button that does it.
pub(super) fn here(app: App) -> El {
    button("main", move || voice::start(app)).text(app.words.talk_here)
}

fn title(app: App) -> String {
    let words = app.words;
    let reason = |model: &Model| model.thread.offer.as_ref().map(|offer| offer.reason);
    match app.model.read(reason) {
        // There is nobody to talk to here.
        Some(CallReason::NobodyFree) => words.call_title.to_owned(),
        _ => words.talk_title.to_owned(),
    }
}

/// What the visitor can answer. Another way to talk is another button here.
fn ways(app: App) -> El {
    let words = app.words;
    let call = move || {
        app.answer_talk(CallAnswer::Phone);
        app.ask_for_call();
    };
    let write = move || {
        app.answer_talk(CallAnswer::No);
        app.take_focus();
    };
    el("div", "row")
        .show(move || can_talk(app), move || here(app))
        .child(button("main", call).text(words.talk_call))
        .child(button("plain", write).text(words.talk_write))
}

/// Why it is offered: in the agent's words, if it was the agent and they said why.
fn reason(app: App) -> String {
    let words = app.words;
    app.model.read(|model| match &model.thread.offer {
        Some(Offer { why, .. }) if !why.is_empty() => why.clone(),
        Some(Offer { reason, .. }) => match reason {
            CallReason::Connection => words.why_connection,
            CallReason::NobodyFree => words.why_nobody,
            CallReason::Circles => words.why_circles,
            CallReason::HardToWrite => words.why_hard,
            CallReason::Agent | CallReason::Other => words.why_agent,
            CallReason::Visitor => words.why_visitor,
        }
        .to_owned(),
        None => String::new(),
    })
}
