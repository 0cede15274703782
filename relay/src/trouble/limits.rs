//! What each site counts as trouble.

use std::collections::HashMap;
use std::time::Duration;

use heard_desk::trouble::Limits;
use heard_protocol::SiteId;
use tokio::time::Instant;

use crate::store::Store;

/// How long a site's thresholds are believed: somebody may change them meanwhile.
const FRESH: Duration = Duration::from_secs(30);

/// The thresholds of the sites, as read lately.
#[derive(Debug, Default)]
pub(super) struct SiteLimits(HashMap<SiteId, (Limits, Instant)>);

impl SiteLimits {
    /// A site's; `None` if there is no such site, or the store cannot be read now.
    pub(super) async fn of(&mut self, store: &dyn Store, site: SiteId) -> Option<Limits> {
        if let Some((limits, read)) = self.0.get(&site)
            && read.elapsed() < FRESH
        {
            return Some(*limits);
        }
        let limits = store.site(site).await.ok()??.calls.trouble;
        self.0.insert(site, (limits, Instant::now()));
        Some(limits)
    }
}
