//! The page the console starts in.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use super::html::{Esc, document};
use super::plain::{Manner, Wish};
use super::policy::{self, Framed};
use crate::app::App;
use crate::assets;
use crate::text::Lang;

/// `/console/`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    wish: Result<Query<Wish>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let manner = Manner::of(wish, &headers);
    let words = manner.lang.words();
    let [css, boot, glue, wasm, voice] = [
        "console.css",
        "console-boot.js",
        "console.js",
        "console.wasm",
        "voice.js",
    ]
    .map(assets::path);
    // Whoever is signed in may choose another language than the browser's.
    let calls = Lang::ALL.map(|lang| {
        let path = assets::path(&assets::call_words(lang));
        format!(" data-call-{}=\"{path}\"", lang.tag())
    });
    let calls = calls.concat();
    let head = format!(
        "<link rel=\"stylesheet\" href=\"{css}\"><link rel=\"modulepreload\" href=\"{glue}\">\
         <link rel=\"preload\" as=\"fetch\" href=\"{wasm}\" crossorigin>\
         <script type=\"module\" src=\"{boot}\" data-glue=\"{glue}\" data-wasm=\"{wasm}\" data-voice=\"{voice}\"{calls} \
         data-failed=\"{}\"></script>",
        Esc(words.console_failed),
    );
    let body = format!(
        "<div id=\"heard-console\"></div><noscript><p>{}</p></noscript>",
        Esc(words.console_noscript),
    );
    let html = document(manner.lang, manner.theme, words.console_title, &head, &body);
    let policy = policy::for_program(Framed::Never, &headers, &app.config);
    let mut response = policy::page(StatusCode::OK, &policy, html);
    // A page that opens the console in a window of its own gets no hold on it.
    response.headers_mut().insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    response
}
