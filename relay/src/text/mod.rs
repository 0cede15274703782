//! The words of the pages the relay writes itself, in every language it has.

mod en;
mod ru;

use axum::http::{HeaderMap, header};

/// A language the relay's own pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    En,
    /// Russian.
    Ru,
}

impl Lang {
    /// Every one, the first being for those who read none of the others.
    pub const ALL: [Self; 2] = [Self::En, Self::Ru];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }

    /// The words.
    pub const fn words(self) -> &'static Words {
        match self {
            Self::En => &en::WORDS,
            Self::Ru => &ru::WORDS,
        }
    }

    /// The language to answer in: the one that was asked for, else the first of the browser's that
    /// there is.
    pub fn choose(asked: Option<&str>, headers: &HeaderMap) -> Self {
        let known = |tag: &str| {
            let primary = tag.split(['-', '_']).next().unwrap_or_default();
            Self::ALL
                .into_iter()
                .find(|lang| lang.tag().eq_ignore_ascii_case(primary))
        };
        asked
            .and_then(known)
            .or_else(|| accepted(headers).into_iter().find_map(|tag| known(&tag)))
            .unwrap_or(Self::En)
    }
}

/// The language a browser would like best, as a BCP 47 tag; empty if it does not say.
pub fn first_choice(headers: &HeaderMap) -> String {
    accepted(headers).into_iter().next().unwrap_or_default()
}

/// The languages of `Accept-Language`, the best liked first.
fn accepted(headers: &HeaderMap) -> Vec<String> {
    let value = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let mut liked: Vec<(f32, &str)> = value
        .unwrap_or_default()
        .split(',')
        .take(16)
        .filter_map(|item| {
            let (tag, weight) = item.split_once(";q=").unwrap_or((item, "1"));
            let (tag, weight) = (tag.trim(), weight.trim().parse().unwrap_or(0.0));
            let is_tag = !tag.is_empty()
                && tag.len() <= 35
                && tag
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            (is_tag && weight > 0.0).then_some((weight, tag))
        })
        .collect();
    liked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    liked.into_iter().map(|(_, tag)| tag.to_owned()).collect()
}

/// The words of one language. A `{}` is where something is put in.
#[derive(Debug)]
pub struct Words {
    /// The form's title and first heading.
    pub callback_title: &'static str,
    /// What the form is for.
    pub callback_lead: &'static str,
    /// The same where the chat was expected.
    pub fallback_lead: &'static str,
    /// Leads from the short form to the whole one.
    pub fallback_more: &'static str,
    /// Label of the number.
    pub phone: &'static str,
    /// How to write a number.
    pub phone_hint: &'static str,
    /// Label of the name.
    pub name: &'static str,
    /// Label of the topic.
    pub topic: &'static str,
    /// After the label of what may stay empty.
    pub optional: &'static str,
    /// Label of the choice of time.
    pub when: &'static str,
    /// As soon as somebody is free.
    pub asap: &'static str,
    /// At a moment of one's own.
    pub at_time: &'static str,
    /// Label of the moment.
    pub at: &'static str,
    /// Label of the place whose time it is.
    pub zone: &'static str,
    /// The entry that chooses no place.
    pub zone_choose: &'static str,
    /// What is agreed to. Kept with the request as it stood on the screen.
    pub consent: &'static str,
    /// The button.
    pub submit: &'static str,
    /// Above a form that needs correcting.
    pub fix: &'static str,
    /// No number was given.
    pub no_phone: &'static str,
    /// Not a number.
    pub bad_phone: &'static str,
    /// A number that the site does not call.
    pub not_called: &'static str,
    /// No place is left at that time.
    pub slot_taken: &'static str,
    /// Too many calls were asked for.
    pub too_many_calls: &'static str,
    /// The first line of a list of times.
    pub slot_choose: &'static str,
    /// The box was not ticked.
    pub no_consent: &'static str,
    /// Neither of the two times was chosen, or no moment was given.
    pub no_time: &'static str,
    /// The moment is past or too far; `{}` is the number of days.
    pub bad_time: &'static str,
    /// No place was chosen.
    pub no_zone: &'static str,
    /// A text is too long.
    pub too_long: &'static str,
    /// Too many requests from here.
    pub too_fast: &'static str,
    /// The relay can't write.
    pub unavailable: &'static str,
    /// The form was sent from somewhere odd or twice with different words.
    pub send_again: &'static str,
    /// It is booked: heading.
    pub done_title: &'static str,
    /// Booked for as soon as possible; `{}` is the number.
    pub done_asap: &'static str,
    /// Booked for a moment; the first `{}` is the number, the second the moment.
    pub done_at: &'static str,
    /// What may be done now.
    pub done_next: &'static str,
    /// This number is booked already: heading.
    pub exists_title: &'static str,
    /// This number is booked already; `{}` is the number.
    pub exists_text: &'static str,
    /// Leads to the page about a call.
    pub call_link: &'static str,
    /// Leads to a calendar file.
    pub call_calendar: &'static str,
    /// The call's title in a calendar; `{}` is the shop.
    pub call_event: &'static str,
    /// The page about a call: heading.
    pub call_title: &'static str,
    /// It waits for its time; `{}` are the number and the moment.
    pub call_waiting_at: &'static str,
    /// It waits for an agent; `{}` is the number.
    pub call_waiting: &'static str,
    /// They were not reached; `{}` is when it is tried again.
    pub call_again: &'static str,
    /// An agent is being found.
    pub call_ringing: &'static str,
    /// The phone rings.
    pub call_calling: &'static str,
    /// They talk.
    pub call_talking: &'static str,
    /// It was answered.
    pub call_answered: &'static str,
    /// It was tried in vain, and will not be tried again.
    pub call_unreached: &'static str,
    /// It was called off.
    pub call_cancelled: &'static str,
    /// Nobody made it in time.
    pub call_expired: &'static str,
    /// Heading and button: another time.
    pub call_move: &'static str,
    /// The button that calls it off.
    pub call_cancel: &'static str,
    /// It can't be moved or called off any more.
    pub call_too_late: &'static str,
    /// It was moved.
    pub call_moved: &'static str,
    /// A moment: `{}` are the day of the week, the day, the month, the time, the place.
    pub moment: &'static str,
    /// Monday first.
    pub weekdays: [&'static str; 7],
    /// January first, as after a day's number.
    pub months: [&'static str; 12],
    /// Heading where there is no page.
    pub not_found_title: &'static str,
    /// What may be wrong with the address.
    pub not_found_text: &'static str,
    /// Heading where a form came from a page that may not send it.
    pub foreign_title: &'static str,
    /// What to do about it.
    pub foreign_text: &'static str,
    /// The console's title.
    pub console_title: &'static str,
    /// The console without scripts.
    pub console_noscript: &'static str,
}

/// Puts values into the `{}` of a text, in order.
pub fn fill(text: &str, values: &[&str]) -> String {
    let mut pieces = text.split("{}");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for (piece, value) in pieces.zip(values.iter().chain(std::iter::repeat(&""))) {
        filled.push_str(value);
        filled.push_str(piece);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(languages: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, languages.parse().unwrap());
        headers
    }

    #[test]
    fn the_address_wins_over_the_browser() {
        assert_eq!(Lang::choose(Some("ru"), &asking("en")), Lang::Ru);
        assert_eq!(Lang::choose(Some("ru-RU"), &asking("en")), Lang::Ru);
        assert_eq!(Lang::choose(Some("xx"), &asking("ru")), Lang::Ru);
        assert_eq!(Lang::choose(None, &HeaderMap::new()), Lang::En);
    }

    #[test]
    fn the_best_liked_language_that_there_is() {
        assert_eq!(
            Lang::choose(None, &asking("de, ru;q=0.8, en;q=0.9")),
            Lang::En
        );
        assert_eq!(Lang::choose(None, &asking("de-DE,ru;q=0.3")), Lang::Ru);
        assert_eq!(Lang::choose(None, &asking("ru;q=0, en;q=0.1")), Lang::En);
        assert_eq!(first_choice(&asking("de;q=0.5, ru-RU;q=0.7")), "ru-RU");
        assert_eq!(first_choice(&asking("<script>, *")), "");
    }

    #[test]
    fn every_language_has_the_same_gaps() {
        let gaps = |lang: Lang| {
            let words = lang.words();
            [
                words.bad_time,
                words.done_asap,
                words.done_at,
                words.exists_text,
                words.moment,
            ]
            .map(|text| text.matches("{}").count())
        };
        for lang in Lang::ALL {
            assert_eq!(gaps(lang), [1, 1, 2, 1, 5], "{lang:?}");
        }
    }

    #[test]
    fn values_go_into_the_gaps() {
        assert_eq!(fill("a {} b {}", &["1", "2"]), "a 1 b 2");
        assert_eq!(fill("{}", &["{}"]), "{}");
        assert_eq!(fill("none", &["1"]), "none");
    }
}
