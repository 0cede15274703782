//! Everything that can be done now, by name.

use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;

use super::dialog::Sheet;
use super::icon::Key;
use super::words::{app, words};
use crate::browser::{self, is_mac};
use crate::model::act::{Act, search};
use crate::model::keys::hint;

/// The dialog: a field, and the commands that fit what is typed in it.
#[component]
pub(super) fn Palette() -> impl IntoView {
    let app = app();
    let text = words();
    let field = NodeRef::<Input>::new();
    let typed = RwSignal::new(String::new());
    let place = RwSignal::new(0_usize);
    let found = Memo::new(move |_| {
        let moment = app.moment.get();
        let now = Act::all().filter(|act| *act != Act::Palette && moment.allows(*act));
        typed.with(|typed| search(now, typed, |act| (text.act)(act).to_owned()))
    });
    let do_it = move |act: Act| {
        app.dialog.set(None);
        // The dialog first gives the focus back, so that what follows can take it.
        browser::later(move || app.perform(act));
    };
    let option_id = |act: Act| format!("command-{act:?}");
    let selected = move || found.with(|found| found.get(place.get()).copied());
    let step = move |by: usize| {
        let count = found.with_untracked(Vec::len).max(1);
        place.update(|place| *place = (*place + by) % count);
        if let Some(act) = untrack(selected) {
            browser::later(move || browser::reveal(&option_id(act)));
        }
    };
    let keydown = move |event: ev::KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(found.with_untracked(Vec::len).max(1) - 1),
            "Enter" if !event.is_composing() => {
                if let Some(act) = untrack(selected) {
                    do_it(act);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            browser::later(move || drop(field.focus()));
        }
    });
    view! {
        <Sheet label=text.dialog.palette>
            <div class="palette">
                <input
                    class="palette-field"
                    type="text"
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="commands"
                    aria-label=text.dialog.palette_field
                    aria-activedescendant=move || selected().map(option_id)
                    placeholder=text.dialog.palette_field
                    autocomplete="off"
                    node_ref=field
                    prop:value=move || typed.get()
                    on:input=move |event| {
                        typed.set(event_target_value(&event));
                        place.set(0);
                    }
                    on:keydown=keydown
                />
                <div class="palette-list" id="commands" role="listbox" aria-label=text.dialog.palette>
                    <For each=move || found.get() key=|act| *act let:act>
                        <div
                            class="palette-item"
                            role="option"
                            id=option_id(act)
                            aria-selected=move || (selected() == Some(act)).to_string()
                            on:click=move |_| do_it(act)
                        >
                            <span>{(text.act)(act)}</span>
                            <Key name=hint(act, is_mac())/>
                        </div>
                    </For>
                </div>
                <p class="empty" role="status">
                    {move || found.with(Vec::is_empty).then_some(text.dialog.palette_none)}
                </p>
            </div>
        </Sheet>
    }
}
