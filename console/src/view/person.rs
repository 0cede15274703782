//! The third column: who it is, in one glance.

use heard_protocol::{CallbackState, ConversationId, ConversationSummary, Status};
use leptos::prelude::*;

use super::face::Face;
use super::icon::{Glyph, Icon};
use super::words::{app, stamp, visitor_name, wait_since, words};
use crate::browser;
use crate::control::Side;
use crate::model::act::Place;
use crate::model::links::is_web;
use crate::model::lists::queued_since;
use crate::model::log::Log;

/// The column; empty while no conversation is open.
#[component]
pub(super) fn PersonColumn() -> impl IntoView {
    let app = app();
    let open = Memo::new(move |_| {
        let id = app.open()?;
        app.board
            .with(|board| board.conversations.contains_key(&id))
            .then_some(id)
    });
    move || open.get().map(|id| view! { <Person id/> })
}

#[component]
fn Person(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let line = Memo::new(move |_| {
        app.board
            .with(|board| board.conversations.get(&id).cloned())
    });
    let seed = line
        .with_untracked(|line| line.as_ref().map(|line| line.contact.to_bytes()))
        .unwrap_or_default();
    let name = move || {
        line.with(|line| {
            line.as_ref()
                .map(|line| visitor_name(line, text))
                .unwrap_or_default()
        })
    };
    let given = Memo::new(move |_| {
        line.with(|line| {
            line.as_ref()
                .map(|line| line.name().trim().to_owned())
                .unwrap_or_default()
        })
    });
    view! {
        <section
            class="person"
            class:shown=move || app.side.get() == Side::Shown
            aria-label=text.person.region
        >
            <div class="person-top">
                <Face seed name=given large=true/>
                <div class="grow">
                    <h2>{name}</h2>
                    <Presence id/>
                </div>
                <button
                    class="icon-btn narrow-only"
                    type="button"
                    aria-label=text.person.close
                    on:click=move |_| app.side.set(Side::Auto)
                >
                    <Icon glyph=Glyph::Close/>
                </button>
            </div>
            <Facts id line/>
            <Calls id/>
            <Others id line/>
        </section>
    }
}

/// Whether the visitor has the chat open now.
#[component]
fn Presence(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let there = Memo::new(move |_| app.board.with(|board| board.presence.get(&id).copied()));
    view! {
        <p class="presence">
            <span class=move || if there.get() == Some(true) { "dot available" } else { "dot" }></span>
            {move || match there.get() {
                Some(true) => text.person.online,
                Some(false) => text.person.offline,
                None => text.person.unknown,
            }}
        </p>
    }
}

#[component]
fn Facts(id: ConversationId, line: Memo<Option<ConversationSummary>>) -> impl IntoView {
    let app = app();
    let text = words();
    let language = move || {
        line.with(|line| {
            let tag = line
                .as_ref()
                .map(|line| line.locale().to_owned())
                .filter(|tag| !tag.is_empty())?;
            Some(browser::language_name(text.tag, &tag).unwrap_or(tag))
        })
    };
    let page =
        Memo::new(move |_| line.with(|line| line.as_ref().and_then(|it| it.page().cloned())));
    let waits = move || {
        let queued = line.with(|line| queued_since(&line.as_ref()?.status));
        let unanswered = || {
            app.logs
                .with(|logs| logs.get(id).and_then(Log::waiting_since))
        };
        let resolved = line.with(|line| {
            matches!(
                line.as_ref().map(|line| &line.status),
                Some(Status::Resolved { .. })
            )
        });
        let since = if resolved {
            None
        } else {
            queued.or_else(unanswered)
        };
        match since {
            Some(since) => wait_since(app, since, text),
            None => text.person.not_waiting.to_owned(),
        }
    };
    let copied = RwSignal::new(false);
    let copy = move |_| {
        browser::copy(&id.to_string());
        copied.set(true);
    };
    view! {
        <dl class="facts">
            <dt>{text.person.page}</dt>
            <dd>
                {move || match page.get() {
                    None => text.person.no_page.into_any(),
                    Some(page) => {
                        let title = if page.title.is_empty() { page.url.clone() } else { page.title };
                        if is_web(&page.url) {
                            view! {
                                <a
                                    href=page.url
                                    target="_blank"
                                    rel="noopener noreferrer nofollow"
                                    title=text.person.new_window
                                >
                                    {title}
                                </a>
                            }
                                .into_any()
                        } else {
                            title.into_any()
                        }
                    }
                }}
            </dd>
            <dt hidden=move || language().is_none()>{text.person.language}</dt>
            <dd hidden=move || language().is_none()>{language}</dd>
            <dt>{text.person.waits}</dt>
            <dd>{waits}</dd>
            <dt>{text.person.opened}</dt>
            <dd>{stamp(id.made_at(), text)}</dd>
            <dt>{text.person.id}</dt>
            <dd>
                <span class="id">{id.to_string()}</span>
                " "
                <button class="link-btn" type="button" on:click=copy>
                    {move || if copied.get() { text.person.copied } else { text.person.copy }}
                </button>
            </dd>
        </dl>
    }
}

/// The person's own requests to be called.
#[component]
fn Calls(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let calls = Memo::new(move |_| {
        app.board.with(|board| {
            let here = board
                .callbacks
                .values()
                .filter(|call| call.conversation == Some(id));
            here.cloned().collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || calls.with(|calls| !calls.is_empty())>
            <h3>{text.person.calls}</h3>
            <ul class="person-list">
                {move || {
                    calls
                        .get()
                        .into_iter()
                        .map(|call| {
                            let state = match call.state {
                                CallbackState::Open => {
                                    (text.calls.asked)(&stamp(call.requested_at, text))
                                }
                                CallbackState::Again { at, tries, .. } => {
                                    (text.calls.again)(tries.into(), &stamp(at, text))
                                }
                                CallbackState::Ringing { .. } => text.calls.rings.to_owned(),
                                CallbackState::Calling { leg, .. } => {
                                    (text.calls.leg)(leg).to_owned()
                                }
                                CallbackState::Cancelled { .. } => {
                                    text.calls.cancelled.to_owned()
                                }
                                CallbackState::Expired { .. } => text.calls.expired.to_owned(),
                                CallbackState::Other => String::new(),
                                CallbackState::Closed { disposition, .. } => {
                                    (text.disposition)(disposition).to_owned()
                                }
                            };
                            view! {
                                <li>
                                    <button
                                        type="button"
                                        on:click=move |_| app.go(Place::Callbacks, None)
                                    >
                                        <span>{call.form.phone}</span>
                                        <span class="when">{state}</span>
                                    </button>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
        </Show>
    }
}

/// Other conversations of the same person.
#[component]
fn Others(id: ConversationId, line: Memo<Option<ConversationSummary>>) -> impl IntoView {
    let app = app();
    let text = words();
    let others = Memo::new(move |_| {
        let contact = line.with(|line| line.as_ref().map(|line| line.contact));
        app.board.with(|board| {
            let all = board.conversations.values();
            let same = all.filter(|it| Some(it.contact) == contact && it.id != id);
            let mut same: Vec<_> = same
                .map(|it| (it.id, it.issue().to_owned(), it.last_at()))
                .collect();
            same.sort_unstable_by_key(|(.., last)| std::cmp::Reverse(*last));
            same
        })
    });
    view! {
        <h3>{text.person.earlier}</h3>
        <Show when=move || others.with(Vec::is_empty)>
            <p class="muted">{text.person.no_earlier}</p>
        </Show>
        <ul class="person-list">
            {move || {
                others
                    .get()
                    .into_iter()
                    .map(|(id, issue, last)| {
                        view! {
                            <li>
                                <button type="button" on:click=move |_| app.show(Some(id))>
                                    <span>{issue}</span>
                                    <span class="when">{stamp(last, text)}</span>
                                </button>
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ul>
    }
}
