//! What the session's updates do to the model.

use std::sync::Arc;

use heard_client::{LinkState, Update};
use heard_fold::{Stage, Thread};
use heard_protocol::{
    AssignmentTold, Author, CommandId, ConversationId, LogEntry, NextMove, PublicBody, PublicEntry,
    RefusalCode, Secret, Seq, Visitor, VisitorNotice, VisitorRow, VisitorWelcome, VoiceEnding,
    VoiceId, VoiceTold,
};

use super::state::{Log, Model, Queue, Said, is_answer};

/// What an update means to the world outside the model.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    /// The relay has greeted.
    pub greeted: bool,
    /// The visitor's token, to be kept.
    pub token: Option<Secret>,
    /// Answers that had not been seen, to be read out and told to the page.
    pub answers: Vec<Answer>,
    /// One of the visitor's messages is on the relay's disk.
    pub sent: Option<CommandId>,
    /// The relay will not have this command.
    pub refused: Option<(CommandId, RefusalCode)>,
    /// Somebody is typing: believe it for this many milliseconds.
    pub typing_for: Option<u16>,
    /// The call that is over, and why.
    pub voice_ended: Option<(VoiceId, VoiceEnding)>,
    /// For the bar of the call: what the agent's page says (`hear`), or how the sound finds its way
    /// (`ice`).
    pub voice: Option<(&'static str, String)>,
    /// It is worth asking whether the agent can talk.
    pub headset_due: bool,
    /// The session stopped and says what would help.
    pub next_move: Option<NextMove>,
}

/// An answer that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Who wrote.
    pub name: String,
    /// What.
    pub text: Arc<str>,
}

impl Model {
    /// Takes an update of the session.
    pub fn apply(&mut self, update: Update<Visitor>) -> News {
        let mut news = News::default();
        match update {
            Update::Link(link) => {
                self.link = link;
                if link != LinkState::Live {
                    self.typing = None;
                }
                if let LinkState::Stopped(next) = link {
                    news.next_move = Some(next);
                }
            }
            Update::Welcome(welcome) => {
                news.greeted = true;
                news.headset_due = true;
                news.token = Some(self.greet(welcome.body));
            }
            Update::Entries {
                conversation,
                entries,
                ..
            } => self.read_on(conversation, entries, &mut news),
            Update::Reset { conversation } | Update::NoSuchLog { conversation } => {
                self.forget(conversation);
            }
            Update::Sent { id, .. } => {
                if let Some(pending) = self.pending.iter_mut().find(|pending| pending.id == id) {
                    pending.sent = true;
                }
                news.sent = Some(id);
            }
            Update::Refused { id, refusal } => {
                if let Some(pending) = self.pending.iter_mut().find(|pending| pending.id == id) {
                    pending.failed = Some(refusal.code);
                }
                news.refused = Some((id, refusal.code));
            }
            // It is sent again without anybody's doing, and looks like any message on its way.
            Update::Held { .. } => {}
            Update::Reads {
                conversation,
                visitor,
                staff,
            } => {
                if self.is_current(conversation) {
                    self.visitor_read = self.visitor_read.max(visitor);
                    self.staff_read = self.staff_read.max(staff);
                }
            }
            Update::Rows { rows, .. } => {
                for VisitorRow::Callback(view) in rows {
                    self.learn(*view);
                }
            }
            Update::Notice(notice) => self.notice(notice, &mut news),
        }
        news
    }

    fn greet(&mut self, welcome: VisitorWelcome) -> Secret {
        self.greeted = true;
        self.site = welcome.site.name;
        self.open = welcome.open;
        // Said again after the greeting if it still holds.
        self.queue = None;
        self.typing = None;
        if let Some((conversation, _)) = welcome.conversation {
            self.turn_to(conversation);
            self.visitor_read = self.visitor_read.max(welcome.visitor_read);
            self.staff_read = self.staff_read.max(welcome.staff_read);
        }
        welcome.token
    }

    fn is_current(&self, conversation: ConversationId) -> bool {
        self.logs
            .last()
            .is_some_and(|log| log.conversation == conversation)
    }

    /// Makes a conversation the current one; earlier ones stay on the screen above it.
    fn turn_to(&mut self, conversation: ConversationId) {
        if self.is_current(conversation) {
            return;
        }
        self.logs.retain(|log| log.conversation != conversation);
        self.logs.push(Log {
            conversation,
            said: Vec::new(),
        });
        self.begin_anew();
    }

    fn begin_anew(&mut self) {
        self.thread = Thread::default();
        self.queue = None;
        self.typing = None;
        self.headset = false;
        self.staff_read = Seq::START;
        self.visitor_read = Seq::START;
    }

    fn forget(&mut self, conversation: ConversationId) {
        let current = self.is_current(conversation);
        if let Some(log) = self
            .logs
            .iter_mut()
            .find(|log| log.conversation == conversation)
        {
            log.said.clear();
        }
        if current {
            self.begin_anew();
        }
    }

    fn read_on(
        &mut self,
        conversation: ConversationId,
        entries: Vec<PublicEntry>,
        news: &mut News,
    ) {
        self.turn_to(conversation);
        for mut entry in entries {
            if let Some(id) = entry.command() {
                self.pending.retain(|pending| pending.id != id);
            }
            match &entry.body {
                PublicBody::Voice(VoiceTold::Ended { call, why }) => {
                    news.voice_ended = Some((*call, *why));
                }
                PublicBody::Assignment(AssignmentTold::Joined { .. }) => news.headset_due = true,
                _ => {}
            }
            self.take_in(&entry.body);
            let text = match &mut entry.body {
                PublicBody::Message { text, .. } => Arc::from(std::mem::take(text)),
                _ => Arc::default(),
            };
            if is_answer(&entry.body) && entry.seq > self.visitor_read {
                news.answers.push(Answer {
                    name: self.partner().name,
                    text: Arc::clone(&text),
                });
            }
            if let Some(log) = self.logs.last_mut() {
                log.said.push(Said { entry, text });
            }
        }
    }

    /// What an entry says about where the conversation is.
    fn take_in(&mut self, body: &PublicBody) {
        let before = self.thread.stage;
        self.thread.follow(body);
        if let PublicBody::Assignment(AssignmentTold::Joined { agent }) = body {
            self.agents.retain(|card| card.id != agent.id);
            self.agents.push(agent.clone());
        }
        let answers = matches!(
            body,
            PublicBody::Message {
                author: Author::Agent(_),
                ..
            }
        );
        if answers || self.thread.stage != before {
            self.typing = None;
        }
        if self.thread.stage != before {
            self.headset &= matches!(self.thread.stage, Stage::With(_));
        }
        if !matches!(self.thread.stage, Stage::Waiting) {
            self.queue = None;
        }
    }

    fn notice(&mut self, notice: VisitorNotice, news: &mut News) {
        match notice {
            VisitorNotice::Headset { on } => self.headset = on,
            VisitorNotice::Ice { config } => news.voice = Some(("ice", config)),
            VisitorNotice::Voice { call, text } => {
                if self.thread.voice.is_some_and(|it| it.call == call) {
                    news.voice = Some(("hear", text));
                }
            }
            VisitorNotice::Slots { slots } => self.slots = Some(slots),
            VisitorNotice::Typing { agent, for_ms } => {
                self.typing = Some(agent);
                news.typing_for = Some(for_ms);
            }
            VisitorNotice::Queue { ahead, wait } => self.queue = Some(Queue { ahead, wait }),
            VisitorNotice::Desk { open } => self.open = open,
            VisitorNotice::Conversation { id } => self.turn_to(id),
        }
    }
}

#[cfg(test)]
mod tests;
