//! An agent's manners, without any IO: takes what the session tells, returns what to do.

use std::collections::HashMap;

use heard_client::Update;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, AssignmentAct, Availability, Colleague, CommandId,
    ConversationAct, ConversationId, ConversationSummary, Cursor, Envelope, ResolutionAct, Staff,
    StaffCommand, StaffRow, StaffWelcome, Status,
};

use crate::brain::{self, Topic};
use crate::chat::{Chat, Wish};
use crate::ids::{self, Purpose};
use crate::words::Lang;

/// How much of a visitor's words a note quotes, in characters.
const QUOTED: usize = 300;

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Read a conversation.
    Follow(ConversationId),
    /// Stop reading it.
    Unfollow(ConversationId),
    /// Say that the visitor's log was read this far.
    Seen(Cursor),
    /// Carry a command out; sending it again does no harm.
    Do(Envelope<Staff>),
    /// Say that offers are welcome.
    BecomeAvailable,
}

/// The bot as an agent.
#[derive(Debug)]
pub struct Agent {
    /// The language of notes for colleagues.
    staff_lang: Lang,
    me: Option<AgentCard>,
    colleagues: HashMap<AgentId, Colleague>,
    /// Conversations that are offered to the bot or owned by it.
    rows: HashMap<ConversationId, ConversationSummary>,
    /// Conversations from before the last greeting that were not told since.
    stale: Vec<ConversationId>,
    chats: HashMap<ConversationId, Chat>,
    /// What to do instead of a transfer that is refused.
    instead: HashMap<CommandId, Envelope<Staff>>,
}

impl Agent {
    /// A bot that writes its notes in this language.
    pub fn new(staff_lang: Lang) -> Self {
        Self {
            staff_lang,
            me: None,
            colleagues: HashMap::new(),
            rows: HashMap::new(),
            stale: Vec::new(),
            chats: HashMap::new(),
            instead: HashMap::new(),
        }
    }

    /// Takes what the session tells.
    pub fn hear(&mut self, update: Update<Staff>) -> Vec<Act> {
        let mut acts = Vec::new();
        match update {
            Update::Welcome(welcome) => self.welcomed(welcome.body),
            Update::Rows { rows, done } => self.rows(rows, done, &mut acts),
            Update::Entries {
                conversation,
                entries,
                ..
            } => {
                if let Some(chat) = self.chats.get_mut(&conversation) {
                    for entry in &entries {
                        chat.take(entry);
                    }
                    self.consider(conversation, &mut acts);
                }
            }
            Update::Reset { conversation } => {
                if let (Some(me), Some(row)) = (&self.me, self.rows.get(&conversation)) {
                    let anew = Chat::new(conversation, me.id, row.locale());
                    self.chats.insert(conversation, anew);
                }
            }
            Update::NoSuchLog { conversation } => {
                self.chats.remove(&conversation);
                self.rows.remove(&conversation);
            }
            Update::Sent { id, .. } => {
                self.instead.remove(&id);
            }
            Update::Refused { id, .. } => acts.extend(self.instead.remove(&id).map(Act::Do)),
            Update::Notice(_) | Update::Held { .. } | Update::Link(_) | Update::Reads { .. } => {}
        }
        acts
    }

    fn welcomed(&mut self, welcome: StaffWelcome) {
        self.me = Some(welcome.me);
        self.stale = self.rows.keys().copied().collect();
    }

    fn rows(&mut self, rows: Vec<StaffRow>, done: bool, acts: &mut Vec<Act>) {
        for row in rows {
            match row {
                StaffRow::Conversation(row) => {
                    self.stale.retain(|id| *id != row.id);
                    self.row(*row, acts);
                }
                StaffRow::Colleague(colleague) => {
                    self.colleagues.insert(colleague.card.id, colleague);
                }
                StaffRow::Mine(mine) if mine.availability != Availability::Available => {
                    acts.push(Act::BecomeAvailable);
                }
                StaffRow::Mine(_) | StaffRow::Callback(_) => {}
            }
        }
        if done {
            // What is not in the lists any more is nobody's, or long settled.
            for id in std::mem::take(&mut self.stale) {
                self.leave(id, acts);
            }
        }
    }

    /// A conversation's line changed.
    fn row(&mut self, row: ConversationSummary, acts: &mut Vec<Act>) {
        let Some(me) = self.me.as_ref().map(|me| me.id) else {
            return;
        };
        let id = row.id;
        let mine = match row.status {
            Status::Offered { to, .. } => to == me,
            Status::Assigned { agent, .. } => agent == me,
            Status::Waiting { .. } | Status::Resolved { .. } => false,
        };
        if !mine {
            self.leave(id, acts);
            return;
        }
        self.chats.entry(id).or_insert_with(|| {
            acts.push(Act::Follow(id));
            Chat::new(id, me, row.locale())
        });
        self.rows.insert(id, row);
        self.consider(id, acts);
    }

    fn leave(&mut self, id: ConversationId, acts: &mut Vec<Act>) {
        self.rows.remove(&id);
        if self.chats.remove(&id).is_some() {
            acts.push(Act::Unfollow(id));
        }
    }

    /// Does what there is to do in a conversation, once all of its log was read.
    fn consider(&mut self, id: ConversationId, acts: &mut Vec<Act>) {
        let (Some(me), Some(row), Some(chat)) =
            (&self.me, self.rows.get(&id), self.chats.get_mut(&id))
        else {
            return;
        };
        if chat.last < row.head {
            return;
        }
        match row.status {
            Status::Offered { until, .. } => {
                let answer = match &chat.wish {
                    // They waited for a person, and the bot is none.
                    Some(wish) => StaffCommand::In {
                        conversation: id,
                        act: ConversationAct::Assignment(AssignmentAct::Decline {
                            reason: self.staff_lang.reason(wish.asked).to_owned(),
                        }),
                    },
                    None => StaffCommand::In {
                        conversation: id,
                        act: ConversationAct::Assignment(AssignmentAct::Accept),
                    },
                };
                send(chat, ids::offer(id, until.0), answer, acts);
            }
            Status::Assigned { .. } => {
                acts.push(Act::Seen(Cursor {
                    conversation: id,
                    after: chat.public,
                }));
                let to = free_person(&self.colleagues);
                talk(id, chat, me, to, acts);
                if let Some(wish) = chat.wish.clone() {
                    let (transfer, instead) = hand_over(id, chat, &wish, to, self.staff_lang, acts);
                    if let Some(transfer) = transfer {
                        self.instead.insert(transfer, instead);
                    }
                }
            }
            Status::Waiting { .. } | Status::Resolved { .. } => {}
        }
    }
}

/// The person to hand a conversation to: takes conversations now, and owns the fewest.
fn free_person(colleagues: &HashMap<AgentId, Colleague>) -> Option<&AgentCard> {
    colleagues
        .values()
        .filter(|one| one.card.kind == AgentKind::Person && one.online)
        .filter(|one| one.availability == Availability::Available && one.load < one.capacity)
        .min_by_key(|one| (one.load, one.card.id))
        .map(|one| &one.card)
}

/// Greets and answers.
fn talk(
    conversation: ConversationId,
    chat: &mut Chat,
    me: &AgentCard,
    to: Option<&AgentCard>,
    acts: &mut Vec<Act>,
) {
    let lang = chat.lang;
    if let Some(greeting) = chat.greeting {
        let text = lang.greeting(&me.name);
        send(
            chat,
            greeting,
            StaffCommand::In {
                conversation,
                act: ConversationAct::Send { text },
            },
            acts,
        );
    }
    let questions = chat.open.clone();
    let last = questions.last().map(|question| question.id);
    for question in questions {
        let ends = chat.wish.as_ref().map(|wish| wish.message) == Some(question.id);
        let text = if ends {
            Some(lang.handing_over(to.map(|card| card.name.as_str())))
        } else {
            brain::answer(question.topic, lang)
        };
        if let Some(text) = text {
            let id = ids::about(question.id, Purpose::Answer);
            send(
                chat,
                id,
                StaffCommand::In {
                    conversation,
                    act: ConversationAct::Send { text },
                },
                acts,
            );
        }
        if question.topic == Topic::Thanks && last == Some(question.id) && chat.wish.is_none() {
            let id = ids::about(question.id, Purpose::Resolve);
            send(
                chat,
                id,
                StaffCommand::In {
                    conversation,
                    act: ConversationAct::Resolution(ResolutionAct::Resolve),
                },
                acts,
            );
        }
    }
}

/// Leaves a note and hands the conversation over: to a person who is free, or to the queue. Returns
/// a transfer's id, and what to do if it is refused since the person has just left.
fn hand_over(
    conversation: ConversationId,
    chat: &mut Chat,
    wish: &Wish,
    to: Option<&AgentCard>,
    staff_lang: Lang,
    acts: &mut Vec<Act>,
) -> (Option<CommandId>, Envelope<Staff>) {
    let back = Envelope::new(
        ids::about(wish.message, Purpose::Return),
        StaffCommand::In {
            conversation,
            act: ConversationAct::Assignment(AssignmentAct::Return),
        },
    );
    let transfer = ids::about(wish.message, Purpose::Transfer);
    if chat.sent.contains(&back.id) || chat.sent.contains(&transfer) {
        return (None, back);
    }
    let words: String = wish.words.chars().take(QUOTED).collect();
    let note = StaffCommand::In {
        conversation,
        act: ConversationAct::Note {
            text: staff_lang.note(wish.asked, words.trim(), chat.answers),
        },
    };
    send(chat, ids::about(wish.message, Purpose::Note), note, acts);
    if let Some(card) = to {
        let command = StaffCommand::In {
            conversation,
            act: ConversationAct::Assignment(AssignmentAct::Transfer {
                to: card.id,
                comment: staff_lang.reason(wish.asked).to_owned(),
            }),
        };
        send(chat, transfer, command, acts);
        (Some(transfer), back)
    } else {
        send(chat, back.id, back.command.clone(), acts);
        (None, back)
    }
}

/// Sends a command unless it was sent before.
fn send(chat: &mut Chat, id: CommandId, command: StaffCommand, acts: &mut Vec<Act>) {
    if chat.sent.insert(id) {
        acts.push(Act::Do(Envelope::new(id, command)));
    }
}

#[cfg(test)]
mod tests;
