//! The conversation, and what stands below it.

use super::app::{App, part};
use super::icons::DOWN;
use super::kit::{El, el, icon_button};
use super::{call, callback, queue, rows, talk};
use crate::model::Model;
use crate::model::rows::{Row, rows as rows_of};
use crate::text::fill;

/// So many pixels above its end the log offers a way back.
const FAR_UP: f64 = 120.0;

pub(super) fn log(app: App) -> El {
    let words = app.words;
    let on_scroll = move |_| {
        let far = app.host.scrolled_up(part::LOG) > FAR_UP;
        if far != app.log.peek(|log| log.far) {
            app.log.change(|log| log.far = far);
        }
    };
    let each = move || {
        app.model
            .read(|model| rows_of(model, |at| app.host.day_number(at)))
    };
    el("div", "stream")
        .child(
            el("div", "log")
                .set("id", part::LOG)
                .set("role", "log")
                // New messages are read out by the live region alone.
                .set("aria-live", "off")
                .set("aria-label", words.conversation)
                .set("tabindex", "0")
                .on("scroll", on_scroll)
                .child(
                    el("div", "rows")
                        .show(
                            move || app.model.read(Model::is_empty) && !callback::speaks_first(app),
                            move || intro(app),
                        )
                        .child(
                            el("div", "messages")
                                .each(each, Row::key, move |row| rows::row(app, row)),
                        )
                        .show(
                            move || app.model.read(|model| model.typing.is_some()),
                            move || typing(app),
                        )
                        .child(talk::talk(app))
                        .child(queue::queue(app))
                        .child(callback::callback(app))
                        .child(call::rating(app)),
                ),
        )
        .show(
            move || app.log.read(|log| log.far),
            move || {
                icon_button("icon newer", words.newest, DOWN, move || {
                    app.host.scroll_to_end(part::LOG);
                })
            },
        )
}

fn intro(app: App) -> El {
    let words = app.words;
    let text = move || {
        let text = if app.model.read(|model| model.open) {
            words.intro
        } else {
            words.intro_closed
        };
        text.to_owned()
    };
    el("div", "intro")
        .child(el("h2", "").text(words.intro_title))
        .child(el("p", "").live(text))
}

fn typing(app: App) -> El {
    let text = move || {
        app.model.read(|model| {
            let name = model
                .typing
                .and_then(|agent| model.agent(agent))
                .map_or(&*model.site, |agent| &*agent.name);
            fill(app.words.typing, &[name])
        })
    };
    el("div", "typing")
        .child(el("i", ""))
        .child(el("i", ""))
        .child(el("i", ""))
        .live(text)
}
