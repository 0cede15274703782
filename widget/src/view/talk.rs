//! The offer to talk: a card in the conversation, with its reason and two equal answers.

use heard_protocol::{TalkAnswer, TalkReason, VisitorCommand};

use super::app::App;
use super::kit::{El, button, el};

pub(super) fn talk(app: App) -> El {
    let words = app.words;
    let offered = move || app.model.read(|model| model.offer.is_some());
    let reason = move || {
        let reason = app
            .model
            .read(|model| model.offer.as_ref().map(|(reason, _)| *reason));
        let text = match reason {
            Some(TalkReason::Connection) => words.why_connection,
            Some(TalkReason::NobodyFree) => words.why_nobody,
            Some(TalkReason::Circles) => words.why_circles,
            Some(TalkReason::HardToWrite) => words.why_hard,
            Some(TalkReason::Agent) => words.why_agent,
            Some(TalkReason::Visitor) | None => words.why_visitor,
        };
        text.to_owned()
    };
    let why = move || {
        app.model
            .read(|model| model.offer.as_ref().map(|(_, why)| why.clone()))
            .unwrap_or_default()
    };
    el("div", "").set("role", "status").show(offered, move || {
        el("section", "card talk")
            .child(el("h2", "").live(reason))
            .show(move || !why().is_empty(), move || el("p", "").live(why))
            .child(
                el("div", "row")
                    .child(
                        button("plain", move || {
                            answer(app, TalkAnswer::Phone);
                            app.ask_for_call();
                        })
                        .text(words.talk_call),
                    )
                    .child(
                        button("plain", move || {
                            answer(app, TalkAnswer::No);
                            app.take_focus();
                        })
                        .text(words.talk_write),
                    ),
            )
    })
}

fn answer(app: App, answer: TalkAnswer) {
    let reason = app
        .model
        .peek(|model| model.offer.as_ref().map(|(reason, _)| *reason));
    if let Some(reason) = reason {
        app.change_call(VisitorCommand::AnswerTalk { reason, answer });
    }
}
