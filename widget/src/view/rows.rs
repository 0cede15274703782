//! One row of the conversation.

use heard_protocol::{AgentKind, CommandId, RefusalCode, UnixMillis};

use super::app::App;
use super::kit::{El, button, el};
use super::told::told;
use crate::model::Delivery;
use crate::model::links::{Piece, pieces};
use crate::model::rows::Row;
use crate::text::Strings;

pub(super) fn row(app: App, row: Row) -> El {
    match row {
        Row::Day { at } => el("div", "day").text(&app.host.day(at)),
        Row::Text {
            mine,
            text,
            first,
            last,
            failed,
            ..
        } => message(app, &text, mine, [first, last, failed]),
        Row::Meta {
            at,
            delivery,
            author,
            ..
        } => meta(app, at, delivery, author),
        Row::Failed { id, code } => failure(app, id, code),
        Row::Event { body, .. } => el("div", "note").text(&told(&body, app)),
    }
}

fn message(app: App, text: &str, mine: bool, [first, last, failed]: [bool; 3]) -> El {
    let mut class = String::from("text");
    for (on, name) in [
        (mine, " mine"),
        (first, " first"),
        (last, " last"),
        (failed, " failed"),
    ] {
        if on {
            class.push_str(name);
        }
    }
    let mut message = el("div", "").set("class", &class).set("dir", "auto");
    if mine && first {
        // With a direction of its own it does not decide the message's.
        let you = el("span", "sr").set("dir", "auto").text(app.words.you);
        message = message.child(you);
    }
    // A piece becomes a text node or a link with a text node, never markup.
    for piece in pieces(text) {
        message = match piece {
            Piece::Text(text) => message.text(text),
            Piece::Link(link) => message.child(
                el("a", "")
                    .set("href", link)
                    .set("target", "_blank")
                    .set("rel", "noopener noreferrer nofollow")
                    .text(link),
            ),
        };
    }
    message
}

fn meta(
    app: App,
    at: UnixMillis,
    delivery: Option<Delivery>,
    author: Option<(String, AgentKind)>,
) -> El {
    let words = app.words;
    let time = app.host.time(at);
    let class = if delivery.is_some() {
        "meta mine"
    } else {
        "meta"
    };
    let text = match (delivery, author) {
        (Some(delivery), _) => [&*time, " · ", delivery_text(delivery, words)].concat(),
        (None, Some((name, AgentKind::Bot | AgentKind::Other))) => {
            [&*name, " · ", words.bot, " · ", &*time].concat()
        }
        (None, Some((name, AgentKind::Person))) => [&*name, " · ", &*time].concat(),
        (None, None) => time,
    };
    el("div", class).text(&text)
}

fn failure(app: App, id: CommandId, code: RefusalCode) -> El {
    let words = app.words;
    let why = if code == RefusalCode::TextTooLong {
        words.failed_long
    } else {
        words.failed
    };
    el("div", "meta mine bad")
        .set("role", "alert")
        .text(why)
        .child(button("", move || app.retry(id)).text(words.retry))
        .child(button("", move || app.discard(id)).text(words.discard))
}

fn delivery_text(delivery: Delivery, words: &'static Strings) -> &'static str {
    match delivery {
        Delivery::Kept => words.kept,
        Delivery::Sending => words.sending,
        Delivery::Sent => words.sent,
        Delivery::Seen => words.seen,
    }
}
