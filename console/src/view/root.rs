//! The page: who sees what at all.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::desk::Desk;
use super::gate::{Expired, Gate};
use super::toasts::Toasts;
use super::words::{Words, app, words};
use crate::control::{App, Stage, keep_in_step};
use crate::net::{self, SignInError};

/// The whole console.
#[component]
pub(crate) fn Root() -> impl IntoView {
    let app = App::new();
    provide_context(app);
    keep_in_step(app);
    spawn_local(async move {
        match net::who().await {
            Ok(me) => {
                app.stage.set(Stage::SignedIn);
                net::connect(app, me.id);
            }
            Err(error) => {
                if error == SignInError::Unreachable {
                    app.toast(app.words().sign_in.unreachable);
                }
                app.stage.set(Stage::SignedOut);
            }
        }
    });
    move || {
        provide_context(Words(app.lang.get().text()));
        view! { <Page/> }
    }
}

#[component]
fn Page() -> impl IntoView {
    let app = app();
    let text = words();
    let inside = Memo::new(move |_| match app.stage.get() {
        Stage::Checking => None,
        Stage::SignedOut => Some(false),
        Stage::SignedIn | Stage::Expired => Some(true),
    });
    view! {
        {move || match inside.get() {
            None => view! { <main class="wait-page">{text.sign_in.loading}</main> }.into_any(),
            Some(false) => view! { <Gate/> }.into_any(),
            Some(true) => view! { <Desk/> }.into_any(),
        }}
        <Show when=move || app.stage.get() == Stage::Expired>
            <Expired/>
        </Show>
        <div class="sr" role="status" aria-live="polite">{move || app.aloud.get()}</div>
        <Toasts/>
    }
}
