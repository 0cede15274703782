//! Agents: people who answer, and how the relay greets them.

use std::collections::BTreeMap;
use std::sync::Arc;

use heard_client::{Input, Update};
use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AgentId, AssignmentAct, Availability, CallOfferAct, CallbackAct, CallbackId, CallbackState,
    CloseCode, CommandId, ConversationAct, ConversationId, Cursor, Disposition, Hello, MeAct,
    ResolutionAct, Seq, SiteCard, Staff, StaffCommand, StaffCredential, StaffRow, StaffWelcome,
    Status,
};
use heard_relay::socket::{Greeting, StaffIdentity};
use heard_relay::store::sqlite::Engine;
use heard_relay::store::{Head, StoreError};

use super::crowd::{Crowd, End};
use super::event::{AtRelay, Event, On};
use super::part::{Looked, Part};
use super::relay::Then;
use super::world::World;
use crate::check::{Said, Who};

/// After how long a store that could not keep an agent's presence is asked again, in milliseconds.
const PRESENCE_RETRY_MS: u64 = 1_000;

/// What an agent's lists show.
#[derive(Debug, Default)]
pub(super) struct Board {
    me: Option<AgentId>,
    pub(super) status: BTreeMap<ConversationId, Status>,
    pub(super) callbacks: BTreeMap<CallbackId, CallbackState>,
}

impl Board {
    fn those(&self, wanted: impl Fn(&Status) -> bool) -> Vec<ConversationId> {
        let matching = self.status.iter().filter(|(_, status)| wanted(status));
        matching.map(|(id, _)| *id).collect()
    }
}

impl Part for Staff {
    type Screen = Board;

    fn crowd<'w>(world: &'w mut World<'_>) -> &'w mut Crowd<Self> {
        &mut world.staff
    }

    fn event(on: On<Self>) -> Event {
        Event::Staff(on)
    }

    fn credential(world: &mut World<'_>, person: usize) -> StaffCredential {
        StaffCredential {
            token: world.staff.people[person].token.clone(),
        }
    }

    fn said(command: &StaffCommand) -> Said {
        command.into()
    }

    fn act(world: &mut World<'_>, client: usize) {
        if let Some(command) = idea(world, client) {
            world.submit::<Self>(client, command);
        }
    }

    fn told(world: &mut World<'_>, client: usize, update: &Update<Self>) {
        match update {
            Update::Welcome(welcome) => {
                let board = &mut world.staff.clients[client].screen;
                board.me = Some(welcome.body.me.id);
                board.status.clear();
                board.callbacks.clear();
            }
            Update::Rows { rows, .. } => {
                for row in rows {
                    match row {
                        StaffRow::Conversation(line) => learn(world, client, line.id, &line.status),
                        StaffRow::Callback(callback) => {
                            let board = &mut world.staff.clients[client].screen;
                            board.callbacks.insert(callback.id, callback.state.clone());
                        }
                        StaffRow::Colleague(_) | StaffRow::Mine(_) => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn then(line: usize, id: CommandId) -> Then {
        Then::Staff(line, id)
    }

    fn greet(world: &mut World<'_>, line: usize, hello: Box<Hello<Self>>) {
        let token = hello.credential.token.as_ref();
        let agent = token.and_then(|token| token.0.parse::<AgentId>().ok());
        let Some(agent) = agent else {
            world.close_from_relay::<Self>(line, CloseCode::Unauthorised, true);
            return;
        };
        let site = world.site;
        if let Some(end) = &mut world.staff.lines[line].relay {
            world.relay.hub.add_staff(site, agent, &end.mailbox);
            end.seat = Some(StaffIdentity { site, agent });
            end.hello = Some(hello);
            // What they see includes themself: they must count as online by then.
            world.settle_presence(agent, Some(line));
        }
    }

    fn view(world: &mut World<'_>, line: usize) {
        let Some(end) = &world.staff.lines[line].relay else {
            return;
        };
        let Some(identity) = end.seat.clone() else {
            return;
        };
        let agent = world.engine.agent(identity.agent);
        let agent = agent
            .expect("the store can be read")
            .expect("every agent of the run is known");
        let overview = world.engine.overview(identity.site);
        let overview = overview.expect("the store can be read");
        let mine = agent.mine();
        let greeting = Greeting {
            welcome: StaffWelcome {
                me: agent.card,
                site: SiteCard {
                    id: identity.site,
                    name: String::new(),
                },
            },
            rows: overview.rows(mine),
            identity,
            own: None,
            unseen: None,
            epoch: world.engine.epoch(),
        };
        let after = world.blink();
        world.later(after, On::<Self>::Greeted(line, Box::new(greeting)));
    }

    fn look(engine: &Engine, cursor: Cursor) -> Result<Looked<Self>, StoreError> {
        let Some(head) = engine.head(cursor.conversation)? else {
            return Ok(None);
        };
        let limit = heard_protocol::limits::MAX_ENTRIES_PER_FRAME;
        let slice = engine.read_staff(cursor.conversation, cursor.after, limit)?;
        Ok(Some((head, slice)))
    }

    fn own(_: &Engine, _: &Self::Identity) -> Result<Option<Head>, StoreError> {
        Ok(None)
    }

    fn follow(world: &mut World<'_>, line: usize, conversation: ConversationId) {
        if let Some(end) = &world.staff.lines[line].relay {
            let mailbox = Arc::clone(&end.mailbox);
            world.relay.hub.follow(conversation, &mailbox);
        }
    }

    fn rise(world: &mut World<'_>, identity: &StaffIdentity, end: &End<Self>, orderly: bool) {
        world.relay.hub.remove_staff(identity.site, &end.mailbox);
        if orderly {
            world.settle_presence(identity.agent, None);
        }
    }
}

impl World<'_> {
    /// An agent's presence is said again, unless the greeting that waits for it has ended.
    pub(super) fn settle_presence_again(&mut self, agent: AgentId, line: Option<usize>) {
        if line.is_none_or(|line| self.staff.lines[line].relay.is_some()) {
            self.settle_presence(agent, line);
        }
    }

    /// The store has taken in whether an agent is there, or could not.
    pub(super) fn presence_kept(
        &mut self,
        agent: AgentId,
        online: bool,
        line: Option<usize>,
        kept: bool,
    ) {
        if line.is_some_and(|line| self.staff.lines[line].relay.is_none()) {
            return;
        }
        if !kept {
            self.at_relay(PRESENCE_RETRY_MS, AtRelay::SettlePresence(agent, line));
        } else if self.relay.hub.agent_online(self.site, agent) != online {
            self.settle_presence(agent, line);
        } else if let Some(line) = line {
            let after = self.blink();
            self.later(after, On::<Staff>::View(line));
        }
    }
}

/// A line of the agent's lists is new or has changed.
fn learn(world: &mut World<'_>, client: usize, id: ConversationId, status: &Status) {
    let one = &mut world.staff.clients[client];
    one.screen.status.insert(id, status.clone());
    let (life, me) = (one.life, one.screen.me);
    let followed = one.session.cursor(id).is_some();
    let mine = match status {
        Status::Offered { to, .. } => {
            let mine = Some(*to) == me;
            if mine && (world.healed || world.rng.chance(850)) {
                let command = if world.healed || world.rng.chance(900) {
                    StaffCommand::In {
                        conversation: id,
                        act: ConversationAct::Assignment(AssignmentAct::Accept),
                    }
                } else {
                    StaffCommand::In {
                        conversation: id,
                        act: ConversationAct::Assignment(AssignmentAct::Decline {
                            reason: String::new(),
                        }),
                    }
                };
                let after = world.rng.between(100, 5_000);
                world.later(after, On::<Staff>::Ask(client, life, Box::new(command)));
            }
            mine
        }
        Status::Assigned { agent, .. } => Some(*agent) == me,
        Status::Waiting { .. } | Status::Resolved { .. } => false,
    };
    if !followed && (mine || world.rng.chance(500)) {
        let after = world.rng.between(0, 500);
        let follow = Box::new(Input::Follow(id));
        world.later(after, On::<Staff>::Give(client, life, follow));
    }
}

/// What an agent comes upon to do.
fn idea(world: &mut World<'_>, client: usize) -> Option<StaffCommand> {
    let board = &world.staff.clients[client].screen;
    let me = board.me;
    let own = board
        .those(|status| matches!(status, Status::Assigned { agent, .. } if Some(*agent) == me));
    let all = board.those(|_| true);
    let waiting = board.those(|status| matches!(status, Status::Waiting { .. }));
    let resolved = board.those(|status| matches!(status, Status::Resolved { .. }));
    let turn = world.rng.between(0, 99);
    let place = match turn {
        0..=58 => &own,
        59..=71 => &all,
        72..=77 => &waiting,
        78 => &resolved,
        _ => {
            let conversation = world.rng.pick(&all);
            return by_the_way(world, client, turn, conversation);
        }
    };
    let conversation = world.rng.pick(place)?;
    Some(match turn {
        // From 69 on it may not be theirs at all: the relay must say no.
        0..=39 | 69..=71 => StaffCommand::In {
            conversation,
            act: ConversationAct::Send {
                text: world.words::<Staff>(client),
            },
        },
        // Mostly refused: once is enough, and a "no" is one.
        66..=68 => StaffCommand::In {
            conversation,
            act: ConversationAct::CallOffer(CallOfferAct::Offer { why: String::new() }),
        },
        40..=46 => StaffCommand::In {
            conversation,
            act: ConversationAct::Resolution(ResolutionAct::Resolve),
        },
        47..=50 => StaffCommand::In {
            conversation,
            act: ConversationAct::Assignment(AssignmentAct::Return),
        },
        51..=58 => StaffCommand::In {
            conversation,
            act: ConversationAct::Assignment(AssignmentAct::Transfer {
                to: colleague(world)?,
                comment: String::new(),
            }),
        },
        59..=65 => StaffCommand::In {
            conversation,
            act: ConversationAct::Note {
                text: world.words::<Staff>(client),
            },
        },
        72..=77 => StaffCommand::In {
            conversation,
            act: ConversationAct::Assignment(AssignmentAct::Accept),
        },
        _ => StaffCommand::In {
            conversation,
            act: ConversationAct::Resolution(ResolutionAct::Reopen),
        },
    })
}

fn colleague(world: &mut World<'_>) -> Option<AgentId> {
    let team: Vec<AgentId> = world
        .staff
        .people
        .iter()
        .filter_map(|person| match person.who {
            Some(Who::Agent(agent)) => Some(agent),
            Some(Who::Visitor(_)) | None => None,
        })
        .collect();
    world.rng.pick(&team)
}

/// What is not about one conversation's life.
fn by_the_way(
    world: &mut World<'_>,
    client: usize,
    turn: u64,
    conversation: Option<ConversationId>,
) -> Option<StaffCommand> {
    match turn {
        82..=86 => {
            let to = [
                Availability::Available,
                Availability::Available,
                Availability::Busy,
                Availability::Away,
            ];
            let availability = world.rng.pick(&to)?;
            return Some(StaffCommand::Me(MeAct::SetAvailability { availability }));
        }
        // The same one by two agents at times: one of them is too late.
        79..=81 => {
            let board = &world.staff.clients[client].screen;
            let callbacks: Vec<CallbackId> = board.callbacks.keys().copied().collect();
            return Some(StaffCommand::Callback {
                callback: world.rng.pick(&callbacks)?,
                act: CallbackAct::Close {
                    disposition: Disposition::Answered,
                    note: String::new(),
                },
            });
        }
        87..=89 => {
            let id = conversation?;
            let one = &mut world.staff.clients[client];
            one.shown.remove(&id);
            world.give::<Staff>(client, Input::Unfollow(id));
        }
        90..=92 => world.give::<Staff>(client, Input::Follow(conversation?)),
        93..=97 => read(world, client, conversation?),
        _ => world.give::<Staff>(client, Input::RetryNow),
    }
    None
}

fn read(world: &mut World<'_>, client: usize, conversation: ConversationId) {
    let Some(place) = world.staff.clients[client].shown.get(&conversation) else {
        return;
    };
    let mut entries = world.staff.shown[*place].entries.iter().rev();
    let seen = entries.find_map(|entry| match entry.body {
        EntryBody::Public { position, .. } => Some(position),
        EntryBody::Staff(_) => None,
    });
    let after: Seq = seen.unwrap_or_default();
    world.give::<Staff>(
        client,
        Input::Read(Cursor {
            conversation,
            after,
        }),
    );
}
