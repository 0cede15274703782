//! The words of the pages the relay writes itself, in every language there is a file of
//! (`words/en.toml` and its like, `[pages]`).

use axum::http::{HeaderMap, header};

include!(concat!(env!("OUT_DIR"), "/words.rs"));

impl Lang {
    /// The language to answer in: the one that was asked for, else the first of the browser's that
    /// there is.
    pub fn choose(asked: Option<&str>, headers: &HeaderMap) -> Self {
        asked
            .and_then(Self::from_tag)
            .or_else(|| {
                accepted(headers)
                    .into_iter()
                    .find_map(|tag| Self::from_tag(&tag))
            })
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
}
