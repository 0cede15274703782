//! Whether a number can be called, and how it is kept.

use heard_protocol::RefusalCode;
use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, Type};

use super::CallPolicy;
use crate::text;

/// What stands between a number and its extension, as people write it in the languages of our
/// pages.
const EXTENSION_MARKS: [&str; 9] = [
    ";ext=",
    "extension",
    "ext.",
    "ext",
    "добавочный",
    "доб.",
    "доб",
    "#",
    "x",
];
/// The most digits of an extension. Longer ones are not dialled by hand, and hardly by machines.
const MOST_EXTENSION: usize = 7;
/// What may stand between the digits of a number.
const BETWEEN: [char; 9] = [' ', '\u{a0}', '.', '-', '‑', '–', '/', '(', ')'];

/// A number that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// International form (ITU-T E.164), with a leading `+`.
    pub e164: String,
    /// Digits to dial once somebody answers; may be empty.
    pub extension: String,
    /// The country as ISO 3166-1 alpha-2; empty for a number that belongs to none.
    pub country: String,
}

impl Number {
    /// Number and extension in one word, as RFC 3966 writes them: `+4930123456;ext=12`.
    pub fn written(&self) -> String {
        if self.extension.is_empty() {
            self.e164.clone()
        } else {
            format!("{};ext={}", self.e164, self.extension)
        }
    }
}

/// An agent's phone as they typed it: a `sip:` address, or nothing.
///
/// # Errors
/// [`RefusalCode::Invalid`] if it is anything else; what [`text::check_short`] refuses.
pub fn agent_phone(typed: &str) -> Result<String, RefusalCode> {
    let address = typed.trim();
    text::check_short(address)?;
    if address.is_empty() || is_sip_address(address) {
        Ok(address.to_owned())
    } else {
        Err(RefusalCode::Invalid)
    }
}

/// Whether this is a phone's address as SIP knows it: `sip:anna@phones.example`, with nothing in it
/// that could end a header.
pub fn is_sip_address(text: &str) -> bool {
    let rest = text
        .strip_prefix("sip:")
        .or_else(|| text.strip_prefix("sips:"));
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/:@%[]".contains(&byte);
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('@')
            && !rest.ends_with('@')
            && rest.bytes().all(plain)
    })
}

/// The number of [`Number::written`] without its extension: what is one number for rules about
/// numbers.
pub fn without_extension(written: &str) -> &str {
    written
        .split_once(";ext=")
        .map_or(written, |(number, _)| number)
}

/// Reads a number as a person wrote it. One without a country code belongs to the site's home
/// country.
///
/// Which numbers are real, and what kind they are, is the published numbering plans' matter
/// (`phonenumber`, the metadata of libphonenumber). Numbers that cost the caller more than a call
/// are refused whatever the site allows, and so are services that are not a person's phone.
///
/// # Errors
/// [`RefusalCode::BadPhone`] if there is no such number, [`RefusalCode::NumberNotAllowed`] if there
/// is, but it is not one to call.
pub fn read(written: &str, policy: &CallPolicy) -> Result<Number, RefusalCode> {
    let (number, extension) = split(written)?;
    let home = policy.home_country.parse::<Id>().ok();
    let parsed = phonenumber::parse(home, &number).map_err(|_| RefusalCode::BadPhone)?;
    if !parsed.is_valid() {
        return Err(RefusalCode::BadPhone);
    }
    let country = parsed.country().id();
    let country = country.map_or_else(String::new, |id| id.as_ref().to_owned());
    let priced = matches!(
        parsed.number_type(&DATABASE),
        Type::PremiumRate
            | Type::SharedCost
            | Type::Pager
            | Type::Emergency
            | Type::Voicemail
            | Type::ShortCode
            | Type::NoInternational
    );
    let listed = policy.countries.is_empty()
        || policy
            .countries
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(&country));
    if priced || !listed {
        return Err(RefusalCode::NumberNotAllowed);
    }
    Ok(Number {
        e164: parsed.format().mode(Mode::E164).to_string(),
        extension,
        country,
    })
}

/// The digits of a number, with a leading `+` if it was written with one (or with `00`), and those
/// of its extension.
fn split(written: &str) -> Result<(String, String), RefusalCode> {
    let lower = written.trim().to_lowercase();
    let mark = EXTENSION_MARKS
        .iter()
        .find_map(|mark| lower.split_once(mark));
    let (number, extension) = mark.unwrap_or((&lower, ""));
    let extension = digits(extension.trim_matches([' ', ':', '.', ',']))?;
    if extension.len() > MOST_EXTENSION || mark.is_some() && extension.is_empty() {
        return Err(RefusalCode::BadPhone);
    }
    let number = number.trim().trim_end_matches([',', ';']);
    let rest = number
        .strip_prefix('+')
        .or_else(|| number.strip_prefix("00"));
    let digits_only = digits(rest.unwrap_or(number))?;
    let plus = if rest.is_some() { "+" } else { "" };
    Ok((format!("{plus}{digits_only}"), extension))
}

fn digits(written: &str) -> Result<String, RefusalCode> {
    let kept = written.chars().filter(|letter| !BETWEEN.contains(letter));
    let digits: String = kept.collect();
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(digits)
    } else {
        Err(RefusalCode::BadPhone)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy(home: &str, countries: &[&str]) -> CallPolicy {
        CallPolicy {
            home_country: home.to_owned(),
            countries: countries.iter().map(|&one| one.to_owned()).collect(),
            ..CallPolicy::default()
        }
    }

    fn written(number: &str) -> Result<String, RefusalCode> {
        read(number, &policy("RU", &[])).map(|number| number.written())
    }

    #[test]
    fn numbers_as_people_write_them() {
        for (typed, kept) in [
            ("+7 (912) 345-67-89", "+79123456789"),
            ("8 912 345 67 89", "+79123456789"),
            ("0049 30 1234567", "+49301234567"),
            ("+44 20 7946 0018", "+442079460018"),
            ("+49 30 123456 ext. 12", "+4930123456;ext=12"),
            ("+7 495 123-45-67 доб. 205", "+74951234567;ext=205"),
            ("+7 495 123-45-67, доб 205", "+74951234567;ext=205"),
            ("+74951234567;ext=205", "+74951234567;ext=205"),
        ] {
            assert_eq!(written(typed).as_deref(), Ok(kept), "{typed}");
        }
    }

    #[test]
    fn what_is_no_number() {
        for bad in [
            "",
            "+",
            "123",
            "112",
            "call me",
            "+7 912 CALL ME",
            "+7 912 345 67",
            "+7 912 345 67 89 01",
            "1234567890123456",
            "+999 12345678",
            "+1 555 0100",
            "+7 912 345 67 89 ext",
            "+7 912 345 67 89 ext 123456789",
            "+7 912 345 67 89\r\nX: y",
        ] {
            assert_eq!(written(bad), Err(RefusalCode::BadPhone), "{bad}");
        }
    }

    #[test]
    fn without_a_home_only_international_numbers_are_known() {
        let nowhere = policy("", &[]);
        assert_eq!(
            read("8 912 345 67 89", &nowhere),
            Err(RefusalCode::BadPhone)
        );
        assert!(read("+7 912 345 67 89", &nowhere).is_ok());
    }

    #[test]
    fn numbers_that_cost_more_are_not_called() {
        for priced in ["+1 900 555 1234", "+49 900 1 123456", "+44 909 879 1234"] {
            assert_eq!(
                written(priced),
                Err(RefusalCode::NumberNotAllowed),
                "{priced}"
            );
        }
    }

    #[test]
    fn a_site_calls_the_countries_it_names() {
        let two = policy("RU", &["ru", "KZ"]);
        assert!(read("+7 912 345-67-89", &two).is_ok());
        assert!(read("+7 701 234 56 78", &two).is_ok());
        let german = read("+49 30 1234567", &two);
        assert_eq!(german, Err(RefusalCode::NumberNotAllowed));
        assert_eq!(
            read("+49 30 1234567", &policy("", &[])).unwrap().country,
            "DE"
        );
    }

    #[test]
    fn addresses_of_phones() {
        for good in [
            "sip:anna@phones.example",
            "sip:127.0.0.1:5070",
            "sips:a@b:1;transport=tcp",
        ] {
            assert!(is_sip_address(good), "{good}");
        }
        for bad in [
            "",
            "sip:",
            "anna@phones.example",
            "sip:a b",
            "sip:a@b\r\nX: y",
            "sip:@b",
            "tel:+4930",
        ] {
            assert!(!is_sip_address(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_number_or_refused(text in ".{0,40}") {
            if let Ok(phone) = written(&text) {
                prop_assert_eq!(written(&phone), Ok(phone.clone()));
            }
        }

        #[test]
        fn any_digits_are_a_number_or_refused(text in "\\+?[0-9 ()x#-]{0,24}") {
            if let Ok(phone) = written(&text) {
                prop_assert_eq!(written(&phone), Ok(phone.clone()));
            }
        }
    }
}
