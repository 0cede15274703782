//! Who is there when a run begins.

use std::collections::BTreeMap;

use heard_protocol::{
    AgentCard, AgentId, AgentKind, Availability, MeAct, Secret, Staff, StaffCommand, Visitor,
};
use heard_relay::store::{Edit, NewAgent, Request, SiteRecord};

use super::crowd::Person;
use super::event::On;
use super::part::Part;
use super::world::World;
use crate::check::Who;

impl World<'_> {
    /// A site with its agents comes to be.
    pub(super) fn found(&mut self) {
        let mut requests = vec![Request::PutSite(
            SiteRecord {
                id: self.site,
                name: "The shop".to_owned(),
                origins: Vec::new(),
                calls: std::sync::Arc::default(),
                policy: self.plan.policy,
            },
            Edit::default(),
        )];
        for number in 0..self.plan.agents {
            let id = AgentId::from_bits(self.rng.bits());
            let name = format!("agent {}", number + 1);
            requests.push(Request::PutAgent(
                NewAgent {
                    card: AgentCard {
                        id,
                        name: name.clone(),
                        kind: AgentKind::Person,
                    },
                    site: self.site,
                    email: id.to_string(),
                    password_hash: String::new(),
                    capacity: u16::try_from(self.rng.between(1, 6)).unwrap_or(1),
                },
                Edit::default(),
            ));
            let token = Secret(id.to_string());
            let person = self.person::<Staff>(name, Some(Who::Agent(id)), Some(token));
            self.staff.people.push(person);
        }
        for number in 0..self.plan.visitors {
            let name = format!("visitor {}", number + 1);
            let person = self.person::<Visitor>(name, None, None);
            self.visitors.people.push(person);
        }
        self.write_at_once(&requests);
    }

    fn person<S: Part>(
        &mut self,
        name: String,
        who: Option<Who>,
        token: Option<Secret>,
    ) -> Person<S> {
        let ahead_ms = i64::try_from(self.rng.between(0, 8_000)).unwrap_or(0) - 4_000;
        Person {
            name,
            who,
            token,
            kept: BTreeMap::new(),
            ahead_ms,
        }
    }

    /// They open their programs.
    pub(super) fn populate(&mut self) {
        for person in 0..self.plan.agents {
            let client = self.open::<Staff>(person);
            let here = StaffCommand::Me(MeAct::SetAvailability {
                availability: Availability::Available,
            });
            let after = self.rng.between(0, 2_000);
            self.later(after, On::<Staff>::Ask(client, 1, Box::new(here)));
            if self.rng.chance(150) {
                self.open::<Staff>(person);
            }
        }
        for person in 0..self.plan.visitors {
            self.open::<Visitor>(person);
        }
    }
}
