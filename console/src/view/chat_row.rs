//! One line of a list.

use heard_protocol::{Author, ConversationId, ConversationSummary, Status, UnixMillis};
use leptos::prelude::*;

use super::face::Face;
use super::words::{agent_name, app, stamp, visitor_name, wait_since, wait_words, words};
use crate::control::App;
use crate::model::act::{Standing, standing};
use crate::model::board::Board;
use crate::model::draft::Tab;
use crate::model::lists::{offered_to_other, queued_since};
use crate::model::log::Log;
use crate::text::Text;

/// Which list the line is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The agent's own.
    Mine,
    /// The queue.
    Queue,
    /// Colleagues'.
    Other,
    /// Settled.
    Resolved,
}

/// A visitor who has waited this long for a reply is marked, in milliseconds.
const PRESSING: u64 = 60_000;

/// How much of the last words is put into a line, in characters; the page cuts off what has no
/// room.
const SHOWN: usize = 120;

/// The line.
#[component]
pub(super) fn ChatRow(id: ConversationId, kind: Kind) -> impl IntoView {
    let app = app();
    let text = words();
    let line = Memo::new(move |_| {
        app.board
            .with(|board| board.conversations.get(&id).cloned())
    });
    let from_line = move |what: fn(&ConversationSummary, &Text) -> String| {
        Memo::new(move |_| {
            line.with(|line| {
                line.as_ref()
                    .map(|line| what(line, text))
                    .unwrap_or_default()
            })
        })
    };
    let name = from_line(visitor_name);
    let given = from_line(|line, _| line.name().to_owned());
    let current = Memo::new(move |_| app.open() == Some(id));
    let unread = Memo::new(move |_| {
        if kind == Kind::Mine {
            with_log(app, id, Log::unread).unwrap_or(0)
        } else {
            0
        }
    });
    // Of the logs that are read, which are one's own and the open one.
    let trouble =
        Memo::new(move |_| with_log(app, id, |log| log.trouble.last)?.map(|it| it.reason));
    let contact = line.with_untracked(|line| line.as_ref().map(|line| line.contact.to_bytes()));
    let seed = contact.unwrap_or_default();
    let free = Memo::new(move |_| {
        kind == Kind::Queue
            && app.board.with(|board| standing(board, id)) == Some(Standing::Waiting)
    });
    view! {
        <li class="chat" class:current=move || current.get() class:unread=move || unread.get() != 0 class:free=move || free.get()>
            <button
                class="chat-open"
                type="button"
                aria-current=move || current.get().then_some("true")
                on:click=move |_| app.show(Some(id))
            >
                <Face seed name=given/>
                <span class="chat-name"><span class="cut">{move || name.get()}</span></span>
                <RowTime id kind line/>
                <span class="chat-text cut"><Preview id line/></span>
                <span class="chat-side">
                    <Show when=move || unread.get() != 0>
                        <span class="count" aria-hidden="true">{move || unread.get()}</span>
                        <span class="sr">{move || (text.lists.unread)(unread.get() as u64)}</span>
                    </Show>
                </span>
                {move || {
                    let reason = trouble.get()?;
                    Some(view! { <span class="chat-mark chip warn">{(text.trouble.reason)(reason)}</span> })
                }}
            </button>
            <Show when=move || free.get()>
                <button
                    class="btn small chat-take"
                    type="button"
                    aria-label=move || (text.lists.take_named)(&name.get())
                    disabled=move || app.is_busy(id) || !app.moment.with(|moment| moment.live)
                    on:click=move |_| app.take(Some(id))
                >
                    {text.lists.take}
                </button>
            </Show>
        </li>
    }
}

fn with_log<T>(app: App, id: ConversationId, what: impl Fn(&Log) -> T) -> Option<T> {
    app.logs.with(|logs| logs.get(id).map(what))
}

/// How long somebody waits there, or when it was settled, or who has it.
#[component]
fn RowTime(
    id: ConversationId,
    kind: Kind,
    line: Memo<Option<ConversationSummary>>,
) -> impl IntoView {
    let app = app();
    let text = words();
    let status = Memo::new(move |_| line.with(|line| line.as_ref().map(|it| it.status.clone())));
    let since = Memo::new(move |_| match kind {
        Kind::Mine => with_log(app, id, Log::waiting_since).flatten(),
        Kind::Queue => status.get().as_ref().and_then(queued_since),
        Kind::Other | Kind::Resolved => None,
    });
    let pressing = move || {
        let waits = |since: UnixMillis| app.now.get().since(since) >= PRESSING;
        kind == Kind::Mine && since.get().is_some_and(waits)
    };
    let otherwise = move || match (kind, status.get()?) {
        (Kind::Mine, _) => {
            let ours = last_author(app, id).is_some_and(|author| author != Author::Visitor);
            ours.then(|| text.lists.with_them.to_owned())
        }
        (_, Status::Assigned { agent, .. }) => Some(agent_name(app, agent, text)),
        (_, Status::Resolved { at }) => Some(stamp(at, text)),
        _ => None,
    };
    view! {
        <span class="chat-time" class:pressing=pressing>
            {move || match since.get() {
                None => otherwise().into_any(),
                Some(since) => {
                    let lead = (kind == Kind::Mine).then_some(text.lists.awaiting_reply);
                    view! {
                        <span aria-hidden="true">{move || wait_since(app, since, text)}</span>
                        <span class="sr">
                            {lead} " "
                            {move || match kind {
                                Kind::Mine => wait_words(app, since, text),
                                _ => (text.lists.waits)(&wait_words(app, since, text)),
                            }}
                        </span>
                    }
                        .into_any()
                }
            }}
        </span>
    }
}

/// The second line: what is being typed, else the begun answer, else the last words.
#[component]
fn Preview(id: ConversationId, line: Memo<Option<ConversationSummary>>) -> impl IntoView {
    let app = app();
    let text = words();
    let typing = Memo::new(move |_| {
        let there =
            |it: &crate::model::board::Typing| it.conversation == id && it.who == Author::Visitor;
        app.board.with(|board| board.typing.iter().any(there))
    });
    let draft = Memo::new(move |_| {
        let current = app.open() == Some(id);
        let draft = app
            .drafts
            .with(|drafts| drafts.get(id, Tab::Answer).trim().to_owned());
        (!current && !draft.is_empty()).then_some(draft)
    });
    let me = app.board.with_untracked(Board::my_id);
    let asked = Memo::new(move |_| line.with(|line| offered_to_other(&line.as_ref()?.status, me)));
    // The log knows better than the line, which is sent anew only when something else about it
    // changes.
    let last = Memo::new(move |_| {
        let said = with_log(app, id, |log| {
            let (author, said) = log.last_said()?;
            Some((Some(author), said.chars().take(SHOWN).collect::<String>()))
        });
        said.flatten().unwrap_or_else(|| {
            let last = line.with(|line| line.as_ref().map(|line| line.last_text().to_owned()));
            (None, last.unwrap_or_default())
        })
    });
    move || {
        if typing.get() {
            return view! { <em>{text.lists.typing}</em> }.into_any();
        }
        if let Some(draft) = draft.get() {
            return view! { <span class="draft">{text.lists.draft}</span> " " {draft} }.into_any();
        }
        if let Some(agent) = asked.get() {
            return (text.lists.asked)(&agent_name(app, agent, text)).into_any();
        }
        let (author, said) = last.get();
        match author {
            Some(Author::Agent(agent)) => {
                format!("{}: {said}", agent_name(app, agent, text)).into_any()
            }
            _ => said.into_any(),
        }
    }
}

fn last_author(app: App, id: ConversationId) -> Option<Author> {
    with_log(app, id, |log| log.last_said().map(|(author, _)| author)).flatten()
}
