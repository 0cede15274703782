//! The page of requests to be called.

use heard_protocol::CallbackId;
use leptos::prelude::*;

use super::call_card::{Closed, Open};
use super::phone::MyPhone;
use super::words::{app, words};
use crate::model::lists::callbacks;

/// The page.
#[component]
pub(super) fn Calls() -> impl IntoView {
    let app = app();
    let text = words();
    let both = Memo::new(move |_| app.board.with(callbacks));
    let open = Memo::new(move |_| both.with(|(open, _)| open.clone()));
    let closed = Memo::new(move |_| both.with(|(_, closed)| closed.clone()));
    let none = |list: Memo<Vec<CallbackId>>| move || list.with(Vec::is_empty);
    view! {
        <main class="calls-page">
            <h1>{text.calls.heading}</h1>
            <MyPhone/>
            <h2>{text.calls.open}</h2>
            <Show when=none(open)>
                <div class="nothing">
                    <h3>{text.calls.none_open}</h3>
                    <p>{text.calls.none_open_hint}</p>
                </div>
            </Show>
            <div>
                <For each=move || open.get() key=|id| *id let:id>
                    <Open id/>
                </For>
            </div>
            <h2>{text.calls.closed}</h2>
            <Show when=none(closed)>
                <p class="muted">{text.calls.none_closed}</p>
            </Show>
            <div>
                <For each=move || closed.get() key=|id| *id let:id>
                    <Closed id/>
                </For>
            </div>
        </main>
    }
}
