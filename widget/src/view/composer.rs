//! Where the visitor writes. It is never blocked: what can't be sent now is kept and sent later.

use wasm_bindgen::JsCast;

use super::app::{App, part};
use super::icons::SEND;
use super::kit::{El, el, icon, value_of};
use crate::model::Stage;
use crate::text::fill;

pub(super) fn composer(app: App) -> El {
    let words = app.words;
    let hint = move || {
        let waits = app.model.read(|model| model.thread.stage == Stage::Waiting);
        let hint = if waits {
            words.message_waiting
        } else {
            words.message
        };
        Some(hint.to_owned())
    };
    let on_key = move |event: web_sys::Event| {
        let Some(event) = event.dyn_ref::<web_sys::KeyboardEvent>() else {
            return;
        };
        // While a word is being composed, Enter accepts the word.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            app.send_text();
        }
    };
    let on_submit = move |event: web_sys::Event| {
        event.prevent_default();
        app.send_text();
    };
    let too_long = move || {
        let over = app.writing.read(|writing| writing.over).unwrap_or_default();
        fill(words.too_long, &[&over.to_string()])
    };
    let field = el("textarea", "")
        .set("rows", "1")
        .set("aria-label", words.message)
        .set("enterkeyhint", "send")
        .bind("aria-describedby", move || {
            app.writing
                .read(|writing| writing.over)
                .map(|_| "too-long".to_owned())
        })
        .bind("placeholder", hint)
        .set("id", part::TEXT)
        .property("value", move || {
            app.writing.read(|writing| writing.text.clone())
        })
        .on("input", move |event| app.type_text(value_of(&event)))
        .on("keydown", on_key);
    el("div", "")
        .show(
            move || app.writing.read(|writing| writing.over.is_some()),
            move || {
                el("p", "long")
                    .set("id", "too-long")
                    .set("role", "alert")
                    .live(too_long)
            },
        )
        .child(
            el("form", "composer")
                .on("submit", on_submit)
                .child(
                    el("div", "grow")
                        .bind("data-text", move || {
                            Some(app.writing.read(|writing| writing.text.clone()))
                        })
                        .child(field),
                )
                .child(
                    el("button", "send")
                        .set("type", "submit")
                        .set("aria-label", words.send)
                        .child(icon(SEND)),
                ),
        )
}
