//! One row of the conversation.

use heard_protocol::{AgentKind, CommandId, Disposition, RefusalCode, TalkAnswer, UnixMillis};

use super::app::App;
use super::kit::{El, button, el};
use crate::model::Delivery;
use crate::model::links::{Piece, pieces};
use crate::model::rows::{Event, Row};
use crate::text::{Strings, fill};

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
        Row::Event { event, .. } => el("div", "note").text(&event_text(&event, app)),
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
        (None, Some((name, AgentKind::Bot))) => [&*name, " · ", words.bot, " · ", &*time].concat(),
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

fn event_text(event: &Event, app: App) -> String {
    let words = app.words;
    let when = |at: &UnixMillis| app.host.moment(at.0);
    let plain = match event {
        Event::CallbackMoved(Some(at)) => return fill(words.call_moved, &[&when(at)]),
        Event::CallbackMoved(None) => words.call_moved_soon,
        Event::CallbackCancelled => words.call_cancelled,
        Event::CallbackExpired => words.call_expired,
        Event::Calling(name) => return fill(words.calling, &[name]),
        Event::Tried(_, next) => return fill(words.call_tried, &[&when(next)]),
        Event::Summed(text) => return fill(words.call_summed, &[text]),
        Event::TalkOffered(why) => return fill(words.talk_offered, &[why]),
        Event::TalkAnswered(TalkAnswer::No) => words.talk_no,
        Event::TalkAnswered(_) => words.talk_yes,
        Event::VoiceAsked => words.voice_asked,
        Event::VoiceAnswered => words.voice_answered,
        Event::VoiceEnded => words.voice_ended,
        Event::Rated(stars) => return fill(words.call_rated, &[&stars.to_string()]),
        Event::Joined(name, AgentKind::Person) => return fill(words.joined, &[name]),
        Event::Joined(name, AgentKind::Bot) => return fill(words.joined_bot, &[name]),
        Event::Waiting => words.waiting,
        Event::Resolved => words.resolved,
        Event::Reopened => words.reopened,
        Event::CallbackRequested => words.callback_requested,
        Event::CallbackClosed(disposition) => match disposition {
            Disposition::Answered => words.call_answered,
            Disposition::Busy => words.call_busy,
            Disposition::NoAnswer => words.call_no_answer,
            Disposition::Voicemail => words.call_voicemail,
            Disposition::WrongNumber => words.call_wrong_number,
            Disposition::Refused => words.call_refused,
            Disposition::Technical => words.call_technical,
        },
    };
    plain.to_owned()
}
