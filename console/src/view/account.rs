//! The agent's own settings: language, sound, keys, leaving. And the switch of their availability.

use heard_protocol::Availability;
use leptos::prelude::*;

use super::icon::{Glyph, Icon, Key};
use super::menu::{Choice, Item, Menu};
use super::words::{app, words};
use crate::browser::is_mac;
use crate::lang::Lang;
use crate::model::act::Act;
use crate::model::board::Board;
use crate::model::keys::hint;

const WORDS: [(Availability, Act); 3] = [
    (Availability::Available, Act::BeAvailable),
    (Availability::Busy, Act::BeBusy),
    (Availability::Away, Act::BeAway),
];

/// The gear and its menu.
#[component]
pub(super) fn Account() -> impl IntoView {
    let app = app();
    let text = words();
    let face: Children = Box::new(|| view! { <Icon glyph=Glyph::Gear/> }.into_any());
    view! {
        <Menu class="rail-item" label=Signal::stored(text.menu.account.to_owned()) side="up" face>
            <div class="menu-title" aria-hidden="true">{text.menu.language}</div>
            {Lang::ALL
                .map(|lang| {
                    let chosen = Signal::derive(move || app.lang.get() == lang);
                    view! {
                        <Choice chosen choose=move || app.speak(lang)>
                            <span lang=lang.tag()>{lang.own_name()}</span>
                        </Choice>
                    }
                })
                .collect_view()}
            <hr/>
            <Item act=move || app.perform(Act::Sound)>
                <span class="grow">{text.menu.sound}</span>
                <span class="muted">
                    {move || if app.sound.get() { text.menu.on } else { text.menu.off }}
                </span>
            </Item>
            <Item act=move || app.perform(Act::Keys)>
                <span class="grow">{text.menu.keys}</span>
                <Key name=hint(Act::Keys, is_mac())/>
            </Item>
            <hr/>
            <Item act=move || app.perform(Act::SignOut)>
                <span>{text.menu.sign_out}</span>
            </Item>
        </Menu>
    }
}

/// The class of the sign of an availability.
pub(super) const fn dot(word: Availability) -> &'static str {
    match word {
        Availability::Available => "dot available",
        Availability::Busy => "dot busy",
        Availability::Away | Availability::Other => "dot away",
    }
}

/// The agent's own word and its menu.
#[component]
pub(super) fn AvailabilitySwitch() -> impl IntoView {
    let app = app();
    let text = words();
    let word = Memo::new(move |_| {
        app.board
            .with(Board::availability)
            .unwrap_or(Availability::Away)
    });
    let headset = move || app.board.with(Board::headset);
    let label = Signal::derive(move || {
        format!(
            "{}: {}",
            text.menu.availability,
            (text.availability)(word.get())
        )
    });
    let face: Children = Box::new(move || {
        view! {
            <span class=move || dot(word.get())></span>
            {move || (text.availability)(word.get())}
        }
        .into_any()
    });
    view! {
        <Menu class="btn small" label side="down" face>
            {WORDS
                .map(|(choice, act)| {
                    let chosen = Signal::derive(move || word.get() == choice);
                    view! {
                        <Choice chosen choose=move || app.perform(act)>
                            <span class=dot(choice)></span>
                            <span>
                                {(text.availability)(choice)}
                                <small>{(text.availability_hint)(choice)}</small>
                            </span>
                        </Choice>
                    }
                })
                .collect_view()}
            <hr/>
            <Item act=move || app.set_headset(!headset())>
                <span class="grow">
                    {text.voice.headset}
                    <small>{text.voice.headset_hint}</small>
                </span>
                <span class="muted">
                    {move || if headset() { text.menu.on } else { text.menu.off }}
                </span>
            </Item>
        </Menu>
    }
}
