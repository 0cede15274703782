//! A call from this page to the agent's: the page around has the sound and draws the bar, here is
//! what it means to the conversation.

use std::cell::Cell;

use heard_client::Input;
use heard_protocol::{
    CallAnswer, CallReason, Envelope, VisitorCommand, VisitorSignal, VoiceAsk, VoiceEnding, VoiceId,
};

use super::app::App;
use crate::host::VOICE;
use crate::model::{News, VoiceCall};

/// What this page has to do with a call.
#[derive(Default)]
pub(super) struct Mine {
    /// The call that this page is on.
    call: Cell<Option<VoiceId>>,
    /// The page around has drawn the bar.
    shown: Cell<bool>,
}

impl Mine {
    /// Whether it was refused to call.
    fn is_refused(&self, news: &News) -> bool {
        let own = self.call.get().map(VoiceId::to_bytes);
        news.refused
            .is_some_and(|(id, _)| own == Some(id.to_bytes()))
    }
}

/// The visitor wants to talk now.
pub(super) fn start(app: App) {
    let reason = app
        .model
        .peek(|model| model.thread.offer.as_ref().map(|it| it.reason));
    app.answer_talk(CallAnswer::Here);
    app.form.change(|form| form.asked = false);
    open(app, reason.unwrap_or(CallReason::Visitor));
}

fn open(app: App, reason: CallReason) {
    if app.voice.shown.replace(true) {
        return;
    }
    let rejoin = app.voice.call.get().is_some();
    app.host
        .open_voice(rejoin, move |said| hear(app, reason, &said));
}

/// The page around says something of the call.
fn hear(app: App, reason: CallReason, said: &str) {
    let call = app.voice.call.get();
    let Some((what, text)) = said.split_at_checked(1) else {
        return;
    };
    match what {
        "r" => {
            app.give(Input::Signal(VisitorSignal::JoinVoice));
            if call.is_some() {
                follow(app, None);
            } else if let Some(id) = app.new_id() {
                let call = VoiceId::from_bytes(id.to_bytes());
                app.voice.call.set(Some(call));
                app.host.keep(VOICE, Some(&call.to_string()), true);
                let command = VisitorCommand::Voice(VoiceAsk::Start { reason });
                app.give(Input::Submit(Envelope::new(id, command)));
            }
        }
        "s" => {
            if let Some(call) = call {
                let text = text.to_owned();
                app.give(Input::Signal(VisitorSignal::Voice { call, text }));
            }
        }
        _ => {
            if let (Some(call), Some(id)) = (call, app.new_id()) {
                let why = ending(text);
                let command = VisitorCommand::Voice(VoiceAsk::End { call, why });
                app.give(Input::Submit(Envelope::new(id, command)));
            }
            forget(app);
        }
    }
}

fn forget(app: App) {
    app.voice.shown.set(false);
    app.voice.call.set(None);
    app.host.keep(VOICE, None, true);
}

/// What the session told, as far as it is about the call. `before` is how it stood.
pub(super) fn attend(app: App, before: Option<VoiceCall>, news: &News) {
    if news.headset_due {
        app.give(Input::Signal(VisitorSignal::WatchHeadset));
    }
    if app.voice.is_refused(news) {
        app.host.tell_voice("ended", VoiceEnding::Declined.word());
        forget(app);
    }
    if let Some((call, why)) = news.voice_ended
        && app.voice.call.get() == Some(call)
    {
        app.host.tell_voice("ended", why.word());
        forget(app);
    }
    let now = app.model.peek(|model| model.thread.voice);
    if let Some(now) = now
        && app.voice.call.get().is_none()
        && app
            .host
            .kept(VOICE)
            .is_some_and(|kept| kept == now.call.to_string())
    {
        // This page was loaded anew while it was on a call.
        app.voice.call.set(Some(now.call));
        open(app, CallReason::Visitor);
    }
    follow(app, before);
    if let Some((what, text)) = &news.voice {
        app.host.tell_voice(what, text);
    }
}

/// Tells the page around when somebody answers, or hands over.
fn follow(app: App, before: Option<VoiceCall>) {
    let Some(now) = app.model.peek(|model| model.thread.voice) else {
        return;
    };
    if before != Some(now) && app.voice.call.get() == Some(now.call) {
        let what = if now.agent.is_some() {
            "answered"
        } else {
            "rings"
        };
        app.host.tell_voice(what, "");
    }
}

/// Why the page around hung up: what it does not say was the visitor's doing.
fn ending(word: &str) -> VoiceEnding {
    match VoiceEnding::of_word(word) {
        VoiceEnding::Other => VoiceEnding::Visitor,
        why => why,
    }
}
