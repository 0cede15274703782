//! When people may be called: slots by the site's hours, and quiet hours by the visitor's clock.

use std::collections::BTreeMap;

use heard_protocol::{Slot, UnixMillis};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

use super::life::Callback;
use super::policy::{CallPolicy, Day, Minute};

/// The most slots that are offered.
const MOST_SLOTS: usize = 400;
const MINUTE_MS: u64 = 60_000;

/// The zone of this IANA name, from the tables that are built in.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// Every slot that begins between now and `ahead_ms` from now, soonest first, with the places that
/// `booked` leaves; full ones are left out.
///
/// Slots are made of a day's hours on the wall: they begin at the opening and follow one another
/// while they end by the closing. An hour that the clocks skip has no slots, and one that comes
/// twice has them twice.
pub fn slots(
    policy: &CallPolicy,
    booked: impl Fn(UnixMillis) -> usize,
    ahead_ms: u64,
    now: UnixMillis,
) -> Vec<Slot> {
    let mut slots = Vec::new();
    let Some(zone) = zone(&policy.zone) else {
        return slots;
    };
    let first = now.plus(u64::from(policy.lead_minutes) * MINUTE_MS);
    let last = now.plus(ahead_ms);
    let mut day = there(first, &zone).date();
    let end = there(last, &zone).date();
    while day <= end && slots.len() < MOST_SLOTS {
        for at in of_day(policy, &zone, day) {
            if at < first || at > last {
                continue;
            }
            let taken = u16::try_from(booked(at)).unwrap_or(u16::MAX);
            let left = policy.per_slot.saturating_sub(taken);
            if left > 0 {
                slots.push(Slot { at, left });
            }
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    slots.truncate(MOST_SLOTS);
    slots
}

/// As [`slots`], with the places that open requests leave, less the times that are in the night
/// where the visitor is.
pub fn free_slots(
    policy: &CallPolicy,
    open: &[Callback],
    zone: &str,
    ahead_ms: u64,
    now: UnixMillis,
) -> Vec<Slot> {
    let mut taken = BTreeMap::<UnixMillis, usize>::new();
    for slot in open.iter().filter_map(|one| one.life.slot) {
        *taken.entry(slot).or_default() += 1;
    }
    let booked = |at| taken.get(&at).copied().unwrap_or(0);
    let mut slots = slots(policy, booked, ahead_ms, now);
    slots.retain(|slot| !is_quiet(policy, zone, slot.at));
    slots
}

/// The beginning of the slot that a moment lies in, if it lies in one.
pub fn slot_at(policy: &CallPolicy, at: UnixMillis) -> Option<UnixMillis> {
    let zone = zone(&policy.zone)?;
    let length = u64::from(policy.slot_minutes) * MINUTE_MS;
    let starts = of_day(policy, &zone, there(at, &zone).date());
    let last = starts.into_iter().take_while(|start| *start <= at).last()?;
    (at.since(last) < length).then_some(last)
}

/// Whether a slot begins at this moment, whoever has booked it.
pub(super) fn is_slot(policy: &CallPolicy, at: UnixMillis) -> bool {
    zone(&policy.zone)
        .is_some_and(|zone| of_day(policy, &zone, there(at, &zone).date()).contains(&at))
}

/// The moments at which a day's slots begin, in order, each once.
fn of_day(policy: &CallPolicy, zone: &TimeZone, day: Date) -> Vec<UnixMillis> {
    let weekday = Day::ALL[usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0)];
    let mut all = Vec::new();
    let open = policy
        .hours
        .iter()
        .filter(|hours| hours.days.contains(&weekday));
    for hours in open {
        let (Some(from), Some(to)) = (on(day, hours.from, zone), on(day, hours.to, zone)) else {
            continue;
        };
        let length = u64::from(policy.slot_minutes.max(1)) * MINUTE_MS;
        // Moments, not marks on the wall: on a day with a change of clocks the slots after it stay
        // on the marks only if a slot divides an hour.
        let mut at = from;
        while at.plus(length) <= to {
            all.push(at);
            at = at.plus(length);
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// When somebody in this zone may be called, if it should be at this moment: the moment itself, or
/// the end of their quiet hours. A zone that is not known is taken to be the site's.
pub fn after_quiet(policy: &CallPolicy, zone_name: &str, at: UnixMillis) -> UnixMillis {
    let zone = zone(zone_name)
        .or_else(|| zone(&policy.zone))
        .unwrap_or(TimeZone::UTC);
    let local = there(at, &zone);
    let minute = minute_of(&local);
    let (from, to) = (policy.quiet_from, policy.quiet_to);
    let quiet = if from <= to {
        (from..to).contains(&minute)
    } else {
        minute >= from || minute < to
    };
    if !quiet {
        return at;
    }
    let today = local.date();
    let day = if minute < to {
        Some(today)
    } else {
        today.tomorrow().ok()
    };
    // A day whose end of quiet the clocks skip ends it when they have.
    day.and_then(|day| on(day, to, &zone))
        .map_or(at, |end| end.max(at))
}

/// Whether somebody in this zone is not to be called now.
pub fn is_quiet(policy: &CallPolicy, zone_name: &str, now: UnixMillis) -> bool {
    after_quiet(policy, zone_name, now) != now
}

fn minute_of(local: &Zoned) -> Minute {
    let minute = i16::from(local.hour()) * 60 + i16::from(local.minute());
    Minute::try_from(minute).unwrap_or(0)
}

/// The moment at which clocks of this zone show this minute on this day: the first of two, and
/// after a skipped hour the moment it was skipped by.
fn on(day: Date, minute: Minute, zone: &TimeZone) -> Option<UnixMillis> {
    let midnight = day.to_datetime(Time::midnight());
    let wall = midnight
        .checked_add(Span::new().minutes(i64::from(minute)))
        .ok()?;
    let at = zone.to_ambiguous_timestamp(wall).compatible().ok()?;
    u64::try_from(at.as_millisecond()).ok().map(UnixMillis)
}

fn there(at: UnixMillis, zone: &TimeZone) -> Zoned {
    let millis = i64::try_from(at.0).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis)
        .unwrap_or(Timestamp::MAX)
        .to_zoned(zone.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::policy::Hours;
    use super::*;

    const HOUR_MS: u64 = 60 * MINUTE_MS;

    fn utc(text: &str) -> UnixMillis {
        let at: Timestamp = text.parse().unwrap();
        UnixMillis(u64::try_from(at.as_millisecond()).unwrap())
    }

    fn open(zone: &str, from: u16, to: u16) -> CallPolicy {
        CallPolicy {
            zone: zone.to_owned(),
            hours: vec![Hours {
                days: Day::ALL.to_vec(),
                from: from * 60,
                to: to * 60,
            }],
            ..CallPolicy::default()
        }
    }

    fn starts(policy: &CallPolicy, now: &str, hours: u64) -> Vec<String> {
        slots(policy, |_| 0, hours * HOUR_MS, utc(now))
            .into_iter()
            .map(|slot| {
                let at = Timestamp::from_millisecond(i64::try_from(slot.at.0).unwrap());
                at.unwrap().strftime("%d %H:%M").to_string()
            })
            .collect()
    }

    #[test]
    fn slots_are_the_sites_hours_after_the_lead() {
        let berlin = open("Europe/Berlin", 9, 11);
        assert_eq!(
            starts(&berlin, "2026-11-25T08:10:00Z", 24),
            ["25 09:00", "25 09:30", "26 08:00"]
        );
    }

    #[test]
    fn full_slots_are_left_out() {
        let policy = open("Etc/UTC", 9, 10);
        let nine = utc("2026-11-25T09:00:00Z");
        let count = |booked: usize| {
            let booked = move |at| if at == nine { booked } else { 0 };
            slots(&policy, booked, 12 * HOUR_MS, utc("2026-11-25T00:00:00Z"))
        };
        assert_eq!(count(1)[0], Slot { at: nine, left: 1 });
        assert_eq!(count(2).len(), 1);
        assert_eq!(count(9).len(), 1);
    }

    #[test]
    fn a_day_on_which_clocks_change_has_the_hours_it_has() {
        let berlin = open("Europe/Berlin", 1, 4);
        // 2026-03-29: 02:00 becomes 03:00, so from one to four are two hours.
        let spring = starts(&berlin, "2026-03-28T22:00:00Z", 5);
        assert_eq!(spring, ["29 00:00", "29 00:30", "29 01:00", "29 01:30"]);
        // 2026-10-25: 03:00 becomes 02:00, so they are four.
        assert_eq!(starts(&berlin, "2026-10-24T21:00:00Z", 7).len(), 8);
    }

    #[test]
    fn nobody_is_called_at_night_where_they_are() {
        let policy = CallPolicy::default();
        let moscow = "Europe/Moscow";
        for (at, after) in [
            ("2026-11-25T17:59:00Z", "2026-11-25T17:59:00Z"),
            ("2026-11-25T18:00:00Z", "2026-11-26T05:00:00Z"),
            ("2026-11-25T23:00:00Z", "2026-11-26T05:00:00Z"),
            ("2026-11-26T04:59:59Z", "2026-11-26T05:00:00Z"),
            ("2026-11-26T05:00:00Z", "2026-11-26T05:00:00Z"),
        ] {
            assert_eq!(after_quiet(&policy, moscow, utc(at)), utc(after), "{at}");
        }
        let here = CallPolicy {
            zone: moscow.to_owned(),
            ..policy
        };
        assert!(is_quiet(&here, "", utc("2026-11-25T18:00:00Z")));
        assert!(is_quiet(&here, "Mars/Olympus", utc("2026-11-25T18:00:00Z")));
    }

    #[test]
    fn quiet_hours_end_by_the_new_clock_on_the_day_it_changes() {
        let policy = CallPolicy::default();
        // Eight in the morning in Berlin is 06:00 UTC from that day on, and was 07:00 the day
        // before.
        let night = utc("2026-03-28T22:30:00Z");
        assert_eq!(
            after_quiet(&policy, "Europe/Berlin", night),
            utc("2026-03-29T06:00:00Z")
        );
        let night = utc("2026-10-24T22:30:00Z");
        assert_eq!(
            after_quiet(&policy, "Europe/Berlin", night),
            utc("2026-10-25T07:00:00Z")
        );
    }

    proptest! {
        #[test]
        fn after_quiet_it_is_not_quiet(
            at in 1_700_000_000_000_u64..1_900_000_000_000, from in 0_u16..1440, to in 0_u16..1440,
            zone in prop_oneof!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"].prop_map(|name| name),
        ) {
            let policy = CallPolicy { quiet_from: from, quiet_to: to, ..CallPolicy::default() };
            let after = after_quiet(&policy, &zone, UnixMillis(at));
            prop_assert!(after >= UnixMillis(at));
            prop_assert!(after.since(UnixMillis(at)) <= 25 * HOUR_MS);
            prop_assert!(!is_quiet(&policy, &zone, after));
        }

        #[test]
        fn every_slot_offered_is_a_slot(
            now in 1_700_000_000_000_u64..1_900_000_000_000, from in 0_u16..23, length in 1_u16..8, minutes in 5_u16..120,
        ) {
            let mut policy = open("Europe/Berlin", from, (from + length).min(24));
            policy.slot_minutes = minutes;
            for slot in slots(&policy, |_| 0, 72 * HOUR_MS, UnixMillis(now)) {
                prop_assert!(is_slot(&policy, slot.at));
                prop_assert!(slot.at.since(UnixMillis(now)) >= 30 * MINUTE_MS);
            }
        }
    }
}
