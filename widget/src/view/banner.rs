//! What is wrong with the connection, and what to do instead.

use super::app::App;
use super::callback;
use super::kit::{El, button, el};
use crate::model::link::{Trouble, trouble};

pub(super) fn banner(app: App) -> El {
    let words = app.words;
    let trouble = move || app.model.read(|model| trouble(model.link));
    let gone = move || trouble() == Some(Trouble::NoConnection);
    let text = move || {
        let text = if gone() {
            words.no_connection
        } else {
            words.reconnecting
        };
        text.to_owned()
    };
    el("div", "").set("role", "status").show(
        move || trouble().is_some(),
        move || {
            el("div", "banner").child(el("p", "").live(text)).show(
                move || gone() && !callback::is_open(app),
                move || button("", move || app.ask_for_call()).text(words.call_instead),
            )
        },
    )
}
