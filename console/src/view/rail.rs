//! The dark strip: sections, commands, settings. On a phone it lies at the bottom.

use leptos::prelude::*;

use super::account::Account;
use super::icon::{Glyph, Icon};
use super::words::{app, words};
use crate::model::act::{Act, Place};
use crate::model::board::Board;
use crate::model::title::Pressing;

/// The strip.
#[component]
pub(super) fn Rail() -> impl IntoView {
    let app = app();
    let text = words();
    let pressing = Memo::new(move |_| {
        app.board
            .with(|board| app.logs.with(|logs| Pressing::of(board, logs)))
            .total()
    });
    let callbacks = Memo::new(move |_| app.board.with(Board::open_callbacks));
    view! {
        <nav class="rail" aria-label=text.lists.rail>
            <span class="rail-mark" aria-hidden="true">"H"</span>
            <Section place=Place::Chats name=text.lists.chats glyph=Glyph::Chat count=pressing/>
            <Section
                place=Place::Callbacks
                name=text.lists.callbacks
                glyph=Glyph::Phone
                count=callbacks
            />
            <span class="rail-space"></span>
            <button
                class="rail-item"
                type="button"
                aria-label=(text.act)(Act::Palette)
                title=(text.act)(Act::Palette)
                on:click=move |_| app.perform(Act::Palette)
            >
                <Icon glyph=Glyph::Search/>
            </button>
            <Account/>
        </nav>
    }
}

#[component]
fn Section(
    place: Place,
    name: &'static str,
    glyph: Glyph,
    #[prop(into)] count: Signal<usize>,
) -> impl IntoView {
    let app = app();
    let here = move || app.route.with(|route| route.place == place);
    let label = move || match count.get() {
        0 => name.to_owned(),
        count => format!("{name}: {count}"),
    };
    view! {
        <button
            class="rail-item"
            type="button"
            title=name
            aria-label=label
            aria-current=move || here().then_some("page")
            on:click=move |_| app.go(place, None)
        >
            <Icon glyph/>
            <Show when=move || count.get() != 0>
                <span class="count" aria-hidden="true">{move || count.get()}</span>
            </Show>
        </button>
    }
}
