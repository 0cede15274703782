//! Something written: by the visitor, by the desk, or a note between colleagues.

use heard_protocol::{CommandId, ConversationId};
use leptos::prelude::*;

use super::words::{agent_name, app, words, written};
use crate::browser::Form;
use crate::control::App;
use crate::model::links::{Piece, pieces};
use crate::model::rows::{Bubble, Delivery, RowKey, Writer};
use crate::text::Text;

/// The bubble with its time and what became of it.
#[component]
pub(super) fn Said(id: ConversationId, key: RowKey, bubble: Bubble) -> impl IntoView {
    let app = app();
    let text = words();
    let Bubble {
        writer,
        note,
        text: said,
        at,
        delivery,
        opens,
        closes,
    } = bubble;
    let mut class = vec!["said"];
    class.extend((writer != Writer::Visitor).then_some("ours"));
    class.extend(note.then_some("note"));
    class.extend(opens.then_some("opens"));
    class.extend(match delivery {
        Some(Delivery::Sending) => Some("sending"),
        Some(Delivery::Refused(_)) => Some("refused"),
        _ => None,
    });
    let by = match writer {
        Writer::Colleague(agent) => Some(agent_name(app, agent, text)),
        Writer::Visitor | Writer::Me => None,
    };
    let unseen = match writer {
        Writer::Visitor => text.talk.visitor_wrote.to_owned(),
        Writer::Me => text.talk.you_wrote.to_owned(),
        Writer::Colleague(_) => (text.talk.wrote)(by.as_deref().unwrap_or_default()),
    };
    let time = at.map(|at| written(at, Form::Time, text));
    let full = at.map(|at| written(at, Form::Full, text));
    let state = state(writer, note, delivery, text);
    let meta = closes.then(|| {
        [
            time,
            note.then(|| text.talk.staff_only.to_owned()),
            state.map(str::to_owned),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
    });
    view! {
        <div class=class.join(" ")>
            {(opens && by.is_some()).then(|| view! { <span class="said-by" aria-hidden="true">{by}</span> })}
            <div class="bubble" dir="auto" title=full>
                // With a direction of its own it does not decide the message's.
                <span class="sr" dir="auto">{unseen} " "</span>
                {linked(&said)}
            </div>
            {meta
                .map(|meta| {
                    view! {
                        <div class="said-meta">
                            {match (delivery, key) {
                                (Some(Delivery::Refused(code)), RowKey::Said(message)) => {
                                    view! {
                                        <span class="error">
                                            {text.talk.not_sent} " " {(text.refusal)(code)}
                                        </span>
                                        <Again id message/>
                                    }
                                        .into_any()
                                }
                                _ => view! { <span>{meta}</span> }.into_any(),
                            }}
                        </div>
                    }
                })}
        </div>
    }
}

/// What became of one's own message, or of a note.
fn state(
    writer: Writer,
    note: bool,
    delivery: Option<Delivery>,
    text: &Text,
) -> Option<&'static str> {
    match (delivery?, note) {
        (Delivery::Sending, _) => Some(text.talk.sending),
        (Delivery::Sent, false) if writer == Writer::Me => Some(text.talk.sent),
        (Delivery::Seen, false) => Some(text.talk.seen),
        _ => None,
    }
}

/// A text with its web addresses as links, and nothing else as anything.
fn linked(said: &str) -> impl IntoView + use<> {
    pieces(said)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(plain) => plain.to_owned().into_any(),
            Piece::Link(address) => {
                let words = address.to_owned();
                let address = words.clone();
                view! {
                    <a href=address target="_blank" rel="noopener noreferrer nofollow">
                        {words}
                    </a>
                }
                .into_any()
            }
        })
        .collect_view()
}

#[component]
fn Again(id: ConversationId, message: CommandId) -> impl IntoView {
    let app: App = app();
    let text = words();
    view! {
        <button class="link-btn" type="button" on:click=move |_| app.retry(id, message)>
            {text.talk.retry}
        </button>
        <button class="link-btn" type="button" on:click=move |_| drop(app.discard(id, message))>
            {text.talk.discard}
        </button>
    }
}
