//! The same decisions made by looking at everybody, once for each.

use heard_desk::Conversation;
use heard_desk::routing::{Agent, PASSED_MS};
use heard_protocol::{AgentId, UnixMillis};

use super::day::{Cause, Decides, Decision};

/// Who waits and who answers, in no order.
pub(super) struct Scan {
    team: Vec<Agent>,
    waiting: Vec<Conversation>,
    /// What was taken from the queue, and for whom of the team.
    decided: Option<(Conversation, usize)>,
}

impl Decides for Scan {
    fn open(team: Vec<Agent>) -> Self {
        Self {
            team,
            waiting: Vec::new(),
            decided: None,
        }
    }

    fn put(&mut self, conversation: Conversation) {
        self.waiting.push(conversation);
    }

    fn leave(&mut self, agent: usize, now: UnixMillis) -> bool {
        let agent = &mut self.team[agent];
        let left = agent.owned.pop().is_some();
        if left {
            agent.idle_since = now;
        }
        left
    }

    fn decide(&mut self, cause: Cause, now: UnixMillis) -> Option<Decision> {
        let (place, agent) = match cause {
            Cause::Slot(agent) => (self.first_for(agent, now)?, agent),
            Cause::Arrival => {
                let place = self.waiting.len().checked_sub(1)?;
                (place, self.best_for(place, now)?)
            }
        };
        let conversation = self.waiting.swap_remove(place);
        let decision = (conversation.id, self.team[agent].id);
        self.decided = Some((conversation, agent));
        Some(decision)
    }

    fn accept(&mut self, now: UnixMillis) {
        if let Some((conversation, agent)) = self.decided.take() {
            let agent = &mut self.team[agent];
            agent.owned.push(conversation.id);
            agent.idle_since = now;
        }
    }

    fn decline(&mut self, now: UnixMillis) {
        if let Some((mut conversation, agent)) = self.decided.take() {
            conversation.passed.push((self.team[agent].id, now));
            self.waiting.push(conversation);
        }
    }
}

impl Scan {
    fn first_for(&self, agent: usize, now: UnixMillis) -> Option<usize> {
        let agent = &self.team[agent];
        if !is_free(agent) {
            return None;
        }
        let waiting = self.waiting.iter().enumerate();
        waiting
            .filter(|(_, one)| !passed(one, agent.id, now))
            .min_by_key(|(_, one)| (!one.front, one.waiting_since(), one.id))
            .map(|(place, _)| place)
    }

    fn best_for(&self, place: usize, now: UnixMillis) -> Option<usize> {
        let conversation = &self.waiting[place];
        let team = self.team.iter().enumerate();
        team.filter(|(_, agent)| is_free(agent) && !passed(conversation, agent.id, now))
            .min_by_key(|(_, agent)| (agent.owned.len(), agent.idle_since, agent.id))
            .map(|(place, _)| place)
    }
}

fn is_free(agent: &Agent) -> bool {
    agent.takes_offers() && agent.owned.len() < usize::from(agent.capacity)
}

fn passed(conversation: &Conversation, agent: AgentId, now: UnixMillis) -> bool {
    let mut passed = conversation.passed.iter();
    passed.any(|(id, at)| *id == agent && at.plus(PASSED_MS) > now)
}
