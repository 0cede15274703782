//! A call that is booked: how it stands, another time, calling it off; and how it was.

use heard_protocol::{
    CallbackAsk, CallbackProgress, CallbackView, CallbackWhen, RefusalCode, VisitorCommand,
    WrapUpAsk,
};

use super::app::App;
use super::kit::{El, button, el, value_of};
use crate::model::callback::{Step, When};
use crate::text::fill;

/// The card of a booked call.
pub(super) fn booked(app: App) -> El {
    let words = app.words;
    let may_move = move || {
        let waits = |call: &CallbackView| {
            matches!(
                call.progress,
                CallbackProgress::Waiting { .. } | CallbackProgress::Again { .. }
            )
        };
        app.model.read(|model| model.open_call().is_some_and(waits))
    };
    let may_cancel = move || {
        let rings = |call: &CallbackView| call.progress == CallbackProgress::Ringing;
        may_move() || app.model.read(|model| model.open_call().is_some_and(rings))
    };
    let has_times = move || {
        app.model
            .read(|model| model.slots.as_ref().is_some_and(|slots| !slots.is_empty()))
    };
    let moving = move || may_move() && app.form.read(|form| form.moving);
    let start = move || {
        app.form.change(|form| {
            form.moving = !form.moving;
            form.day = None;
            form.draft.at = When::At(None);
        });
        app.ask_calls();
    };
    el("section", "card done")
        .child(el("h2", "").text(words.booked_title))
        .child(el("p", "").live(move || state(app)))
        .show(moving, move || mover(app))
        .show(
            move || app.form.read(|form| form.unchanged.is_some()),
            move || {
                el("p", "error")
                    .set("role", "alert")
                    .live(move || unchanged(app))
            },
        )
        .child(
            el("div", "row")
                .show(
                    move || may_move() && has_times(),
                    move || button("plain", start).text(words.call_move),
                )
                .show(may_cancel, move || {
                    button("plain", move || cancel(app)).text(words.call_off)
                }),
        )
        .show(
            move || path(app).is_some(),
            move || {
                el("a", "hint")
                    .set("target", "_blank")
                    .set("rel", "noopener")
                    .bind("href", move || path(app))
                    .text(words.call_page)
            },
        )
}

fn path(app: App) -> Option<String> {
    app.model.read(|model| {
        let call = model.open_call()?;
        (!call.path.is_empty()).then(|| call.path.clone())
    })
}

/// How it stands, in a sentence.
fn state(app: App) -> String {
    let words = app.words;
    let when = |at: u64| app.host.moment(at);
    let known = app.model.read(|model| model.open_call().cloned());
    let Some(call) = known else {
        // The relay has not told of it yet.
        let (step, phone) = app.form.read(|form| (form.step, form.draft.phone.clone()));
        return match step {
            Step::Booked(Some(at)) => fill(words.booked_at, &[&when(at), &phone]),
            _ => fill(words.booked_asap, &[&phone]),
        };
    };
    let phone = &*call.phone;
    match call.progress {
        CallbackProgress::Waiting { due } => match call.when {
            CallbackWhen::At { .. } => fill(words.booked_at, &[&when(due.0), phone]),
            CallbackWhen::Asap | CallbackWhen::Soon { .. } => fill(words.booked_asap, &[phone]),
        },
        CallbackProgress::Again { at, .. } => fill(words.call_again, &[&when(at.0)]),
        CallbackProgress::Ringing => fill(words.call_ringing, &[phone]),
        CallbackProgress::Calling => fill(words.call_now, &[phone]),
        CallbackProgress::Talking => words.call_talking.to_owned(),
        // Then there is no card.
        CallbackProgress::Closed { .. }
        | CallbackProgress::Cancelled
        | CallbackProgress::Expired
        | CallbackProgress::Other => String::new(),
    }
}

fn unchanged(app: App) -> String {
    let words = app.words;
    let text = match app.form.read(|form| form.unchanged) {
        Some(RefusalCode::SlotTaken) => words.slot_taken,
        Some(RefusalCode::BadTime) => words.bad_time,
        _ => words.call_late,
    };
    text.to_owned()
}

fn cancel(app: App) {
    if let Some(callback) = app.model.peek(|model| Some(model.open_call()?.id)) {
        app.change_call(VisitorCommand::Callback(CallbackAsk::Cancel { callback }));
    }
}

/// Chooses another time for the call.
fn mover(app: App) -> El {
    let on_submit = move |event: web_sys::Event| {
        event.prevent_default();
        let at = app.form.peek(|form| form.draft.moment());
        let call = app.model.peek(|model| Some(model.open_call()?.id));
        if let (Some(at), Some(callback)) = (at, call) {
            let when = CallbackWhen::At {
                at: heard_protocol::UnixMillis(at),
                zone: app.host.zone(),
            };
            app.change_call(VisitorCommand::Callback(CallbackAsk::Move {
                callback,
                when,
            }));
        }
    };
    el("form", "form")
        .on("submit", on_submit)
        .child(choice(app))
        .child(
            el("button", "main")
                .set("type", "submit")
                .property("disabled", move || {
                    app.form
                        .read(|form| form.draft.moment().is_none() || form.changing.is_some())
                })
                .text(app.words.save),
        )
}

/// A line of a list to choose from: what it means, and what it says.
type Line = (u64, String);

/// A day, and one of its times.
pub(super) fn choice(app: App) -> El {
    let words = app.words;
    let days = move || {
        let mut days: Vec<Line> = Vec::new();
        app.model.read(|model| {
            for slot in model.slots.iter().flatten() {
                let number = day_key(app.host.day_number(slot.at));
                if days.last().is_none_or(|(last, _)| *last != number) {
                    days.push((number, app.host.day(slot.at)));
                }
            }
        });
        days
    };
    let times = move || {
        let day = app.form.read(|form| form.day);
        app.model.read(|model| {
            let slots = model.slots.iter().flatten();
            let of_day = slots.filter(|slot| Some(app.host.day_number(slot.at)) == day);
            of_day
                .map(|slot| (slot.at.0, app.host.time(slot.at)))
                .collect()
        })
    };
    let pick_day = move |text: &str| {
        let day = text.parse().ok().map(day_of_key);
        app.form.change(|form| {
            form.day = day;
            form.draft.at = When::At(None);
        });
    };
    let pick_time = move |text: &str| {
        let at = text.parse().ok();
        app.form.change(|form| form.draft.at = When::At(at));
    };
    el("div", "row")
        .child(list(words.day, words.choose, "day", days, pick_day))
        .child(list(words.time, words.choose, "time", times, pick_time))
}

/// A day's number as a line's key: lists are keyed by what cannot be negative.
fn day_key(day: i32) -> u64 {
    u64::from(day.cast_unsigned())
}

fn day_of_key(key: u32) -> i32 {
    key.cast_signed()
}

fn list(
    label: &str,
    none: &str,
    name: &str,
    lines: impl Fn() -> Vec<Line> + 'static,
    pick: impl Fn(&str) + 'static,
) -> El {
    let options = el("optgroup", "").set("label", label).each(
        lines,
        |(key, _)| *key,
        |(key, text)| el("option", "").set("value", &key.to_string()).text(&text),
    );
    el("label", "").text(label).child(
        el("select", "")
            .set("name", name)
            .on("change", move |event| pick(&value_of(&event)))
            .child(el("option", "").set("value", "").text(none))
            .child(options),
    )
}

/// Asks how the call was: one tap.
pub(super) fn rating(app: App) -> El {
    let words = app.words;
    let rate = move |stars: u8| {
        let label = fill(words.rate_of, &[&stars.to_string()]);
        button("plain", move || {
            app.change_call(VisitorCommand::WrapUp(WrapUpAsk::Rate {
                stars,
                word: String::new(),
            }));
        })
        .set("aria-label", &label)
        .text(&stars.to_string())
    };
    el("div", "").show(
        move || app.model.read(|model| model.thread.unrated),
        move || {
            let mut row = el("div", "row");
            for stars in 1..=5 {
                row = row.child(rate(stars));
            }
            el("section", "card rating")
                .child(el("h2", "").text(words.rate_title))
                .child(row)
        },
    )
}
