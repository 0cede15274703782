//! What the agent's lists are made of: the greeting, kept up to date by notices.

use std::collections::BTreeMap;

use heard_protocol::{
    AgentCard, AgentId, Author, Availability, CallbackId, CallbackState, CallbackSummary,
    Colleague, ConversationId, ConversationSummary, StaffNotice, StaffWelcome, Status, UnixMillis,
};

use super::calls::{is_open, ringing};

/// Somebody is typing, and until when to believe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Typing {
    /// Where.
    pub(crate) conversation: ConversationId,
    /// Who.
    pub(crate) who: Author,
    /// By this device's clock.
    pub(crate) until: UnixMillis,
}

/// Something the agent should hear about even with their eyes elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A conversation is offered to them.
    Offer(ConversationId),
    /// A conversation became theirs without their asking: a colleague handed it over.
    Handed(ConversationId),
    /// Somebody asks to be called.
    Callback(CallbackId),
    /// A call is due, and rings for them.
    Ring(CallbackId),
}

/// Everything the lists show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Board {
    /// The agent themself; `None` before the first greeting.
    pub(crate) me: Option<AgentCard>,
    /// The site's name.
    pub(crate) site: String,
    /// The agent's own word.
    pub(crate) availability: Option<Availability>,
    /// The most conversations they may own.
    pub(crate) capacity: u16,
    /// Every line the relay told of.
    pub(crate) conversations: BTreeMap<ConversationId, ConversationSummary>,
    /// The team, the agent included.
    pub(crate) colleagues: BTreeMap<AgentId, Colleague>,
    /// Requests to be called.
    pub(crate) callbacks: BTreeMap<CallbackId, CallbackSummary>,
    /// Whether calls ring for the agent, and the address of their phone; unknown until a notice
    /// says so.
    pub(crate) phone: Option<(bool, String)>,
    /// Whether the agent has a headset on; unknown until a notice says so.
    pub(crate) headset: Option<bool>,
    /// Which visitors have the chat open; unknown until a notice says so.
    pub(crate) presence: BTreeMap<ConversationId, bool>,
    /// Who types where.
    pub(crate) typing: Vec<Typing>,
}

impl Board {
    /// Takes a greeting over: everything it lists is replaced. Returns what became new while nobody
    /// was listening.
    pub(crate) fn greet(&mut self, welcome: StaffWelcome) -> Vec<Heard> {
        let first = self.me.is_none();
        let me = welcome.me.id;
        let before = std::mem::take(self);
        self.site = welcome.site.name;
        self.availability = Some(welcome.availability);
        self.capacity = welcome.capacity;
        self.me = Some(welcome.me);
        self.presence = before.presence;
        self.phone = before.phone;
        self.headset = before.headset;
        self.colleagues = by_id(welcome.colleagues, |colleague| colleague.card.id);
        self.callbacks = by_id(welcome.callbacks, |callback| callback.id);
        self.conversations = by_id(welcome.conversations, |summary| summary.id);
        self.conversations
            .values()
            .filter_map(|now| {
                let was = before.conversations.get(&now.id);
                heard_of(me, was, now).filter(|heard| !first || matches!(heard, Heard::Offer(_)))
            })
            .collect()
    }

    /// Takes a notice over. `now` is this device's clock.
    pub(crate) fn notice(&mut self, notice: StaffNotice, now: UnixMillis) -> Option<Heard> {
        match notice {
            StaffNotice::VisitorTyping {
                conversation,
                for_ms,
            } => {
                self.type_until(conversation, Author::Visitor, now.plus(u64::from(for_ms)));
            }
            StaffNotice::AgentTyping {
                conversation,
                agent,
                for_ms,
            } => {
                if self.my_id() != Some(agent) {
                    self.type_until(
                        conversation,
                        Author::Agent(agent),
                        now.plus(u64::from(for_ms)),
                    );
                }
            }
            StaffNotice::Conversation(summary) => {
                let me = self.my_id()?;
                let heard = heard_of(me, self.conversations.get(&summary.id), &summary);
                self.conversations.insert(summary.id, *summary);
                return heard;
            }
            StaffNotice::Colleague(colleague) => {
                if self.my_id() == Some(colleague.card.id) {
                    self.availability = Some(colleague.availability);
                    self.capacity = colleague.capacity;
                }
                self.colleagues.insert(colleague.card.id, colleague);
            }
            StaffNotice::Callback(callback) => {
                let id = callback.id;
                let open = callback.state == CallbackState::Open;
                let rings = ringing(self).contains(&id);
                let known = self.callbacks.insert(id, *callback).is_some();
                if !rings && ringing(self).contains(&id) {
                    return Some(Heard::Ring(id));
                }
                return (open && !known).then_some(Heard::Callback(id));
            }
            StaffNotice::Phone {
                agent,
                takes,
                address,
            } => {
                if self.my_id() == Some(agent) {
                    self.phone = Some((takes, address));
                }
            }
            StaffNotice::Headset { agent, on } => {
                if self.my_id() == Some(agent) {
                    self.headset = Some(on);
                }
            }
            // The page's sound has had them.
            StaffNotice::Ice { .. } | StaffNotice::Voice { .. } => {}
            StaffNotice::VisitorPresence {
                conversation,
                online,
            } => {
                self.presence.insert(conversation, online);
                if !online {
                    self.quiet(conversation, Author::Visitor);
                }
            }
        }
        None
    }

    /// Forgets who stopped typing.
    pub(crate) fn expire_typing(&mut self, now: UnixMillis) {
        self.typing.retain(|typing| typing.until > now);
    }

    /// What was typed has arrived (or they left): they are not typing any more.
    pub(crate) fn quiet(&mut self, conversation: ConversationId, who: Author) {
        self.typing
            .retain(|typing| typing.conversation != conversation || typing.who != who);
    }

    /// The agent's own id, once known.
    pub(crate) fn my_id(&self) -> Option<AgentId> {
        self.me.as_ref().map(|me| me.id)
    }

    /// What a colleague is called; `None` for one nobody has told of.
    pub(crate) fn name_of(&self, agent: AgentId) -> Option<&str> {
        self.colleagues
            .get(&agent)
            .map(|colleague| colleague.card.name.as_str())
    }

    /// Whether this agent owns the conversation.
    pub(crate) fn is_mine(&self, conversation: ConversationId) -> bool {
        let owner = self
            .conversations
            .get(&conversation)
            .map(|line| &line.status);
        matches!(owner, Some(Status::Assigned { agent, .. }) if Some(*agent) == self.my_id())
    }

    /// How many requests to be called nobody has dealt with.
    pub(crate) fn open_callbacks(&self) -> usize {
        let open = |callback: &&CallbackSummary| is_open(&callback.state);
        self.callbacks.values().filter(open).count()
    }

    fn type_until(&mut self, conversation: ConversationId, who: Author, until: UnixMillis) {
        self.quiet(conversation, who);
        self.typing.push(Typing {
            conversation,
            who,
            until,
        });
    }
}

fn by_id<K: Ord, V>(items: Vec<V>, id: impl Fn(&V) -> K) -> BTreeMap<K, V> {
    items.into_iter().map(|item| (id(&item), item)).collect()
}

/// What a changed line means to this agent.
fn heard_of(
    me: AgentId,
    was: Option<&ConversationSummary>,
    now: &ConversationSummary,
) -> Option<Heard> {
    let was = was.map(|line| &line.status);
    match &now.status {
        Status::Offered { to, .. } if *to == me => {
            let already = matches!(was, Some(Status::Offered { to, .. }) if *to == me);
            (!already).then_some(Heard::Offer(now.id))
        }
        Status::Assigned { agent, .. } if *agent == me => {
            let from_colleague =
                matches!(was, Some(Status::Assigned { agent, .. }) if *agent != me);
            from_colleague.then_some(Heard::Handed(now.id))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixtures::{agent, at, conversation, summary, welcome};

    fn board() -> Board {
        let mut board = Board::default();
        board.greet(welcome());
        board
    }

    #[test]
    fn an_offer_is_heard_once() {
        let mut board = board();
        let mut line = summary(1);
        line.status = Status::Offered {
            since: at(0),
            to: agent(1),
            until: at(30),
        };
        let notice = StaffNotice::Conversation(Box::new(line));
        assert_eq!(
            board.notice(notice.clone(), at(1)),
            Some(Heard::Offer(conversation(1)))
        );
        assert_eq!(board.notice(notice, at(2)), None);
    }

    #[test]
    fn an_offer_to_somebody_else_is_not_heard() {
        let mut board = board();
        let mut line = summary(1);
        line.status = Status::Offered {
            since: at(0),
            to: agent(2),
            until: at(30),
        };
        assert_eq!(
            board.notice(StaffNotice::Conversation(Box::new(line)), at(1)),
            None
        );
    }

    #[test]
    fn a_chat_handed_over_is_heard_and_an_accepted_one_is_not() {
        let mut board = board();
        let mut line = summary(1);
        line.status = Status::Assigned {
            agent: agent(2),
            since: at(0),
        };
        board.notice(StaffNotice::Conversation(Box::new(line.clone())), at(1));
        line.status = Status::Assigned {
            agent: agent(1),
            since: at(2),
        };
        let heard = board.notice(StaffNotice::Conversation(Box::new(line)), at(2));
        assert_eq!(heard, Some(Heard::Handed(conversation(1))));
        assert!(board.is_mine(conversation(1)));

        let mut taken = summary(2);
        taken.status = Status::Offered {
            since: at(0),
            to: agent(1),
            until: at(30),
        };
        board.notice(StaffNotice::Conversation(Box::new(taken.clone())), at(3));
        taken.status = Status::Assigned {
            agent: agent(1),
            since: at(4),
        };
        assert_eq!(
            board.notice(StaffNotice::Conversation(Box::new(taken)), at(4)),
            None
        );
    }

    #[test]
    fn a_second_greeting_tells_of_what_was_offered_meanwhile() {
        let mut board = board();
        let mut again = welcome();
        let mut line = summary(7);
        line.status = Status::Offered {
            since: at(0),
            to: agent(1),
            until: at(30),
        };
        again.conversations.push(line);
        assert_eq!(board.greet(again), vec![Heard::Offer(conversation(7))]);
    }

    #[test]
    fn typing_fades() {
        let mut board = board();
        let typing = StaffNotice::VisitorTyping {
            conversation: conversation(1),
            for_ms: 5_000,
        };
        board.notice(typing, at(1));
        board.expire_typing(at(5));
        assert_eq!(board.typing.len(), 1);
        board.expire_typing(at(6));
        assert_eq!(board.typing, vec![]);
    }

    #[test]
    fn availability_follows_what_the_relay_says_of_oneself() {
        let mut board = board();
        let mut me = welcome().colleagues.remove(0);
        me.availability = Availability::Away;
        board.notice(StaffNotice::Colleague(me), at(1));
        assert_eq!(board.availability, Some(Availability::Away));
    }
}
