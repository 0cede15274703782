//! Times and names of languages as the browser's `Intl` writes them.

use std::cell::RefCell;
use std::collections::HashMap;

use heard_protocol::UnixMillis;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// How a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// Hours and minutes.
    Time,
    /// Day and month.
    Day,
    /// Day, month, hours and minutes.
    Moment,
    /// Everything, for a tooltip.
    Full,
}

impl Form {
    const fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Time => &[("hour", "2-digit"), ("minute", "2-digit")],
            Self::Day => &[("day", "numeric"), ("month", "long")],
            Self::Moment => &[
                ("day", "numeric"),
                ("month", "short"),
                ("hour", "2-digit"),
                ("minute", "2-digit"),
            ],
            Self::Full => &[("dateStyle", "full"), ("timeStyle", "medium")],
        }
    }
}

type Formats = HashMap<(&'static str, Form, String), Option<JsValue>>;

thread_local! {
    /// Making a formatter is slow, using one is not.
    static FORMATS: RefCell<Formats> = RefCell::default();
}

/// Writes a moment in a language, where this device is or in a named time zone; `None` if the
/// browser doesn't know the zone.
pub(crate) fn format(
    tag: &'static str,
    form: Form,
    zone: Option<&str>,
    at: UnixMillis,
) -> Option<String> {
    let zone = zone.unwrap_or_default();
    let formatter = FORMATS.with_borrow_mut(|formats| {
        formats
            .entry((tag, form, zone.to_owned()))
            .or_insert_with(|| {
                let zone = (!zone.is_empty()).then_some(("timeZone", zone));
                make(
                    "DateTimeFormat",
                    tag,
                    form.options().iter().copied().chain(zone),
                )
            })
            .clone()
    })?;
    // `format` is a getter that gives a function bound to the formatter.
    let function: Function = get(&formatter, "format")?.dyn_into().ok()?;
    function
        .call1(&JsValue::NULL, &(at.0 as f64).into())
        .ok()?
        .as_string()
}

/// What a language is called in another: `ru` in English is "Russian". Nothing for a tag the
/// browser doesn't know.
pub(crate) fn language_name(tag: &'static str, language: &str) -> Option<String> {
    let names = make(
        "DisplayNames",
        tag,
        [("type", "language"), ("fallback", "none")],
    )?;
    let of: Function = get(&names, "of")?.dyn_into().ok()?;
    of.call1(&names, &language.into()).ok()?.as_string()
}

/// A time zone's name as people say it: the town.
pub(crate) fn zone_name(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

fn make<'a>(
    class: &str,
    tag: &str,
    options: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Option<JsValue> {
    let intl = get(&js_sys::global(), "Intl")?;
    let class: Function = get(&intl, class)?.dyn_into().ok()?;
    let settings = Object::new();
    for (name, value) in options {
        Reflect::set(&settings, &name.into(), &value.into()).ok()?;
    }
    Reflect::construct(&class, &Array::of2(&tag.into(), &settings)).ok()
}

fn get(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into())
        .ok()
        .filter(|value| !value.is_undefined())
}
