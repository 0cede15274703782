//! Dispatch rounds: who answers whom.

use std::sync::Arc;

use heard_protocol::{SiteId, UnixMillis};

use super::Word;
use super::agenda::Agenda;
use super::site::Look;
use crate::store::{Answer, Fact, Request, Store, StoreError};

/// Runs a round on a site when somebody came, left, became free or began to wait, and when an offer
/// or a grace period ends.
pub(super) struct Rounds {
    store: Arc<dyn Store>,
}

impl Rounds {
    pub(super) const fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }
}

impl Look for Rounds {
    const FAILED: &'static str = "a dispatch round failed";

    fn hear(&self, word: &Word, agenda: &mut Agenda, now: UnixMillis) {
        match word {
            Word::Wrote(Fact::Dispatch { site }) | Word::Look(site) => agenda.at_once(*site),
            Word::Heard(Fact::Dispatch { site }) => agenda.second_look(*site, now),
            _ => {}
        }
    }

    async fn look(
        &mut self,
        site: SiteId,
        now: UnixMillis,
    ) -> Result<Option<UnixMillis>, StoreError> {
        match self.store.execute(Request::Dispatch { site, now }).await? {
            Answer::Round { wake_at, .. } => Ok(wake_at),
            _ => Ok(None),
        }
    }
}
