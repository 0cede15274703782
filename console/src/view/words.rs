//! The language of the part of the page a component is in, and the sentences made of data that
//! several of them show.

use heard_protocol::{AgentId, ConversationSummary, UnixMillis};
use leptos::prelude::*;

use crate::browser::{self, Form};
use crate::control::App;
use crate::lang::Lang;
use crate::model::wait::Wait;
use crate::text::Text;

/// The words of the page; the whole page is made anew when the language changes.
#[derive(Clone, Copy)]
pub(crate) struct Words(pub(crate) &'static Text);

/// The words, from a component's body.
pub(crate) fn words() -> &'static Text {
    use_context::<Words>().map_or(Lang::En.text(), |words| words.0)
}

/// The page's state, from a component's body.
pub(crate) fn app() -> App {
    expect_context::<App>()
}

/// What a visitor is called.
pub(crate) fn visitor_name(line: &ConversationSummary, text: &Text) -> String {
    let name = line.name().trim();
    if name.is_empty() {
        text.lists.visitor.to_owned()
    } else {
        name.to_owned()
    }
}

/// What an agent is called, the one at this console included.
pub(crate) fn agent_name(app: App, agent: AgentId, text: &Text) -> String {
    app.board.with(|board| {
        if board.my_id() == Some(agent) {
            return text.talk.you.to_owned();
        }
        board
            .name_of(agent)
            .unwrap_or(text.talk.somebody)
            .to_owned()
    })
}

/// How long ago, in figures.
pub(crate) fn wait_since(app: App, since: UnixMillis, text: &Text) -> String {
    text.wait(Wait::of(app.now.get().since(since)))
}

/// How long ago, in words.
pub(crate) fn wait_words(app: App, since: UnixMillis, text: &Text) -> String {
    text.wait_words(Wait::of(app.now.get().since(since)))
}

/// The time of a moment, with its date unless that is today.
pub(crate) fn stamp(at: UnixMillis, text: &Text) -> String {
    let today = browser::day_number(at) == browser::day_number(browser::clock());
    written(at, if today { Form::Time } else { Form::Moment }, text)
}

/// A day as people say it.
pub(crate) fn day(at: UnixMillis, text: &Text) -> String {
    match browser::day_number(browser::clock()) - browser::day_number(at) {
        0 => text.talk.today.to_owned(),
        1 => text.talk.yesterday.to_owned(),
        _ => written(at, Form::Day, text),
    }
}

/// A moment where this device is.
pub(crate) fn written(at: UnixMillis, form: Form, text: &Text) -> String {
    browser::format(text.tag, form, None, at).unwrap_or_default()
}
