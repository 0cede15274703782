//! Icons drawn in one line weight. They are decoration: the text beside an icon says what it
//! means.

use leptos::prelude::*;

/// Which sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glyph {
    Chat,
    Phone,
    Search,
    Gear,
    Back,
    Person,
    Close,
    Down,
    Check,
}

const fn path(glyph: Glyph) -> &'static str {
    match glyph {
        Glyph::Chat => {
            "M3.5 4.5h13a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H9l-4 3v-3H3.5a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1Z"
        }
        Glyph::Phone => {
            "M6.2 3 8 6.6 6.4 8.4a11 11 0 0 0 5.2 5.2l1.8-1.6L17 13.8v2.4a1.2 1.2 0 0 1-1.3 1.2A13.6 13.6 0 0 1 2.6 4.3 1.2 1.2 0 0 1 3.8 3Z"
        }
        Glyph::Search => "M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11ZM13 13l4 4",
        Glyph::Gear => {
            "M10 7.4a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2ZM10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M4.7 15.3l1.4-1.4M13.9 6.1l1.4-1.4"
        }
        Glyph::Back => "M12 4 6 10l6 6",
        Glyph::Person => {
            "M10 3.5a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4ZM3.8 17c.6-3.2 3-5 6.2-5s5.6 1.8 6.2 5"
        }
        Glyph::Close => "M5 5l10 10M15 5 5 15",
        Glyph::Down => "M10 4v12M5 11l5 5 5-5",
        Glyph::Check => "m4 10.5 4 4 8-9",
    }
}

/// A sign.
#[component]
pub(super) fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            <path d=path(glyph)></path>
        </svg>
    }
}

/// A key's name beside what it does.
#[component]
pub(super) fn Key(name: Option<&'static str>) -> impl IntoView {
    name.map(|name| view! { <span class="kbd" aria-hidden="true">{name}</span> })
}
