//! The second column: the open conversation.

use heard_protocol::ConversationId;
use leptos::prelude::*;

use super::composer::Composer;
use super::log::LogView;
use super::ring::Making;
use super::talk_head::TalkHead;
use super::trouble::TroubleLine;
use super::voice_sum::VoiceSum;
use super::words::{app, words};
use crate::model::act::Place;
use crate::model::calls::making_in;

/// The column.
#[component]
pub(super) fn Talk() -> impl IntoView {
    let app = app();
    let text = words();
    // What is open, and whether it is listed.
    let open = Memo::new(move |_| {
        let id = app.open()?;
        Some((
            id,
            app.board
                .with(|board| board.conversations.contains_key(&id)),
        ))
    });
    view! {
        <section class="talk" aria-label=text.talk.region>
            {move || match open.get() {
                Some((id, true)) => view! { <Conversation id/> }.into_any(),
                Some((_, false)) => {
                    view! {
                        <div class="nothing">
                            <h2>{text.talk.gone}</h2>
                            <p>{text.talk.gone_hint}</p>
                            <p>
                                <button
                                    class="btn"
                                    type="button"
                                    on:click=move |_| app.go(Place::Chats, None)
                                >
                                    {text.talk.back}
                                </button>
                            </p>
                        </div>
                    }
                        .into_any()
                }
                None => {
                    view! {
                        <div class="nothing">
                            <h2>{text.talk.nothing_open}</h2>
                            <p>{text.talk.nothing_open_hint}</p>
                        </div>
                    }
                        .into_any()
                }
            }}
        </section>
    }
}

#[component]
fn Conversation(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let issue = Memo::new(move |_| {
        app.board.with(|board| {
            board
                .conversations
                .get(&id)
                .map(|line| line.issue().to_owned())
                .unwrap_or_default()
        })
    });
    let making = Memo::new(move |_| app.board.with(|board| making_in(board, id)));
    view! {
        <TalkHead id/>
        <dl class="issue" hidden=move || issue.with(String::is_empty)>
            <dt>{text.talk.issue}</dt>
            <dd>{move || issue.get()}</dd>
        </dl>
        <TroubleLine id/>
        {move || making.get().map(|call| view! { <Making id=call/> })}
        <LogView id/>
        <VoiceSum id/>
        <Composer id/>
    }
}
