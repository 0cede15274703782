//! A call that rings for the agent, and the one they make.

use heard_protocol::{CallbackId, CallbackState};
use leptos::prelude::*;

use super::call_card::{Outcome, Top, called, is_busy, when};
use super::icon::Key;
use super::words::{app, words};
use crate::browser::is_mac;
use crate::model::act::Act;
use crate::model::keys::hint;
use crate::model::wait::Wait;

/// A call that rings for the agent: who, about what, and how long there is to decide.
#[component]
pub(super) fn Ring(id: CallbackId) -> impl IntoView {
    let app = app();
    let text = words();
    let call = untrack(|| app.board.with(|board| board.callbacks.get(&id).cloned()));
    call.map(|call| {
        let until = match call.state {
            CallbackState::Ringing { until, .. } => until,
            _ => call.requested_at,
        };
        let left = move || until.since(app.now.get());
        let whole = left().max(1);
        let part = move || (left() as f64 / whole as f64).min(1.0).to_string();
        let name = called(&call.form, text);
        let label = format!("{}: {name}", text.calls.rings);
        let busy = move || is_busy(app, id);
        view! {
            <article class="offer" aria-label=label>
                <div class="offer-top">
                    <span class="offer-open cut">{name}</span>
                    <span class="chip warn">{call.form.phone.clone()}</span>
                </div>
                <p class="offer-issue">{call.form.topic.clone()}</p>
                <p class="offer-from cut">{when(&call.form.when, text)}</p>
                <div class="offer-acts">
                    <button
                        class="btn primary"
                        type="button"
                        disabled=busy
                        on:click=move |_| app.make_call(id)
                    >
                        {text.calls.make}
                        <Key name=hint(Act::Accept, is_mac())/>
                    </button>
                    <button
                        class="btn"
                        type="button"
                        disabled=busy
                        on:click=move |_| app.decline_call(id)
                    >
                        {text.calls.decline}
                    </button>
                </div>
                <div class="countdown" aria-hidden="true">
                    <span style=("--part", part)></span>
                </div>
                <span class="sr">{move || (text.lists.left)(left() / 1_000)}</span>
            </article>
        }
    })
}

/// The call that the agent makes out of the open conversation: the number, how far it is, and what
/// came of it.
#[component]
pub(super) fn Making(id: CallbackId) -> impl IntoView {
    let app = app();
    let text = words();
    let call = Memo::new(move |_| app.board.with(|board| board.callbacks.get(&id).cloned()));
    let stage = move || {
        call.with(|call| match call.as_ref()?.state {
            CallbackState::Calling { since, leg, .. } => Some((since, leg)),
            _ => None,
        })
    };
    let far = move || {
        stage().map(|(since, leg)| {
            let took = text.wait(Wait::of(app.now.get().since(since)));
            format!("{} · {took}", (text.calls.leg)(leg))
        })
    };
    call.get_untracked().map(|call| {
        view! {
            <section class="making call" aria-label=text.calls.heading>
                <Top form=call.form.clone()>
                    <span class="chip mine">{far}</span>
                </Top>
                <Outcome id making=Memo::new(|_| true)/>
            </section>
        }
    })
}
