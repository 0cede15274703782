//! What a site can set about its calls.

use heard_protocol::Disposition;
use serde::{Deserialize, Serialize};

use crate::skill::Level;
use crate::trouble;

/// A minute of the day, from midnight; 1440 is the midnight after.
pub type Minute = u16;

/// How a site calls. What is left out is as in [`CallPolicy::default`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallPolicy {
    /// The site's time zone by its IANA name; the hours are of its clocks.
    pub zone: String,
    /// When calls can be booked for. None: only "as soon as possible" can be asked for.
    pub hours: Vec<Hours>,
    /// How long a slot is, in minutes.
    pub slot_minutes: u16,
    /// How many calls can be booked for one slot: how many people can call at once, less those who
    /// should stay free for calls that come now.
    pub per_slot: u16,
    /// How long before a slot it can still be booked, in minutes.
    pub lead_minutes: u16,
    /// The site's own country, ISO 3166-1 alpha-2: numbers without a country code belong to it.
    /// Empty: such numbers are not taken.
    pub home_country: String,
    /// The only countries that are called. Empty: all.
    pub countries: Vec<String>,
    /// From when on nobody is called, by the clock where the visitor is.
    #[serde(with = "super::clock")]
    pub quiet_from: Minute,
    /// Until when.
    #[serde(with = "super::clock")]
    pub quiet_to: Minute,
    /// What makes the calls.
    pub dialer: Dialer,
    /// How long a call rings for one agent, in seconds.
    pub ring_agent_s: u16,
    /// How long the relay waits to hear from whatever dials, in seconds, before the attempt counts
    /// as failed.
    pub dial_s: u16,
    /// When and how often it is tried again after the line was busy.
    pub busy: Retry,
    /// After nobody picked up.
    pub no_answer: Retry,
    /// After a machine picked up.
    pub voicemail: Retry,
    /// After the call could not be made.
    pub technical: Retry,
    /// How long after its time a call is still worth making, in hours. More than a weekend, if
    /// nobody works then.
    pub expire_hours: u16,
    /// How many calls one number may be booked for within a day.
    pub per_number_day: u16,
    /// How many requests may be open on the site at once.
    pub most_open: u16,
    /// What some calls take of whoever makes them.
    pub needs: Vec<Need>,
    /// How long a call that is due waits for somebody who has what it takes, in minutes; after that
    /// whoever is free is rung.
    pub patience_minutes: u16,
    /// When writing counts as not working, so that a call is offered.
    pub trouble: trouble::Limits,
}

/// What some calls take of whoever makes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// It is so for visitors whose language begins like this, as browsers name it (`ru`, `pt-BR`);
    /// empty: whatever it is.
    #[serde(default)]
    pub language: String,
    /// And who ask on a page whose address begins like this; empty: whichever it is.
    #[serde(default)]
    pub page: String,
    /// The skill it takes.
    pub skill: String,
    /// From which level on, 1 to 4.
    pub level: u8,
}

impl Need {
    fn level(&self) -> Level {
        Level {
            skill: self.skill.clone(),
            level: self.level,
        }
    }
}

/// What makes a site's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialer {
    /// The agent, on whatever phone they have: the console shows the number as a link.
    Link,
    /// A program of the site's own, told by a signed request.
    Webhook,
    /// The relay: it rings the agent's phone, then the visitor's, and joins them.
    Sip,
}

/// When calls can be booked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// On which days.
    pub days: Vec<Day>,
    /// From when on, by the site's clocks.
    #[serde(with = "super::clock")]
    pub from: Minute,
    /// Until when.
    #[serde(with = "super::clock")]
    pub to: Minute,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Day {
    /// All of them, Monday first.
    pub const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];
}

/// When and how often a call is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// After how many minutes.
    pub after_minutes: u16,
    /// How many attempts may end this way, the first included.
    pub attempts: u8,
}

const fn retry(after_minutes: u16, attempts: u8) -> Retry {
    Retry {
        after_minutes,
        attempts,
    }
}

impl Default for CallPolicy {
    fn default() -> Self {
        Self {
            zone: "Etc/UTC".to_owned(),
            hours: vec![Hours {
                days: Day::ALL.to_vec(),
                from: 9 * 60,
                to: 20 * 60,
            }],
            slot_minutes: 30,
            per_slot: 2,
            lead_minutes: 30,
            home_country: String::new(),
            countries: Vec::new(),
            quiet_from: 21 * 60,
            quiet_to: 8 * 60,
            dialer: Dialer::Link,
            ring_agent_s: 25,
            dial_s: 120,
            busy: retry(5, 3),
            no_answer: retry(30, 3),
            voicemail: retry(120, 2),
            technical: retry(2, 4),
            expire_hours: 72,
            per_number_day: 4,
            most_open: 1_000,
            needs: Vec::new(),
            patience_minutes: 15,
            trouble: trouble::Limits::default(),
        }
    }
}

impl CallPolicy {
    /// What an attempt that ended like this leads to; `None` if there is nothing to try again.
    pub const fn retry(&self, after: Disposition) -> Option<Retry> {
        match after {
            Disposition::Busy => Some(self.busy),
            Disposition::NoAnswer => Some(self.no_answer),
            Disposition::Voicemail => Some(self.voicemail),
            Disposition::Technical => Some(self.technical),
            Disposition::Answered
            | Disposition::WrongNumber
            | Disposition::Refused
            | Disposition::Other => None,
        }
    }

    /// What a call takes that is asked for in this language, on the page of this address.
    pub fn needs_of(&self, language: &str, page: &str) -> Vec<Level> {
        let language = language.to_ascii_lowercase();
        let applies = |need: &&Need| {
            language.starts_with(&need.language.to_ascii_lowercase())
                && page.starts_with(&need.page)
        };
        let needs = self.needs.iter().filter(applies);
        needs.map(Need::level).collect()
    }

    /// The first thing that would make no sense, as the field and what is wrong with it.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let hours = |wrong: fn(&Hours) -> bool| self.hours.iter().any(wrong);
        [
            (
                "zone",
                "is not an IANA time zone, such as Europe/Berlin",
                super::zone(&self.zone).is_none(),
            ),
            (
                "hours",
                "end before they begin",
                hours(|one| one.from >= one.to || one.to > 1_440),
            ),
            ("hours", "name no day", hours(|one| one.days.is_empty())),
            (
                "slot_minutes",
                "must be between 5 and 240",
                !(5..=240).contains(&self.slot_minutes),
            ),
            ("per_slot", "must be at least 1", self.per_slot == 0),
            (
                "home_country",
                "is not a country's two letters, such as DE",
                !self.home_country.is_empty() && !is_country(&self.home_country),
            ),
            (
                "countries",
                "holds something that is not a country's two letters",
                !self.countries.iter().all(|one| is_country(one)),
            ),
            (
                "quiet_from",
                "must be a time of the day",
                self.quiet_from >= 1_440,
            ),
            (
                "quiet_to",
                "must be a time of the day",
                self.quiet_to >= 1_440,
            ),
            ("ring_agent_s", "must be at least 5", self.ring_agent_s < 5),
            ("dial_s", "must be at least 10", self.dial_s < 10),
            ("expire_hours", "must be at least 1", self.expire_hours == 0),
            (
                "per_number_day",
                "must be at least 1",
                self.per_number_day == 0,
            ),
            ("most_open", "must be at least 1", self.most_open == 0),
            (
                "needs",
                "hold something that is not a skill with a level from 1 to 4",
                !self.needs.iter().all(|need| need.level().is_sound()),
            ),
        ]
        .into_iter()
        .chain(self.trouble.faults())
        .find_map(|(field, what, wrong)| wrong.then_some((field, what)))
    }
}

fn is_country(code: &str) -> bool {
    code.to_ascii_uppercase()
        .parse::<phonenumber::country::Id>()
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_makes_sense_and_reads_back() {
        let policy = CallPolicy::default();
        assert_eq!(policy.fault(), None);
        let json = serde_json::to_string(&policy).unwrap();
        assert!(json.contains(r#""quiet_from":"21:00""#), "{json}");
        assert_eq!(serde_json::from_str::<CallPolicy>(&json).unwrap(), policy);
    }

    #[test]
    fn a_part_is_enough_and_a_misspelt_one_is_not() {
        let part = r#"{"hours":[{"days":["mon","sat"],"from":"10:00","to":"24:00"}],"zone":"Europe/Moscow"}"#;
        let policy: CallPolicy = serde_json::from_str(part).unwrap();
        assert_eq!(policy.hours[0].to, 1_440);
        assert_eq!(policy.per_slot, CallPolicy::default().per_slot);
        for wrong in [
            r#"{"slots":3}"#,
            r#"{"quiet_from":"25:00"}"#,
            r#"{"quiet_from":"9"}"#,
        ] {
            assert!(
                serde_json::from_str::<CallPolicy>(wrong).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn what_a_call_takes_follows_from_the_language_and_the_page() {
        let part = r#"{"needs":[{"language":"ru","skill":"ru","level":2},
            {"page":"https://shop.example/returns","skill":"returns","level":1}]}"#;
        let policy: CallPolicy = serde_json::from_str(part).unwrap();
        assert_eq!(policy.fault(), None);
        let needs = |language, page| {
            let needs = policy.needs_of(language, page).into_iter();
            needs.map(|need| need.skill).collect::<Vec<_>>()
        };
        assert_eq!(needs("ru-RU", ""), ["ru"]);
        assert_eq!(needs("en", "https://shop.example/returns/7"), ["returns"]);
        assert!(needs("", "https://shop.example/").is_empty());
    }

    #[test]
    fn nonsense_is_named() {
        let named = |change: fn(&mut CallPolicy)| {
            let mut policy = CallPolicy::default();
            change(&mut policy);
            policy.fault().map(|(field, _)| field)
        };
        assert_eq!(
            named(|policy| policy.zone = "Mars".to_owned()),
            Some("zone")
        );
        assert_eq!(named(|policy| policy.hours[0].to = 1), Some("hours"));
        assert_eq!(named(|policy| policy.per_slot = 0), Some("per_slot"));
        assert_eq!(
            named(|policy| policy.home_country = "Russia".to_owned()),
            Some("home_country")
        );
    }
}
