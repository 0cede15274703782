//! The frame of the page of somebody who is signed in.

use leptos::prelude::*;

use super::banner::Banner;
use super::calls::Calls;
use super::dialog::Dialogs;
use super::list::ListColumn;
use super::person::PersonColumn;
use super::rail::Rail;
use super::talk::Talk;
use super::words::{app, words};
use crate::browser;
use crate::control::Side;
use crate::model::act::Place;

/// Rail, columns, and whatever lies over them.
#[component]
pub(super) fn Desk() -> impl IntoView {
    let app = app();
    let greeted = Memo::new(move |_| app.board.with(|board| board.me.is_some()));
    move || {
        if greeted.get() {
            view! { <Columns/> <Dialogs/> }.into_any()
        } else {
            view! { <Connecting/> }.into_any()
        }
    }
}

#[component]
fn Connecting() -> impl IntoView {
    let text = words();
    view! {
        <Banner/>
        <main class="wait-page">{text.sign_in.loading}</main>
    }
}

#[component]
fn Columns() -> impl IntoView {
    let app = app();
    let text = words();
    let place = Memo::new(move |_| app.route.with(|route| route.place));
    let calls = move || place.get() == Place::Callbacks;
    // A call goes on while the page is drawn in another language.
    browser::later(browser::place_voice);
    view! {
        <div
            class="app"
            class:calls=calls
            class:reading=move || !calls() && app.open().is_some()
            class:no-person=move || !calls() && (app.open().is_none() || app.side.get() == Side::Hidden)
        >
            <Rail/>
            <div class="tops">
                <Banner/>
                <div id="voice"></div>
            </div>
            {move || match place.get() {
                Place::Chats => {
                    view! {
                        <main class="chats">
                            <h1 class="sr">{text.lists.chats}</h1>
                            <ListColumn/>
                            <Talk/>
                            <PersonColumn/>
                        </main>
                    }
                        .into_any()
                }
                Place::Callbacks => view! { <Calls/> }.into_any(),
            }}
        </div>
    }
}
