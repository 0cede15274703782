//! A conversation that is offered: what it is about, how long the visitor waits, how long there is
//! to decide.

use heard_protocol::{ConversationId, Status};
use leptos::prelude::*;

use super::icon::Key;
use super::words::{app, visitor_name, wait_since, wait_words, words};
use crate::browser::is_mac;
use crate::control::Dialog;
use crate::model::act::Act;
use crate::model::keys::hint;

/// The card. The first is the one that keys act on.
#[component]
pub(super) fn Offer(id: ConversationId, first: Signal<bool>) -> impl IntoView {
    let app = app();
    let text = words();
    let line = Memo::new(move |_| {
        app.board
            .with(|board| board.conversations.get(&id).cloned())
    });
    let times = Memo::new(move |_| {
        line.with(|line| match line.as_ref()?.status {
            Status::Offered { since, until, .. } => Some((since, until)),
            _ => None,
        })
    });
    // How much time there was when the card came up: the bar begins full.
    let whole = times
        .get_untracked()
        .map_or(1, |(_, until)| until.since(app.now.get_untracked()).max(1));
    let left = move || {
        times
            .get()
            .map_or(0, |(_, until)| until.since(app.now.get()))
    };
    let part = move || (left() as f64 / whole as f64).min(1.0).to_string();
    let name = move || {
        line.with(|line| {
            line.as_ref()
                .map(|line| visitor_name(line, text))
                .unwrap_or_default()
        })
    };
    let page = move || {
        line.with(|line| {
            let page = line.as_ref()?.page()?;
            let title = if page.title.is_empty() {
                &page.url
            } else {
                &page.title
            };
            Some((text.lists.from_page)(title))
        })
    };
    let key = move |act| first.get().then(|| hint(act, is_mac())).flatten();
    let busy = move || app.is_busy(id) || !app.moment.with(|moment| moment.live);
    view! {
        <article class="offer" aria-label=move || format!("{}: {}", text.lists.offered, name())>
            <div class="offer-top">
                <button
                    class="offer-open cut"
                    type="button"
                    title=text.lists.look
                    on:click=move |_| app.show(Some(id))
                >
                    {name}
                </button>
                <span class="chip warn">
                    <span aria-hidden="true">
                        {move || {
                            times.get().map(|(since, _)| {
                                (text.lists.waits)(&wait_since(app, since, text))
                            })
                        }}
                    </span>
                    <span class="sr">
                        {move || {
                            times.get().map(|(since, _)| {
                                (text.lists.waits)(&wait_words(app, since, text))
                            })
                        }}
                    </span>
                </span>
            </div>
            <p class="offer-issue">{move || line.with(|line| line.as_ref().map(|it| it.issue().to_owned()))}</p>
            <p class="offer-from cut">{page}</p>
            <div class="offer-acts">
                <button
                    class="btn primary"
                    type="button"
                    disabled=busy
                    on:click=move |_| app.take(Some(id))
                >
                    {text.lists.accept}
                    {move || view! { <Key name=key(Act::Accept)/> }}
                </button>
                <button
                    class="btn"
                    type="button"
                    disabled=busy
                    on:click=move |_| app.dialog.set(Some(Dialog::Decline(id)))
                >
                    {text.lists.decline}
                    {move || view! { <Key name=key(Act::Decline)/> }}
                </button>
            </div>
            <div class="countdown" aria-hidden="true">
                <span style=("--part", part)></span>
            </div>
            <span class="sr">{move || (text.lists.left)(left() / 1_000)}</span>
        </article>
    }
}
