//! Doing what was asked for, whether by key, by button or from the palette.

use heard_protocol::{
    AssignmentAct, CallOfferAct, CallbackAct, CallbackId, ConversationAct, ConversationId, MeAct,
    ResolutionAct, StaffCommand, UnixMillis,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{App, Dialog, Errand, Side, Stage};
use crate::browser;
use crate::model::act::{Act, Place, Standing, standing};
use crate::model::calls;
use crate::model::draft::Tab;
use crate::model::log::Log;
use crate::net;

impl App {
    /// Does it, if it can be done now.
    pub(crate) fn perform(self, act: Act) {
        if !self.moment.with_untracked(|moment| moment.allows(act)) {
            return;
        }
        let lists = self.lists.get_untracked();
        let open = self.route.with_untracked(|route| route.open);
        match act {
            // A call rings loudest.
            Act::Accept => match self.ringing() {
                Some(call) => self.make_call(call),
                None => self.take(lists.offered.first().copied()),
            },
            Act::Decline => {
                if let Some(call) = self.ringing() {
                    self.decline_call(call);
                } else {
                    let offered = lists.offered.first().copied();
                    self.dialog.set(offered.map(Dialog::Decline));
                }
            }
            Act::Next => self.show(lists.step(open, false)),
            Act::Previous => self.show(lists.step(open, true)),
            Act::Longest => self.show(self.longest(&lists.mine)),
            Act::TakeNext => self.take(self.first_free(&lists.queue)),
            Act::Take => self.take(open),
            Act::Answer => self.write(Tab::Answer),
            Act::Note => self.write(Tab::Note),
            Act::Transfer => self.dialog.set(open.map(Dialog::Transfer)),
            Act::OfferTalk => self.dialog.set(open.map(Dialog::Offer)),
            Act::Return => self.change(open, |conversation| StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Return),
            }),
            Act::Resolve => self.resolve(open),
            Act::Reopen => {
                self.change(open, |conversation| StaffCommand::In {
                    conversation,
                    act: ConversationAct::Resolution(ResolutionAct::Reopen),
                });
                self.taking.set(open);
            }
            Act::Person => self.toggle_person(),
            Act::Chats => self.go(Place::Chats, open),
            Act::Callbacks => self.go(Place::Callbacks, None),
            Act::BeAvailable | Act::BeBusy | Act::BeAway => self.set_availability(act),
            Act::Sound => self.set_sound(!self.sound.get_untracked()),
            Act::Speak(lang) => self.speak(lang),
            Act::Palette => self.dialog.set(Some(Dialog::Palette)),
            Act::Keys => self.dialog.set(Some(Dialog::Keys)),
            Act::SignOut => self.leave(),
        }
    }

    /// Opens a conversation.
    pub(crate) fn show(self, conversation: Option<ConversationId>) {
        if conversation.is_some() {
            self.go(Place::Chats, conversation);
        }
    }

    /// Takes a conversation that is offered or waits, and opens it.
    pub(crate) fn take(self, conversation: Option<ConversationId>) {
        self.change(conversation, |conversation| StaffCommand::In {
            conversation,
            act: ConversationAct::Assignment(AssignmentAct::Accept),
        });
        self.show(conversation);
        self.taking.set(conversation);
    }

    /// Turns an offer down.
    pub(crate) fn decline(self, conversation: ConversationId, reason: String) {
        let command = StaffCommand::In {
            conversation,
            act: ConversationAct::Assignment(AssignmentAct::Decline { reason }),
        };
        self.ask(Errand::Chat(conversation), command);
    }

    /// The first call that rings for this agent.
    fn ringing(self) -> Option<CallbackId> {
        self.board
            .with_untracked(|board| calls::ringing(board).first().copied())
    }

    /// Makes a call, with its conversation before one's eyes.
    pub(crate) fn make_call(self, callback: CallbackId) {
        let known = self
            .board
            .with_untracked(|board| board.callbacks.get(&callback).cloned());
        if let Some(call) = known {
            self.show(call.conversation);
        }
        let command = StaffCommand::Callback {
            callback,
            act: CallbackAct::Take,
        };
        self.ask(Errand::Callback(callback), command);
    }

    /// Turns a ringing call down.
    pub(crate) fn decline_call(self, callback: CallbackId) {
        let command = StaffCommand::Callback {
            callback,
            act: CallbackAct::Decline,
        };
        self.ask(Errand::Callback(callback), command);
    }

    /// Offers the visitor to talk, with a sentence of why if there is one.
    pub(crate) fn offer_talk(self, conversation: ConversationId, why: String) {
        let command = StaffCommand::In {
            conversation,
            act: ConversationAct::CallOffer(CallOfferAct::Offer { why }),
        };
        self.ask(Errand::Chat(conversation), command);
    }

    /// Settles a conversation, begun answer or not.
    pub(crate) fn settle_chat(self, conversation: ConversationId) {
        self.change(Some(conversation), |conversation| StaffCommand::In {
            conversation,
            act: ConversationAct::Resolution(ResolutionAct::Resolve),
        });
    }

    /// Turns to the composer.
    pub(crate) fn write(self, tab: Tab) {
        const FIELD: &str = ".write textarea";
        self.tab.set(tab);
        // At once where it is already there: a late focus would take back an Escape pressed in
        // between.
        if !browser::focus(FIELD) {
            browser::later(|| {
                browser::later(|| {
                    browser::focus(FIELD);
                });
            });
        }
    }

    fn resolve(self, open: Option<ConversationId>) {
        let Some(conversation) = open else { return };
        if self
            .drafts
            .with_untracked(|drafts| drafts.has_answer(conversation))
        {
            self.dialog.set(Some(Dialog::Unsent(conversation)));
        } else {
            self.settle_chat(conversation);
        }
    }

    /// Changes a conversation, unless the relay is already being asked to.
    fn change(
        self,
        conversation: Option<ConversationId>,
        command: impl FnOnce(ConversationId) -> StaffCommand,
    ) {
        let Some(conversation) = conversation else {
            return;
        };
        if !untrack(|| self.is_busy(conversation)) {
            self.ask(Errand::Chat(conversation), command(conversation));
        }
    }

    fn set_availability(self, act: Act) {
        let Some(availability) = act.availability() else {
            return;
        };
        self.board.update(|board| board.say(availability));
        self.ask(
            Errand::Availability,
            StaffCommand::Me(MeAct::SetAvailability { availability }),
        );
    }

    fn toggle_person(self) {
        self.side.update(|side| {
            *side = match (*side, browser::is_wide()) {
                (Side::Auto | Side::Shown, true) | (Side::Shown, false) => Side::Hidden,
                (Side::Hidden, true) => Side::Auto,
                (Side::Auto | Side::Hidden, false) => Side::Shown,
            };
        });
    }

    fn longest(self, mine: &[ConversationId]) -> Option<ConversationId> {
        let since = |id: &&ConversationId| {
            let waits = |log: &Log| log.waiting_since();
            let since = self
                .logs
                .with_untracked(|logs| logs.get(**id).and_then(waits));
            since.unwrap_or(UnixMillis(u64::MAX))
        };
        mine.iter().min_by_key(since).copied()
    }

    fn first_free(self, queue: &[ConversationId]) -> Option<ConversationId> {
        self.board.with_untracked(|board| {
            let free = |id: &&ConversationId| standing(board, **id) == Some(Standing::Waiting);
            queue.iter().find(free).copied()
        })
    }

    fn leave(self) {
        spawn_local(async move {
            match net::sign_out().await {
                Ok(()) => {
                    self.forget();
                    self.stage.set(Stage::SignedOut);
                }
                Err(_) => self.toast(self.words().sign_in.unreachable),
            }
        });
    }
}
