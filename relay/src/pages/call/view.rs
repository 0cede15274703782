//! How the page of a call looks.

use std::fmt::Write;

use axum::http::StatusCode;
use axum::response::Response;
use heard_desk::callback::Callback;
use heard_protocol::{CallbackProgress, CallbackWhen, Disposition, Slot};

use crate::pages::callback::{moment, slot_choice};
use crate::pages::html::{Esc, document};
use crate::pages::plain::{self, Manner};
use crate::pages::policy::{self, Framed};
use crate::pages::style;
use crate::store::SiteRecord;

/// How the call stands, what was just said about it, and what can be done.
pub(super) fn page(
    status: StatusCode,
    manner: Manner,
    site: &SiteRecord,
    (call, path): (&Callback, &str),
    slots: &[Slot],
    said: Option<&str>,
) -> Response {
    let words = manner.lang.words();
    let progress = call.progress();
    let mut body = format!(
        "<main>{}<h1>{}</h1>",
        plain::shop_line(&site.name),
        Esc(words.call_title)
    );
    if let Some(said) = said {
        let (class, role) = if status == StatusCode::OK {
            ("lead", "status")
        } else {
            ("alert", "alert")
        };
        // Writing to a string does not fail.
        let _ = write!(
            body,
            "<p class=\"{class}\" role=\"{role}\">{}</p>",
            Esc(said)
        );
    }
    let _ = write!(body, "<p>{}</p>", Esc(&sentence(call, &progress, manner)));
    let is_open = matches!(
        progress,
        CallbackProgress::Waiting { .. } | CallbackProgress::Again { .. }
    );
    if is_open {
        body.push_str(&offers(manner, (call, path), slots));
    } else if progress == CallbackProgress::Ringing {
        body.push_str(&cancel(manner));
    }
    body.push_str("</main>");
    let title = format!("{} · {}", words.call_title, site.name);
    let html = document(manner.lang, manner.theme, &title, &style::link(), &body);
    policy::page(status, &policy::for_form(Framed::Never), html)
}

fn sentence(call: &Callback, progress: &CallbackProgress, manner: Manner) -> String {
    let words = manner.lang.words();
    let when = |at| moment(at, call.zone(), manner.lang);
    let phone = &call.form.phone;
    match progress {
        CallbackProgress::Waiting { due } => match &call.form.when {
            CallbackWhen::At { .. } => (words.call_waiting_at)(phone, &when(*due)),
            CallbackWhen::Asap | CallbackWhen::Soon { .. } => (words.call_waiting)(phone),
        },
        CallbackProgress::Again { at, .. } => (words.call_again)(&when(*at)),
        CallbackProgress::Ringing => words.call_ringing.to_owned(),
        CallbackProgress::Calling => words.call_calling.to_owned(),
        CallbackProgress::Talking => words.call_talking.to_owned(),
        CallbackProgress::Closed {
            disposition: Disposition::Answered,
        } => words.call_answered.to_owned(),
        CallbackProgress::Closed { .. } => words.call_unreached.to_owned(),
        CallbackProgress::Cancelled => words.call_cancelled.to_owned(),
        CallbackProgress::Expired => words.call_expired.to_owned(),
        CallbackProgress::Other => String::new(),
    }
}

/// What can be done with a call that is to come. Forms go to the page's own address.
fn offers(manner: Manner, (call, path): (&Callback, &str), slots: &[Slot]) -> String {
    let words = manner.lang.words();
    let mut html = String::new();
    if matches!(call.form.when, CallbackWhen::At { .. }) {
        let _ = write!(
            html,
            "<p><a href=\"{}/call.ics{}\">{}</a></p>",
            Esc(path),
            Esc(&manner.query()),
            Esc(words.call_calendar),
        );
    }
    if !slots.is_empty() {
        let _ = write!(
            html,
            "<form method=\"post\"><input type=\"hidden\" name=\"act\" value=\"move\">\
             <input type=\"hidden\" name=\"when\" value=\"at\">\
             <input type=\"hidden\" name=\"zone\" value=\"{}\">{}<button>{}</button></form>",
            Esc(call.zone()),
            slot_choice(slots, call.zone(), "", manner.lang, words.call_move),
            Esc(words.call_move),
        );
    }
    html.push_str(&cancel(manner));
    html
}

fn cancel(manner: Manner) -> String {
    format!(
        "<form method=\"post\"><button class=\"plain\" name=\"act\" value=\"cancel\">{}</button></form>",
        Esc(manner.lang.words().call_cancel),
    )
}
