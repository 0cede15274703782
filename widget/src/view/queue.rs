//! The place in the queue, how long it takes, and what to do instead.

use heard_protocol::WaitEstimate;

use super::app::App;
use super::kit::{El, button, el};
use super::{callback, talk};
use crate::text::{Strings, fill};

pub(super) fn queue(app: App) -> El {
    let words = app.words;
    // With nobody here the place says nothing; the form that asks for a call stands here then.
    let queue = move || {
        app.model
            .read(|model| model.queue)
            .filter(|queue| queue.wait != WaitEstimate::NobodyHere)
    };
    let ahead = move || queue().map_or(0, |queue| queue.ahead);
    let place = move || {
        let text = match ahead() {
            0 => words.next,
            ahead => words.ahead.of(&app.host.plural(ahead)),
        };
        text.to_owned()
    };
    let wait = move || queue().map_or_else(String::new, |queue| wait_text(queue.wait, words));
    el("div", "").show(
        move || queue().is_some(),
        move || {
            el("section", "card queue")
                .show(
                    move || ahead() > 0,
                    move || el("b", "").live(move || ahead().to_string()),
                )
                .child(
                    el("div", "")
                        .child(el("div", "").live(place))
                        .child(el("div", "hint").live(wait)),
                )
                .show(
                    // One offer at a time.
                    move || !callback::is_open(app) && !talk::is_offered(app),
                    move || button("plain", move || app.ask_for_call()).text(words.call_instead),
                )
        },
    )
}

fn wait_text(wait: WaitEstimate, words: &'static Strings) -> String {
    match wait {
        WaitEstimate::Minutes { low, high } if low == 0 || low == high => {
            fill(words.wait_about, &[&high.max(1).to_string()])
        }
        WaitEstimate::Minutes { low, high } => {
            fill(words.wait_range, &[&low.to_string(), &high.to_string()])
        }
        WaitEstimate::Unknown | WaitEstimate::NobodyHere => words.wait_unknown.to_owned(),
    }
}
