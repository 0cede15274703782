//! Resolving with an answer begun: nothing is sent or lost without being asked.

use heard_protocol::ConversationId;
use leptos::prelude::*;

use super::dialog::Modal;
use super::words::{app, words};
use crate::model::draft::Tab;

/// The dialog.
#[component]
pub(super) fn Unsent(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let send = move |_| {
        app.dialog.set(None);
        let draft = app
            .drafts
            .with_untracked(|drafts| drafts.get(id, Tab::Answer).trim().to_owned());
        app.say(id, Tab::Answer, draft);
        app.draft(id, Tab::Answer, String::new());
        app.settle_chat(id);
    };
    let keep = move |_| {
        app.dialog.set(None);
        app.settle_chat(id);
    };
    let back = move |_| {
        app.dialog.set(None);
        app.write(Tab::Answer);
    };
    view! {
        <Modal title=text.dialog.unsent>
            <p>{text.dialog.unsent_lead}</p>
            <div class="dialog-acts">
                <button class="btn" type="button" on:click=back>{text.dialog.unsent_back}</button>
                <button class="btn" type="button" on:click=keep>{text.dialog.unsent_keep}</button>
                <button class="btn primary" type="button" autofocus on:click=send>{text.dialog.unsent_send}</button>
            </div>
        </Modal>
    }
}
