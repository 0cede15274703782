//! What can happen, and when.

use std::collections::BTreeMap;

use heard_client::Input;
use heard_protocol::{
    AgentId, ClientFrame, CommandId, ConversationId, Cursor, Hello, RelayFrame, Staff, Visitor,
};
use heard_relay::socket::Greeting;
use heard_relay::store::Answer;

use super::part::{Looked, Part};
use super::relay::Then;

/// Something that happens.
#[derive(Debug)]
pub(super) enum Event {
    /// On a visitor's side or line.
    Visitor(On<Visitor>),
    /// On an agent's side or line.
    Staff(On<Staff>),
    /// In the relay, in this life of it.
    Relay(u32, AtRelay),
    /// The relay starts again.
    Start,
    /// The store can write again.
    StoreWorks,
    /// Something breaks.
    Fault,
    /// The storm is over.
    Heal,
}

/// Something that happens to a client, by its place, or on a line, by its number.
#[derive(Debug)]
pub(super) enum On<S: Part> {
    /// The client's end of a line is open.
    Opened(usize),
    /// The client learns that a line is closed.
    Closed(usize, u16),
    /// A frame has come to the client.
    Arrived(usize, Box<RelayFrame<S>>),
    /// The client's timer with this number.
    Timer(usize, u64),
    /// The client's machine may wake up.
    Wake(usize),
    /// It occurs to the person to do something.
    Act(usize),
    /// In this life of the program the application says this to the session.
    Give(usize, u32, Box<Input<S>>),
    /// In this life of the program the person asks for this.
    Ask(usize, u32, Box<S::Command>),
    /// The relay's end of a line is open.
    Accepted(usize),
    /// A frame has come to the relay.
    Received(usize, Box<ClientFrame<S>>),
    /// The relay learns that a line is closed.
    Gone(usize),
    /// The relay finds out who greets.
    Greet(usize, Box<Hello<S>>),
    /// The relay finds out what they see.
    View(usize),
    /// The greeting is ready.
    Greeted(usize, Box<Greeting<S>>),
    /// The store reads a log.
    Look(usize, Cursor),
    /// The store looks for the log that is followed unasked.
    LookForOwn(usize),
    /// A log was read.
    Slice(usize, ConversationId, Box<Looked<S>>),
    /// A command's answer has come from the store.
    Answered(usize, CommandId, Option<Answer>),
    /// A line looks into its mailbox.
    Mail(usize),
    /// A line looks at the clock.
    Tick(usize),
}

/// Something that happens inside the relay.
#[derive(Debug)]
pub(super) enum AtRelay {
    /// The writer takes what waits.
    Take,
    /// The writer commits what it took.
    Commit,
    /// The answer to a request without a line.
    Answer(Then, Option<Answer>),
    /// The dispatcher looks at the site, by the wake with this number or because of a fact.
    Round(Option<u64>),
    /// The dispatcher looks without a reason.
    Sweep,
    /// An agent's presence is said again; perhaps a greeting on a line waits for that.
    SettlePresence(AgentId, Option<usize>),
}

impl Event {
    /// Whether this leads somewhere by itself, unlike a clock that is looked at in case.
    fn is_work(&self) -> bool {
        match self {
            Self::Visitor(on) => on.is_work(),
            Self::Staff(on) => on.is_work(),
            Self::Relay(_, at) => !matches!(at, AtRelay::Sweep | AtRelay::Round(Some(_))),
            Self::Start | Self::StoreWorks | Self::Heal => true,
            Self::Fault => false,
        }
    }
}

impl<S: Part> On<S> {
    fn is_work(&self) -> bool {
        !matches!(self, Self::Timer(..) | Self::Act(_) | Self::Tick(_))
    }
}

/// What is to happen, by the moment; what falls on one moment happens in the order in which it was
/// put in.
#[derive(Debug, Default)]
pub(super) struct Queue {
    events: BTreeMap<(u64, u64), Event>,
    number: u64,
    work: usize,
}

impl Queue {
    pub(super) fn put(&mut self, at: u64, event: Event) {
        self.number += 1;
        self.work += usize::from(event.is_work());
        self.events.insert((at, self.number), event);
    }

    pub(super) fn pop(&mut self) -> Option<(u64, Event)> {
        let ((at, _), event) = self.events.pop_first()?;
        self.work -= usize::from(event.is_work());
        Some((at, event))
    }

    /// Whether nothing is under way: only clocks are left.
    pub(super) fn is_idle(&self) -> bool {
        self.work == 0
    }
}
