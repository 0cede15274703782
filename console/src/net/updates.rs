//! The socket: starting it, and what it tells.

use heard_client::web::{LocalKeeper, Options, WebClient};
use heard_client::{Config, LinkState, Update as News};
use heard_protocol::{
    AgentId, Author, EntryBody, NextMove, PublicBody, Staff, StaffBody, StaffCredential,
    StaffEntry, StaffRow,
};
use leptos::prelude::*;

use crate::browser::clock;
use crate::control::{App, Stage};
use crate::model::board::Board;

/// Starts the session of an agent who is signed in. What an earlier life of the page could not send
/// is sent now.
pub(crate) fn connect(app: App, me: AgentId) {
    let config = Config::new(StaffCredential { token: None });
    // By agent: nobody's words are ever sent under somebody else's name.
    let keeper = LocalKeeper::new(format!("heard.unsent.{me}."));
    let client = WebClient::<Staff>::start(Options::same_origin(config), keeper, move |news| {
        take(app, news);
    });
    let unsent = client.outbox();
    for envelope in unsent {
        app.remember(&envelope);
    }
    app.adopt(client);
}

/// Takes over what the session tells.
fn take(app: App, news: News<Staff>) {
    match news {
        News::Link(state) => {
            app.link.set(state);
            if state == LinkState::Stopped(NextMove::Reauthenticate) {
                app.stage.set(Stage::Expired);
            }
        }
        News::Welcome(welcome) => {
            app.set_relay_clock(welcome.now);
            app.board.update(|board| board.greet(welcome.body));
            app.held.set(false);
        }
        News::Rows { rows, done } => take_rows(app, rows, done),
        News::Entries {
            conversation,
            entries,
            head,
        } => {
            app.board.update(|board| {
                for entry in &entries {
                    if let Some(author) = writer(entry) {
                        board.quiet(conversation, author);
                    }
                }
            });
            let last = entries
                .iter()
                .rev()
                .find_map(|entry| crate::model::log::visitor_message(entry).map(str::to_owned));
            let fresh = app
                .logs
                .try_update(|logs| logs.entry(conversation).extend(entries, head))
                .unwrap_or_default();
            if let (true, Some(text)) = (fresh, last) {
                app.alert_message(conversation, &text);
            }
        }
        News::Reset { conversation } => {
            app.logs.update(|logs| logs.entry(conversation).forget());
        }
        News::NoSuchLog { conversation } => app.lose(conversation),
        News::Sent { id, .. } => {
            app.held.set(false);
            app.settle(id, None);
        }
        News::Refused { id, refusal } => app.settle(id, Some(refusal.code)),
        News::Held { .. } => app.held.set(true),
        News::Reads {
            conversation,
            visitor,
            staff,
        } => {
            app.logs
                .update(|logs| logs.entry(conversation).reads(visitor, staff));
        }
        News::Notice(notice) => {
            let Some(notice) = app.hear_voice(notice) else {
                return;
            };
            app.board.update(|board| board.notice(&notice, clock()));
        }
    }
}

/// Takes over rows of the lists.
fn take_rows(app: App, rows: Vec<StaffRow>, done: bool) {
    let reads: Vec<_> = rows
        .iter()
        .filter_map(StaffRow::conversation)
        .map(|line| (line.id, line.marks))
        .collect();
    let before = app.board.with_untracked(Board::headset);
    let heard = app
        .board
        .try_update(|board| board.rows(rows, done))
        .unwrap_or_default();
    app.logs.update(|logs| {
        for (conversation, marks) in reads {
            logs.entry(conversation)
                .reads(marks.visitor_read, marks.staff_read);
        }
    });
    if app.board.with_untracked(Board::headset) != before {
        app.show_headset();
    }
    for heard in heard {
        app.alert(heard);
    }
}

/// Who wrote an entry, if somebody did.
fn writer(entry: &StaffEntry) -> Option<Author> {
    match &entry.body {
        EntryBody::Public {
            body: PublicBody::Message { author, .. },
            ..
        } => Some(*author),
        EntryBody::Staff(StaffBody::Note { author, .. }) => Some(Author::Agent(*author)),
        _ => None,
    }
}
