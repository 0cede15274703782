//! A duty that looks at sites, one at a time.

use std::time::Duration;

use async_trait::async_trait;
use heard_protocol::{SiteId, UnixMillis};

use super::agenda::{Agenda, after};
use super::{Due, Duty, Word};
use crate::clock::Clock;
use crate::store::StoreError;

/// After how long a look that failed is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// What is done for one site.
pub(super) trait Look: Send {
    /// Says in the log that a look failed.
    const FAILED: &'static str;

    /// Notes in the agenda which site a word has looked at, and when.
    fn hear(&self, word: &Word, agenda: &mut Agenda, now: UnixMillis);

    /// Looks at a site. Returns when to look again if nothing happens before.
    fn look(
        &mut self,
        site: SiteId,
        now: UnixMillis,
    ) -> impl Future<Output = Result<Option<UnixMillis>, StoreError>> + Send;
}

/// Looks at each site when it is due, and again when that failed.
pub(super) struct PerSite<L> {
    look: L,
    agenda: Agenda,
}

impl<L: Look> PerSite<L> {
    pub(super) fn new(look: L) -> Self {
        let agenda = Agenda::default();
        Self { look, agenda }
    }
}

#[async_trait]
impl<L: Look> Duty for PerSite<L> {
    fn hear(&mut self, word: &Word, now: UnixMillis) {
        self.look.hear(word, &mut self.agenda, now);
    }

    fn due(&self) -> Option<Due> {
        if self.agenda.is_pressing() {
            return Some(Due::Now);
        }
        self.agenda.next()
    }

    async fn work(&mut self, clock: &dyn Clock) {
        self.agenda.ripen(clock.now());
        for site in self.agenda.take() {
            match self.look.look(site, clock.now()).await {
                Ok(next) => self.agenda.plan(site, next),
                Err(error) => {
                    tracing::error!(%error, site.id = %site, "{}", L::FAILED);
                    self.agenda.plan(site, Some(after(clock.now(), RETRY)));
                }
            }
        }
    }
}
