//! How the form and its answers look.

use std::fmt::Write;

use axum::http::StatusCode;
use axum::response::Response;
use heard_protocol::{CallbackForm, CallbackWhen, Slot, UnixMillis};

use super::form::{ASAP, AT, Faults, Field, TICKED, Typed};
use super::{address, fresh_id, zones};
use crate::app::App;
use crate::pages::html::{Esc, document};
use crate::pages::plain::{self, Manner};
use crate::pages::policy::{self, Framed};
use crate::pages::style;
use crate::store::SiteRecord;
use crate::text::{Lang, Words};

/// The form where the chat should have been: number, name and consent, for as soon as possible. The
/// whole one is a link away.
pub(in crate::pages) fn short_form(app: &App, site: &SiteRecord, manner: Manner) -> String {
    let words = manner.lang.words();
    let address = address(site, manner);
    format!(
        "<h1>{}</h1><p class=\"hint\">{}</p><form method=\"post\" action=\"{address}\">{}\
         <input type=\"hidden\" name=\"when\" value=\"{ASAP}\">\
         <label>{}<input name=\"phone\" type=\"tel\" autocomplete=\"tel\" required></label>\
         <label>{} ({})<input name=\"name\" autocomplete=\"name\"></label>\
         <label class=\"check\"><input type=\"checkbox\" name=\"consent\" value=\"{TICKED}\" required>\
         <span>{}</span></label><button>{}</button></form>\
         <p class=\"hint\"><a href=\"{address}\">{}</a></p>",
        Esc(words.callback_title),
        Esc(words.fallback_lead),
        hidden(&Typed::empty(fresh_id(app), manner.lang)),
        Esc(words.phone),
        Esc(words.name),
        Esc(words.optional),
        Esc(words.consent),
        Esc(words.submit),
        Esc(words.fallback_more),
    )
}

/// The whole form, with what was typed and what is wrong with it.
pub(super) fn whole_form(
    now: UnixMillis,
    site: &SiteRecord,
    manner: Manner,
    status: StatusCode,
    typed: &Typed,
    faults: &Faults,
    slots: &[Slot],
) -> Response {
    let words = manner.lang.words();
    let alert = match (faults.at(Field::Whole), faults.is_empty()) {
        (Some(sentence), _) => format!("<p class=\"alert\" role=\"alert\">{}</p>", Esc(sentence)),
        (None, false) => format!("<p class=\"alert\" role=\"alert\">{}</p>", Esc(words.fix)),
        (None, true) => String::new(),
    };
    let fields = [
        phone(words, typed, faults),
        line(Field::Name, "name", words.name, words, &typed.name, faults),
        topic(words, typed, faults),
        when(now, manner.lang, typed, faults, slots),
        consent(words, typed, faults),
    ]
    .concat();
    let body = format!(
        "<main>{}<h1>{}</h1><p class=\"lead\">{}</p>{alert}<form method=\"post\" action=\"{}\">{}{fields}\
         <button>{}</button></form></main>",
        plain::shop_line(&site.name),
        Esc(words.callback_title),
        Esc(words.callback_lead),
        address(site, manner),
        hidden(typed),
        Esc(words.submit),
    );
    let title = format!("{} · {}", words.callback_title, site.name);
    let html = document(manner.lang, manner.theme, &title, &style::link(), &body);
    policy::page(status, &policy::for_form(Framed::By(site)), html)
}

/// It is on disk.
pub(super) fn booked(
    site: &SiteRecord,
    manner: Manner,
    form: &CallbackForm,
    path: &str,
) -> Response {
    let words = manner.lang.words();
    let sentence = match &form.when {
        CallbackWhen::Asap | CallbackWhen::Soon { .. } => (words.done_asap)(&form.phone),
        CallbackWhen::At { at, zone } => {
            (words.done_at)(&form.phone, &moment(*at, zone, manner.lang))
        }
    };
    let query = manner.query();
    let mut body = format!(
        "<main>{}<h1>{}</h1><p>{}</p><p><a href=\"{path}{}\">{}</a></p>",
        plain::shop_line(&site.name),
        Esc(words.done_title),
        Esc(&sentence),
        Esc(&query),
        Esc(words.call_link),
    );
    if matches!(form.when, CallbackWhen::At { .. }) {
        // Writing to a string does not fail.
        let _ = write!(
            body,
            "<p><a href=\"{path}/call.ics{}\">{}</a></p>",
            Esc(&query),
            Esc(words.call_calendar),
        );
    }
    let _ = write!(body, "<p>{}</p></main>", Esc(words.done_next));
    let html = document(
        manner.lang,
        manner.theme,
        words.done_title,
        &style::link(),
        &body,
    );
    policy::page(StatusCode::OK, &policy::for_form(Framed::By(site)), html)
}

/// It had been on disk before.
pub(super) fn exists(site: &SiteRecord, manner: Manner, form: &CallbackForm) -> Response {
    let words = manner.lang.words();
    let sentence = (words.exists_text)(&form.phone);
    let paragraphs = [sentence.as_str()];
    plain::say(
        StatusCode::CONFLICT,
        manner,
        Framed::By(site),
        words.exists_title,
        &paragraphs,
    )
}

/// `Tuesday 24 November, 15:30 (Moscow)`
pub(in crate::pages) fn moment(at: UnixMillis, zone: &str, lang: Lang) -> String {
    let words = lang.words();
    let there = zones::there(at, zone);
    let nth = |names: &[&'static str], number: i8| {
        let index = usize::try_from(number - 1).unwrap_or_default();
        names.get(index).copied().unwrap_or_default()
    };
    let weekday = nth(&words.weekdays, there.weekday().to_monday_one_offset());
    let month = nth(&words.months, there.month());
    let day = there.day().to_string();
    let clock = zones::clock(&there);
    (words.moment)(weekday, &day, month, &clock, zones::called(zone, lang))
}

fn hidden(typed: &Typed) -> String {
    format!(
        "<input type=\"hidden\" name=\"id\" value=\"{}\"><input type=\"hidden\" name=\"wording\" value=\"{}\">",
        Esc(&typed.id),
        Esc(&typed.wording),
    )
}

/// The attributes that tie a field to what is wrong with it and to its hint, and the sentence
/// itself.
fn fault(field: Field, name: &str, hint: Option<&str>, faults: &Faults) -> (String, String) {
    let sentence = faults.at(field);
    let mut described: Vec<&str> = hint.into_iter().collect();
    let error = format!("{name}-error");
    let mut attributes = String::new();
    let mut shown = String::new();
    if let Some(sentence) = sentence {
        described.push(&error);
        attributes.push_str(" aria-invalid=\"true\"");
        shown = format!("<p class=\"error\" id=\"{error}\">{}</p>", Esc(sentence));
    }
    if faults.first() == Some(field) {
        attributes.push_str(" autofocus");
    }
    if !described.is_empty() {
        let _ = write!(attributes, " aria-describedby=\"{}\"", described.join(" "));
    }
    (attributes, shown)
}

fn phone(words: &Words, typed: &Typed, faults: &Faults) -> String {
    let (attributes, error) = fault(Field::Phone, "phone", Some("phone-hint"), faults);
    format!(
        "<div><label for=\"phone\">{}</label><input id=\"phone\" name=\"phone\" type=\"tel\" autocomplete=\"tel\" \
         required value=\"{}\"{attributes}><p class=\"hint\" id=\"phone-hint\">{}</p>{error}</div>",
        Esc(words.phone),
        Esc(&typed.phone),
        Esc(words.phone_hint),
    )
}

fn line(
    field: Field,
    name: &str,
    label: &str,
    words: &Words,
    value: &str,
    faults: &Faults,
) -> String {
    let (attributes, error) = fault(field, name, None, faults);
    format!(
        "<div><label for=\"{name}\">{} <span>{}</span></label><input id=\"{name}\" name=\"{name}\" \
         autocomplete=\"{name}\" value=\"{}\"{attributes}>{error}</div>",
        Esc(label),
        Esc(words.optional),
        Esc(value),
    )
}

fn topic(words: &Words, typed: &Typed, faults: &Faults) -> String {
    let (attributes, error) = fault(Field::Topic, "topic", None, faults);
    // A line break right after the tag is not part of the text, so one is put there.
    format!(
        "<div><label for=\"topic\">{} <span>{}</span></label><textarea id=\"topic\" name=\"topic\" rows=\"3\"\
         {attributes}>\n{}</textarea>{error}</div>",
        Esc(words.topic),
        Esc(words.optional),
        Esc(&typed.topic),
    )
}

fn when(now: UnixMillis, lang: Lang, typed: &Typed, faults: &Faults, slots: &[Slot]) -> String {
    let words = lang.words();
    let (at_attributes, at_error) = fault(Field::When, "at", None, faults);
    let (zone_attributes, zone_error) = fault(Field::Zone, "zone", None, faults);
    let checked = |value: &str| if typed.when == value { " checked" } else { "" };
    let mut html = format!(
        "<fieldset><legend>{}</legend><div class=\"chips\">\
         <label><input type=\"radio\" name=\"when\" value=\"{ASAP}\"{}><span>{}</span></label>\
         <label><input type=\"radio\" name=\"when\" value=\"{AT}\"{}><span>{}</span></label></div>\
         <div class=\"moment\">{}<div><label for=\"zone\">{}</label><select id=\"zone\" name=\"zone\"{zone_attributes}>\
         <option value=\"\">{}</option>",
        Esc(words.when),
        checked(ASAP),
        Esc(words.asap),
        checked(AT),
        Esc(words.at_time),
        day_and_time(lang, typed, slots, &at_attributes),
        Esc(words.zone),
        Esc(words.zone_choose),
    );
    for choice in zones::choices(now, lang) {
        let selected = if choice.zone == typed.zone {
            " selected"
        } else {
            ""
        };
        let _ = write!(
            html,
            "<option value=\"{}\"{selected}>{} · {}</option>",
            choice.zone,
            choice.clock,
            Esc(choice.cities),
        );
    }
    let _ = write!(
        html,
        "</select></div></div>{at_error}{zone_error}</fieldset>"
    );
    html
}

/// Where a time is typed or, once it is known whose time is meant, chosen.
fn day_and_time(lang: Lang, typed: &Typed, slots: &[Slot], attributes: &str) -> String {
    let words = lang.words();
    if !slots.is_empty() {
        return slot_choice(slots, &typed.zone, attributes, lang, words.at);
    }
    format!(
        "<div><label for=\"at\">{}</label>\
         <input id=\"at\" name=\"at\" type=\"datetime-local\" value=\"{}\"{attributes}></div>",
        Esc(words.at),
        Esc(&typed.at),
    )
}

/// A list of times, as clocks of this zone show them.
pub(in crate::pages) fn slot_choice(
    slots: &[Slot],
    zone: &str,
    attributes: &str,
    lang: Lang,
    label: &str,
) -> String {
    let mut html = format!(
        "<div><label for=\"slot\">{}</label><select id=\"slot\" name=\"slot\"{attributes}><option value=\"\">{}</option>",
        Esc(label),
        Esc(lang.words().slot_choose),
    );
    for slot in slots {
        let shown = moment(slot.at, zone, lang);
        // Writing to a string does not fail.
        let _ = write!(
            html,
            "<option value=\"{}\">{}</option>",
            slot.at.0,
            Esc(&shown)
        );
    }
    html.push_str("</select></div>");
    html
}

fn consent(words: &Words, typed: &Typed, faults: &Faults) -> String {
    let (attributes, error) = fault(Field::Consent, "consent", None, faults);
    let checked = if typed.is_ticked() { " checked" } else { "" };
    // The words stay those that were ticked; words that are not ours are replaced, and the box is
    // then empty again.
    let ours = Lang::ALL
        .iter()
        .any(|lang| lang.words().consent == typed.wording);
    let (wording, checked) = if ours {
        (typed.wording.as_str(), checked)
    } else {
        (words.consent, "")
    };
    format!(
        "<div><label class=\"check\"><input type=\"checkbox\" name=\"consent\" value=\"{TICKED}\" required{checked}{attributes}>\
         <span>{}</span></label>{error}</div>",
        Esc(wording),
    )
}
