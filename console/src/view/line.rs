//! Something that happened to a conversation, as a line between the bubbles.

use heard_protocol::{EntryBody, UnixMillis};
use leptos::prelude::*;

use super::words::{app, words, written};
use crate::browser::Form;
use crate::feature::{Say, Told};

/// The line.
pub(super) fn happened(body: &EntryBody, at: UnixMillis) -> Option<impl IntoView + use<>> {
    let app = app();
    let text = words();
    let Told { text: said, quote } = Say::new(app, text).told(body)?;
    let quote = quote.trim().to_owned();
    let time = written(at, Form::Time, text);
    Some(view! {
        <p class="line" title=written(at, Form::Full, text)>
            {said} {(!quote.is_empty()).then(|| view! { ": " <q>{quote}</q> })} " · " {time}
        </p>
    })
}
