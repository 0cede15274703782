//! Whom the visitor talks to, and the two buttons that are always there.

use super::app::App;
use super::icons::{CLOSE, PHONE};
use super::kit::{El, el, icon_button};
use crate::model::{Model, Stage};
use crate::text::Strings;
use heard_client::LinkState;
use heard_protocol::AgentKind;

pub(super) fn header(app: App) -> El {
    let words = app.words;
    let kind = move || app.model.read(|model| model.partner().kind);
    let name = move || app.model.read(|model| model.partner().name);
    let face = move || {
        let class = match kind() {
            None => "face shop",
            Some(AgentKind::Person) => "face",
            Some(AgentKind::Bot | AgentKind::Other) => "face bot",
        };
        Some(class.to_owned())
    };
    let header = el("header", "top")
        .child(
            el("div", "")
                .bind("class", face)
                .set("aria-hidden", "true")
                .live(move || app.host.initials(&name())),
        )
        .child(
            el("div", "who")
                .child(el("h1", "").child(el("span", "").live(name)).show(
                    move || kind() == Some(AgentKind::Bot),
                    move || el("span", "tag").text(words.bot),
                ))
                .child(
                    el("p", "")
                        .live(move || app.model.read(|model| state_line(model, words)).to_owned()),
                ),
        )
        .child(icon_button("icon", words.call_instead, PHONE, move || {
            app.ask_for_call();
        }));
    if app.host.framed() {
        header.child(icon_button("icon", words.close, CLOSE, move || {
            app.host.close();
        }))
    } else {
        header
    }
}

fn state_line(model: &Model, words: &'static Strings) -> &'static str {
    if !model.greeted && matches!(model.link, LinkState::Idle | LinkState::Connecting { .. }) {
        return words.state_connecting;
    }
    match model.thread.stage {
        Stage::With(id) => match model.agent(id).map(|card| card.kind) {
            Some(AgentKind::Bot | AgentKind::Other) => words.state_bot,
            Some(AgentKind::Person) | None => words.state_person,
        },
        _ if !model.open => words.state_closed,
        Stage::Waiting => words.state_waiting,
        Stage::Resolved => words.state_resolved,
        Stage::Fresh => words.state_open,
    }
}
