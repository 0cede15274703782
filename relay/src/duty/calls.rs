//! Calls: whom to ring for a visitor's request, and which requests have run out.

use std::sync::Arc;

use heard_protocol::{SiteId, UnixMillis};

use super::Word;
use super::agenda::Agenda;
use super::site::Look;
use crate::store::{Answer, Fact, Request, Store, StoreError};

/// Looks at a site's requests to be called when one of them changed and when time alone does: one
/// is due, has rung for too long or has expired.
pub(super) struct Calls {
    store: Arc<dyn Store>,
}

impl Calls {
    pub(super) const fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }
}

impl Look for Calls {
    const FAILED: &'static str = "a site's calls could not be looked at";

    fn hear(&self, word: &Word, agenda: &mut Agenda, now: UnixMillis) {
        match word {
            Word::Wrote(Fact::Calls { site }) | Word::Look(site) => agenda.at_once(*site),
            Word::Heard(Fact::Calls { site }) => agenda.second_look(*site, now),
            // Somebody came, left or became free: a request that waits for an agent waits for that
            // too. A look is planned on every site that is known to have an open one.
            Word::Wrote(Fact::Dispatch { site }) if agenda.has_planned(*site) => {
                agenda.at_once(*site);
            }
            _ => {}
        }
    }

    async fn look(
        &mut self,
        site: SiteId,
        now: UnixMillis,
    ) -> Result<Option<UnixMillis>, StoreError> {
        match self.store.execute(Request::Calls { site, now }).await? {
            Answer::Round { wake_at, .. } => Ok(wake_at),
            _ => Ok(None),
        }
    }
}
