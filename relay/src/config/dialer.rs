//! What makes calls.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The dialers of a relay. Which of them a site uses is the site's own setting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DialerSettings {
    /// A program of one's own that makes calls when it is told to.
    pub webhook: Option<WebhookSettings>,
}

/// Where the program is, and what it is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Where orders are sent by `POST`.
    pub url: String,
    /// What both sign with; at least 16 characters.
    pub secret: Hidden,
}

/// A secret of the settings. It is never shown.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Hidden(String);

impl Hidden {
    /// The secret itself.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Hidden {
    fn from(secret: String) -> Self {
        Self(secret)
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Serialize for Hidden {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let settings = WebhookSettings {
            url: "https://phones.example/order".to_owned(),
            secret: Hidden::from("s3cret".to_owned()),
        };
        assert!(!format!("{settings:?}").contains("s3cret"));
        assert!(!serde_json::to_string(&settings).unwrap().contains("s3cret"));
        assert_eq!(settings.secret.reveal(), "s3cret");
    }
}
