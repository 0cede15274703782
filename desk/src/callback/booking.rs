//! Whether a request to be called can be taken, moved or dropped.

use heard_protocol::limits::MAX_TOPIC_BYTES;
use heard_protocol::{
    CallbackAsk, CallbackForm, CallbackId, CallbackTold, CallbackWhen, ContactId, ConversationId,
    PublicBody, RefusalCode, SiteId, UnixMillis, VisitorCommand,
};

use super::hours::{after_quiet, is_quiet, is_slot};
use super::life::{Callback, Life, Stage, zone_of};
use super::number;
use super::policy::CallPolicy;
use crate::conversation::{Change, Write};
use crate::{consent, text};

const HOUR_MS: u64 = 3_600_000;
const MINUTE_MS: u64 = 60_000;
/// A slot whose lead time ran out this little ago can still be booked, in milliseconds: forms take
/// time to fill in.
const PATIENCE_MS: u64 = 15 * MINUTE_MS;

/// Whether a command asks for one more call. Callers may do that less often than anything else.
pub const fn is_request(command: &VisitorCommand) -> bool {
    matches!(command, VisitorCommand::Callback(CallbackAsk::Request(_)))
}

/// A request, and where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Its id.
    pub id: CallbackId,
    /// On which site.
    pub site: SiteId,
    /// Who asks.
    pub contact: ContactId,
    /// Out of which conversation, if out of one.
    pub conversation: Option<ConversationId>,
    /// What is asked for.
    pub form: &'a CallbackForm,
    /// In which language, as the visitor's browser names it; may be empty.
    pub language: &'a str,
    /// On which page, by its address; may be empty.
    pub page: &'a str,
}

/// What a site's desk looks like to a request.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The site's rules.
    pub policy: &'a CallPolicy,
    /// How far ahead a call can be booked, in milliseconds.
    pub ahead_ms: u64,
    /// Every open request of the site.
    pub open: &'a [Callback],
    /// How many requests there were for the same number within the last day, whatever became of
    /// them.
    pub lately: usize,
}

impl Desk<'_> {
    /// How many calls are booked for a slot, one request aside.
    fn booked(&self, at: UnixMillis, but: CallbackId) -> usize {
        let others = self.open.iter().filter(|one| one.id != but);
        others.filter(|one| one.life.slot == Some(at)).count()
    }

    /// When a call that is wanted at this time is due, and the slot it takes up, if one.
    fn place(
        &self,
        when: &CallbackWhen,
        id: CallbackId,
        now: UnixMillis,
    ) -> Result<(UnixMillis, Option<UnixMillis>), RefusalCode> {
        let (at, zone) = match when {
            CallbackWhen::Asap => return Ok((now, None)),
            CallbackWhen::Soon { zone } => {
                text::check_short(zone)?;
                return Ok((now, None));
            }
            CallbackWhen::At { at, zone } => (*at, zone),
        };
        text::check_short(zone)?;
        let lead = u64::from(self.policy.lead_minutes) * MINUTE_MS;
        let early = now.plus(lead.saturating_sub(PATIENCE_MS));
        if at <= now || at < early || at.since(now) > self.ahead_ms {
            return Err(RefusalCode::BadTime);
        }
        if !is_slot(self.policy, at) || is_quiet(self.policy, zone, at) {
            return Err(RefusalCode::BadTime);
        }
        if self.booked(at, id) >= usize::from(self.policy.per_slot) {
            return Err(RefusalCode::SlotTaken);
        }
        Ok((at, Some(at)))
    }

    /// Takes a request, or says why not.
    ///
    /// # Errors
    /// [`RefusalCode::NoConsent`], [`RefusalCode::BadPhone`], [`RefusalCode::NumberNotAllowed`],
    /// [`RefusalCode::BadTime`], [`RefusalCode::SlotTaken`], [`RefusalCode::TextTooLong`],
    /// [`RefusalCode::CallbackExists`] or [`RefusalCode::TooManyCalls`].
    pub fn book(
        &self,
        asked: &Asked<'_>,
        now: UnixMillis,
    ) -> Result<(Callback, Change), RefusalCode> {
        let form = asked.form;
        let phone = number::read(&form.phone, self.policy)?;
        text::check_short(&form.name)?;
        let wording = &form.consent.wording;
        text::check(wording).map_err(|_| RefusalCode::NoConsent)?;
        text::check_short(wording)?;
        if form.topic.len() > MAX_TOPIC_BYTES {
            return Err(RefusalCode::TextTooLong);
        }
        if !form.consent.given {
            return Err(RefusalCode::NoConsent);
        }
        let same = |one: &Callback| number::without_extension(&one.form.phone) == phone.e164;
        if self.open.iter().any(same) {
            return Err(RefusalCode::CallbackExists);
        }
        if self.lately >= usize::from(self.policy.per_number_day)
            || self.open.len() >= usize::from(self.policy.most_open)
        {
            return Err(RefusalCode::TooManyCalls);
        }
        let (due, slot) = self.place(&form.when, asked.id, now)?;
        let callback = Callback {
            id: asked.id,
            site: asked.site,
            contact: asked.contact,
            conversation: asked.conversation,
            requested_at: now,
            form: CallbackForm {
                phone: phone.written(),
                name: form.name.trim().to_owned(),
                topic: form.topic.trim().to_owned(),
                when: form.when.clone(),
                consent: form.consent.clone(),
            },
            life: Life {
                slot,
                country: phone.country,
                needs: self.policy.needs_of(asked.language, asked.page),
                consent: consent::version(&form.consent.wording).map_or(0, |(version, _)| version),
                ..Life::new(due, self.expires(&form.when, due))
            },
        };
        let asked = Write::Public(PublicBody::Callback(CallbackTold::Requested {
            callback: asked.id,
        }));
        Ok((callback, vec![asked]))
    }

    /// Moves a call to another time.
    ///
    /// # Errors
    /// [`RefusalCode::WrongState`] once somebody is rung for it, [`RefusalCode::BadTime`] or
    /// [`RefusalCode::SlotTaken`].
    pub fn reschedule(
        &self,
        callback: &mut Callback,
        when: &CallbackWhen,
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        if callback.life.stage != Stage::Waiting {
            return Err(RefusalCode::WrongState);
        }
        let (due, slot) = self.place(when, callback.id, now)?;
        callback.form.when = when.clone();
        callback.life.due = due;
        callback.life.slot = slot;
        callback.life.expires = self.expires(when, due);
        let moved = PublicBody::Callback(CallbackTold::Moved {
            callback: callback.id,
            when: when.clone(),
        });
        Ok(vec![Write::Public(moved)])
    }

    /// Until when a call that is due then is worth making. The time starts when the visitor can be
    /// called.
    fn expires(&self, when: &CallbackWhen, due: UnixMillis) -> UnixMillis {
        let may = after_quiet(self.policy, zone_of(when), due);
        may.plus(u64::from(self.policy.expire_hours) * HOUR_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::super::life::tests::{asked, form};
    use super::*;

    /// 2026-11-25, 10:00 in UTC.
    const NOW: UnixMillis = UnixMillis(1_795_600_800_000);

    fn desk<'a>(policy: &'a CallPolicy, open: &'a [Callback]) -> Desk<'a> {
        Desk {
            policy,
            ahead_ms: 14 * 24 * HOUR_MS,
            open,
            lately: 0,
        }
    }

    fn at(hours: u64, zone: &str) -> CallbackWhen {
        CallbackWhen::At {
            at: NOW.plus(hours * HOUR_MS),
            zone: zone.to_owned(),
        }
    }

    fn book(open: &[Callback], bits: u128, form: &CallbackForm) -> Result<Callback, RefusalCode> {
        let policy = CallPolicy::default();
        let booked = desk(&policy, open).book(&asked(bits, form), NOW);
        booked.map(|(callback, _)| callback)
    }

    #[test]
    fn consent_is_needed() {
        let mut no = form("+79123456789", CallbackWhen::Asap);
        no.consent.given = false;
        assert_eq!(book(&[], 1, &no), Err(RefusalCode::NoConsent));
        no.consent.given = true;
        no.consent.wording.clear();
        assert_eq!(book(&[], 1, &no), Err(RefusalCode::NoConsent));
    }

    #[test]
    fn a_time_is_a_slot_ahead_that_is_not_at_night_there() {
        let when = |when| book(&[], 1, &form("+79123456789", when)).map(|one| one.life.due);
        assert_eq!(when(at(1, "Europe/Moscow")), Ok(NOW.plus(HOUR_MS)));
        assert_eq!(when(CallbackWhen::Asap), Ok(NOW));
        for (hours, zone) in [
            (0, ""),
            // Ten in the evening here: closed.
            (12, ""),
            // Further ahead than two weeks.
            (24 * 15, ""),
            // One in the afternoon here, ten in the evening there.
            (3, "Asia/Tokyo"),
        ] {
            assert_eq!(when(at(hours, zone)), Err(RefusalCode::BadTime), "{hours}");
        }
        let between = CallbackWhen::At {
            at: NOW.plus(HOUR_MS + 60_000),
            zone: String::new(),
        };
        assert_eq!(when(between), Err(RefusalCode::BadTime));
        let past = CallbackWhen::At {
            at: UnixMillis(NOW.0 - HOUR_MS),
            zone: String::new(),
        };
        assert_eq!(when(past), Err(RefusalCode::BadTime));
    }

    #[test]
    fn a_slot_has_so_many_places_and_no_more() {
        let one = book(&[], 1, &form("+79123456781", at(1, ""))).unwrap();
        let two = book(
            std::slice::from_ref(&one),
            2,
            &form("+79123456782", at(1, "")),
        )
        .unwrap();
        let both = [one, two];
        let third = book(&both, 3, &form("+79123456783", at(1, "")));
        assert_eq!(third, Err(RefusalCode::SlotTaken));
        assert!(book(&both, 3, &form("+79123456783", at(2, ""))).is_ok());
    }

    #[test]
    fn a_number_has_one_request_and_not_too_many_a_day() {
        let first = book(&[], 1, &form("+79123456789", CallbackWhen::Asap)).unwrap();
        let same = form("+7 912 345 67 89 ext 4", CallbackWhen::Asap);
        let again = book(std::slice::from_ref(&first), 2, &same);
        assert_eq!(again, Err(RefusalCode::CallbackExists));
        let policy = CallPolicy::default();
        let tired = Desk {
            lately: 4,
            ..desk(&policy, &[])
        };
        let asked = asked(1, &same);
        assert_eq!(
            tired.book(&asked, NOW).map(drop),
            Err(RefusalCode::TooManyCalls)
        );
    }

    #[test]
    fn a_call_moves_to_its_own_place_too() {
        let policy = CallPolicy {
            per_slot: 1,
            ..CallPolicy::default()
        };
        let one = book(&[], 1, &form("+79123456781", at(1, ""))).unwrap();
        let mut two = book(&[], 2, &form("+79123456782", at(2, ""))).unwrap();
        let open = [one, two.clone()];
        let desk = desk(&policy, &open);
        let taken = desk.reschedule(&mut two, &at(1, ""), NOW);
        assert_eq!(taken, Err(RefusalCode::SlotTaken));
        assert_eq!(two, open[1]);
        assert!(
            desk.reschedule(&mut two, &at(2, "Europe/Berlin"), NOW)
                .is_ok()
        );
        assert!(desk.reschedule(&mut two, &at(3, ""), NOW).is_ok());
        assert_eq!(two.life.slot, Some(NOW.plus(3 * HOUR_MS)));
        assert!(desk.reschedule(&mut two, &CallbackWhen::Asap, NOW).is_ok());
        assert_eq!(two.life.slot, None);
    }
}
