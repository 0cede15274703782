//! Everything an agent can do by key, button or palette, and when it can be done.

use heard_protocol::{Availability, ConversationId, Status};

use super::board::Board;
use super::calls::ringing;
use super::lists::Lists;
use crate::lang::Lang;

/// Which page of the console is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Place {
    /// Lists, conversation, person.
    #[default]
    Chats,
    /// Requests to be called.
    Callbacks,
}

/// Something an agent can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Act {
    /// Take what is offered.
    Accept,
    /// Turn down what is offered.
    Decline,
    /// Open the next conversation.
    Next,
    /// Open the one before.
    Previous,
    /// Open the own conversation that waits for a reply the longest.
    Longest,
    /// Take the conversation that waits in the queue the longest.
    TakeNext,
    /// Take the open conversation from the queue.
    Take,
    /// Write an answer.
    Answer,
    /// Write a note.
    Note,
    /// Hand the open conversation over.
    Transfer,
    /// Put the open conversation back into the queue.
    Return,
    /// Offer the visitor of the open conversation to talk.
    OfferTalk,
    /// Settle the open conversation.
    Resolve,
    /// Take the open conversation up again.
    Reopen,
    /// Show or hide who the person is.
    Person,
    /// Go to the conversations.
    Chats,
    /// Go to the requests to be called.
    Callbacks,
    /// Take new conversations.
    BeAvailable,
    /// Take no new ones.
    BeBusy,
    /// Be away.
    BeAway,
    /// Turn the sound on or off.
    Sound,
    /// Show the console in a language.
    Speak(Lang),
    /// List everything that can be done.
    Palette,
    /// List the keys.
    Keys,
    /// Leave.
    SignOut,
}

impl Act {
    /// All of them, in the order the palette lists them.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let languages = Lang::ALL.into_iter().map(Self::Speak);
        Self::FIRST.into_iter().chain(languages).chain(Self::LAST)
    }

    const FIRST: [Self; 21] = [
        Self::Accept,
        Self::Decline,
        Self::Answer,
        Self::Note,
        Self::OfferTalk,
        Self::Resolve,
        Self::Transfer,
        Self::Return,
        Self::Take,
        Self::Reopen,
        Self::Next,
        Self::Previous,
        Self::Longest,
        Self::TakeNext,
        Self::Person,
        Self::Chats,
        Self::Callbacks,
        Self::BeAvailable,
        Self::BeBusy,
        Self::BeAway,
        Self::Sound,
    ];

    const LAST: [Self; 3] = [Self::Palette, Self::Keys, Self::SignOut];

    /// The word for availability that an act sets, if it sets one.
    pub(crate) const fn availability(self) -> Option<Availability> {
        match self {
            Self::BeAvailable => Some(Availability::Available),
            Self::BeBusy => Some(Availability::Busy),
            Self::BeAway => Some(Availability::Away),
            _ => None,
        }
    }
}

/// How the open conversation stands to the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Offered to them.
    Offered,
    /// In the queue, free to take.
    Waiting,
    /// In the queue, a colleague is being asked.
    Asked,
    /// Theirs.
    Mine,
    /// A colleague's.
    Others,
    /// Settled.
    Resolved,
}

/// How a conversation stands to the agent; `None` if the board doesn't list it.
pub(crate) fn standing(board: &Board, conversation: ConversationId) -> Option<Standing> {
    let me = board.my_id();
    let status = &board.conversations.get(&conversation)?.status;
    Some(match status {
        Status::Waiting { .. } => Standing::Waiting,
        Status::Offered { to, .. } if Some(*to) == me => Standing::Offered,
        Status::Offered { .. } => Standing::Asked,
        Status::Assigned { agent, .. } if Some(*agent) == me => Standing::Mine,
        Status::Assigned { .. } => Standing::Others,
        Status::Resolved { .. } => Standing::Resolved,
    })
}

/// What an act needs to know of the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "five separate facts")]
pub(crate) struct Moment {
    /// Which page is open.
    pub(crate) place: Place,
    /// How the open conversation stands, if one is open.
    pub(crate) open: Option<Standing>,
    /// Whether anything is offered.
    pub(crate) offered: bool,
    /// Whether anything in the queue is free to take.
    pub(crate) queue: bool,
    /// Whether the agent owns anything.
    pub(crate) mine: bool,
    /// The agent's own word.
    pub(crate) availability: Option<Availability>,
    /// Whether the relay is there: what changes hands can't wait in an outbox, the desk goes on
    /// without us.
    pub(crate) live: bool,
}

impl Moment {
    /// The moment as the board has it.
    pub(crate) fn of(
        board: &Board,
        place: Place,
        open: Option<ConversationId>,
        live: bool,
    ) -> Self {
        let lists = Lists::of(board);
        let free = |id: &ConversationId| standing(board, *id) == Some(Standing::Waiting);
        Self {
            place,
            open: open.and_then(|id| standing(board, id)),
            offered: !lists.offered.is_empty() || !ringing(board).is_empty(),
            queue: lists.queue.iter().any(free),
            mine: !lists.mine.is_empty(),
            availability: board.availability(),
            live,
        }
    }

    /// Whether an act can be done now.
    pub(crate) fn allows(&self, act: Act) -> bool {
        let chats = self.place == Place::Chats;
        let open = self.open.filter(|_| chats);
        match act {
            Act::Accept | Act::Decline => self.live && self.offered,
            Act::Next | Act::Previous => chats && (self.offered || self.queue || self.mine),
            Act::Longest => self.mine,
            Act::TakeNext => self.live && self.queue,
            Act::Take => self.live && open == Some(Standing::Waiting),
            Act::Answer => open == Some(Standing::Mine),
            Act::Transfer | Act::Return | Act::Resolve | Act::OfferTalk => {
                self.live && open == Some(Standing::Mine)
            }
            Act::Note | Act::Person => open.is_some(),
            Act::Reopen => self.live && open == Some(Standing::Resolved),
            Act::Chats => !chats,
            Act::Callbacks => chats,
            Act::BeAvailable | Act::BeBusy | Act::BeAway => {
                self.live && self.availability.is_some() && act.availability() != self.availability
            }
            Act::Sound | Act::Speak(_) | Act::Palette | Act::Keys | Act::SignOut => true,
        }
    }
}

/// The acts whose name holds every word of what was typed, in their own order.
pub(crate) fn search(
    acts: impl IntoIterator<Item = Act>,
    typed: &str,
    name: impl Fn(Act) -> String,
) -> Vec<Act> {
    let typed = typed.to_lowercase();
    let words: Vec<_> = typed.split_whitespace().collect();
    acts.into_iter()
        .filter(|act| {
            let name = name(*act).to_lowercase();
            words.iter().all(|word| name.contains(word))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixtures::{self, agent, at, conversation, summary};

    fn moment(status: Status) -> Moment {
        let mut line = summary(1);
        line.status = status;
        let board = fixtures::board([line]);
        Moment::of(&board, Place::Chats, Some(conversation(1)), true)
    }

    fn allowed(moment: &Moment) -> Vec<Act> {
        use Act::{
            Accept, Answer, Decline, Longest, Note, Reopen, Resolve, Return, Take, TakeNext,
            Transfer,
        };
        let about_chats = [
            Accept, Decline, Answer, Note, Resolve, Transfer, Return, Take, Reopen, Longest,
            TakeNext,
        ];
        about_chats
            .into_iter()
            .filter(|act| moment.allows(*act))
            .collect()
    }

    #[test]
    fn what_can_be_done_follows_from_how_the_chat_stands() {
        use Act::{
            Accept, Answer, Decline, Longest, Note, Reopen, Resolve, Return, Take, TakeNext,
            Transfer,
        };
        let mine = moment(Status::Assigned {
            agent: agent(1),
            since: at(0),
        });
        assert_eq!(
            allowed(&mine),
            [Answer, Note, Resolve, Transfer, Return, Longest]
        );
        let others = moment(Status::Assigned {
            agent: agent(2),
            since: at(0),
        });
        assert_eq!(allowed(&others), [Note]);
        let waiting = moment(Status::Waiting { since: at(0) });
        assert_eq!(allowed(&waiting), [Note, Take, TakeNext]);
        let offered = moment(Status::Offered {
            since: at(0),
            to: agent(1),
            until: at(9),
        });
        assert_eq!(allowed(&offered), [Accept, Decline, Note]);
        let asked = moment(Status::Offered {
            since: at(0),
            to: agent(2),
            until: at(9),
        });
        assert_eq!(allowed(&asked), [Note]);
        let resolved = moment(Status::Resolved { at: at(0) });
        assert_eq!(allowed(&resolved), [Note, Reopen]);
    }

    #[test]
    fn nothing_happens_to_a_chat_that_is_not_on_the_screen() {
        let mut away = moment(Status::Assigned {
            agent: agent(1),
            since: at(0),
        });
        away.place = Place::Callbacks;
        assert!(!away.allows(Act::Resolve));
        assert!(away.allows(Act::Chats));
    }

    #[test]
    fn without_the_relay_one_can_still_write() {
        let mut alone = moment(Status::Assigned {
            agent: agent(1),
            since: at(0),
        });
        alone.live = false;
        assert_eq!(allowed(&alone), [Act::Answer, Act::Note, Act::Longest]);
    }

    #[test]
    fn search_wants_every_word_in_any_order() {
        let name = |act: Act| format!("{act:?} Conversation");
        assert_eq!(search(Act::all(), "conv resol", name), [Act::Resolve]);
        assert_eq!(search(Act::all(), "  ", name).len(), Act::all().count());
        assert_eq!(search(Act::all(), "nothing like it", name), []);
    }
}
