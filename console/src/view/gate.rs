//! Signing in: as a page of its own, and over the page of somebody whose session has ended.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::dialog::Modal;
use super::words::{app, words};
use crate::browser;
use crate::control::{App, Stage};
use crate::lang::Lang;
use crate::model::board::Board;
use crate::net::{self, SignInError};
use crate::text::Text;

/// The page before anybody is signed in.
#[component]
pub(super) fn Gate() -> impl IntoView {
    let text = words();
    view! {
        <main class="gate">
            <div class="gate-card">
                <span class="mark" aria-hidden="true">"H"</span>
                <div>
                    <h1>{text.sign_in.heading}</h1>
                    <p class="muted">{text.sign_in.lead}</p>
                </div>
                <Form/>
                <Languages/>
            </div>
        </main>
    }
}

/// The same over the page, which keeps everything that was written.
#[component]
pub(super) fn Expired() -> impl IntoView {
    let text = words();
    view! {
        <Modal title=text.link.expired_heading closes=false>
            <p>{text.link.expired}</p>
            <Form/>
        </Modal>
    }
}

#[component]
fn Form() -> impl IntoView {
    let app = app();
    let text = words();
    let email = NodeRef::<Input>::new();
    let password = NodeRef::<Input>::new();
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<SignInError>);
    let value = |field: NodeRef<Input>| {
        field
            .get_untracked()
            .map(|field| field.value())
            .unwrap_or_default()
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        let (email, word) = (value(email), value(password));
        spawn_local(async move {
            let outcome = net::sign_in(email.trim(), &word).await;
            busy.set(false);
            match outcome {
                Ok(me) => enter(app, me.id),
                Err(why) => {
                    error.set(Some(why));
                    if let Some(field) = password.try_get_untracked().flatten() {
                        field.select();
                    }
                }
            }
        });
    };
    Effect::new(move |_| {
        if let Some(field) = email.get() {
            // The field has just been put on the page.
            browser::later(move || drop(field.focus()));
        }
    });
    view! {
        <form class="form" on:submit=submit aria-busy=move || busy.get().to_string()>
            <label class="field">
                <span>{text.sign_in.email}</span>
                <input class="input" type="email" name="email" autocomplete="username" required node_ref=email/>
            </label>
            <label class="field">
                <span>{text.sign_in.password}</span>
                <input
                    class="input"
                    type="password"
                    name="password"
                    autocomplete="current-password"
                    required
                    node_ref=password
                />
            </label>
            <p class="error" role="alert" hidden=move || error.get().is_none()>
                {move || error.get().map(|why| sentence(why, text))}
            </p>
            <button class="btn primary" type="submit" disabled=move || busy.get()>
                {move || if busy.get() { text.sign_in.busy } else { text.sign_in.submit }}
            </button>
        </form>
    }
}

/// Goes on as this agent; somebody else than before begins with an empty page.
fn enter(app: App, me: heard_protocol::AgentId) {
    let was = app.board.with_untracked(Board::my_id);
    if was.is_some_and(|was| was != me) {
        app.forget();
    }
    app.stage.set(Stage::SignedIn);
    match app.client() {
        Some(client) => client.set_credential(heard_protocol::StaffCredential { token: None }),
        None => net::connect(app, me),
    }
}

const fn sentence(why: SignInError, text: &Text) -> &'static str {
    match why {
        SignInError::BadCredentials => text.sign_in.bad_credentials,
        SignInError::TooFast => text.sign_in.too_fast,
        SignInError::Unreachable => text.sign_in.unreachable,
        SignInError::Failed => text.sign_in.failed,
    }
}

#[component]
fn Languages() -> impl IntoView {
    let app = app();
    let text = words();
    view! {
        <div class="languages" role="group" aria-label=text.sign_in.language>
            {Lang::ALL
                .map(|lang| {
                    view! {
                        <button
                            type="button"
                            lang=lang.tag()
                            aria-pressed=move || (app.lang.get() == lang).to_string()
                            on:click=move |_| app.speak(lang)
                        >
                            {lang.own_name()}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}
