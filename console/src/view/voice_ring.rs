//! A visitor who wants to talk here and now.

use heard_protocol::{ConversationId, VoiceId};
use leptos::prelude::*;

use super::words::{app, visitor_name, words};

/// Who, and the two answers.
#[component]
pub(super) fn VoiceRing(id: ConversationId, call: VoiceId) -> impl IntoView {
    let app = app();
    let text = words();
    let (name, issue) = untrack(|| {
        app.board.with(|board| {
            let line = board.conversations.get(&id);
            line.map(|line| (visitor_name(line, text), line.issue().to_owned()))
                .unwrap_or_default()
        })
    });
    let label = format!("{}: {name}", text.voice.rings);
    let busy = move || app.is_busy(id) || app.on_call.get().is_some();
    view! {
        <article class="offer" aria-label=label>
            <div class="offer-top">
                <button class="offer-open cut" type="button" on:click=move |_| app.show(Some(id))>
                    {name}
                </button>
            </div>
            <p class="offer-issue">{issue}</p>
            <div class="offer-acts">
                <button
                    class="btn primary"
                    type="button"
                    disabled=busy
                    on:click=move |_| app.answer_voice(id, call)
                >
                    {text.voice.answer}
                </button>
                <button
                    class="btn"
                    type="button"
                    disabled=move || app.is_busy(id)
                    on:click=move |_| app.decline_voice(id, call)
                >
                    {text.voice.decline}
                </button>
            </div>
        </article>
    }
}
