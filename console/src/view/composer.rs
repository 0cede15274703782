//! Where one writes: an answer to the visitor, or a note to colleagues. Each conversation keeps its
//! own two drafts.

use heard_protocol::limits::MAX_TEXT_BYTES;
use heard_protocol::{ConversationId, Status};
use leptos::ev;
use leptos::html::Textarea;
use leptos::prelude::*;

use super::icon::Key;
use super::words::{agent_name, app, words};
use crate::browser::is_mac;
use crate::control::App;
use crate::model::act::{Act, Standing, standing};
use crate::model::board::Board;
use crate::model::draft::Tab;
use crate::model::keys::hint;

/// From here on the space that is left is shown, in bytes.
const NEARLY_FULL: usize = MAX_TEXT_BYTES - 1_024;

/// The composer.
#[component]
pub(super) fn Composer(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let standing = Memo::new(move |_| app.board.with(|board| standing(board, id)));
    let mine = Memo::new(move |_| standing.get() == Some(Standing::Mine));
    // What is written as a note must not become an answer because the chat changes hands in that
    // moment: the tab follows the agent's own act alone.
    Effect::new(move |_| {
        if !mine.get() {
            app.tab.set(Tab::Note);
        } else if app.taking.get_untracked() == Some(id) {
            app.taking.set(None);
            if app
                .drafts
                .with_untracked(|drafts| drafts.get(id, Tab::Note).is_empty())
            {
                app.write(Tab::Answer);
            }
        }
    });
    let note = move || app.tab.get() == Tab::Note;
    let field = NodeRef::<Textarea>::new();
    let draft = move || {
        app.drafts
            .with(|drafts| drafts.get(id, app.tab.get()).to_owned())
    };
    let size = Memo::new(move |_| draft().len());
    let blank = Memo::new(move |_| draft().trim().is_empty());
    let send = Callback::new(move |()| {
        let tab = app.tab.get_untracked();
        let written = app
            .drafts
            .with_untracked(|drafts| drafts.get(id, tab).trim().to_owned());
        if !written.is_empty() && written.len() <= MAX_TEXT_BYTES {
            app.say(id, tab, written);
            app.draft(id, tab, String::new());
        }
        if let Some(area) = field.try_get_untracked().flatten() {
            // It was there a moment ago.
            let _ = area.focus();
        }
    });
    let keydown = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            let plain = !event.shift_key()
                && !event.ctrl_key()
                && !event.meta_key()
                && !event.alt_key()
                && !event.is_composing();
            if plain {
                event.prevent_default();
                send.run(());
            }
        }
        "Escape" => {
            if let Some(area) = field.try_get_untracked().flatten() {
                let _ = area.blur();
            }
        }
        _ => {}
    };
    let changed = move |event: ev::Event| {
        app.draft(id, app.tab.get_untracked(), event_target_value(&event));
        if app.tab.get_untracked() == Tab::Answer {
            app.type_signal(id);
        }
    };
    let placeholder = move || {
        if note() {
            text.composer.note_placeholder
        } else {
            text.composer.answer_placeholder
        }
    };
    view! {
        <section class="composer" class:note-mode=note aria-label=text.composer.region>
            <Tabs mine/>
            <Show when=move || !mine.get()>
                <Why id/>
            </Show>
            <div class="write" id="composer-panel" role="tabpanel" aria-labelledby=move || tab_id(app.tab.get())>
                <textarea
                    rows="3"
                    dir="auto"
                    aria-label=placeholder
                    placeholder=placeholder
                    node_ref=field
                    prop:value=draft
                    on:input=changed
                    on:keydown=keydown
                ></textarea>
            </div>
            <Foot send size blank/>
        </section>
    }
}

/// How much room is left, which keys there are, and the button.
#[component]
fn Foot(send: Callback<()>, size: Memo<usize>, blank: Memo<bool>) -> impl IntoView {
    let app = app();
    let text = words();
    let too_long = Memo::new(move |_| size.get() > MAX_TEXT_BYTES);
    let room = move || match size.get() {
        0..NEARLY_FULL => String::new(),
        used if used <= MAX_TEXT_BYTES => text.composer.bytes_left.to_owned(),
        _ => text.composer.too_long.to_owned(),
    };
    view! {
        <div class="composer-foot">
            <span class="hint kbd" aria-hidden="true">"⇧ Enter"</span>
            <span class="hint">{text.composer.newline}</span>
            <Key name=hint(Act::Palette, is_mac())/>
            <span class="hint">{text.composer.everything_else}</span>
            <span class="room" class:error=move || too_long.get() role="status">{room}</span>
            <button
                class="btn primary"
                type="button"
                disabled=move || blank.get() || too_long.get()
                on:click=move |_| send.run(())
            >
                {move || match app.tab.get() {
                    Tab::Answer => text.composer.send,
                    Tab::Note => text.composer.save_note,
                }}
                <Key name=Some("Enter")/>
            </button>
        </div>
    }
}

const fn tab_id(tab: Tab) -> &'static str {
    match tab {
        Tab::Answer => "tab-answer",
        Tab::Note => "tab-note",
    }
}

#[component]
fn Tabs(mine: Memo<bool>) -> impl IntoView {
    let app = app();
    let text = words();
    let arrows = move |event: ev::KeyboardEvent| {
        if matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight") && mine.get_untracked() {
            event.prevent_default();
            let tab = match app.tab.get_untracked() {
                Tab::Answer => Tab::Note,
                Tab::Note => Tab::Answer,
            };
            app.tab.set(tab);
            crate::browser::later(move || {
                crate::browser::focus(&format!("#{}", tab_id(tab)));
            });
        }
    };
    let tab = move |tab: Tab, act: Act, name: &'static str| {
        let chosen = move || app.tab.get() == tab;
        view! {
            <button
                class="tab"
                type="button"
                role="tab"
                id=tab_id(tab)
                aria-controls="composer-panel"
                aria-selected=move || chosen().to_string()
                tabindex=move || if chosen() { "0" } else { "-1" }
                disabled=move || tab == Tab::Answer && !mine.get()
                on:click=move |_| app.write(tab)
            >
                {name}
                <Key name=hint(act, is_mac())/>
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=text.composer.region on:keydown=arrows>
            {tab(Tab::Answer, Act::Answer, text.composer.answer)}
            {tab(Tab::Note, Act::Note, text.composer.note)}
        </div>
    }
}

/// Why there is no answering here.
#[component]
fn Why(id: ConversationId) -> impl IntoView {
    let app: App = app();
    let text = words();
    let status = Memo::new(move |_| {
        app.board
            .with(|board| board.conversations.get(&id).map(|line| line.status.clone()))
    });
    let why = move || {
        let me = app.board.with(Board::my_id);
        Some(match status.get()? {
            Status::Waiting { .. } => text.composer.take_first.to_owned(),
            Status::Offered { to, .. } if Some(to) == me => text.composer.accept_first.to_owned(),
            Status::Offered { to, .. } => (text.composer.asked_first)(&agent_name(app, to, text)),
            Status::Assigned { agent, .. } => {
                (text.composer.others_answer)(&agent_name(app, agent, text))
            }
            Status::Resolved { .. } => text.composer.reopen_first.to_owned(),
        })
    };
    view! { <p class="composer-why">{why}</p> }
}
