//! What has to stay in step: followed logs, read marks, title, clock, address, eyes.

use std::time::Duration;

use heard_protocol::{ConversationId, Seq, UnixMillis};
use leptos::ev;
use leptos::prelude::*;

use super::voice::follow_calls;
use super::{App, Stage};
use crate::browser;
use crate::model::act::Place;
use crate::model::draft::Tab;
use crate::model::follow;
use crate::model::keys;
use crate::model::route::Route;
use crate::model::title::Pressing;

const SECOND: Duration = Duration::from_secs(1);

/// Starts everything that runs as long as the page does.
pub(crate) fn keep_in_step(app: App) {
    follow_logs(app);
    report_reads(app);
    name_the_tab(app);
    watch_the_clock(app);
    watch_the_page(app);
    hear_the_keys(app);
    follow_calls(app);
    Effect::new(move |_| browser::set_language(app.lang.get()));
}

fn follow_logs(app: App) {
    Effect::new(move |_| {
        // A new session follows nothing yet; the board is said to have changed when one starts.
        app.board.track();
        let open = app
            .open()
            .filter(|id| app.board.with(|board| board.conversations.contains_key(id)));
        let Some(client) = app.client() else { return };
        let change = app.lists.with(|lists| {
            app.followed
                .try_update_value(|followed| follow::update(followed, lists, open))
        });
        let Some(change) = change else { return };
        for id in &change.unfollow {
            client.unfollow(*id);
        }
        for id in &change.follow {
            client.follow(*id);
        }
        if change != follow::Change::default() {
            let followed = app.followed.get_value();
            app.logs
                .update(|logs| logs.keep(|id| followed.contains(&id)));
        }
    });
}

fn report_reads(app: App) {
    let due = Memo::new(move |_| -> Option<(ConversationId, Seq)> {
        let route = app.route.get();
        let id = route
            .open
            .filter(|_| route.place == Place::Chats && app.looking.get())?;
        // A colleague's conversation is the colleague's to have read.
        if !app.board.with(|board| board.is_mine(id)) {
            return None;
        }
        let (end, read) = app.logs.with(|logs| {
            logs.get(id)
                .map(|log| (log.public_end(), log.staff_read))
                .unwrap_or_default()
        });
        (end > read).then_some((id, end))
    });
    Effect::new(move |_| {
        if let Some((id, end)) = due.get() {
            app.report_read(id, end);
        }
    });
}

fn name_the_tab(app: App) {
    let pressing = Memo::new(move |_| {
        app.board
            .with(|board| app.logs.with(|logs| Pressing::of(board, logs)))
    });
    Effect::new(move |_| {
        let words = app.lang.get().text();
        let Pressing { offers, unread } = pressing.get();
        let title = match (app.stage.get(), offers, unread) {
            (Stage::SignedIn, 1.., _) => (words.title_offers)((offers + unread) as u64),
            (Stage::SignedIn, 0, 1..) => (words.title_unread)(unread as u64),
            _ => words.title.to_owned(),
        };
        browser::set_title(&title);
    });
}

fn watch_the_clock(app: App) {
    set_interval(
        move || {
            let here = browser::clock();
            let now = here.0.saturating_add_signed(app.ahead.get_value());
            app.now.set(UnixMillis(now));
            let faded = app
                .board
                .with_untracked(|board| board.typing.iter().any(|typing| typing.until <= here));
            if faded {
                app.board.update(|board| board.expire_typing(here));
            }
        },
        SECOND,
    );
}

fn watch_the_page(app: App) {
    let look = move || {
        let looking = browser::is_looking();
        if app.looking.get_untracked() != looking {
            app.looking.set(looking);
        }
    };
    drop(window_event_listener(ev::focus, move |_| look()));
    drop(window_event_listener(ev::blur, move |_| look()));
    drop(window_event_listener_untyped(
        "visibilitychange",
        move |_| look(),
    ));
    drop(window_event_listener(ev::pointerdown, |_| {
        browser::unlock();
    }));
    drop(window_event_listener(ev::hashchange, move |_| {
        let route = Route::read(&browser::hash());
        if app.route.get_untracked() != route {
            app.tab.set(Tab::Answer);
            app.route.set(route);
        }
    }));
}

fn hear_the_keys(app: App) {
    drop(window_event_listener(ev::keydown, move |event| {
        browser::unlock();
        let idle = app.dialog.get_untracked().is_none()
            && app.stage.get_untracked() == Stage::SignedIn
            && !event.default_prevented()
            && !event.is_composing();
        if !idle {
            return;
        }
        if let Some(act) = keys::act_of(&browser::stroke(&event))
            && app.moment.with_untracked(|moment| moment.allows(act))
        {
            event.prevent_default();
            if !event.repeat() {
                app.perform(act);
            }
        }
    }));
}
