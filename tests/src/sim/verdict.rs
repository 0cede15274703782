//! What is seen when all has come to rest.

use heard_client::LinkState;
use heard_protocol::{CallbackId, CallbackSummary, ConversationId, Seq, Staff, Status, Visitor};

use super::Outcome;
use super::part::Part;
use super::world::World;
use crate::check::{FinalLog, History, Said, Shown, Who, check};

impl World<'_> {
    pub(super) fn verdict(mut self) -> Outcome {
        self.everybody_sees_their_own();
        self.lists_are_right();
        let (site, now) = (self.site, self.moment());
        let floor = self.engine.floor_is_true(site, now);
        assert!(
            floor.expect("the store can be read"),
            "the floor in memory is not what is on disk"
        );
        let logs: Vec<FinalLog> = self
            .relay
            .conversations
            .clone()
            .into_iter()
            .filter_map(|conversation| self.log(conversation))
            .collect();
        let history = History {
            senders: std::mem::take(&mut self.record.senders),
            visitors: self.close_screens::<Visitor>(),
            staff: self.close_screens::<Staff>(),
            logs,
        };
        self.count(&history);
        let mut violations = check(&history);
        violations.append(&mut self.record.oddities);
        Outcome {
            history,
            violations,
            stats: self.stats,
        }
    }

    fn log(&self, conversation: ConversationId) -> Option<FinalLog> {
        let head = self
            .engine
            .head(conversation)
            .expect("the store can be read")?;
        if head.site != self.site {
            return None;
        }
        let slice = self
            .engine
            .read_staff(conversation, Seq::START, usize::MAX)
            .expect("the store can be read");
        Some(FinalLog {
            conversation,
            contact: head.contact,
            entries: slice.entries,
        })
    }

    fn count(&mut self, history: &History) {
        fn tally<E>(shown: &[Shown<E>]) -> (u64, u64) {
            let all = shown.iter().map(|one| one.entries.len() as u64).sum();
            let to_the_end = shown.iter().filter(|one| one.to_the_end).count();
            (all, to_the_end as u64)
        }
        let (visitors, staff) = (tally(&history.visitors), tally(&history.staff));
        self.stats.shown = visitors.0 + staff.0;
        self.stats.read_to_the_end = visitors.1 + staff.1;
        self.stats.conversations = history.logs.len() as u64;
        self.stats.entries = history
            .logs
            .iter()
            .map(|log| log.entries.len() as u64)
            .sum();
    }

    /// A visitor's live tab shows their current conversation, asked for or not.
    fn everybody_sees_their_own(&mut self) {
        for client in &self.visitors.clients {
            let who = self.visitors.people[client.person].who;
            let Some(Who::Visitor(contact)) = who else {
                continue;
            };
            let view = self.engine.visitor_view(contact);
            let own = view.expect("the store can be read").conversation;
            if let Some(own) = own
                && client.session.state() == LinkState::Live
                && !client.shown.contains_key(&own.conversation)
            {
                let what = format!("{} does not see {}", client.name, own.conversation);
                self.record.odd(what);
            }
        }
    }

    /// What agents' lists show is what the store would tell them, and the store knows who is there.
    fn lists_are_right(&mut self) {
        let overview = self.engine.overview(self.site);
        let overview = overview.expect("the store can be read");
        for line in overview.colleagues {
            let here = self.relay.hub.agent_online(self.site, line.card.id);
            if here != line.online {
                let what = format!("{}: here {here}, online {}", line.card.name, line.online);
                self.record.odd(what);
            }
        }
        self.stats.callbacks = overview.callbacks.len() as u64;
        self.callbacks_are_kept_once(&overview.callbacks);
        if self.stats.mail_lost > 0 {
            // A lost notice may leave a list or a mark wrong until the next greeting.
            return;
        }
        self.marks_are_right::<Visitor>();
        self.marks_are_right::<Staff>();
        for client in 0..Staff::crowd(self).clients.len() {
            let one = &self.staff.clients[client];
            if one.session.state() != LinkState::Live {
                continue;
            }
            for line in &overview.conversations {
                let shown: Option<&Status> = one.screen.status.get(&line.id);
                if shown != Some(&line.status) {
                    let (name, id, status) = (&one.name, line.id, &line.status);
                    let what = format!("{name}: {id} is shown as {shown:?}, not {status:?}");
                    self.record.odd(what);
                }
            }
            for callback in &overview.callbacks {
                let one = &self.staff.clients[client];
                let shown = one.screen.callbacks.get(&callback.id);
                if shown != Some(&callback.state) {
                    let (name, state) = (&one.name, &callback.state);
                    let what = format!("{name}: {} is {state:?}, not {shown:?}", callback.id);
                    self.record.odd(what);
                }
            }
        }
    }

    /// A request to be called that was acknowledged is there, and one that was refused is not.
    fn callbacks_are_kept_once(&mut self, kept: &[CallbackSummary]) {
        let mut odd = Vec::new();
        for one in self.record.senders.iter().flat_map(|one| &one.submitted) {
            let id = CallbackId::from_bytes(one.id.to_bytes());
            let times = kept.iter().filter(|callback| callback.id == id).count();
            let right = match one.told.first() {
                Some(told) if one.said == Said::Call => times == usize::from(told.answer.is_ok()),
                Some(_) | None => times == 0,
            };
            if !right {
                odd.push(format!("{id} is kept {times} times"));
            }
        }
        for what in odd {
            self.record.odd(what);
        }
    }

    /// What live clients were told last of how far people have read is what the store says.
    fn marks_are_right<S: Part>(&mut self) {
        let crowd = S::crowd(self);
        let told: Vec<_> = crowd
            .clients
            .iter()
            .filter(|client| client.session.state() == LinkState::Live)
            .flat_map(|client| {
                let followed = client.shown.keys();
                followed.map(|id| (client.name.clone(), *id, client.marks.get(id).copied()))
            })
            .collect();
        for (name, conversation, marks) in told {
            let head = self.engine.head(conversation);
            let Some(head) = head.expect("the store can be read") else {
                continue;
            };
            let right = (head.visitor_read, head.staff_read);
            let marks = marks.unwrap_or_default();
            if marks != right {
                let what = format!("{name}: read up to {marks:?} in {conversation}, not {right:?}");
                self.record.odd(what);
            }
        }
    }
}
