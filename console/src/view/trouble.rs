//! Whether writing works in the open conversation, and offering to talk instead.

use heard_protocol::{ConversationId, TalkAnswer};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::decline::cut;
use super::dialog::Modal;
use super::icon::Key;
use super::words::{app, words};
use crate::browser::is_mac;
use crate::model::act::Act;
use crate::model::keys::hint;

/// The line: the reason, its evidence, and what became of offering a call.
#[component]
pub(super) fn TroubleLine(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let trouble = Memo::new(move |_| app.logs.with(|logs| logs.get(id)?.trouble()));
    let said = move || {
        trouble.get().map(|it| {
            let reason = (text.reason)(it.reason);
            it.evidence.map_or_else(
                || (text.talk.call_offered)(reason),
                |evidence| (text.talk.trouble)(reason, &(text.evidence)(evidence)),
            )
        })
    };
    let answer = move || {
        let answer = trouble.with(|trouble| trouble.as_ref().and_then(|it| it.answer));
        answer.map(text.talk.call_answered)
    };
    let may = move || {
        let open = trouble.with(|it| {
            it.as_ref()
                .is_some_and(|it| !it.offered && it.answer != Some(TalkAnswer::No))
        });
        open && app.moment.with(|moment| moment.allows(Act::OfferTalk))
    };
    view! {
        <div class="trouble" role="status" hidden=move || trouble.with(Option::is_none)>
            <span>{said}</span>
            <strong>{answer}</strong>
            <Show when=may>
                <button class="btn small" type="button" on:click=move |_| app.perform(Act::OfferTalk)>
                    {text.talk.offer_call}
                    <Key name=hint(Act::OfferTalk, is_mac())/>
                </button>
            </Show>
        </div>
    }
}

/// The dialog that offers a call.
#[component]
pub(super) fn OfferTalk(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let why = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        app.dialog.set(None);
        app.offer_talk(id, cut(why.get_untracked().trim()));
    };
    view! {
        <Modal title=text.talk.offer_call>
            <form class="form" on:submit=submit>
                <p>{text.talk.offer_lead}</p>
                <label class="field">
                    <span>{text.talk.offer_why}</span>
                    <input
                        class="input"
                        autofocus
                        prop:value=move || why.get()
                        on:input=move |event| why.set(event_target_value(&event))
                    />
                </label>
                <div class="dialog-acts">
                    <button class="btn" type="button" on:click=move |_| app.dialog.set(None)>
                        {text.dialog.cancel}
                    </button>
                    <button class="btn primary" type="submit">{text.talk.offer_call}</button>
                </div>
            </form>
        </Modal>
    }
}
