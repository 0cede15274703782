//! The line above a conversation: with whom, how it stands, and what can be done with it.

use heard_protocol::{ConversationId, Status};
use leptos::prelude::*;

use super::face::Face;
use super::icon::{Glyph, Icon, Key};
use super::words::{agent_name, app, stamp, visitor_name, wait_since, words};
use crate::browser::is_mac;
use crate::model::act::{Act, Place, Standing, standing};
use crate::model::board::Board;
use crate::model::keys::hint;
use crate::text::Text;

/// The line.
#[component]
pub(super) fn TalkHead(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    let line = Memo::new(move |_| {
        app.board
            .with(|board| board.conversations.get(&id).cloned())
    });
    let standing = Memo::new(move |_| app.board.with(|board| standing(board, id)));
    let name = Memo::new(move |_| {
        line.with(|line| {
            line.as_ref()
                .map(|line| visitor_name(line, text))
                .unwrap_or_default()
        })
    });
    let given = Memo::new(move |_| {
        line.with(|line| {
            line.as_ref()
                .map(|line| line.name().to_owned())
                .unwrap_or_default()
        })
    });
    let seed = line
        .with_untracked(|line| line.as_ref().map(|line| line.contact.to_bytes()))
        .unwrap_or_default();
    let page = Memo::new(move |_| {
        line.with(|line| {
            let page = line.as_ref()?.page()?;
            let title = if page.title.is_empty() {
                &page.url
            } else {
                &page.title
            };
            Some(format!(" · {}", (text.talk.on_page)(title)))
        })
    });
    let state = move || {
        line.with(|line| {
            Some(match line.as_ref()?.status {
                Status::Assigned { agent, .. } => {
                    if app.board.with(Board::my_id) == Some(agent) {
                        text.talk.with_you.to_owned()
                    } else {
                        (text.talk.with)(&agent_name(app, agent, text))
                    }
                }
                Status::Waiting { since } => (text.talk.in_queue)(&wait_since(app, since, text)),
                Status::Offered { to, .. } => {
                    if app.board.with(Board::my_id) == Some(to) {
                        text.talk.offered_to_you.to_owned()
                    } else {
                        (text.talk.offered_to)(&agent_name(app, to, text))
                    }
                }
                Status::Resolved { at } => (text.talk.resolved_at)(&stamp(at, text)),
            })
        })
    };
    view! {
        <header class="talk-head">
            <button
                class="icon-btn phone-only"
                type="button"
                aria-label=text.talk.back
                on:click=move |_| app.go(Place::Chats, None)
            >
                <Icon glyph=Glyph::Back/>
            </button>
            <Face seed name=given/>
            <div class="grow">
                <h2 class="cut">{move || name.get()}</h2>
                <p class="sub cut">{state} {move || page.get()}</p>
            </div>
            <div class="talk-acts">
                {move || {
                    acts(standing.get())
                        .iter()
                        .map(|(act, primary)| view! { <ActButton id act=*act primary=*primary/> })
                        .collect_view()
                }}
            </div>
            <button
                class="icon-btn narrow-only"
                type="button"
                aria-label=text.talk.person
                on:click=move |_| app.perform(Act::Person)
            >
                <Icon glyph=Glyph::Person/>
            </button>
        </header>
    }
}

/// What stands in the line, and which of it is the main thing.
const fn acts(standing: Option<Standing>) -> &'static [(Act, bool)] {
    match standing {
        Some(Standing::Mine) => &[
            (Act::OfferTalk, false),
            (Act::Transfer, false),
            (Act::Return, false),
            (Act::Resolve, true),
        ],
        Some(Standing::Offered) => &[(Act::Decline, false), (Act::Accept, true)],
        Some(Standing::Waiting) => &[(Act::Take, true)],
        Some(Standing::Resolved) => &[(Act::Reopen, true)],
        Some(Standing::Asked | Standing::Others) | None => &[],
    }
}

fn short_name(act: Act, text: &Text) -> &'static str {
    match act {
        Act::Transfer => text.talk.transfer,
        Act::Return => text.talk.give_back,
        Act::Resolve => text.talk.resolve,
        Act::Reopen => text.talk.reopen,
        Act::Take => text.lists.take,
        Act::Accept => text.lists.accept,
        Act::Decline => text.lists.decline,
        _ => (text.act)(act),
    }
}

#[component]
fn ActButton(id: ConversationId, act: Act, primary: bool) -> impl IntoView {
    let app = app();
    let text = words();
    let allowed = move || !app.is_busy(id) && app.moment.with(|moment| moment.allows(act));
    let press = move |_| match act {
        // Of several offers, the one that is open.
        Act::Accept => app.take(Some(id)),
        Act::Decline => app.dialog.set(Some(crate::control::Dialog::Decline(id))),
        _ => app.perform(act),
    };
    if act == Act::OfferTalk {
        // In words it would leave no room for who it is about.
        return view! {
            <button
                class="icon-btn"
                type="button"
                title=(text.act)(act)
                aria-label=(text.act)(act)
                disabled=move || !allowed()
                on:click=press
            >
                <Icon glyph=Glyph::Phone/>
            </button>
        }
        .into_any();
    }
    view! {
        <button
            class="btn"
            class:primary=primary
            type="button"
            title=(text.act)(act)
            disabled=move || !allowed()
            on:click=press
        >
            {short_name(act, text)}
            <Key name=hint(act, is_mac())/>
        </button>
    }
    .into_any()
}
