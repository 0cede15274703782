//! The first column: the agent, what is offered to them, and every list.

use heard_protocol::{Availability, ConversationId};
use leptos::prelude::*;

use super::account::AvailabilitySwitch;
use super::chat_row::{ChatRow, Kind};
use super::face::Face;
use super::offer::Offer;
use super::ring::Ring;
use super::voice_ring::VoiceRing;
use super::words::{app, wait_since, words};
use crate::model::act::Act;
use crate::model::board::Board;
use crate::model::calls::ringing;
use crate::model::lists::{Lists, queued_since};
use crate::model::voice;

/// The column.
#[component]
pub(super) fn ListColumn() -> impl IntoView {
    let app = app();
    let text = words();
    let pick = move |list: fn(&Lists) -> &Vec<ConversationId>| {
        Memo::new(move |_| app.lists.with(|lists| list(lists).clone()))
    };
    let rings = Memo::new(move |_| app.board.with(ringing));
    let voices = Memo::new(move |_| {
        app.board
            .with(|board| app.logs.with(|logs| voice::ringing(board, logs)))
    });
    let offered = pick(|lists| &lists.offered);
    let mine = pick(|lists| &lists.mine);
    let queue = pick(|lists| &lists.queue);
    let longest = Signal::derive(move || {
        let since = queue.with(|queue| {
            let first = queue.first()?;
            app.board
                .with(|board| queued_since(&board.conversations.get(first)?.status))
        });
        since.map(|since| {
            (text.lists.waits_longest)(queue.with(Vec::len) as u64, &wait_since(app, since, text))
        })
    });
    view! {
        <section class="list" aria-label=text.lists.region>
            <Me/>
            <div class="scroll">
                <Show when=move || voices.with(|list| !list.is_empty())>
                    <h2 class="section-head"><span>{text.voice.rings}</span></h2>
                    <For each=move || voices.get() key=|one| *one let:one>
                        <VoiceRing id=one.0 call=one.1/>
                    </For>
                </Show>
                <Show when=move || rings.with(|list| !list.is_empty())>
                    <h2 class="section-head"><span>{text.calls.rings}</span></h2>
                    <For each=move || rings.get() key=|id| *id let:id>
                        <Ring id/>
                    </For>
                </Show>
                <Show when=move || offered.with(|list| !list.is_empty())>
                    <h2 class="section-head"><span>{text.lists.offered}</span></h2>
                    <For each=move || offered.get() key=|id| *id let:id>
                        <Offer id first=Signal::derive(move || offered.with(|all| all.first() == Some(&id)))/>
                    </For>
                </Show>
                <h2 class="section-head">
                    <span>{text.lists.mine}</span>
                    <span>{move || count(mine.with(Vec::len))}</span>
                </h2>
                <Rows ids=mine kind=Kind::Mine/>
                <Show when=move || mine.with(Vec::is_empty)>
                    <NoneOfMine/>
                </Show>
                <h2 class="section-head">
                    <span>{text.lists.queue}</span>
                    <span>{move || longest.get()}</span>
                </h2>
                <Rows ids=queue kind=Kind::Queue/>
                <Show when=move || queue.with(Vec::is_empty)>
                    <p class="empty">{text.lists.no_queue}</p>
                </Show>
                <Fold
                    name=text.lists.others
                    empty=text.lists.no_others
                    ids=pick(|lists| &lists.others)
                    kind=Kind::Other
                />
                <Fold
                    name=text.lists.resolved
                    empty=text.lists.no_resolved
                    ids=pick(|lists| &lists.resolved)
                    kind=Kind::Resolved
                />
            </div>
        </section>
    }
}

fn count(count: usize) -> Option<usize> {
    (count > 0).then_some(count)
}

#[component]
fn Rows(ids: Memo<Vec<ConversationId>>, kind: Kind) -> impl IntoView {
    view! {
        <ul>
            <For each=move || ids.get() key=|id| *id let:id>
                <ChatRow id kind/>
            </For>
        </ul>
    }
}

/// Who is signed in, how much they have, and whether they take more.
#[component]
fn Me() -> impl IntoView {
    let app = app();
    let text = words();
    let me = Memo::new(move |_| app.board.with(|board| board.me.clone()));
    let load = Memo::new(move |_| {
        let owned = app.lists.with(|lists| lists.mine.len());
        (
            u16::try_from(owned).unwrap_or(u16::MAX),
            app.board.with(Board::capacity),
        )
    });
    let part = move || {
        let (load, capacity) = load.get();
        (f64::from(load) / f64::from(capacity.max(1)))
            .min(1.0)
            .to_string()
    };
    view! {
        <div class="me">
            {move || {
                me.get().map(|me| view! { <Face seed=me.id.to_bytes() name=me.name kind=me.kind/> })
            }}
            <div class="grow">
                <div class="cut">
                    <strong>{move || me.with(|me| me.as_ref().map(|me| me.name.clone()))}</strong>
                </div>
                <div class="muted cut">
                    {move || {
                        let (load, capacity) = load.get();
                        (text.lists.load)(load.into(), capacity.into())
                    }}
                </div>
            </div>
            <AvailabilitySwitch/>
        </div>
        <div class="me-load" aria-hidden="true">
            <span style=("--part", part)></span>
        </div>
    }
}

/// What will stand under "mine", and how to make it so.
#[component]
fn NoneOfMine() -> impl IntoView {
    let app = app();
    let text = words();
    let available = Memo::new(move |_| {
        app.board
            .with(|board| board.availability() == Some(Availability::Available))
    });
    view! {
        <div class="empty">
            <p>
                {move || {
                    if available.get() { text.lists.no_mine } else { text.lists.no_mine_unavailable }
                }}
            </p>
            <Show when=move || !available.get()>
                <button
                    class="btn small"
                    type="button"
                    on:click=move |_| app.perform(Act::BeAvailable)
                >
                    {text.lists.be_available}
                </button>
            </Show>
        </div>
    }
}

/// A list that is folded until it is asked for.
#[component]
fn Fold(
    name: &'static str,
    empty: &'static str,
    ids: Memo<Vec<ConversationId>>,
    kind: Kind,
) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <h2>
            <button
                class="section-head fold"
                type="button"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <span>{name}</span>
                <span>{move || count(ids.with(Vec::len))}</span>
            </button>
        </h2>
        <Show when=move || open.get()>
            <Rows ids kind/>
            <Show when=move || ids.with(Vec::is_empty)>
                <p class="empty">{empty}</p>
            </Show>
        </Show>
    }
}
