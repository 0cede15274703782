//! A button that opens a short list. Arrows move, Escape and leaving close.

use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::icon::{Glyph, Icon};

/// Whether a menu is open; its items close it.
#[derive(Clone, Copy)]
pub(super) struct Open(pub(super) RwSignal<bool>);

/// A button and its menu.
#[component]
pub(super) fn Menu(
    /// The button's class.
    class: &'static str,
    /// What the button is called.
    #[prop(into)]
    label: Signal<String>,
    /// `up` or `down`: where the menu lies.
    side: &'static str,
    /// What is on the button.
    face: Children,
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    provide_context(Open(open));
    let wrap = NodeRef::<Div>::new();
    let items = move || -> Vec<HtmlElement> {
        let Some(list) = wrap
            .try_get_untracked()
            .flatten()
            .and_then(|wrap| wrap.query_selector_all("[role^=menuitem]").ok())
        else {
            return Vec::new();
        };
        (0..list.length())
            .filter_map(|index| list.item(index)?.dyn_into().ok())
            .collect()
    };
    let focus = move |place: usize| {
        if let Some(item) = items().get(place) {
            let _ = item.focus();
        }
    };
    let focus_button = move || {
        let button = wrap
            .try_get_untracked()
            .flatten()
            .and_then(|wrap| wrap.query_selector("button").ok()?);
        if let Some(Ok(button)) = button.map(JsCast::dyn_into::<HtmlElement>) {
            let _ = button.focus();
        }
    };
    let keydown = move |event: ev::KeyboardEvent| {
        if open.try_get_untracked() != Some(true) {
            return;
        }
        let items = items();
        let active = document().active_element();
        let active = active.as_ref();
        let place = items.iter().position(|item| Some(item.as_ref()) == active);
        let last = items.len().saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => focus(
                place
                    .filter(|place| *place != last)
                    .map_or(0, |place| place + 1),
            ),
            "ArrowUp" => focus(place.map_or(last, |place| place.checked_sub(1).unwrap_or(last))),
            "Home" => focus(0),
            "End" => focus(last),
            "Escape" => {
                open.set(false);
                focus_button();
            }
            "Tab" => {
                open.set(false);
                return;
            }
            // Enter and space press the item; a letter belongs to the menu, not to the page.
            _ => return event.stop_propagation(),
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let leave = move |event: ev::FocusEvent| {
        let to = event
            .related_target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let inside = wrap
            .try_get_untracked()
            .flatten()
            .is_some_and(|wrap| wrap.contains(to.as_ref()));
        if !inside {
            // The menu may have gone with the item that was pressed.
            let _ = open.try_set(false);
        }
    };
    let toggle = move |_| {
        open.update(|open| *open = !*open);
        if open.get_untracked() {
            crate::browser::later(move || focus(0));
        }
    };
    view! {
        <div class="menu-wrap" node_ref=wrap on:keydown=keydown on:focusout=leave>
            <button
                class=class
                type="button"
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                aria-label=move || label.get()
                on:click=toggle
            >
                {face()}
            </button>
            <Show when=move || open.get()>
                <div class=format!("menu {side}") role="menu" aria-label=move || label.get()>
                    {children()}
                </div>
            </Show>
        </div>
    }
}

/// One of several to choose from.
#[component]
pub(super) fn Choice(
    #[prop(into)] chosen: Signal<bool>,
    choose: impl Fn() + 'static,
    children: Children,
) -> impl IntoView {
    let Open(open) = expect_context::<Open>();
    view! {
        <button
            class="menu-item"
            type="button"
            role="menuitemradio"
            tabindex="-1"
            aria-checked=move || chosen.get().to_string()
            on:click=move |_| {
                open.set(false);
                choose();
            }
        >
            <span class="tick">
                <Show when=move || chosen.get()>
                    <Icon glyph=Glyph::Check/>
                </Show>
            </span>
            {children()}
        </button>
    }
}

/// Something to do.
#[component]
pub(super) fn Item(act: impl Fn() + 'static, children: Children) -> impl IntoView {
    let Open(open) = expect_context::<Open>();
    view! {
        <button
            class="menu-item"
            type="button"
            role="menuitem"
            tabindex="-1"
            on:click=move |_| {
                open.set(false);
                act();
            }
        >
            <span class="tick"></span>
            {children()}
        </button>
    }
}
