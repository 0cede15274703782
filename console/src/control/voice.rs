//! Talking to a visitor from page to page: what the agent does, and what keeps the page's sound in
//! step with the log.

use heard_client::Input;
use heard_protocol::{
    ConversationAct, ConversationId, MeAct, StaffCommand, StaffNotice, StaffSignal, VoiceAct,
    VoiceEnding, VoiceId, WrapUpAct,
};
use leptos::prelude::*;

use super::{App, Errand};
use crate::browser::{self, Shelf};
use crate::model::voice;

/// The call this tab is on, so that it comes back after a reload.
const KEY: &str = "heard.voice";

/// What this page is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OnCall {
    /// In which conversation.
    conversation: ConversationId,
    /// Which call.
    call: VoiceId,
    /// The page's sound has been told that it is answered.
    told: bool,
}

impl App {
    /// Answers a call that rings.
    pub(crate) fn answer_voice(self, conversation: ConversationId, call: VoiceId) {
        self.show(Some(conversation));
        self.talk_in(conversation, call, false);
    }

    /// Turns a call down.
    pub(crate) fn decline_voice(self, conversation: ConversationId, call: VoiceId) {
        self.hang_up(conversation, call, VoiceEnding::Declined);
    }

    /// Says whether visitors can talk to the agent here and now.
    pub(crate) fn set_headset(self, on: bool) {
        self.ask(Errand::Phone, StaffCommand::Me(MeAct::SetHeadset { on }));
    }

    /// Tells the visitors the agent talks to that the headset was put on or taken off.
    pub(crate) fn show_headset(self) {
        let Some(client) = self.client() else { return };
        for conversation in self.lists.with_untracked(|lists| lists.mine.clone()) {
            client.signal(StaffSignal::ShowHeadset { conversation });
        }
    }

    /// Takes a notice that is for the page's sound; gives back any other.
    pub(crate) fn hear_voice(self, notice: StaffNotice) -> Option<StaffNotice> {
        match notice {
            StaffNotice::Ice { config } => browser::tell_voice("ice", &config),
            StaffNotice::Voice { call, text, .. } => {
                let on = self.on_call.get_untracked();
                if on.is_some_and(|on| on.call == call) {
                    browser::tell_voice("hear", &text);
                }
            }
            other => return Some(other),
        }
        None
    }

    fn talk_in(self, conversation: ConversationId, call: VoiceId, rejoin: bool) {
        if self.on_call.get_untracked().is_some() {
            return;
        }
        self.on_call.set(Some(OnCall {
            conversation,
            call,
            told: false,
        }));
        browser::keep(Shelf::Tab, KEY, &call.to_string());
        let lang = self.lang.get_untracked().tag();
        browser::open_voice(lang, rejoin, move |what, text| match what.as_str() {
            "ready" => {
                if let Some(client) = self.client() {
                    client.give(Input::Signal(StaffSignal::JoinVoice));
                }
                if !rejoin {
                    let command = StaffCommand::In {
                        conversation,
                        act: ConversationAct::Voice(VoiceAct::Answer { call }),
                    };
                    self.ask(Errand::Chat(conversation), command);
                }
            }
            "say" => {
                if let Some(client) = self.client() {
                    client.signal(StaffSignal::Voice {
                        conversation,
                        call,
                        text,
                    });
                }
            }
            _ => {
                self.forget_call();
                self.hang_up(conversation, call, ending(&text));
            }
        });
    }

    fn hang_up(self, conversation: ConversationId, call: VoiceId, why: VoiceEnding) {
        let command = StaffCommand::In {
            conversation,
            act: ConversationAct::Voice(VoiceAct::End { call, why }),
        };
        self.ask(Errand::Chat(conversation), command);
    }

    /// Says what a call came to.
    pub(crate) fn sum_voice(self, conversation: ConversationId, call: VoiceId, summary: String) {
        let command = StaffCommand::In {
            conversation,
            act: ConversationAct::WrapUp(WrapUpAct::Sum { call, summary }),
        };
        self.ask(Errand::Chat(conversation), command);
    }

    fn forget_call(self) {
        browser::forget(Shelf::Tab, KEY);
        self.on_call.set(None);
    }
}

/// Keeps the page's sound in step with the logs.
pub(super) fn follow_calls(app: App) {
    let rings = Memo::new(move |_| {
        app.board
            .with(|board| app.logs.with(|logs| voice::ringing(board, logs)))
    });
    Effect::new(move |before: Option<usize>| {
        let now = rings.with(Vec::len);
        if now > before.unwrap_or_default() {
            app.alert_voice();
        }
        now
    });
    Effect::new(move |_| {
        let Some(on) = app.on_call.get() else {
            come_back(app);
            return;
        };
        let mine = app.board.with(|board| board.is_mine(on.conversation));
        let (going, why) = app.logs.with(|logs| {
            let log = logs.get(on.conversation);
            let ending = log.and_then(|log| voice::ending_of(&log.entries, on.call));
            (log.and_then(crate::model::log::Log::voice), ending)
        });
        if let Some(why) = why {
            browser::tell_voice("ended", why.word());
            app.forget_call();
        } else if !mine {
            browser::tell_voice("left", "");
            app.forget_call();
        } else if !on.told && going.is_some_and(|it| it.call == on.call && it.agent.is_some()) {
            browser::tell_voice("answered", "");
            app.on_call.set(Some(OnCall { told: true, ..on }));
        }
    });
}

/// This page was loaded anew while it was on a call.
fn come_back(app: App) {
    let mine = app
        .board
        .with(|board| app.logs.with(|logs| voice::mine(board, logs)));
    if let Some((conversation, call)) = mine
        && browser::kept(Shelf::Tab, KEY).is_some_and(|kept| kept == call.to_string())
    {
        app.talk_in(conversation, call, true);
    }
}

/// Why the page hung up: what it does not say was the agent's doing.
fn ending(word: &str) -> VoiceEnding {
    match VoiceEnding::of_word(word) {
        VoiceEnding::Other => VoiceEnding::Agent,
        why => why,
    }
}
