//! What makes calls.

use std::fmt;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// The dialers of a relay. Which of them a site uses is the site's own setting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DialerSettings {
    /// A program of one's own that makes calls when it is told to.
    pub webhook: Option<WebhookSettings>,
    /// The relay itself, by way of a SIP trunk.
    pub sip: Option<SipSettings>,
}

/// How the relay makes calls itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SipSettings {
    /// Where the relay listens for the phones and the trunk, as an address and a port.
    #[serde(default = "SipSettings::everywhere")]
    pub listen: SocketAddr,
    /// How they reach it, if that is another address (`host` or `host:port`).
    #[serde(default)]
    pub advertise: Option<String>,
    /// What carries the messages.
    #[serde(default)]
    pub transport: SipTransport,
    /// The trunk, as `host` or `host:port`.
    pub proxy: String,
    /// The trunk's domain, which stands behind the numbers.
    pub domain: String,
    /// Who the relay is to the trunk; empty where the trunk knows it by its address.
    #[serde(default)]
    pub username: String,
    /// By what the trunk knows it.
    #[serde(default)]
    pub password: Hidden,
    /// The trunk refuses invitations without a description.
    #[serde(default)]
    pub wants_offer: bool,
    /// The number that visitors see, in international form.
    pub caller: String,
    /// How long the agent's phone rings, in seconds.
    #[serde(default = "SipSettings::ring_agent")]
    pub ring_agent_s: u16,
    /// How long the visitor's phone rings, in seconds.
    #[serde(default = "SipSettings::ring_visitor")]
    pub ring_visitor_s: u16,
    /// How long the trunk or a phone may say nothing at all, in seconds.
    #[serde(default = "SipSettings::silence")]
    pub silence_s: u16,
    /// After how long a call is ended, in minutes.
    #[serde(default = "SipSettings::longest")]
    pub longest_minutes: u16,
}

impl SipSettings {
    const fn everywhere() -> SocketAddr {
        SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 5070)
    }

    const fn ring_agent() -> u16 {
        25
    }

    const fn ring_visitor() -> u16 {
        45
    }

    const fn silence() -> u16 {
        10
    }

    const fn longest() -> u16 {
        120
    }
}

/// What carries SIP messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SipTransport {
    /// Packets.
    #[default]
    Udp,
    /// Connections.
    Tcp,
}

impl From<SipTransport> for heard_sip::Transport {
    fn from(transport: SipTransport) -> Self {
        match transport {
            SipTransport::Udp => Self::Udp,
            SipTransport::Tcp => Self::Tcp,
        }
    }
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
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
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
    /// That there is none is no secret, and defaults are read back.
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(if self.0.is_empty() { "" } else { "…" })
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
