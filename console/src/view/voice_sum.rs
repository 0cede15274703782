//! What a call came to, asked of the agent who was on it.

use heard_protocol::{ConversationId, VoiceId};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::decline::cut;
use super::words::{app, words};
use crate::model::board::Board;

/// For how long after a call its agent is asked to sum it up, in milliseconds.
const ASKED_MS: u64 = 3_600_000;

/// One line, unless the agent would rather not.
#[component]
pub(super) fn VoiceSum(id: ConversationId) -> impl IntoView {
    let app = app();
    let over = Memo::new(move |_| {
        let me = app.board.with(Board::my_id)?;
        let now = app.now.get();
        let call = app
            .logs
            .with(|logs| logs.get(id)?.unsummed.of(me, now, ASKED_MS))?;
        (app.unsummed.get() != Some(call)).then_some(call)
    });
    move || over.get().map(|call| view! { <Asked id call/> })
}

#[component]
fn Asked(id: ConversationId, call: VoiceId) -> impl IntoView {
    let app = app();
    let text = words();
    let summary = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let said = summary.get_untracked();
        if !said.trim().is_empty() {
            app.sum_voice(id, call, cut(said.trim()));
        }
    };
    view! {
        <form class="sum" on:submit=submit>
            <label class="field">
                <span>{text.voice.sum}</span>
                <input
                    class="input"
                    placeholder=text.voice.sum_hint
                    prop:value=move || summary.get()
                    on:input=move |event| summary.set(event_target_value(&event))
                />
            </label>
            <button class="btn primary" type="submit" disabled=move || app.is_busy(id)>
                {text.calls.save}
            </button>
            <button class="btn" type="button" on:click=move |_| app.unsummed.set(Some(call))>
                {text.voice.sum_skip}
            </button>
        </form>
    }
}
