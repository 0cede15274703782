//! Making oneself heard: a sound, and a sentence for those who listen instead of looking.

use heard_protocol::{CallbackId, ConversationId};
use leptos::prelude::*;

use super::App;
use crate::browser::{Tone, play};
use crate::model::act::Place;
use crate::model::board::Heard;

/// How much of a message a screen reader is given, in characters.
const ALOUD: usize = 160;

impl App {
    /// Something came up in the lists.
    pub(crate) fn alert(self, heard: Heard) {
        let words = self.words();
        let issue = |id: ConversationId| {
            self.board.with_untracked(|board| {
                board
                    .conversations
                    .get(&id)
                    .map(|line| line.issue().to_owned())
                    .unwrap_or_default()
            })
        };
        let (tone, sentence) = match heard {
            Heard::Offer(id) => (Tone::Offer, (words.talk.announce_offer)(&issue(id))),
            Heard::Handed(id) => (Tone::Offer, (words.talk.announce_handed)(&issue(id))),
            Heard::Callback(id) => {
                let name = self.caller_name(id);
                (Tone::Message, (words.talk.announce_callback)(&name))
            }
            Heard::Ring(id) => {
                let name = self.caller_name(id);
                (Tone::Offer, (words.calls.announce_ring)(&name))
            }
        };
        self.make_heard(tone, sentence, true);
    }

    /// A visitor wants to talk here and now.
    pub(super) fn alert_voice(self) {
        let sentence = self.words().voice.rings.to_owned();
        self.make_heard(Tone::Offer, sentence, true);
    }

    fn caller_name(self, id: CallbackId) -> String {
        let name = self.board.with_untracked(|board| {
            let call = board.callbacks.get(&id);
            call.map(|it| it.form.name.clone()).unwrap_or_default()
        });
        if name.is_empty() {
            self.words().calls.unnamed.to_owned()
        } else {
            name
        }
    }

    /// A visitor wrote in a followed conversation.
    pub(crate) fn alert_message(self, conversation: ConversationId, text: &str) {
        let (mine, name) = self.board.with_untracked(|board| {
            let name = board
                .conversations
                .get(&conversation)
                .map(|line| line.name().to_owned());
            (board.is_mine(conversation), name.unwrap_or_default())
        });
        let route = self.route.get_untracked();
        let before_eyes = self.looking.get_untracked()
            && route.place == Place::Chats
            && route.open == Some(conversation);
        if !mine && !before_eyes {
            return;
        }
        let words = self.words();
        let name = if name.is_empty() {
            words.lists.visitor.to_owned()
        } else {
            name
        };
        let text: String = text.chars().take(ALOUD).collect();
        let sentence = (words.talk.announce_message)(&name, &text);
        self.make_heard(Tone::Message, sentence, !before_eyes);
    }

    fn make_heard(self, tone: Tone, sentence: String, aloud: bool) {
        if aloud && self.sound.get_untracked() {
            play(tone);
        }
        self.aloud.set(sentence);
    }
}
