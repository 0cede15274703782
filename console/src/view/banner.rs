//! How the connection is, whenever it is not simply there.

use heard_client::LinkState;
use heard_protocol::NextMove;
use leptos::prelude::*;

use super::words::{app, words};
use crate::browser;
use crate::control::App;
use crate::text::Text;

/// What the line says and offers.
#[derive(Clone, PartialEq, Eq)]
struct Said {
    words: &'static str,
    /// Seconds to the next attempt.
    retry_in: Option<u64>,
    button: Option<Button>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Button {
    RetryNow,
    Reload,
}

/// The line above the columns.
#[component]
pub(super) fn Banner() -> impl IntoView {
    let app = app();
    let text = words();
    let said = Memo::new(move |_| said(app, text));
    view! {
        <div role="status" class="banner" hidden=move || said.get().is_none()>
            {move || {
                said.get()
                    .map(|Said { words, retry_in, button }| {
                        view! {
                            <span class="grow">{words}</span>
                            // Not spoken: it changes every second.
                            <span aria-hidden="true">{retry_in.map(text.link.retry_in)}</span>
                            {button.map(|button| push(app, text, button))}
                        }
                    })
            }}
        </div>
    }
}

fn push(app: App, text: &'static Text, button: Button) -> impl IntoView {
    let name = match button {
        Button::RetryNow => text.link.retry_now,
        Button::Reload => text.link.reload,
    };
    let press = move |_| match button {
        Button::RetryNow => {
            if let Some(client) = app.client() {
                client.retry_now();
            }
        }
        Button::Reload => browser::reload(),
    };
    view! { <button class="btn small" type="button" on:click=press>{name}</button> }
}

fn said(app: App, text: &'static Text) -> Option<Said> {
    let plain = |words| Said {
        words,
        retry_in: None,
        button: None,
    };
    let greeted = app.board.with(|board| board.me.is_some());
    match app.link.get() {
        LinkState::Live => app.held.get().then(|| plain(text.link.held)),
        LinkState::Connecting { attempt: 0 } => (!greeted).then(|| plain(text.link.connecting)),
        LinkState::Connecting { .. } => Some(plain(text.link.reconnecting)),
        LinkState::Waiting { retry_at, .. } => {
            // Follows the page's clock, to the second.
            app.now.track();
            let left = retry_at.since(browser::clock()).div_ceil(1_000);
            let retry_in = (left > 1).then_some(left);
            let button = Some(Button::RetryNow);
            Some(Said {
                retry_in,
                button,
                ..plain(text.link.reconnecting)
            })
        }
        LinkState::Offline { .. } => Some(plain(text.link.offline)),
        LinkState::Stopped(NextMove::Reload) => {
            let button = Some(Button::Reload);
            Some(Said {
                button,
                ..plain(text.link.reload_needed)
            })
        }
        LinkState::Idle | LinkState::Stopped(NextMove::Reauthenticate) => None,
        LinkState::Stopped(_) => {
            let button = Some(Button::RetryNow);
            Some(Said {
                button,
                ..plain(text.link.stopped)
            })
        }
    }
}
