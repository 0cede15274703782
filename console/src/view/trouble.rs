//! Whether writing works in the open conversation, and offering to talk instead.

use heard_fold::Trouble;
use heard_protocol::ConversationId;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::decline::cut;
use super::dialog::Modal;
use super::icon::Key;
use super::words::{app, words};
use crate::browser::is_mac;
use crate::control::App;
use crate::model::act::Act;
use crate::model::keys::hint;

fn talk(app: App, id: ConversationId) -> Memo<Trouble> {
    Memo::new(move |_| {
        app.logs
            .with(|logs| logs.get(id).map(|log| log.trouble).unwrap_or_default())
    })
}

/// The line: the reason, its evidence, and what became of offering a call.
#[component]
pub(super) fn TroubleLine(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let talk = talk(app, id);
    let trouble = move || talk.with(|talk| talk.last);
    let head = move || {
        trouble().map(|it| match it.evidence {
            Some(_) => text.trouble.head,
            None => text.trouble.suggested,
        })
    };
    let said = move || {
        let it = trouble()?;
        let evidence = text.evidence(it.evidence?);
        Some(format!("{}: {evidence}.", (text.trouble.reason)(it.reason)))
    };
    let fate = move || {
        trouble().and_then(|it| match it.answer {
            Some(answer) => Some((text.trouble.answered)(answer)),
            None => it.offered.then_some(text.trouble.open),
        })
    };
    let may = move || {
        let new = trouble().is_some_and(|it| !it.offered);
        new && talk.with(|talk| talk.hurdle().is_none())
            && app.moment.with(|moment| moment.allows(Act::OfferTalk))
    };
    view! {
        <div class="trouble" role="status" hidden=move || trouble().is_none()>
            <p>
                <strong>{head}</strong>
                " "
                {said}
                " "
                <span class="fate">{fate}</span>
            </p>
            <Show when=may>
                <button class="btn" type="button" on:click=move |_| app.perform(Act::OfferTalk)>
                    {text.trouble.offer}
                    <Key name=hint(Act::OfferTalk, is_mac())/>
                </button>
            </Show>
        </div>
    }
}

/// The dialog that offers a call, or says why that would come to nothing.
#[component]
pub(super) fn OfferTalk(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let talk = talk(app, id);
    let hurdle = move || talk.with(Trouble::hurdle);
    view! {
        <Modal title=text.trouble.offer>
            {move || match hurdle() {
                Some(hurdle) => {
                    view! {
                        <p role="alert">{(text.trouble.hurdle)(hurdle)}</p>
                        <div class="dialog-acts">
                            <button
                                class="btn"
                                type="button"
                                autofocus
                                on:click=move |_| app.dialog.set(None)
                            >
                                {text.dialog.close}
                            </button>
                        </div>
                    }
                        .into_any()
                }
                None => view! { <OfferForm id/> }.into_any(),
            }}
        </Modal>
    }
}

#[component]
fn OfferForm(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let why = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        app.dialog.set(None);
        app.offer_talk(id, cut(why.get_untracked().trim()));
    };
    view! {
        <form class="form" on:submit=submit>
            <p>{text.trouble.lead}</p>
            <label class="field">
                <span>{text.trouble.why}</span>
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
                <button class="btn primary" type="submit">{text.trouble.offer}</button>
            </div>
        </form>
    }
}
