//! How fast each site's queue has moved lately.

use std::collections::{BTreeMap, VecDeque};

use heard_desk::estimate;
use heard_protocol::{SiteId, UnixMillis};

/// The most moments kept of one site.
const MOST: usize = 64;

/// When agents took conversations out of each site's queue.
#[derive(Debug, Default)]
pub(super) struct Pace(BTreeMap<SiteId, VecDeque<UnixMillis>>);

impl Pace {
    /// Somebody was taken out of the queue.
    pub(super) fn taken(&mut self, site: SiteId, at: UnixMillis) {
        let taken = self.0.entry(site).or_default();
        if taken.len() == MOST {
            taken.pop_front();
        }
        taken.push_back(at);
    }

    /// Those moments of a site that an estimate is made of, oldest first.
    pub(super) fn recent(&mut self, site: SiteId, now: UnixMillis) -> &[UnixMillis] {
        let taken = self.0.entry(site).or_default();
        while taken
            .front()
            .is_some_and(|at| now.since(*at) > estimate::WINDOW_MS)
        {
            taken.pop_front();
        }
        taken.make_contiguous()
    }
}

#[cfg(test)]
mod cases {
    use super::*;

    const SHOP: SiteId = SiteId::from_bits(1);

    #[test]
    fn old_moments_and_moments_over_the_most_are_forgotten() {
        let mut pace = Pace::default();
        for at in 0..100 {
            pace.taken(SHOP, UnixMillis(at));
        }
        assert_eq!(pace.recent(SHOP, UnixMillis(100)).len(), MOST);
        let now = UnixMillis(estimate::WINDOW_MS + 98);
        let last = [UnixMillis(98), UnixMillis(99)];
        assert_eq!(pace.recent(SHOP, now), last);
        assert_eq!(pace.recent(SiteId::from_bits(2), now), []);
    }
}
