//! The page the panel starts in: in the loader's iframe, or on its own.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::callback;
use super::html::{Esc, document};
use super::plain::{self, Manner, Wish};
use super::policy::{self, Framed};
use super::style;
use crate::app::App;
use crate::assets;
use crate::store::SiteRecord;
use crate::text::Lang;

/// Where a panel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a frame on a page of the shop's.
    Panel,
    /// On a page of its own.
    Page,
}

/// `/widget/{site}`
pub(super) async fn panel(
    State(app): State<Arc<App>>,
    Path(site): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    show(
        &app,
        &site,
        Manner::of(wish, &headers),
        &headers,
        Place::Panel,
    )
    .await
}

/// `/chat/{site}`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    Path(site): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    show(
        &app,
        &site,
        Manner::of(wish, &headers),
        &headers,
        Place::Page,
    )
    .await
}

async fn show(
    app: &Arc<App>,
    site: &str,
    manner: Manner,
    headers: &HeaderMap,
    place: Place,
) -> Response {
    let site = match plain::site(app, site, manner).await {
        Ok(site) => site,
        Err(instead) => return instead,
    };
    let framed = match place {
        Place::Panel => Framed::By(&site),
        Place::Page => Framed::Never,
    };
    let policy = policy::for_program(framed, headers, &app.config);
    policy::page(StatusCode::OK, &policy, written(app, &site, manner, place))
}

fn written(app: &App, site: &SiteRecord, manner: Manner, place: Place) -> String {
    let [css, boot, glue, wasm, voice] = [
        "widget.css",
        "boot.js",
        "widget.js",
        "widget.wasm",
        "voice.js",
    ]
    .map(assets::path);
    let [words, english] = [manner.lang, Lang::En].map(|lang| assets::path(&assets::words(lang)));
    let call = assets::path(&assets::call_words(manner.lang));
    // The preloads are what boot.js asks for first; without them they would wait for it to arrive.
    // The words are named by the page that names the module, so an old module never meets new
    // words.
    let head = format!(
        "<link rel=\"stylesheet\" href=\"{css}\"><link rel=\"modulepreload\" href=\"{glue}\">\
         <link rel=\"preload\" as=\"fetch\" href=\"{wasm}\" crossorigin>\
         <link rel=\"preload\" as=\"fetch\" href=\"{words}\" crossorigin>\
         <script type=\"module\" src=\"{boot}\" data-glue=\"{glue}\" data-wasm=\"{wasm}\" data-words=\"{words}\" \
         data-english=\"{english}\" data-voice=\"{voice}\" data-call=\"{call}\"></script>",
    );
    let (mode, parents) = match place {
        Place::Panel => ("panel", policy::parents(site).join(" ")),
        Place::Page => ("page", String::new()),
    };
    let form = callback::short_form(app, site, manner);
    let body = format!(
        "<div id=\"heard\" data-site=\"{}\" data-name=\"{}\" data-parents=\"{}\" data-mode=\"{mode}\"></div>\
         <div id=\"heard-fallback\" hidden>{form}</div><noscript>{}<main>{form}</main></noscript>",
        site.id,
        Esc(&site.name),
        Esc(&parents),
        style::link(),
    );
    document(manner.lang, manner.theme, &site.name, &head, &body)
}
