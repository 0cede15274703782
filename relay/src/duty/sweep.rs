//! The sweep: which sites there are, so that all are looked at even if no word was said of them.

use std::sync::Arc;
use std::time::Duration;

use heard_protocol::SiteId;
use tokio::time::{Instant, timeout};

use super::ASIDE;
use crate::store::Store;

/// How often every site is looked at without a reason: it catches what a crash left behind.
pub(super) const SWEEP: Duration = Duration::from_secs(15);
/// After how long the sites are read again that could not be read.
const RETRY: Duration = Duration::from_secs(1);

/// When every site is to be looked at.
pub(super) struct Sweep {
    store: Arc<dyn Store>,
    next: Instant,
}

impl Sweep {
    /// One that is due.
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        let next = Instant::now();
        Self { store, next }
    }

    /// Has every site looked at at once.
    pub(super) fn hurry(&mut self) {
        self.next = Instant::now();
    }

    pub(super) const fn due(&self) -> Instant {
        self.next
    }

    /// The sites, if they are to be looked at now and can be read.
    pub(super) async fn sites(&mut self) -> Vec<SiteId> {
        if self.next > Instant::now() {
            return Vec::new();
        }
        match timeout(ASIDE, self.store.sites()).await {
            Ok(Ok(sites)) => {
                self.next = Instant::now() + SWEEP;
                return sites.into_iter().map(|site| site.id).collect();
            }
            Ok(Err(error)) => tracing::error!(%error, "the sites could not be read"),
            Err(_) => tracing::warn!("the sites could not be read in time"),
        }
        self.next = Instant::now() + RETRY;
        Vec::new()
    }
}
