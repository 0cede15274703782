//! Whose time it is, without any script to ask the browser.
//!
//! A plain form can't know where somebody is, and a guess that is wrong makes the call come at the
//! wrong hour. So the form shows what time it is in cities around the world, and people recognise
//! their own by the time.

use heard_protocol::UnixMillis;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::text::Lang;

/// A line of the choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) zone: &'static str,
    pub(super) cities: &'static str,
    /// What time it is there, `14:05`.
    pub(super) clock: String,
}

/// Every choice, from west to east as clocks stand now.
pub(super) fn choices(now: UnixMillis, lang: Lang) -> Vec<Choice> {
    let now = timestamp(now);
    let mut zones: Vec<(i32, Choice)> = lang
        .words()
        .cities
        .iter()
        .filter_map(|&(zone, cities)| {
            let there = now.to_zoned(TimeZone::get(zone).ok()?);
            let clock = clock(&there);
            Some((
                there.offset().seconds(),
                Choice {
                    zone,
                    cities,
                    clock,
                },
            ))
        })
        .collect();
    zones.sort_by_key(|(offset, _)| *offset);
    zones.into_iter().map(|(_, choice)| choice).collect()
}

/// What the zone is called on our pages: its cities, or the name itself where it is not one of
/// ours.
pub(super) fn called(zone: &str, lang: Lang) -> &str {
    let cities = lang.words().cities.iter();
    cities
        .into_iter()
        .find(|(known, _)| *known == zone)
        .map_or(zone, |(_, cities)| cities)
}

/// The moment a clock on a wall of this zone means, by `2026-11-24T15:30`. A time that a clock
/// change skips is moved on by as much as the clocks are; of one that comes twice, the first is
/// meant (both as in RFC 5545).
pub(super) fn moment(local: &str, zone: &str) -> Option<UnixMillis> {
    let local: jiff::civil::DateTime = local.parse().ok()?;
    let zone = TimeZone::get(zone).ok()?;
    let moment = zone.to_ambiguous_timestamp(local).compatible().ok()?;
    u64::try_from(moment.as_millisecond()).ok().map(UnixMillis)
}

/// A moment as that zone's calendar and clock show it.
pub(super) fn there(at: UnixMillis, zone: &str) -> Zoned {
    timestamp(at).to_zoned(TimeZone::get(zone).unwrap_or(TimeZone::UTC))
}

/// `14:05`
pub(super) fn clock(there: &Zoned) -> String {
    format!("{:02}:{:02}", there.hour(), there.minute())
}

fn timestamp(at: UnixMillis) -> Timestamp {
    let millis = i64::try_from(at.0).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> UnixMillis {
        moment(text, "Etc/UTC").unwrap()
    }

    #[test]
    fn every_city_has_a_zone_and_they_go_from_west_to_east() {
        let all = choices(utc("2026-01-15T12:00"), Lang::En);
        assert_eq!(
            all.len(),
            Lang::En.words().cities.len(),
            "a zone's name is not known"
        );
        assert_eq!(all.first().unwrap().zone, "Pacific/Honolulu");
        assert_eq!(all.first().unwrap().clock, "02:00");
        assert_eq!(all.last().unwrap().zone, "Pacific/Auckland");
        let moscow = all
            .iter()
            .find(|choice| choice.zone == "Europe/Moscow")
            .unwrap();
        assert_eq!(moscow.clock, "15:00");
    }

    #[test]
    fn cities_of_one_line_have_one_time_all_year() {
        let same = |one: &str, other: &str| {
            for month in 1..=12 {
                let local = format!("2026-{month:02}-10T12:00");
                assert_eq!(
                    moment(&local, one),
                    moment(&local, other),
                    "{one} {other} {local}"
                );
            }
        };
        same("Europe/Berlin", "Europe/Warsaw");
        same("Europe/London", "Europe/Lisbon");
        same("Europe/Kyiv", "Europe/Athens");
        same("Europe/Moscow", "Europe/Minsk");
        same("Asia/Tashkent", "Asia/Almaty");
        same("Asia/Novosibirsk", "Asia/Krasnoyarsk");
        same("Asia/Shanghai", "Asia/Singapore");
        same("America/Sao_Paulo", "America/Argentina/Buenos_Aires");
        same("America/Bogota", "America/Lima");
        same("Africa/Lagos", "Africa/Algiers");
        same("Asia/Riyadh", "Asia/Baghdad");
        same("Asia/Magadan", "Asia/Sakhalin");
        same("Asia/Yerevan", "Asia/Baku");
        same("Asia/Bangkok", "Asia/Jakarta");
    }

    #[test]
    fn a_skipped_hour_moves_on_and_a_doubled_one_is_its_first() {
        // Berlin, 2026-03-29: 02:00 becomes 03:00.
        assert_eq!(
            moment("2026-03-29T02:30", "Europe/Berlin"),
            Some(utc("2026-03-29T01:30"))
        );
        // Berlin, 2026-10-25: 03:00 becomes 02:00 again.
        assert_eq!(
            moment("2026-10-25T02:30", "Europe/Berlin"),
            Some(utc("2026-10-25T00:30"))
        );
        assert_eq!(
            moment("2026-10-25T12:00", "Europe/Berlin"),
            Some(utc("2026-10-25T11:00"))
        );
    }

    #[test]
    fn nonsense_is_no_moment() {
        for (local, zone) in [
            ("", "Etc/UTC"),
            ("tomorrow", "Etc/UTC"),
            ("2026-02-30T10:00", "Etc/UTC"),
            ("1066-10-14T09:00", "Etc/UTC"),
            ("2026-11-24T15:30", "Mars/Olympus"),
            ("2026-11-24T15:30", ""),
            ("2026-11-24T15:30", "../../etc/passwd"),
        ] {
            assert_eq!(moment(local, zone), None, "{local} {zone}");
        }
    }
}
