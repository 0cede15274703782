//! Pages that say one thing in words.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::html::{Esc, Theme, document};
use super::policy::{self, Framed};
use super::style;
use crate::app::App;
use crate::store::{SiteRecord, StoreError};
use crate::text::Lang;

/// What the address of any page may ask for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    lang: Option<String>,
    theme: Option<String>,
}

/// In which language and looks somebody is answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub(super) lang: Lang,
    pub(super) theme: Option<Theme>,
}

impl Manner {
    /// By the address, else by the browser. An address that makes no sense asks for nothing.
    pub(super) fn of<E>(wish: Result<Query<Wish>, E>, headers: &HeaderMap) -> Self {
        let wish = wish.map(|Query(wish)| wish).unwrap_or_default();
        Self {
            lang: Lang::choose(wish.lang.as_deref(), headers),
            theme: Theme::asked(wish.theme.as_deref()),
        }
    }

    /// The same manner, for the address of another page.
    pub(super) fn query(self) -> String {
        let theme = self.theme.map(|theme| format!("&theme={}", theme.word()));
        format!("?lang={}{}", self.lang.tag(), theme.unwrap_or_default())
    }
}

/// Any address that leads nowhere.
pub(crate) async fn no_such_page(headers: HeaderMap) -> Response {
    not_found(Manner {
        lang: Lang::choose(None, &headers),
        theme: None,
    })
}

/// There is no such page (or no such site).
pub(super) fn not_found(manner: Manner) -> Response {
    let words = manner.lang.words();
    say(
        StatusCode::NOT_FOUND,
        manner,
        Framed::Never,
        words.not_found_title,
        &[words.not_found_text],
    )
}

/// The site an address names, or the page to answer with instead.
pub(super) async fn site(
    app: &Arc<App>,
    written: &str,
    manner: Manner,
) -> Result<SiteRecord, Response> {
    let Ok(id) = written.parse() else {
        return Err(not_found(manner));
    };
    match app.store.site(id).await {
        Ok(Some(site)) => Ok(site),
        Ok(None) => Err(not_found(manner)),
        Err(error) => Err(unavailable(&error, manner)),
    }
}

/// The store can't be read.
pub(super) fn unavailable(error: &StoreError, manner: Manner) -> Response {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "the store failed a page"
    );
    let words = manner.lang.words();
    say(
        StatusCode::SERVICE_UNAVAILABLE,
        manner,
        Framed::Never,
        words.callback_title,
        &[words.unavailable],
    )
}

/// A page with a heading and some paragraphs.
pub(super) fn say(
    status: StatusCode,
    manner: Manner,
    framed: Framed<'_>,
    title: &str,
    paragraphs: &[&str],
) -> Response {
    let shop = match framed {
        Framed::By(site) => shop_line(&site.name),
        Framed::Never => String::new(),
    };
    let mut body = format!("<main>{shop}<h1>{}</h1>", Esc(title));
    for paragraph in paragraphs {
        // Writing to a string does not fail.
        let _ = write!(body, "<p>{}</p>", Esc(paragraph));
    }
    body.push_str("</main>");
    let html = document(manner.lang, manner.theme, title, &style::link(), &body);
    policy::page(status, &policy::for_form(framed), html)
}

/// Whose page it is: the shop's initial and its name.
pub(super) fn shop_line(name: &str) -> String {
    let initial: String = name
        .chars()
        .find(|letter| letter.is_alphanumeric())
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!(
        "<p class=\"shop\"><span class=\"face\" aria-hidden=\"true\">{}</span>{}</p>",
        Esc(&initial),
        Esc(name),
    )
}
