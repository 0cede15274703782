//! What goes to the relay, and what its answer means.

use heard_client::Input;
use heard_protocol::{
    CallbackId, CommandId, ConversationAct, ConversationId, Envelope, RefusalCode, Seq, Staff,
    StaffCommand, StaffSignal,
};
use leptos::prelude::*;

use super::App;
use crate::browser::clock;
use crate::model::draft::Tab;
use crate::model::log::Pending;

/// How often the visitor is told anew that somebody is typing, in milliseconds.
const TYPING_EVERY: u64 = 3_000;

/// Something asked of the relay and not answered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    /// An answer or a note.
    Words(ConversationId),
    /// A conversation is to change hands or state.
    Chat(ConversationId),
    /// A request to be called is to be closed.
    Callback(CallbackId),
    /// The agent's own word.
    Availability,
    /// The agent's phone.
    Phone,
}

impl App {
    /// Asks something of the relay.
    pub(crate) fn ask(self, errand: Errand, command: StaffCommand) -> Option<CommandId> {
        let client = self.client()?;
        let envelope = Envelope::new(client.new_id(), command);
        let id = envelope.id;
        self.errands.update(|errands| {
            errands.insert(id, errand);
        });
        self.remember(&envelope);
        client.give(Input::Submit(envelope));
        Some(id)
    }

    /// Shows words that are on their way; nothing if the command carries none.
    pub(crate) fn remember(self, envelope: &Envelope<Staff>) {
        let (conversation, note, text) = match &envelope.command {
            StaffCommand::In {
                conversation,
                act: ConversationAct::Send { text },
            } => (*conversation, false, text),
            StaffCommand::In {
                conversation,
                act: ConversationAct::Note { text },
            } => (*conversation, true, text),
            _ => return,
        };
        let id = envelope.id;
        self.errands.update(|errands| {
            errands.insert(id, Errand::Words(conversation));
        });
        let pending = Pending {
            id,
            note,
            text: text.clone(),
            refused: None,
        };
        self.logs
            .update(|logs| logs.entry(conversation).pending.push(pending));
    }

    /// Sends an answer, or keeps a note.
    pub(crate) fn say(self, conversation: ConversationId, tab: Tab, text: String) {
        // The answer ends the notice on the visitor's side; the next word begins another.
        self.typed.set_value(None);
        let command = match tab {
            Tab::Answer => StaffCommand::In {
                conversation,
                act: ConversationAct::Send { text },
            },
            Tab::Note => StaffCommand::In {
                conversation,
                act: ConversationAct::Note { text },
            },
        };
        self.ask(Errand::Words(conversation), command);
    }

    /// Sends a refused message once more, as a new one: the relay is done with the old.
    pub(crate) fn retry(self, conversation: ConversationId, id: CommandId) {
        let pending = self.discard(conversation, id);
        if let Some(Pending { note, text, .. }) = pending {
            self.say(
                conversation,
                if note { Tab::Note } else { Tab::Answer },
                text,
            );
        }
    }

    /// Takes a refused message away.
    pub(crate) fn discard(self, conversation: ConversationId, id: CommandId) -> Option<Pending> {
        self.logs
            .try_update(|logs| logs.take_pending(conversation, id))
            .flatten()
    }

    /// Takes the relay's answer: `None` means that it is done.
    pub(crate) fn settle(self, id: CommandId, refused: Option<RefusalCode>) {
        let errand = self
            .errands
            .try_update(|errands| errands.remove(&id))
            .flatten();
        let Some(code) = refused else {
            // Where the log isn't followed no entry will come to take the message's place.
            if let Some(Errand::Words(conversation)) = errand
                && !self
                    .followed
                    .with_value(|followed| followed.contains(&conversation))
            {
                self.discard(conversation, id);
            }
            return;
        };
        let said_there = self
            .logs
            .try_update(|logs| logs.refuse(id, code))
            .unwrap_or(false);
        let before_eyes = matches!(errand, Some(Errand::Words(there))
            if self.route.with_untracked(|route| route.open) == Some(there));
        if !said_there || !before_eyes {
            self.toast((self.words().refusal)(code));
        }
        if let Some(Errand::Chat(conversation)) = errand
            && self.taking.get_untracked() == Some(conversation)
        {
            self.taking.set(None);
        }
        if errand == Some(Errand::Availability) {
            // The switch shows again what the relay last said.
            self.board.update(|board| {
                let me = board.my_id().and_then(|me| board.colleagues.get(&me));
                if let Some(word) = me.map(|me| me.availability) {
                    board.say(word);
                }
            });
        }
    }

    /// The relay has no such log any more: nobody follows it.
    pub(crate) fn lose(self, conversation: ConversationId) {
        self.followed.update_value(|followed| {
            followed.remove(&conversation);
        });
        self.logs.update(|logs| logs.entry(conversation).forget());
    }

    /// Whether a conversation waits for the relay's answer.
    pub(crate) fn is_busy(self, conversation: ConversationId) -> bool {
        self.errands.with(|errands| {
            errands
                .values()
                .any(|errand| *errand == Errand::Chat(conversation))
        })
    }

    /// Tells the visitor that an answer is being typed, not too often.
    pub(crate) fn type_signal(self, conversation: ConversationId) {
        let now = clock();
        let told = self
            .typed
            .get_value()
            .is_some_and(|(where_to, at)| where_to == conversation && now.since(at) < TYPING_EVERY);
        if !told && let Some(client) = self.client() {
            self.typed.set_value(Some((conversation, now)));
            client.signal(StaffSignal::Typing { conversation });
        }
    }

    /// Tells the relay that the person has seen everything up to here.
    pub(crate) fn report_read(self, conversation: ConversationId, end: Seq) {
        if let Some(client) = self.client() {
            client.read(conversation, end);
            self.logs
                .update(|logs| logs.entry(conversation).reads(Seq::START, end));
        }
    }
}
