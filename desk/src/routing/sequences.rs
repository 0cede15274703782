//! Random days at a desk: whatever is changed in whatever order, the floor answers what a scan of
//! everything does.

use std::collections::BTreeMap;

use heard_protocol::{AgentId, Availability, ContactId, ConversationId, Status, UnixMillis};
use proptest::prelude::*;

use super::{Agent, Floor, Move, PASSED_MS, Round, round, scan};
use crate::conversation::Conversation;
use crate::policy::Policy;

const START: UnixMillis = UnixMillis(1_000_000);
const AGENTS: u128 = 6;
const CONVERSATIONS: u128 = 14;

/// Short, so that a few steps see offers and absences end, and asking again comes before or after
/// that.
const POLICY: Policy = Policy {
    offer_ms: 30_000,
    grace_ms: 40_000,
    reopen_ms: 0,
    callback_ahead_ms: 0,
};

#[derive(Debug, Clone)]
enum Step {
    /// A conversation is put as it is drawn.
    Put {
        id: u128,
        since: u64,
        front: bool,
        status: u8,
        to: u128,
        passed: Vec<(u128, u64)>,
    },
    Remove(u128),
    Agent {
        id: u128,
        word: u8,
        gone: Option<u64>,
        capacity: u16,
        owned: u128,
        idle: u64,
    },
    RemoveAgent(u128),
    /// What is offered to an agent is accepted, or declined.
    Answer {
        id: u128,
        accept: bool,
    },
    /// Time passes; seldom, the clock is set back.
    Wait(i64),
    /// The floor is forgotten and read again.
    Restart,
    /// A round whose moves are carried out.
    Round,
    /// A round whose moves are lost.
    Look,
}

fn ago() -> impl Strategy<Value = u64> {
    (0_u64..14).prop_map(|n| n * 10_000)
}

fn steps() -> impl Strategy<Value = Step> {
    let (agent, conversation) = (1..=AGENTS, 1..=CONVERSATIONS);
    let passed = prop::collection::vec((agent.clone(), ago()), 0..4);
    let put = (
        conversation.clone(),
        ago(),
        prop::bool::weighted(0.2),
        0_u8..10,
        agent.clone(),
        passed,
    );
    let person = (
        agent.clone(),
        0_u8..6,
        prop::option::weighted(0.2, ago()),
        0_u16..4,
        0_u128..3,
        ago(),
    );
    prop_oneof![
        5 => put.prop_map(|(id, since, front, status, to, passed)| {
            Step::Put { id, since, front, status, to, passed }
        }),
        1 => conversation.prop_map(Step::Remove),
        3 => person.prop_map(|(id, word, gone, capacity, owned, idle)| {
            Step::Agent { id, word, gone, capacity, owned, idle }
        }),
        1 => agent.clone().prop_map(Step::RemoveAgent),
        3 => (agent, any::<bool>()).prop_map(|(id, accept)| Step::Answer { id, accept }),
        2 => prop_oneof![
            8 => (0_i64..8).prop_map(|n| Step::Wait(n * 10_000)),
            1 => (-200_000_i64..200_000).prop_map(Step::Wait),
        ],
        4 => Just(Step::Round),
        1 => Just(Step::Look),
        1 => Just(Step::Restart),
    ]
}

/// Everything a store would hold, next to the floor that is told of it.
struct Day {
    now: UnixMillis,
    conversations: BTreeMap<ConversationId, Conversation>,
    agents: BTreeMap<AgentId, Agent>,
    floor: Floor,
}

impl Day {
    fn begin() -> Self {
        Self {
            now: START,
            conversations: BTreeMap::new(),
            agents: BTreeMap::new(),
            floor: Floor::new(),
        }
    }

    fn put(&mut self, conversation: Conversation) {
        self.floor.put(&conversation);
        self.conversations.insert(conversation.id, conversation);
    }

    fn before(&self, ago: u64) -> UnixMillis {
        UnixMillis(self.now.0.saturating_sub(ago))
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Put {
                id,
                since,
                front,
                status,
                to,
                passed,
            } => {
                let (since, to) = (self.before(since), AgentId::from_bits(to));
                let passed = passed
                    .iter()
                    .map(|(id, at)| (AgentId::from_bits(*id), self.before(*at)));
                let status = match status {
                    0..7 => Status::Waiting { since },
                    7 | 8 => Status::Offered {
                        since,
                        to,
                        until: self.now.plus(POLICY.offer_ms / 2),
                    },
                    _ => Status::Assigned { agent: to, since },
                };
                self.put(Conversation {
                    id: ConversationId::from_bits(id),
                    contact: ContactId::from_bits(id),
                    front,
                    passed: passed.collect(),
                    status,
                    talk: crate::Talk::default(),
                });
            }
            Step::Remove(id) => {
                let id = ConversationId::from_bits(id);
                self.conversations.remove(&id);
                self.floor.remove(id);
            }
            Step::Agent {
                id,
                word,
                gone,
                capacity,
                owned,
                idle,
            } => {
                let words = [Availability::Busy, Availability::Away];
                let agent = Agent {
                    id: AgentId::from_bits(id),
                    availability: *words
                        .get(usize::from(word))
                        .unwrap_or(&Availability::Available),
                    gone_since: gone.map(|ago| self.before(ago)),
                    on_call: idle % 5 == 4,
                    capacity,
                    owned: (0..owned)
                        .map(|n| ConversationId::from_bits(1_000 * id + n))
                        // Given back before, it is somebody else's by now.
                        .filter(|id| !self.conversations.contains_key(id))
                        .collect(),
                    idle_since: UnixMillis(idle),
                };
                self.agents.insert(agent.id, agent.clone());
                self.floor.put_agent(agent);
            }
            Step::RemoveAgent(id) => {
                let id = AgentId::from_bits(id);
                self.agents.remove(&id);
                self.floor.remove_agent(id);
            }
            Step::Answer { id, accept } => self.answer(AgentId::from_bits(id), accept),
            Step::Wait(millis) => {
                self.now = UnixMillis(self.now.0.saturating_add_signed(millis));
            }
            Step::Restart => {
                let queue: Vec<Conversation> = self.conversations.values().cloned().collect();
                let agents: Vec<Agent> = self.agents.values().cloned().collect();
                self.floor = Floor::of(&queue, &agents);
            }
            Step::Round | Step::Look => {}
        }
    }

    fn answer(&mut self, id: AgentId, accept: bool) {
        let now = self.now;
        let asked =
            |one: &&Conversation| matches!(one.status, Status::Offered { to, .. } if to == id);
        let Some(mut conversation) = self.conversations.values().find(asked).cloned() else {
            return;
        };
        if accept {
            let which = conversation.id;
            let accepts = |agent: &mut Agent| {
                agent.owned.push(which);
                agent.idle_since = now;
            };
            self.agents.get_mut(&id).map(accepts);
            self.floor.change_agent(id, accepts);
            let since = now;
            conversation.status = Status::Assigned { agent: id, since };
        } else {
            conversation.withdraw(true, now);
        }
        self.put(conversation);
    }

    /// A round of the floor, held against those that look at everything.
    fn round(&mut self) -> Result<Round, TestCaseError> {
        let agents: Vec<Agent> = self.agents.values().cloned().collect();
        let mut queue: Vec<Conversation> = self.conversations.values().cloned().collect();
        let round = self.floor.round(&POLICY, self.now);
        // By their ids, which is no order of the queue.
        let fresh = super::round(&queue, &agents, &POLICY, self.now);
        prop_assert_eq!(&fresh, &scan::round(&queue, &agents, &POLICY, self.now));
        queue.sort_by_key(|one| (!one.front, one.waiting_since(), one.id));
        prop_assert_eq!(&round, &scan::round(&queue, &agents, &POLICY, self.now));
        Ok(round)
    }

    fn carry_out(&mut self, step: Move) {
        let (Move::Offer { conversation, .. }
        | Move::Withdraw { conversation, .. }
        | Move::GiveBack { conversation }) = step;
        let known = self.conversations.get(&conversation).cloned();
        // An agent may own what the site doesn't show.
        let mut one = known.unwrap_or_else(|| {
            Conversation::start(conversation, ContactId::from_bits(1), self.now)
        });
        match step {
            Move::Offer { to, until, .. } => one.offer(to, until),
            Move::Withdraw { missed, .. } => drop(one.withdraw(missed, self.now)),
            Move::GiveBack { .. } => {
                one.front = true;
                let gives = |agent: &mut Agent| agent.owned.retain(|id| *id != conversation);
                for (id, agent) in &mut self.agents {
                    gives(agent);
                    self.floor.change_agent(*id, gives);
                }
            }
        }
        self.put(one);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_floor_answers_what_a_scan_does(steps in prop::collection::vec(steps(), 0..120)) {
        let mut day = Day::begin();
        for step in steps {
            let carried = matches!(step, Step::Round);
            let looks = carried || matches!(step, Step::Look);
            day.take(step);
            if looks {
                let round = day.round()?;
                if carried {
                    for step in round.moves {
                        day.carry_out(step);
                    }
                }
            }
        }
        day.round()?;
    }
}

/// A long queue that the only free agent has passed on, but for one in its middle.
#[test]
fn one_among_many_passed_on() {
    let agent = Agent {
        id: AgentId::from_bits(1),
        availability: Availability::Available,
        gone_since: None,
        on_call: false,
        capacity: 3,
        owned: Vec::new(),
        idle_since: START,
    };
    let mut queue: Vec<Conversation> = (0..1_000_u64)
        .map(|n| {
            let id = u128::from(n);
            let (id, contact) = (ConversationId::from_bits(id), ContactId::from_bits(id));
            let mut one = Conversation::start(id, contact, UnixMillis(n));
            // Those further down are asked about again earlier.
            one.passed = vec![(agent.id, START.plus(1_000 - n))];
            one
        })
        .collect();
    let now = START.plus(PASSED_MS - 20_000);
    queue[500].passed.clear();
    let agents = [agent];
    let found = round(&queue, &agents, &POLICY, now);
    assert_eq!(found, scan::round(&queue, &agents, &POLICY, now));
    let Some(Move::Offer { conversation, .. }) = found.moves.first() else {
        panic!("an offer was due");
    };
    assert_eq!(*conversation, queue[500].id);
    // The first 500 count: the last of them at 501 ms past the start.
    assert_eq!(found.wake_at, Some(START.plus(501 + PASSED_MS)));
}
