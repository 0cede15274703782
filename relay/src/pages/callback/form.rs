//! What was typed, and what is wrong with it.

use std::collections::BTreeMap;

use heard_desk::Policy;
use heard_desk::callback::{CallPolicy, hours, number};
use heard_protocol::limits::{MAX_SHORT_BYTES, MAX_TOPIC_BYTES};
use heard_protocol::{CallbackForm, CallbackWhen, CommandId, Consent, RefusalCode, UnixMillis};
use serde::Deserialize;

use super::zones;
use crate::text::Lang;

const DAY_MS: u64 = 24 * 3_600_000;
/// What a ticked box sends.
pub(super) const TICKED: &str = "yes";
pub(super) const ASAP: &str = "asap";
pub(super) const AT: &str = "at";

/// The form's fields as a browser sends them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Typed {
    pub(in crate::pages) id: String,
    pub(in crate::pages) phone: String,
    pub(in crate::pages) name: String,
    pub(in crate::pages) topic: String,
    pub(in crate::pages) when: String,
    pub(in crate::pages) at: String,
    /// A slot out of a list, in milliseconds since 1970; empty where a day and a time were typed.
    pub(in crate::pages) slot: String,
    pub(in crate::pages) zone: String,
    pub(in crate::pages) consent: String,
    /// The words beside the box as they stood on the screen.
    pub(in crate::pages) wording: String,
}

/// Where something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::pages) enum Field {
    /// With nothing in particular.
    Whole,
    Phone,
    Name,
    Topic,
    When,
    Zone,
    Consent,
}

/// What is wrong, as a sentence per field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::pages) struct Faults(BTreeMap<Field, String>);

impl Faults {
    #[must_use]
    pub(super) fn with(mut self, field: Field, sentence: &str) -> Self {
        self.0.insert(field, sentence.to_owned());
        self
    }

    pub(super) fn at(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first field with a fault, where the page puts the cursor.
    pub(super) fn first(&self) -> Option<Field> {
        self.0.keys().copied().find(|field| *field != Field::Whole)
    }

    /// Its first sentence.
    pub(in crate::pages) fn sentence(&self) -> String {
        self.0.values().next().cloned().unwrap_or_default()
    }

    /// What the desk's rules said, where it belongs.
    pub(in crate::pages) fn of_refusal(code: RefusalCode, lang: Lang, policy: &Policy) -> Self {
        let words = lang.words();
        let days = (policy.callback_ahead_ms / DAY_MS).max(1);
        let (field, sentence) = match code {
            RefusalCode::BadPhone => (Field::Phone, words.bad_phone.to_owned()),
            RefusalCode::NoConsent => (Field::Consent, words.no_consent.to_owned()),
            RefusalCode::NumberNotAllowed => (Field::Phone, words.not_called.to_owned()),
            RefusalCode::BadTime => (Field::When, (words.bad_time)(days)),
            RefusalCode::SlotTaken => (Field::When, words.slot_taken.to_owned()),
            RefusalCode::TooManyCalls => (Field::Whole, words.too_many_calls.to_owned()),
            RefusalCode::TextTooLong => (Field::Topic, words.too_long.to_owned()),
            _ => (Field::Whole, words.send_again.to_owned()),
        };
        Self::default().with(field, &sentence)
    }
}

impl Typed {
    /// A form nobody has typed into.
    pub(super) fn empty(id: CommandId, lang: Lang) -> Self {
        Self {
            id: id.to_string(),
            when: ASAP.to_owned(),
            wording: lang.words().consent.to_owned(),
            ..Self::default()
        }
    }

    /// The same under an id that was not used before.
    pub(super) fn renewed(&self, id: CommandId) -> Self {
        Self {
            id: id.to_string(),
            ..self.clone()
        }
    }

    pub(super) fn is_ticked(&self) -> bool {
        self.consent == TICKED
    }

    /// The request to be called, or everything that is missing from it at once.
    pub(super) fn check(&self, lang: Lang, calls: &CallPolicy) -> Result<CallbackForm, Faults> {
        let words = lang.words();
        let mut faults = Faults::default();
        let phone = self.phone.trim();
        if phone.is_empty() {
            faults = faults.with(Field::Phone, words.no_phone);
        } else if let Err(code) = number::read(phone, calls) {
            let sentence = if code == RefusalCode::NumberNotAllowed {
                words.not_called
            } else {
                words.bad_phone
            };
            faults = faults.with(Field::Phone, sentence);
        }
        if self.name.len() > MAX_SHORT_BYTES {
            faults = faults.with(Field::Name, words.too_long);
        }
        if self.topic.len() > MAX_TOPIC_BYTES {
            faults = faults.with(Field::Topic, words.too_long);
        }
        // Consent is to words we wrote, in whichever language they stood on the screen.
        let wording = Lang::ALL
            .map(|lang| lang.words().consent)
            .into_iter()
            .find(|ours| *ours == self.wording);
        let wording = wording.filter(|_| self.is_ticked());
        if wording.is_none() {
            faults = faults.with(Field::Consent, words.no_consent);
        }
        let when = match self.moment(lang, calls) {
            Ok(when) => Some(when),
            Err((field, sentence)) => {
                faults = faults.with(field, sentence);
                None
            }
        };
        match (when, wording) {
            (Some(when), Some(wording)) if faults.is_empty() => Ok(CallbackForm {
                phone: phone.to_owned(),
                name: self.name.trim().to_owned(),
                topic: self.topic.trim().to_owned(),
                when,
                consent: Consent {
                    given: true,
                    wording: wording.to_owned(),
                },
            }),
            _ => Err(faults),
        }
    }

    /// A time that was typed means the slot it lies in: people write when it suits them, not when
    /// slots begin.
    pub(in crate::pages) fn moment(
        &self,
        lang: Lang,
        calls: &CallPolicy,
    ) -> Result<CallbackWhen, (Field, &'static str)> {
        let words = lang.words();
        let slot = self.slot.parse().map(UnixMillis);
        match self.when.as_str() {
            ASAP if self.zone.is_empty() => Ok(CallbackWhen::Asap),
            ASAP => Ok(CallbackWhen::Soon {
                zone: self.zone.clone(),
            }),
            AT if slot.is_ok() => Ok(CallbackWhen::At {
                at: slot.unwrap_or_default(),
                zone: self.zone.clone(),
            }),
            AT if self.at.is_empty() => Err((Field::When, words.no_time)),
            AT if self.zone.is_empty() => Err((Field::Zone, words.no_zone)),
            AT => match zones::moment(&self.at, &self.zone) {
                Some(at) => Ok(CallbackWhen::At {
                    at: hours::slot_at(calls, at).unwrap_or(at),
                    zone: self.zone.clone(),
                }),
                None => Err((Field::When, words.no_time)),
            },
            _ => Err((Field::When, words.no_time)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn typed() -> Typed {
        Typed {
            phone: " +7 912 345-67-89 ".to_owned(),
            consent: TICKED.to_owned(),
            ..Typed::empty(CommandId::from_bits(1), Lang::En)
        }
    }

    fn fields(typed: &Typed) -> Vec<Field> {
        typed
            .check(Lang::En, &CallPolicy::default())
            .map_or_else(|faults| faults.0.into_keys().collect(), |_| Vec::new())
    }

    #[test]
    fn the_least_that_is_needed() {
        let form = typed().check(Lang::En, &CallPolicy::default()).unwrap();
        assert_eq!(form.phone, "+7 912 345-67-89");
        assert_eq!(form.when, CallbackWhen::Asap);
        assert_eq!(form.consent.wording, Lang::En.words().consent);
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let nothing = Typed::default();
        assert_eq!(
            fields(&nothing),
            [Field::Phone, Field::When, Field::Consent]
        );
        let long = Typed {
            name: "x".repeat(600),
            topic: "x".repeat(20_000),
            ..typed()
        };
        assert_eq!(fields(&long), [Field::Name, Field::Topic]);
    }

    #[test]
    fn a_box_that_is_not_ticked_or_stood_beside_other_words_is_no_consent() {
        assert_eq!(
            fields(&Typed {
                consent: String::new(),
                ..typed()
            }),
            [Field::Consent]
        );
        assert_eq!(
            fields(&Typed {
                wording: "anything".to_owned(),
                ..typed()
            }),
            [Field::Consent]
        );
        // The page was Russian when the box was ticked, and English when it came.
        let russian = Typed {
            wording: Lang::Ru.words().consent.to_owned(),
            ..typed()
        };
        let form = russian.check(Lang::En, &CallPolicy::default()).unwrap();
        assert_eq!(form.consent.wording, Lang::Ru.words().consent);
    }

    #[test]
    fn a_moment_needs_a_time_and_a_place() {
        let at = |at: &str, zone: &str| Typed {
            when: AT.to_owned(),
            at: at.to_owned(),
            zone: zone.to_owned(),
            ..typed()
        };
        assert_eq!(fields(&at("", "Europe/Moscow")), [Field::When]);
        assert_eq!(fields(&at("2026-11-24T15:30", "")), [Field::Zone]);
        assert_eq!(fields(&at("soon", "Europe/Moscow")), [Field::When]);
        let form = at("2026-11-24T15:30", "Europe/Moscow")
            .check(Lang::En, &CallPolicy::default())
            .unwrap();
        let CallbackWhen::At { at, zone } = form.when else {
            panic!("a moment was given")
        };
        assert_eq!(
            (at, zone.as_str()),
            (UnixMillis(1_795_523_400_000), "Europe/Moscow")
        );
    }

    proptest! {
        #[test]
        fn any_words_are_a_form_or_are_answered(
            phone in ".{0,30}", at in ".{0,30}", zone in ".{0,30}", when in "(asap|at|.{0,5})",
        ) {
            let typed = Typed { phone, when, at, zone, ..typed() };
            if let Err(faults) = typed.check(Lang::Ru, &CallPolicy::default()) {
                prop_assert!(!faults.is_empty());
            }
        }
    }
}
