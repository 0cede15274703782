//! The messages of the open conversation. The view stays at the end while the agent is there, and
//! stays put when they have scrolled up.

use std::collections::HashMap;
use std::sync::Arc;

use heard_protocol::{Author, ConversationId};
use leptos::html::Div;
use leptos::prelude::*;

use super::bubble::Said;
use super::icon::{Glyph, Icon};
use super::line::happened;
use super::words::{agent_name, app, day, visitor_name, words};
use crate::browser;
use crate::model::board::Board;
use crate::model::rows::{self, RowBody, RowKey};

/// How near the end counts as the end, in pixels.
const NEAR: i32 = 80;

/// The rows, in order and by key.
#[derive(PartialEq)]
struct Rows {
    order: Vec<RowKey>,
    bodies: HashMap<RowKey, RowBody>,
}

/// The log.
#[component]
pub(super) fn LogView(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let rows = Memo::new(move |_| {
        let me = app.board.with(Board::my_id);
        let rows = app.logs.with(|logs| {
            logs.get(id)
                .map(|log| rows::rows(log, me, browser::day_number))
                .unwrap_or_default()
        });
        let order = rows.iter().map(|row| row.key).collect();
        let bodies = rows.into_iter().map(|row| (row.key, row.body)).collect();
        Arc::new(Rows { order, bodies })
    });
    let here = Memo::new(move |_| {
        app.logs
            .with(|logs| logs.get(id).is_some_and(|log| log.caught_up))
    });
    let node = NodeRef::<Div>::new();
    let at_end = RwSignal::new(true);
    let missed = RwSignal::new(false);
    let to_end = move || {
        browser::later(move || {
            // The conversation may have been left by then.
            if let Some(log) = node.try_get_untracked().flatten() {
                log.set_scroll_top(log.scroll_height());
            }
        });
    };
    Effect::new(move |before: Option<usize>| {
        let count = rows.with(|rows| rows.order.len());
        if at_end.get_untracked() {
            to_end();
        } else if before.is_some_and(|before| before < count) {
            missed.set(true);
        }
        count
    });
    let scrolled = move |_| {
        if let Some(log) = node.try_get_untracked().flatten() {
            let near = log.scroll_height() - log.scroll_top() - log.client_height() < NEAR;
            if at_end.get_untracked() != near {
                at_end.set(near);
            }
            if near && missed.get_untracked() {
                missed.set(false);
            }
        }
    };
    view! {
        <div class="log-wrap">
            <div
                class="log"
                role="log"
                aria-live="off"
                aria-label=text.talk.log
                tabindex="0"
                node_ref=node
                on:scroll=scrolled
            >
                <Show when=move || !here.get()>
                    <p class="line">{text.talk.loading}</p>
                </Show>
                <For
                    each=move || rows.with(|rows| rows.order.clone())
                    key=|key| *key
                    children=move |key| {
                        let body = Memo::new(move |was: Option<&Option<RowBody>>| {
                            let now = rows.with(|rows| rows.bodies.get(&key).cloned());
                            // A row on its way out keeps its looks.
                            now.or_else(|| was.cloned().flatten())
                        });
                        move || match body.get()? {
                            RowBody::Day(at) => {
                                Some(view! { <p class="day">{day(at, text)}</p> }.into_any())
                            }
                            RowBody::Said(bubble) => {
                                Some(view! { <Said id key bubble/> }.into_any())
                            }
                            RowBody::Line(body, at) => {
                                happened(&body, at).map(IntoAny::into_any)
                            }
                        }
                    }
                />
            </div>
            <Show when=move || missed.get()>
                <button class="btn small to-end" type="button" on:click=move |_| to_end()>
                    <Icon glyph=Glyph::Down/>
                    {text.talk.new_below}
                </button>
            </Show>
        </div>
        <TypingLine id/>
    }
}

/// Who is typing.
#[component]
fn TypingLine(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let said = move || {
        let who: Vec<_> = app.board.with(|board| {
            let there = board
                .typing
                .iter()
                .filter(|typing| typing.conversation == id);
            there.map(|typing| typing.who).collect()
        });
        let sentence = |who| match who {
            Author::Visitor => {
                let name = app.board.with(|board| {
                    board
                        .conversations
                        .get(&id)
                        .map(|line| visitor_name(line, text))
                });
                (text.talk.visitor_typing)(&name.unwrap_or_default())
            }
            Author::Agent(agent) => (text.talk.agent_typing)(&agent_name(app, agent, text)),
            Author::Other => String::new(),
        };
        who.into_iter().map(sentence).collect::<Vec<_>>().join(" ")
    };
    view! { <p class="typing">{said}</p> }
}
