//! The frame of every dialog. The browser's own modal dialog keeps the focus inside, the rest of
//! the page inert, and gives the focus back.

use leptos::ev;
use leptos::html::Dialog as DialogElement;
use leptos::prelude::*;

use super::decline::Decline;
use super::icon::{Glyph, Icon};
use super::keys_table::Keys;
use super::palette::Palette;
use super::transfer::Transfer;
use super::trouble::OfferTalk;
use super::unsent::Unsent;
use super::words::{app, words};
use crate::control::Dialog;

/// Whatever lies over the page.
#[component]
pub(super) fn Dialogs() -> impl IntoView {
    let app = app();
    move || {
        Some(match app.dialog.get()? {
            Dialog::Palette => view! { <Palette/> }.into_any(),
            Dialog::Keys => view! { <Keys/> }.into_any(),
            Dialog::Transfer(id) => view! { <Transfer id/> }.into_any(),
            Dialog::Decline(id) => view! { <Decline id/> }.into_any(),
            Dialog::Offer(id) => view! { <OfferTalk id/> }.into_any(),
            Dialog::Unsent(id) => view! { <Unsent id/> }.into_any(),
        })
    }
}

/// A modal dialog with a heading. One that can't be closed has no close button and ignores Escape.
#[component]
pub(super) fn Modal(
    title: &'static str,
    #[prop(default = true)] closes: bool,
    children: Children,
) -> impl IntoView {
    let app = app();
    let text = words();
    view! {
        <Sheet label=title closes>
            <div class="dialog">
                <div class="dialog-top">
                    <h2>{title}</h2>
                    {closes
                        .then(|| {
                            view! {
                                <button
                                    class="icon-btn"
                                    type="button"
                                    aria-label=text.dialog.close
                                    on:click=move |_| app.dialog.set(None)
                                >
                                    <Icon glyph=Glyph::Close/>
                                </button>
                            }
                        })}
                </div>
                {children()}
            </div>
        </Sheet>
    }
}

/// The bare dialog.
#[component]
pub(super) fn Sheet(
    label: &'static str,
    #[prop(default = true)] closes: bool,
    children: Children,
) -> impl IntoView {
    let app = app();
    let node = NodeRef::<DialogElement>::new();
    let shown = StoredValue::new_local(None::<web_sys::HtmlDialogElement>);
    Effect::new(move |_| {
        if let Some(dialog) = node.get()
            && !dialog.open()
        {
            // Fails only for an element that isn't on the page, which this one is.
            let _ = dialog.show_modal();
            shown.set_value(Some(dialog));
        }
    });
    // Closing gives the focus back to where it was; taking the element away alone would not.
    on_cleanup(move || {
        if let Some(dialog) = shown.try_update_value(Option::take).flatten() {
            dialog.close();
        }
    });
    let cancel = move |event: ev::Event| {
        event.prevent_default();
        if closes {
            app.dialog.set(None);
        }
    };
    // A second Escape closes a dialog without asking; the page must not go on believing it open.
    let shut = move |_| {
        let Some(dialog) = node
            .try_get_untracked()
            .flatten()
            .filter(|dialog| dialog.is_connected())
        else {
            return;
        };
        if closes {
            app.dialog.set(None);
        } else {
            let _ = dialog.show_modal();
        }
    };
    view! {
        <dialog node_ref=node aria-label=label on:cancel=cancel on:close=shut>
            {children()}
        </dialog>
    }
}
