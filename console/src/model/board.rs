//! What the agent's lists are made of: the greeting and the rows that follow it.

use std::collections::{BTreeMap, BTreeSet};

use heard_protocol::{
    AgentCard, AgentId, Author, Availability, CallbackId, CallbackState, CallbackSummary,
    Colleague, ConversationId, ConversationSummary, Mine, StaffNotice, StaffRow, StaffWelcome,
    Status, UnixMillis,
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
    /// How the agent is set; unknown before the first rows.
    pub(crate) mine: Option<Mine>,
    /// Every line the relay told of.
    pub(crate) conversations: BTreeMap<ConversationId, ConversationSummary>,
    /// The team, the agent included.
    pub(crate) colleagues: BTreeMap<AgentId, Colleague>,
    /// Requests to be called.
    pub(crate) callbacks: BTreeMap<CallbackId, CallbackSummary>,
    /// Which visitors have the chat open; unknown until a notice says so.
    pub(crate) presence: BTreeMap<ConversationId, bool>,
    /// Who types where.
    pub(crate) typing: Vec<Typing>,
    /// The rows of a greeting that are on their way.
    listing: Option<Listing>,
}

/// What the rows of a greeting have named so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Listing {
    /// It is the first greeting: nothing in the lists is news.
    first: bool,
    conversations: BTreeSet<ConversationId>,
    colleagues: BTreeSet<AgentId>,
    callbacks: BTreeSet<CallbackId>,
}

impl Board {
    /// Takes a greeting over. Rows follow; what they do not name any more goes once they are
    /// complete.
    pub(crate) fn greet(&mut self, welcome: StaffWelcome) {
        let first = self.me.is_none();
        self.site = welcome.site.name;
        self.me = Some(welcome.me);
        self.listing = Some(Listing {
            first,
            ..Listing::default()
        });
    }

    /// Takes rows over; `done` says that the lists are complete with them. Returns what the agent
    /// should hear about.
    pub(crate) fn rows(&mut self, rows: Vec<StaffRow>, done: bool) -> Vec<Heard> {
        let heard = rows.into_iter().filter_map(|row| self.row(row)).collect();
        if done && let Some(named) = self.listing.take() {
            let conversations = &mut self.conversations;
            conversations.retain(|id, _| named.conversations.contains(id));
            self.colleagues
                .retain(|id, _| named.colleagues.contains(id));
            self.callbacks.retain(|id, _| named.callbacks.contains(id));
        }
        heard
    }

    fn row(&mut self, row: StaffRow) -> Option<Heard> {
        match row {
            StaffRow::Conversation(summary) => {
                let me = self.my_id()?;
                let heard = heard_of(me, self.conversations.get(&summary.id), &summary);
                let quiet = self.listing.as_mut().is_some_and(|listing| {
                    listing.conversations.insert(summary.id);
                    listing.first && !matches!(heard, Some(Heard::Offer(_)))
                });
                self.conversations.insert(summary.id, *summary);
                heard.filter(|_| !quiet)
            }
            StaffRow::Colleague(colleague) => {
                let id = colleague.card.id;
                if let Some(listing) = &mut self.listing {
                    listing.colleagues.insert(id);
                }
                self.colleagues.insert(id, colleague);
                None
            }
            StaffRow::Callback(callback) => {
                let id = callback.id;
                let open = callback.state == CallbackState::Open;
                let rings = ringing(self).contains(&id);
                let known = self.callbacks.insert(id, *callback).is_some();
                if let Some(listing) = &mut self.listing {
                    listing.callbacks.insert(id);
                    return None;
                }
                if !rings && ringing(self).contains(&id) {
                    return Some(Heard::Ring(id));
                }
                (open && !known).then_some(Heard::Callback(id))
            }
            StaffRow::Mine(mine) => {
                self.mine = Some(mine);
                None
            }
        }
    }

    /// Takes a notice over. `now` is this device's clock.
    pub(crate) fn notice(&mut self, notice: &StaffNotice, now: UnixMillis) {
        match *notice {
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

    /// The agent's own word, once known.
    pub(crate) fn availability(&self) -> Option<Availability> {
        self.mine.as_ref().map(|mine| mine.availability)
    }

    /// Takes the agent's own word for said before the relay has it.
    pub(crate) fn say(&mut self, availability: Availability) {
        if let Some(mine) = &mut self.mine {
            mine.availability = availability;
        }
    }

    /// The most conversations the agent may own; 0 before that is known.
    pub(crate) fn capacity(&self) -> u16 {
        self.mine.as_ref().map_or(0, |mine| mine.capacity)
    }

    /// Whether the agent has a headset on.
    pub(crate) fn headset(&self) -> bool {
        self.mine.as_ref().is_some_and(|mine| mine.headset)
    }

    /// Whether calls ring for the agent, and the address of their phone, once known.
    pub(crate) fn phone(&self) -> Option<(bool, String)> {
        let mine = self.mine.as_ref();
        mine.map(|mine| (mine.takes_calls, mine.phone.clone()))
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
    use heard_protocol::{SiteCard, SiteId};

    use super::*;
    use crate::model::fixtures::{self, agent, at, conversation, line, summary};

    fn board() -> Board {
        fixtures::board([])
    }

    fn told(board: &mut Board, summary: ConversationSummary) -> Vec<Heard> {
        board.rows(vec![line(summary)], false)
    }

    fn greeted_again(board: &mut Board) {
        let me = board.me.clone().expect("it was greeted before");
        board.greet(StaffWelcome {
            me,
            site: SiteCard {
                id: SiteId::from_bits(1),
                name: String::new(),
            },
        });
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
        let offer = Heard::Offer(conversation(1));
        assert_eq!(told(&mut board, line.clone()), [offer]);
        assert_eq!(told(&mut board, line), []);
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
        assert_eq!(told(&mut board, line), []);
    }

    #[test]
    fn a_chat_handed_over_is_heard_and_an_accepted_one_is_not() {
        let mut board = board();
        let mut line = summary(1);
        line.status = Status::Assigned {
            agent: agent(2),
            since: at(0),
        };
        told(&mut board, line.clone());
        line.status = Status::Assigned {
            agent: agent(1),
            since: at(2),
        };
        let handed = Heard::Handed(conversation(1));
        assert_eq!(told(&mut board, line), [handed]);
        assert!(board.is_mine(conversation(1)));

        let mut taken = summary(2);
        taken.status = Status::Offered {
            since: at(0),
            to: agent(1),
            until: at(30),
        };
        told(&mut board, taken.clone());
        taken.status = Status::Assigned {
            agent: agent(1),
            since: at(4),
        };
        assert_eq!(told(&mut board, taken), []);
    }

    #[test]
    fn a_second_greeting_tells_of_what_was_offered_meanwhile() {
        let mut board = board();
        greeted_again(&mut board);
        let mut line = summary(7);
        line.status = Status::Offered {
            since: at(0),
            to: agent(1),
            until: at(30),
        };
        assert_eq!(told(&mut board, line), [Heard::Offer(conversation(7))]);
    }

    #[test]
    fn what_a_second_greeting_does_not_name_is_gone_when_it_is_complete() {
        let mut board = fixtures::board([summary(1), summary(2)]);
        greeted_again(&mut board);
        board.rows(vec![line(summary(2))], false);
        assert_eq!(board.conversations.len(), 2, "nothing flickers");
        board.rows(vec![line(summary(3))], true);
        let left: Vec<_> = board.conversations.keys().copied().collect();
        assert_eq!(left, [conversation(2), conversation(3)]);
        board.rows(vec![line(summary(1))], false);
        assert_eq!(
            board.conversations.len(),
            3,
            "a row that is new later stays"
        );
    }

    #[test]
    fn typing_fades() {
        let mut board = board();
        let typing = StaffNotice::VisitorTyping {
            conversation: conversation(1),
            for_ms: 5_000,
        };
        board.notice(&typing, at(1));
        board.expire_typing(at(5));
        assert_eq!(board.typing.len(), 1);
        board.expire_typing(at(6));
        assert_eq!(board.typing, vec![]);
    }

    #[test]
    fn availability_follows_what_the_relay_says_of_oneself() {
        let mut board = board();
        let mut mine = board.mine.clone().expect("it was told");
        mine.availability = Availability::Away;
        board.rows(vec![StaffRow::Mine(mine)], false);
        assert_eq!(board.availability(), Some(Availability::Away));
    }
}
