//! Sentences about what could not be done; each goes away by itself.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::words::{app, words};

/// Long enough to read two sentences.
const SHOWN: Duration = Duration::from_secs(9);

/// The stack of them.
#[component]
pub(super) fn Toasts() -> impl IntoView {
    let app = app();
    let text = words();
    let drop_one = move |number| {
        app.toasts
            .update(|all| all.retain(|it| it.number != number));
    };
    view! {
        <div class="toasts" role="alert">
            <For
                each=move || app.toasts.get()
                key=|toast| toast.number
                children=move |toast| {
                    let number = toast.number;
                    set_timeout(move || drop_one(number), SHOWN);
                    view! {
                        <div class="toast">
                            <span class="grow">{toast.words}</span>
                            <button
                                class="icon-btn"
                                type="button"
                                aria-label=text.dialog.dismiss
                                on:click=move |_| drop_one(number)
                            >
                                <Icon glyph=Glyph::Close/>
                            </button>
                        </div>
                    }
                }
            />
        </div>
    }
}
