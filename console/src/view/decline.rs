//! Turning an offer down, with a reason if there is one to give.

use heard_protocol::ConversationId;
use heard_protocol::limits::MAX_SHORT_BYTES;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::dialog::Modal;
use super::words::{app, words};
use crate::control::Dialog;
use crate::model::act::{Standing, standing};

/// The dialog.
#[component]
pub(super) fn Decline(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let reason = RwSignal::new(String::new());
    // The offer may run out while one is thinking.
    Effect::new(move |_| {
        let offered = app.board.with(|board| standing(board, id)) == Some(Standing::Offered);
        if !offered && app.dialog.get_untracked() == Some(Dialog::Decline(id)) {
            app.dialog.set(None);
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        app.dialog.set(None);
        app.decline(id, cut(reason.get_untracked().trim()));
    };
    view! {
        <Modal title=text.dialog.decline>
            <form class="form" on:submit=submit>
                <p>{text.dialog.decline_lead}</p>
                <label class="field">
                    <span>{text.dialog.decline_reason}</span>
                    <input
                        class="input"
                        autofocus
                        prop:value=move || reason.get()
                        on:input=move |event| reason.set(event_target_value(&event))
                    />
                </label>
                <div class="dialog-acts">
                    <button class="btn" type="button" on:click=move |_| app.dialog.set(None)>
                        {text.dialog.cancel}
                    </button>
                    <button class="btn primary" type="submit">{text.dialog.decline_submit}</button>
                </div>
            </form>
        </Modal>
    }
}

/// The text, cut where a short text ends for the relay.
pub(super) fn cut(text: &str) -> String {
    let mut kept = String::new();
    for letter in text.chars() {
        if kept.len() + letter.len_utf8() > MAX_SHORT_BYTES {
            break;
        }
        kept.push(letter);
    }
    kept
}
