//! The form that asks for a call.

/// What is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// The number as typed.
    pub phone: String,
    /// What to call the person; may be empty.
    pub name: String,
    /// The moment in milliseconds since 1970, as soon as possible if there is none.
    pub at: When,
    /// The box is ticked.
    pub consent: bool,
}

/// When to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    /// As soon as somebody is free.
    #[default]
    Asap,
    /// At this moment, in milliseconds since 1970; none while the field is empty.
    At(Option<u64>),
}

/// What is wrong, in the terms of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The number.
    Phone,
    /// The moment.
    Time,
    /// The last place at that time is gone.
    Taken,
    /// A number that the site does not call.
    NotCalled,
    /// The box.
    Consent,
    /// This number already waits for a call.
    Exists,
    /// Too many requests in too short a time.
    TooFast,
    /// The relay can't be reached, or can't write.
    Unreachable,
}

/// Where the form is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Step {
    /// Being filled in, with what was wrong the last time.
    #[default]
    Filling,
    /// It didn't go through.
    Refused(Problem),
    /// On its way.
    Sending,
    /// Somebody will call, at this moment if one was given.
    Booked(Option<u64>),
}

/// A number shorter than this is nobody's.
const MIN_DIGITS: usize = 5;

impl Draft {
    /// What can be told to be wrong without asking the relay, the first thing on the form first.
    pub fn problem(&self) -> Option<Problem> {
        let digits = self.phone.chars().filter(char::is_ascii_digit).count();
        if digits < MIN_DIGITS {
            Some(Problem::Phone)
        } else if self.at == When::At(None) {
            Some(Problem::Time)
        } else if !self.consent {
            Some(Problem::Consent)
        } else {
            None
        }
    }

    /// The moment asked for, if one was.
    pub fn moment(&self) -> Option<u64> {
        match self.at {
            When::Asap => None,
            When::At(at) => at,
        }
    }
}

impl Problem {
    /// Whether it is the number that has to be looked at.
    pub fn is_of_phone(self) -> bool {
        matches!(self, Self::Phone | Self::NotCalled | Self::Exists)
    }

    /// The problem behind a refusal's code, as it is written in JSON.
    pub fn from_code(code: &str) -> Self {
        match code {
            "bad_phone" => Self::Phone,
            "bad_time" => Self::Time,
            "slot_taken" => Self::Taken,
            "number_not_allowed" => Self::NotCalled,
            "no_consent" => Self::Consent,
            "callback_exists" => Self::Exists,
            "too_fast" | "too_many_calls" => Self::TooFast,
            _ => Self::Unreachable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_protocol::{Codec, RefusalCode};

    fn filled() -> Draft {
        Draft {
            phone: "+7 912 345-67-89".to_owned(),
            consent: true,
            ..Draft::default()
        }
    }

    #[test]
    fn the_first_thing_wrong_is_named() {
        assert_eq!(filled().problem(), None);
        let phone = "12-3".to_owned();
        let consent = false;
        assert_eq!(
            Draft {
                phone,
                consent,
                ..filled()
            }
            .problem(),
            Some(Problem::Phone)
        );
        let at = When::At(None);
        assert_eq!(Draft { at, ..filled() }.problem(), Some(Problem::Time));
        assert_eq!(
            Draft {
                consent,
                ..filled()
            }
            .problem(),
            Some(Problem::Consent)
        );
    }

    #[test]
    fn the_relays_codes_are_known_by_their_written_names() {
        for (code, problem) in [
            (RefusalCode::BadPhone, Problem::Phone),
            (RefusalCode::BadTime, Problem::Time),
            (RefusalCode::SlotTaken, Problem::Taken),
            (RefusalCode::NumberNotAllowed, Problem::NotCalled),
            (RefusalCode::TooManyCalls, Problem::TooFast),
            (RefusalCode::NoConsent, Problem::Consent),
            (RefusalCode::CallbackExists, Problem::Exists),
            (RefusalCode::TooFast, Problem::TooFast),
            (RefusalCode::Unavailable, Problem::Unreachable),
        ] {
            let json = Codec::Json.encode(&code).expect("a unit variant");
            let text = String::from_utf8(json).expect("JSON is UTF-8");
            assert_eq!(Problem::from_code(text.trim_matches('"')), problem);
        }
    }
}
