//! A random day, the same for whoever decides: who comes, which chats end, what is accepted.

use heard_desk::Conversation;
use heard_desk::routing::Agent;
use heard_protocol::{AgentId, ConversationId, UnixMillis};

use super::luck::{CAPACITY, Luck};

/// How often, in a thousand, an offer is declined.
const DECLINED: u64 = 150;
/// How often, in a thousand, a chat goes back to the queue rather than ends.
const GIVEN_BACK: u64 = 100;

/// How large a site is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) waiting: usize,
    pub(super) agents: usize,
}

/// Who is offered what.
pub(super) type Decision = (ConversationId, AgentId);

/// What makes a decision due.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cause {
    /// This agent, by their place in the team, has a slot free, and nobody else has.
    Slot(usize),
    /// The conversation put last waits, and no other does that a free agent could take.
    Arrival,
}

/// Somebody who decides, and is told what comes of it.
pub(super) trait Decides {
    /// A desk with this team, at which nobody waits.
    fn open(team: Vec<Agent>) -> Self;

    /// A conversation waits from now on.
    fn put(&mut self, conversation: Conversation);

    /// An agent's last chat leaves them; says whether they had one.
    fn leave(&mut self, agent: usize, now: UnixMillis) -> bool;

    /// What follows now: one offer at most.
    fn decide(&mut self, cause: Cause, now: UnixMillis) -> Option<Decision>;

    /// What was decided last is accepted.
    fn accept(&mut self, now: UnixMillis);

    /// What was decided last is declined.
    fn decline(&mut self, now: UnixMillis);
}

/// Two sites of a size. At one everybody is busy and so many wait; at the other agents are free and
/// nobody waits.
pub(super) struct Day<D> {
    busy: D,
    calm: D,
    luck: Luck,
    team: Vec<AgentId>,
    record: Record,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Record {
    pub(super) decisions: u32,
    /// Another one if any decision was another.
    digest: u128,
}

impl<D: Decides> Day<D> {
    /// The morning: everybody is there, and whoever waits has come.
    pub(super) fn begin(size: Size, seed: u64) -> Self {
        let mut luck = Luck::new(seed, size.waiting);
        let team = luck.ids(size.agents);
        let mut busy = D::open(luck.team(&team, |_| usize::from(CAPACITY)));
        let calm = D::open(luck.team(&team, |luck| luck.below(4)));
        for _ in 0..size.waiting {
            busy.put(luck.visitor());
        }
        Self {
            busy,
            calm,
            luck,
            team,
            record: Record::default(),
        }
    }

    /// Lets so much happen at either site, and tells what was decided up to then.
    pub(super) fn pass(&mut self, events: u32) -> Record {
        for _ in 0..events {
            self.slot_frees();
            self.visitor_comes();
        }
        self.record
    }

    /// Where many wait, a chat leaves an agent and the slot is filled. Whoever comes instead finds
    /// nobody free.
    fn slot_frees(&mut self) {
        let agent = self.luck.below(self.team.len());
        if !self.busy.leave(agent, self.luck.now) {
            return;
        }
        let back = self.luck.chance(GIVEN_BACK);
        if back {
            let mut one = self.luck.visitor();
            one.front = true;
            one.passed.push((self.team[agent], self.luck.now));
            self.busy.put(one);
        }
        offer(
            &mut self.busy,
            Cause::Slot(agent),
            &mut self.luck,
            &mut self.record,
        );
        if !back {
            self.busy.put(self.luck.visitor());
            offer(
                &mut self.busy,
                Cause::Arrival,
                &mut self.luck,
                &mut self.record,
            );
        }
    }

    /// Where agents are free, somebody comes; then a chat ends elsewhere.
    fn visitor_comes(&mut self) {
        self.calm.put(self.luck.visitor());
        offer(
            &mut self.calm,
            Cause::Arrival,
            &mut self.luck,
            &mut self.record,
        );
        let mut ended = false;
        while !ended {
            let agent = self.luck.below(self.team.len());
            ended = self.calm.leave(agent, self.luck.now);
        }
    }
}

/// Decides until an offer is accepted, or there is nothing to decide.
fn offer<D: Decides>(desk: &mut D, cause: Cause, luck: &mut Luck, record: &mut Record) {
    while let Some((conversation, agent)) = desk.decide(cause, luck.now) {
        record.decisions += 1;
        for id in [conversation.to_bytes(), agent.to_bytes()] {
            record.digest = record.digest.rotate_left(11) ^ u128::from_be_bytes(id);
        }
        if !luck.chance(DECLINED) {
            desk.accept(luck.now);
            luck.leaves(conversation);
            return;
        }
        desk.decline(luck.now);
    }
}
