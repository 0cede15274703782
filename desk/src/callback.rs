//! Whether a request to be called can be taken.

use heard_protocol::{CallbackForm, CallbackWhen, RefusalCode, UnixMillis};

use crate::policy::Policy;
use crate::text;

/// The fewest digits of a number that can be dialled with its area code.
const FEWEST_DIGITS: usize = 7;
/// The most digits of an international number (ITU-T E.164, section 6).
const MOST_DIGITS: usize = 15;
/// A moment this little in the past still counts as now, in milliseconds: forms take time to fill in.
const PAST_MS: u64 = 15 * 60_000;

/// Checks a request and returns it as it is stored: number normalised, texts trimmed.
///
/// # Errors
/// [`RefusalCode::NoConsent`], [`RefusalCode::BadPhone`], [`RefusalCode::BadTime`] or [`RefusalCode::TextTooLong`].
pub fn check(
    form: &CallbackForm,
    policy: &Policy,
    now: UnixMillis,
) -> Result<CallbackForm, RefusalCode> {
    let phone = normalise_phone(&form.phone)?;
    text::check_short(&form.name)?;
    text::check(&form.consent.wording).map_err(|_| RefusalCode::NoConsent)?;
    if form.topic.len() > heard_protocol::limits::MAX_TEXT_BYTES {
        return Err(RefusalCode::TextTooLong);
    }
    if !form.consent.given {
        return Err(RefusalCode::NoConsent);
    }
    if let CallbackWhen::At { at, zone } = &form.when {
        text::check_short(zone)?;
        if now.since(*at) > PAST_MS || at.since(now) > policy.callback_ahead_ms {
            return Err(RefusalCode::BadTime);
        }
    }
    Ok(CallbackForm {
        phone,
        name: form.name.trim().to_owned(),
        topic: form.topic.trim().to_owned(),
        when: form.when.clone(),
        consent: form.consent.clone(),
    })
}

/// The number as digits, with a leading `+` if it was written with one (or with `00`).
///
/// Spaces, dots, dashes, slashes and round brackets may stand between the digits; anything else is not a number. Whether it can be rung in
/// its country is not decided here.
///
/// # Errors
/// [`RefusalCode::BadPhone`].
pub fn normalise_phone(written: &str) -> Result<String, RefusalCode> {
    let written = written.trim();
    let (plus, rest) = match (written.strip_prefix('+'), written.strip_prefix("00")) {
        (Some(rest), _) | (None, Some(rest)) => (true, rest),
        (None, None) => (false, written),
    };
    let mut phone = String::from(if plus { "+" } else { "" });
    for letter in rest.chars() {
        match letter {
            '0'..='9' => phone.push(letter),
            ' ' | '\u{a0}' | '.' | '-' | '‑' | '–' | '/' | '(' | ')' => {}
            _ => return Err(RefusalCode::BadPhone),
        }
    }
    let digits = phone.trim_start_matches('+').len();
    if (FEWEST_DIGITS..=MOST_DIGITS).contains(&digits) {
        Ok(phone)
    } else {
        Err(RefusalCode::BadPhone)
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::Consent;
    use proptest::prelude::*;

    use super::*;

    fn form(phone: &str) -> CallbackForm {
        CallbackForm {
            phone: phone.to_owned(),
            name: " Саша ".to_owned(),
            topic: String::new(),
            when: CallbackWhen::Asap,
            consent: Consent {
                given: true,
                wording: "You may call me.".to_owned(),
            },
        }
    }

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(
            normalise_phone("+7 (912) 345-67-89").as_deref(),
            Ok("+79123456789")
        );
        assert_eq!(
            normalise_phone("0049 30 1234567").as_deref(),
            Ok("+49301234567")
        );
        assert_eq!(
            normalise_phone("8 912 345 67 89").as_deref(),
            Ok("89123456789")
        );
        for bad in [
            "",
            "123",
            "call me",
            "+7 912 CALL ME",
            "1234567890123456",
            "+",
        ] {
            assert_eq!(normalise_phone(bad), Err(RefusalCode::BadPhone), "{bad}");
        }
    }

    #[test]
    fn consent_comes_first() {
        let mut asked = form("+79123456789");
        asked.consent.given = false;
        let refused = check(&asked, &Policy::default(), UnixMillis(0));
        assert_eq!(refused, Err(RefusalCode::NoConsent));
    }

    #[test]
    fn the_time_must_be_reachable() {
        let now = UnixMillis(1_000_000_000);
        let at = |at| CallbackForm {
            when: CallbackWhen::At {
                at,
                zone: "Europe/Berlin".to_owned(),
            },
            ..form("+79123456789")
        };
        let policy = Policy::default();
        assert!(check(&at(now.plus(3_600_000)), &policy, now).is_ok());
        assert_eq!(
            check(&at(UnixMillis(0)), &policy, now),
            Err(RefusalCode::BadTime)
        );
        let far = now.plus(policy.callback_ahead_ms + 1);
        assert_eq!(check(&at(far), &policy, now), Err(RefusalCode::BadTime));
    }

    proptest! {
        #[test]
        fn any_text_is_a_number_or_refused(text in ".{0,40}") {
            if let Ok(phone) = normalise_phone(&text) {
                prop_assert_eq!(normalise_phone(&phone), Ok(phone.clone()));
            }
        }
    }
}
