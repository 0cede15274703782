//! The page: its title, address, focus and keys.

use wasm_bindgen::JsCast;
use web_sys::{
    Document, HtmlElement, KeyboardEvent, ScrollIntoViewOptions, ScrollLogicalPosition, Window,
};

use crate::lang::Lang;
use crate::model::keys::Stroke;

fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

/// The element the console lives in.
pub(crate) fn root() -> Option<HtmlElement> {
    document()?
        .get_element_by_id("heard-console")?
        .dyn_into()
        .ok()
}

/// Whether the person has this page before their eyes.
pub(crate) fn is_looking() -> bool {
    document().is_some_and(|document| !document.hidden() && document.has_focus().unwrap_or(false))
}

/// Sets the tab's title.
pub(crate) fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Says which language the page is in, and which way it is written.
pub(crate) fn set_language(lang: Lang) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        // Attributes of these names can always be set.
        let _ = root.set_attribute("lang", lang.tag());
        let _ = root.set_attribute("dir", lang.direction());
    }
}

/// The languages the person prefers, best first.
pub(crate) fn prefers() -> Vec<String> {
    let Some(window) = window() else {
        return Vec::new();
    };
    window
        .navigator()
        .languages()
        .iter()
        .filter_map(|tag| tag.as_string())
        .collect()
}

/// Whether the keyboard is a Mac's.
pub(crate) fn is_mac() -> bool {
    let agent = window().and_then(|window| window.navigator().user_agent().ok());
    agent.is_some_and(|agent| agent.contains("Mac OS") || agent.contains("iPhone"))
}

/// Whether there is room for three columns; the same width as in the style sheet.
pub(crate) fn is_wide() -> bool {
    window()
        .and_then(|window| window.match_media("(min-width: 1180px)").ok().flatten())
        .is_some_and(|query| query.matches())
}

/// What stands behind `#` in the address.
pub(crate) fn hash() -> String {
    window()
        .and_then(|window| window.location().hash().ok())
        .unwrap_or_default()
}

/// Changes what stands behind `#`; the page hears of it as of any other change.
pub(crate) fn set_hash(hash: &str) {
    if let Some(window) = window() {
        // Fails only for a page that is being left.
        let _ = window.location().set_hash(hash);
    }
}

/// Loads the page anew.
pub(crate) fn reload() {
    if let Some(window) = window() {
        // As above.
        let _ = window.location().reload();
    }
}

/// Puts a text on the clipboard, if the browser lets us.
pub(crate) fn copy(text: &str) {
    if let Some(window) = window() {
        let _ = window.navigator().clipboard().write_text(text);
    }
}

/// Gives an element the focus, and whether it was there to take it.
pub(crate) fn focus(selector: &str) -> bool {
    document()
        .and_then(|document| document.query_selector(selector).ok().flatten())
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
        .is_some_and(|element| element.focus().is_ok())
}

/// Scrolls an element into sight, if it is there.
pub(crate) fn reveal(id: &str) {
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Does something once the page shows what was decided in this turn.
pub(crate) fn later(then: impl FnOnce() + 'static) {
    leptos::prelude::request_animation_frame(then);
}

/// A key press, in the model's words.
pub(crate) fn stroke(event: &KeyboardEvent) -> Stroke {
    let focus = document().and_then(|document| document.active_element());
    let tag = focus
        .as_ref()
        .map(web_sys::Element::tag_name)
        .unwrap_or_default();
    let kind = focus
        .as_ref()
        .and_then(|element| element.get_attribute("type"));
    let picks = matches!(kind.as_deref(), Some("radio" | "checkbox"));
    Stroke {
        key: event.key(),
        code: event.code(),
        ctrl: event.ctrl_key() || event.meta_key(),
        alt: event.alt_key(),
        shift: event.shift_key(),
        in_text: matches!(tag.as_str(), "TEXTAREA" | "SELECT") || (tag == "INPUT" && !picks),
        on_control: matches!(tag.as_str(), "BUTTON" | "A" | "INPUT" | "SUMMARY"),
    }
}
