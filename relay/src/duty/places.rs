//! Places: what waiting visitors are told of their wait.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use heard_desk::estimate;
use heard_protocol::{Availability, Colleague, SiteId, UnixMillis, VisitorNotice, WaitEstimate};
use tokio::time::{Instant, timeout};

use super::agenda::Agenda;
use super::pace::Pace;
use super::{ASIDE, Due, Duty, Word};
use crate::clock::Clock;
use crate::hub::Hub;
use crate::store::{Fact, Store, StoreError};
use crate::trouble::Patience;

/// How often waiting visitors are told their place at most.
pub(super) const PLACES_EVERY: Duration = Duration::from_millis(500);

/// Tells those who wait here where they stand when a round may have moved them, and everybody
/// whether any agent is there. Finds who waits too long.
pub(super) struct Places {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    agenda: Agenda,
    pace: Pace,
    patience: Patience,
    not_before: Instant,
}

impl Places {
    pub(super) fn new(store: Arc<dyn Store>, hub: Arc<Hub>) -> Self {
        Self {
            store,
            hub,
            agenda: Agenda::default(),
            pace: Pace::default(),
            patience: Patience::default(),
            not_before: Instant::now(),
        }
    }

    /// Returns when somebody on the site will have waited too long.
    async fn tell(
        &mut self,
        site: SiteId,
        now: UnixMillis,
    ) -> Result<Option<UnixMillis>, StoreError> {
        let here = |one: &Colleague| one.online && one.availability == Availability::Available;
        let open = self.store.colleagues(site).await?.iter().any(here);
        self.hub.set_open(site, open);
        let taken = self.pace.recent(site, now);
        let mut line = Vec::new();
        for (ahead, one) in self.store.queue(site).await?.into_iter().enumerate() {
            let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
            let wait: WaitEstimate = estimate::wait(ahead, taken, open, now);
            self.hub
                .to_visitor(one.contact, &VisitorNotice::Queue { ahead, wait });
            line.push((one, wait));
        }
        let next = self
            .patience
            .look(&*self.store, &self.hub, site, &line, now);
        Ok(next.await)
    }
}

#[async_trait]
impl Duty for Places {
    fn hear(&mut self, word: &Word, _: UnixMillis) {
        match word {
            Word::Wrote(Fact::Dispatch { site })
            | Word::Heard(Fact::Dispatch { site })
            | Word::Waits(site)
            | Word::Look(site) => self.agenda.at_once(*site),
            Word::Wrote(Fact::Taken { site, at, .. })
            | Word::Heard(Fact::Taken { site, at, .. }) => self.pace.taken(*site, *at),
            _ => {}
        }
    }

    fn due(&self) -> Option<Due> {
        if self.agenda.is_pressing() {
            return Some(Due::Then(self.not_before));
        }
        self.agenda.next()
    }

    async fn work(&mut self, clock: &dyn Clock) {
        self.agenda.ripen(clock.now());
        if !self.agenda.is_pressing() || Instant::now() < self.not_before {
            return;
        }
        self.not_before = Instant::now() + PLACES_EVERY;
        for site in self.agenda.take() {
            match timeout(ASIDE, self.tell(site, clock.now())).await {
                Ok(Ok(next)) => self.agenda.plan(site, next),
                Ok(Err(error)) => {
                    tracing::error!(%error, site.id = %site, "the queue could not be read");
                }
                Err(_) => {
                    tracing::warn!(site.id = %site, "the queue could not be read in time");
                    self.agenda.at_once(site);
                }
            }
        }
    }
}
