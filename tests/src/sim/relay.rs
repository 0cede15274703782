//! The relay's process: the writer, the dispatcher, and how it starts and ends.

use std::collections::{BTreeSet, VecDeque};

use heard_protocol::{AgentId, CloseCode, CommandId, ConversationId, Staff, Visitor};
use heard_relay::hub::Hub;
use heard_relay::store::{Answer, Fact, Request};

use super::Mutant;
use super::event::{AtRelay, Event, On};
use super::line::NO_CLOSE_FRAME;
use super::part::Part;
use super::world::{World, say};

/// How often the dispatcher looks without a reason, in milliseconds.
const SWEEP_MS: u64 = 15_000;

/// One relay process after another.
#[derive(Debug, Default)]
pub(super) struct Relay {
    pub(super) up: bool,
    /// How often it was started.
    pub(super) life: u32,
    pub(super) hub: Hub,
    /// What waits for the writer, and what it has taken.
    waiting: VecDeque<Job>,
    writing: Option<Vec<Job>>,
    pub(super) store_fails: bool,
    dispatch: Dispatch,
    /// Every conversation a fact has named.
    pub(super) conversations: BTreeSet<ConversationId>,
}

/// What the dispatcher has in mind.
#[derive(Debug, Default)]
struct Dispatch {
    /// A look is planned because of a fact.
    planned: bool,
    /// A round is with the writer.
    running: bool,
    /// Something happened meanwhile.
    again: bool,
    /// The number of the wake that counts.
    wake: u64,
}

/// A request, and who waits for its answer.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) request: Request,
    pub(super) then: Then,
}

/// What an answer is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Then {
    /// For nobody.
    Nothing,
    /// For a visitor's line.
    Visitor(usize, CommandId),
    /// For an agent's line.
    Staff(usize, CommandId),
    /// For whoever makes the store say what the hub knows of an agent; perhaps a greeting on a line
    /// waits for that.
    Presence(AgentId, bool, Option<usize>),
    /// For the dispatcher.
    Round,
}

impl World<'_> {
    pub(super) fn start_relay(&mut self) {
        self.relay.life += 1;
        self.relay.up = true;
        self.relay.hub = Hub::default();
        self.relay.dispatch = Dispatch::default();
        self.relay.waiting.clear();
        self.relay.writing = None;
        say!(self, "the relay starts");
        self.write_at_once(&[Request::EverybodyGone { now: self.moment() }]);
        self.sweep();
    }

    /// Puts requests on disk outside the order of things, as a program does before it opens its
    /// doors.
    pub(super) fn write_at_once(&mut self, requests: &[Request]) {
        self.engine.begin().expect("the store can begin");
        for request in requests {
            self.engine.apply(request).expect("the store can write");
        }
        let facts = self.engine.commit().expect("the store can commit");
        self.announce(facts);
    }

    pub(super) fn at_relay(&mut self, after: u64, at: AtRelay) {
        self.queue
            .put(self.now + after, Event::Relay(self.relay.life, at));
    }

    pub(super) fn enqueue(&mut self, job: Job) {
        self.relay.waiting.push_back(job);
        if self.relay.writing.is_none() && self.relay.waiting.len() == 1 {
            let after = self.blink();
            self.at_relay(after, AtRelay::Take);
        }
    }

    pub(super) fn take_batch(&mut self) {
        if self.relay.writing.is_some() || self.relay.waiting.is_empty() {
            return;
        }
        let count = self.relay.waiting.len().min(self.plan.batch);
        let batch: Vec<Job> = self.relay.waiting.drain(..count).collect();
        if self.mutant == Some(Mutant::EarlyAck) {
            self.answer_early(&batch);
        }
        self.relay.writing = Some(batch);
        let after = self.rng.between(0, self.plan.commit_ms);
        self.at_relay(after, AtRelay::Commit);
    }

    pub(super) fn commit(&mut self) {
        let Some(batch) = self.relay.writing.take() else {
            return;
        };
        let last = !self.healed && self.rng.chance(self.plan.crash_at_commit);
        self.engine.begin().expect("the store can begin");
        let answers: Vec<Answer> = batch
            .iter()
            .map(|job| self.engine.apply(&job.request))
            .collect::<Result<_, _>>()
            .expect("the store can write");
        if self.relay.store_fails {
            say!(self, "a batch of {} could not be written", batch.len());
            self.engine.rollback();
            self.stats.failed_batches += 1;
            for job in batch {
                self.pass_on(job.then, None);
            }
        } else {
            let facts = self.engine.commit().expect("the store can commit");
            self.stats.batches += 1;
            say!(self, "a batch of {} is on disk", batch.len());
            self.note_conversations(&facts);
            if last {
                self.stats.crashed_at_commit += 1;
                self.crash();
                return;
            }
            self.announce(facts);
            for (job, answer) in batch.into_iter().zip(answers) {
                self.pass_on(job.then, Some(answer));
            }
        }
        if !self.relay.waiting.is_empty() {
            let after = self.blink();
            self.at_relay(after, AtRelay::Take);
        }
    }

    /// A broken relay that answers before anything is on disk.
    fn answer_early(&mut self, batch: &[Job]) {
        self.engine.begin().expect("the store can begin");
        for job in batch {
            let answer = self
                .engine
                .apply(&job.request)
                .expect("the store can write");
            if matches!(job.then, Then::Visitor(..) | Then::Staff(..)) {
                self.pass_on(job.then, Some(answer));
            }
        }
        self.engine.rollback();
    }

    fn pass_on(&mut self, then: Then, answer: Option<Answer>) {
        if matches!(then, Then::Visitor(..) | Then::Staff(..)) {
            say!(self, "answer {then:?}: {answer:?}");
        }
        let after = self.blink();
        match then {
            Then::Nothing => {}
            Then::Visitor(line, id) => self.later(after, On::<Visitor>::Answered(line, id, answer)),
            Then::Staff(line, id) => self.later(after, On::<Staff>::Answered(line, id, answer)),
            Then::Presence(..) | Then::Round => self.at_relay(after, AtRelay::Answer(then, answer)),
        }
    }

    pub(super) fn answer(&mut self, then: Then, answer: Option<&Answer>) {
        match then {
            Then::Presence(agent, online, line) => {
                self.presence_kept(agent, online, line, answer.is_some());
            }
            Then::Round => {
                self.relay.dispatch.running = false;
                let now = self.moment();
                let wake = match answer {
                    Some(Answer::Round { wake_at, .. }) => wake_at.map(|at| at.since(now)),
                    // It is tried again.
                    _ => Some(1_000),
                };
                if let Some(wait) = wake {
                    self.relay.dispatch.wake += 1;
                    let wake = self.relay.dispatch.wake;
                    self.at_relay(wait, AtRelay::Round(Some(wake)));
                }
                if std::mem::take(&mut self.relay.dispatch.again) {
                    self.plan_round();
                }
            }
            Then::Nothing | Then::Visitor(..) | Then::Staff(..) => {}
        }
    }

    pub(super) fn announce(&mut self, facts: Vec<Fact>) {
        if facts.is_empty() {
            return;
        }
        self.calm_since = None;
        self.note_conversations(&facts);
        let ours = |fact: &Fact| matches!(fact, Fact::Dispatch { site } if *site == self.site);
        let dispatch = facts.iter().any(ours);
        self.relay.hub.announce(facts);
        for line in 0..self.visitors.lines.len() {
            self.mail_for::<Visitor>(line);
        }
        for line in 0..self.staff.lines.len() {
            self.mail_for::<Staff>(line);
        }
        if dispatch {
            self.plan_round();
        }
    }

    /// Keeps in mind which conversations there are.
    fn note_conversations(&mut self, facts: &[Fact]) {
        let named = facts.iter().filter_map(|fact| match fact {
            Fact::Entries { conversation, .. } => Some(*conversation),
            _ => None,
        });
        self.relay.conversations.extend(named);
    }

    fn plan_round(&mut self) {
        if !std::mem::replace(&mut self.relay.dispatch.planned, true) {
            let after = self.blink();
            self.at_relay(after, AtRelay::Round(None));
        }
    }

    pub(super) fn round(&mut self, wake: Option<u64>) {
        let dispatch = &mut self.relay.dispatch;
        match wake {
            Some(number) if number != dispatch.wake => return,
            Some(_) => {}
            None => dispatch.planned = false,
        }
        if std::mem::replace(&mut dispatch.running, true) {
            dispatch.again = true;
            return;
        }
        self.enqueue(Job {
            request: Request::Dispatch {
                site: self.site,
                now: self.moment(),
            },
            then: Then::Round,
        });
    }

    pub(super) fn sweep(&mut self) {
        self.plan_round();
        self.at_relay(SWEEP_MS, AtRelay::Sweep);
    }

    /// Makes the store say what the hub knows: whether any line of the agent is open.
    pub(super) fn settle_presence(&mut self, agent: AgentId, line: Option<usize>) {
        let online = self.relay.hub.agent_online(self.site, agent);
        self.enqueue(Job {
            request: Request::Presence {
                agent,
                node: heard_relay::node::NodeId::from_bits(1),
                online,
                now: self.moment(),
            },
            then: Then::Presence(agent, online, line),
        });
    }

    /// The process is killed: what was not on disk is gone, and nobody is told.
    pub(super) fn crash(&mut self) {
        say!(self, "the relay is killed");
        self.stats.crashes += 1;
        self.relay.up = false;
        self.engine.forget().expect("the store can be read");
        self.drop_lines::<Visitor>(None);
        self.drop_lines::<Staff>(None);
        self.start_again();
    }

    /// The process is told to stop: it says goodbye and writes what it has taken on.
    pub(super) fn restart(&mut self) {
        say!(self, "the relay stops");
        self.stats.restarts += 1;
        self.drop_lines::<Visitor>(Some(CloseCode::Restarting));
        self.drop_lines::<Staff>(Some(CloseCode::Restarting));
        let mut requests = Vec::new();
        let taken = self.relay.writing.take().unwrap_or_default();
        let waiting = std::mem::take(&mut self.relay.waiting);
        requests.extend(taken.into_iter().chain(waiting).map(|job| job.request));
        if !self.relay.store_fails {
            self.write_at_once(&requests);
        }
        self.relay.up = false;
        self.engine.forget().expect("the store can be read");
        self.start_again();
    }

    fn start_again(&mut self) {
        let pause = self.rng.between(100, 4_000);
        self.queue.put(self.now + pause, Event::Start);
    }

    fn drop_lines<S: Part>(&mut self, goodbye: Option<CloseCode>) {
        for line in 0..S::crowd(self).lines.len() {
            if S::crowd(self).lines[line].relay.is_none() {
                continue;
            }
            if let Some(code) = goodbye {
                self.close_from_relay::<S>(line, code, false);
                continue;
            }
            if let Some(end) = S::crowd(self).lines[line].relay.take() {
                self.rise(&end, false);
            }
            if self.rng.chance(700) {
                self.send_to_client(line, On::<S>::Closed(line, NO_CLOSE_FRAME));
            }
            // Otherwise the whole machine went, and the client hears nothing until it says
            // something.
        }
    }
}
