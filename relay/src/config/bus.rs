//! Where other relays are heard.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::data::without_secrets;

/// The address of a NATS server. Shown without its password wherever it is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct BusAddress(String);

impl BusAddress {
    /// All of it, for whoever connects.
    pub(crate) fn url(&self) -> &str {
        &self.0
    }
}

impl From<String> for BusAddress {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl From<BusAddress> for String {
    fn from(address: BusAddress) -> Self {
        address.to_string()
    }
}

impl fmt::Display for BusAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_secrets(&self.0))
    }
}

impl fmt::Debug for BusAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let address = BusAddress::from("nats://anna:s3cret@bus.example:4222".to_owned());
        assert_eq!(address.to_string(), "nats://bus.example:4222");
        assert_eq!(format!("{address:?}"), address.to_string());
        assert!(address.url().contains("s3cret"));
    }
}
