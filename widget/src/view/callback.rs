//! The card that asks for a call.

use super::app::{App, Form, part};
use super::kit::{El, button, el, is_checked, value_of};
use super::{call, talk};
use crate::host::{Booking, TOKEN};
use crate::model::callback::{Draft, Problem, Step, When};
use crate::model::{Model, Stage};
use crate::text::Strings;
use heard_protocol::{CommandId, WaitEstimate};

/// What stands below the conversation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Card {
    /// The form.
    Form,
    /// A line that offers it.
    Offer,
    /// What came of it.
    Booked,
}

pub(super) fn callback(app: App) -> El {
    let is = move |wanted| move || which(app) == Some(wanted);
    el("div", "")
        .child(
            el("div", "")
                .set("role", "status")
                .show(is(Card::Booked), move || call::booked(app)),
        )
        .show(
            // One offer at a time.
            move || is(Card::Offer)() && !talk::is_offered(app),
            move || offer(app),
        )
        .show(is(Card::Form), move || form(app))
}

fn which(app: App) -> Option<Card> {
    let (nobody, begun) = app.model.read(|model| {
        (
            nobody_here(model) && !model.thread.booked,
            !model.is_empty(),
        )
    });
    let open = app.model.read(|model| model.open_call().is_some());
    app.form.read(|form| match form.step {
        Step::Booked(_) => Some(Card::Booked),
        Step::Filling if open => Some(Card::Booked),
        // What somebody has begun to fill in does not go away under their hands.
        Step::Filling if !form.asked && !form.draft.consent => match (nobody, form.dismissed) {
            (false, _) | (_, true) => None,
            // Once something is written, that is what should be in sight.
            (true, false) if begun => Some(Card::Offer),
            (true, false) => Some(Card::Form),
        },
        Step::Filling | Step::Refused(_) | Step::Sending => Some(Card::Form),
    })
}

/// Whether the form, or what came of it, is on the screen.
pub(super) fn is_open(app: App) -> bool {
    matches!(which(app), Some(Card::Form | Card::Booked))
}

/// Whether the form says all there is to say to somebody who opens the chat: nobody is here, leave
/// a number.
pub(super) fn speaks_first(app: App) -> bool {
    app.model.read(Model::is_empty) && which(app) == Some(Card::Form)
}

fn offer(app: App) -> El {
    let words = app.words;
    el("section", "card offer")
        .child(el("h2", "").text(words.call_title_closed))
        .child(button("plain", move || app.ask_for_call()).text(words.call_instead))
}

fn nobody_here(model: &Model) -> bool {
    let nobody = !model.open
        || model
            .queue
            .is_some_and(|queue| queue.wait == WaitEstimate::NobodyHere);
    nobody && matches!(model.thread.stage, Stage::Fresh | Stage::Waiting)
}

fn form(app: App) -> El {
    let words = app.words;
    let title = move || {
        let title = if app.model.read(nobody_here) {
            words.call_title_closed
        } else {
            words.call_title
        };
        title.to_owned()
    };
    let on_submit = move |event: web_sys::Event| {
        event.prevent_default();
        submit(app);
    };
    let later = move || app.form.read(|form| form.draft.at != When::Asap);
    el("section", "card")
        .child(el("h2", "").live(title))
        .child(el("p", "").text(words.call_hint))
        .child(
            el("form", "form")
                .set("novalidate", "")
                .on("submit", on_submit)
                .child(phone(app))
                .child(name(app))
                .child(when(app, later))
                .show(later, move || moment(app))
                .child(consent(app))
                .show(move || problem(app).is_some(), move || trouble(app))
                .child(buttons(app)),
        )
        // At the end, which is what a small panel shows of a long card.
        .show(move || talk::can_talk(app), move || talk::here(app))
}

fn problem(app: App) -> Option<Problem> {
    match app.form.read(|form| form.step) {
        Step::Refused(problem) => Some(problem),
        Step::Filling | Step::Sending | Step::Booked(_) => None,
    }
}

/// An input that is marked while it is what is wrong.
fn input(app: App, kind: &'static str, is_wrong: fn(Problem) -> bool) -> El {
    let wrong = move || problem(app).is_some_and(is_wrong);
    el("input", "")
        .set("type", kind)
        .bind("aria-invalid", move || wrong().then(|| "true".to_owned()))
        .bind("aria-describedby", move || {
            wrong().then(|| "call-problem".to_owned())
        })
}

fn phone(app: App) -> El {
    let field = input(app, "tel", Problem::is_of_phone)
        .set("autocomplete", "tel")
        .set("required", "")
        .set("maxlength", "64")
        .set("dir", "ltr")
        .set("id", part::PHONE)
        .property("value", move || {
            app.form.read(|form| form.draft.phone.clone())
        })
        .on("input", move |event| {
            app.form.change(|form| form.draft.phone = value_of(&event));
        });
    el("label", "").text(app.words.phone).child(field)
}

fn name(app: App) -> El {
    let field = input(app, "text", |_| false)
        .set("autocomplete", "name")
        .set("maxlength", "100")
        .property("value", move || {
            app.form.read(|form| form.draft.name.clone())
        })
        .on("input", move |event| {
            app.form.change(|form| form.draft.name = value_of(&event));
        });
    el("label", "").text(app.words.name).child(field)
}

fn when(app: App, later: impl Fn() -> bool + Copy + 'static) -> El {
    let words = app.words;
    let chip = move |label: &'static str, is_later: bool| {
        let pick = move |_| {
            app.form.change(|form| {
                form.draft.at = if is_later {
                    form.day = None;
                    When::At(app.host.moment_of(&form.local))
                } else {
                    When::Asap
                };
            });
        };
        el("label", "")
            .child(
                el("input", "")
                    .set("type", "radio")
                    .set("name", "when")
                    .property("checked", move || later() == is_later)
                    .on("change", pick),
            )
            .child(el("span", "").text(label))
    };
    // A shop that calls at no set times has none to choose.
    let bookable = move || {
        app.model
            .read(|model| model.slots.as_ref().is_none_or(|slots| !slots.is_empty()))
    };
    el("fieldset", "")
        .child(el("legend", "").text(words.when))
        .child(
            el("div", "chips")
                .child(chip(words.asap, false))
                .show(bookable, move || chip(words.later, true)),
        )
}

/// The time: chosen among those there are, or typed where the relay could not be asked.
fn moment(app: App) -> El {
    let known = move || app.model.read(|model| model.slots.is_some());
    el("div", "")
        .show(known, move || call::choice(app))
        .show(move || !known(), move || typed_moment(app))
}

fn typed_moment(app: App) -> El {
    let on_input = move |event| {
        let local = value_of(&event);
        app.form.change(|form| {
            form.draft.at = When::At(app.host.moment_of(&local));
            form.local = local;
        });
    };
    let field = input(app, "datetime-local", |problem| problem == Problem::Time)
        .set("required", "")
        .set("min", &app.host.soonest())
        .property("value", move || app.form.read(|form| form.local.clone()))
        .on("input", on_input);
    el("label", "").text(app.words.moment).child(field)
}

fn consent(app: App) -> El {
    let on_change = move |event| {
        app.form
            .change(|form| form.draft.consent = is_checked(&event));
    };
    let field = input(app, "checkbox", |problem| problem == Problem::Consent)
        .property("checked", move || app.form.read(|form| form.draft.consent))
        .on("change", on_change);
    el("label", "check")
        .child(field)
        .child(el("span", "").text(app.words.consent))
}

fn trouble(app: App) -> El {
    let words = app.words;
    let text = move || {
        problem(app)
            .map_or("", |problem| problem_text(problem, words))
            .to_owned()
    };
    el("p", "error")
        .set("id", "call-problem")
        .set("role", "alert")
        .live(text)
        .text(" ")
        .show(
            move || problem(app) == Some(Problem::Unreachable),
            move || {
                el("a", "")
                    .set("href", &["/callback/", &app.host.site()].concat())
                    .set("target", "_blank")
                    .set("rel", "noopener")
                    .text(words.plain_form)
            },
        )
}

fn buttons(app: App) -> El {
    let words = app.words;
    let dismiss = move || {
        app.form.change(|form| {
            form.asked = false;
            form.dismissed = true;
            form.step = Step::Filling;
            form.draft.consent = false;
        });
        app.take_focus();
    };
    el("div", "row")
        .child(
            el("button", "main")
                .set("type", "submit")
                .property("disabled", move || {
                    app.form.read(|form| form.step == Step::Sending)
                })
                .text(words.call_me),
        )
        .child(button("plain", dismiss).text(words.not_now))
}

fn submit(app: App) {
    let Some((id, draft)) = app.form.change(|form| ready(app, form)) else {
        if app
            .form
            .peek(|form| matches!(form.step, Step::Refused(problem) if problem.is_of_phone()))
        {
            app.host.focus(part::PHONE);
        }
        return;
    };
    let at = draft.moment();
    let booking = Booking {
        id: id.to_string(),
        token: app.host.kept(TOKEN),
        phone: draft.phone,
        name: draft.name,
        at,
        wording: app.words.consent,
    };
    app.host.book_call(&booking, move |answer| {
        app.form.change(|form| {
            form.step = match answer {
                Some(code) if code.is_empty() => {
                    app.ask_calls();
                    form.asked = false;
                    Step::Booked(at)
                }
                Some(code) => {
                    app.ask_calls();
                    let problem = Problem::from_code(&code);
                    // What was refused for good stays refused under its id; what was not may have
                    // been done.
                    if !matches!(problem, Problem::TooFast | Problem::Unreachable) {
                        form.sent = None;
                    }
                    Step::Refused(problem)
                }
                None => Step::Refused(Problem::Unreachable),
            };
        });
        if app.form.peek(|form| matches!(form.step, Step::Booked(_))) {
            app.take_focus();
        }
    });
}

/// What is to be sent and under which id, if it can be.
fn ready(app: App, form: &mut Form) -> Option<(CommandId, Draft)> {
    if form.step == Step::Sending {
        return None;
    }
    if let Some(problem) = form.draft.problem() {
        form.step = Step::Refused(problem);
        return None;
    }
    let same = form
        .sent
        .as_ref()
        .filter(|(draft, _)| *draft == form.draft)
        .map(|(_, id)| *id);
    let id = same.or_else(|| app.new_id())?;
    form.sent = Some((form.draft.clone(), id));
    form.step = Step::Sending;
    Some((id, form.draft.clone()))
}

fn problem_text(problem: Problem, words: &'static Strings) -> &'static str {
    match problem {
        Problem::Phone => words.bad_phone,
        Problem::Time => words.bad_time,
        Problem::Taken => words.slot_taken,
        Problem::NotCalled => words.not_called,
        Problem::Consent => words.no_consent,
        Problem::Exists => words.call_exists,
        Problem::TooFast => words.too_fast,
        Problem::Unreachable => words.unreachable,
    }
}
