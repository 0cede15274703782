//! The sites that are to be looked at, and when.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use heard_protocol::{SiteId, UnixMillis};

use super::Due;

/// After how long a node looks that heard from another what should lead to a look there: the other
/// may be gone by then, or cut off.
const SECOND_LOOK: Duration = Duration::from_secs(1);

/// What one duty has before it.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    dirty: BTreeSet<SiteId>,
    wakes: BTreeMap<SiteId, UnixMillis>,
}

impl Agenda {
    /// Has a site looked at at once.
    pub(super) fn at_once(&mut self, site: SiteId) {
        self.dirty.insert(site);
    }

    /// Has a site looked at a little later, or sooner if it is due sooner: another node should look
    /// now.
    pub(super) fn second_look(&mut self, site: SiteId, now: UnixMillis) {
        let at = after(now, SECOND_LOOK);
        let wake = self.wakes.entry(site).or_insert(at);
        *wake = at.min(*wake);
    }

    /// Has a site looked at then, or not before a word; whatever was planned is forgotten.
    pub(super) fn plan(&mut self, site: SiteId, at: Option<UnixMillis>) {
        match at {
            Some(at) => self.wakes.insert(site, at),
            None => self.wakes.remove(&site),
        };
    }

    /// Whether a look at a site is planned.
    pub(super) fn has_planned(&self, site: SiteId) -> bool {
        self.wakes.contains_key(&site)
    }

    /// Whether a site is to be looked at at once.
    pub(super) fn is_pressing(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// When the next planned look is due.
    pub(super) fn next(&self) -> Option<Due> {
        self.wakes.values().min().map(|at| Due::At(*at))
    }

    /// Has the sites whose moment has come looked at at once.
    pub(super) fn ripen(&mut self, now: UnixMillis) {
        let ripe = self.wakes.extract_if(.., |_, at| *at <= now);
        self.dirty.extend(ripe.map(|(site, _)| site));
    }

    /// Takes the sites that are to be looked at at once.
    pub(super) fn take(&mut self) -> BTreeSet<SiteId> {
        std::mem::take(&mut self.dirty)
    }
}

/// The moment this long after `now`.
pub(super) fn after(now: UnixMillis, pause: Duration) -> UnixMillis {
    now.plus(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod cases {
    use super::*;

    const SHOP: SiteId = SiteId::from_bits(1);
    const BANK: SiteId = SiteId::from_bits(2);

    #[test]
    fn a_second_look_never_puts_a_look_off() {
        let mut agenda = Agenda::default();
        agenda.second_look(SHOP, UnixMillis(0));
        agenda.second_look(SHOP, UnixMillis(500));
        assert_eq!(agenda.next(), Some(Due::At(UnixMillis(1_000))));
        agenda.plan(SHOP, Some(UnixMillis(20)));
        agenda.second_look(SHOP, UnixMillis(0));
        assert_eq!(agenda.next(), Some(Due::At(UnixMillis(20))));
    }

    #[test]
    fn a_moment_that_has_come_is_taken_once() {
        let mut agenda = Agenda::default();
        agenda.plan(SHOP, Some(UnixMillis(10)));
        agenda.plan(BANK, Some(UnixMillis(11)));
        agenda.ripen(UnixMillis(9));
        assert!(!agenda.is_pressing());
        agenda.ripen(UnixMillis(10));
        assert!(agenda.is_pressing() && !agenda.has_planned(SHOP));
        assert_eq!(agenda.take(), BTreeSet::from([SHOP]));
        assert!(!agenda.is_pressing());
        assert_eq!(agenda.next(), Some(Due::At(UnixMillis(11))));
        agenda.plan(BANK, None);
        assert_eq!(agenda.next(), None);
    }
}
