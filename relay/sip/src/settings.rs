//! What a gateway is told when it starts.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// How SIP messages travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// In datagrams.
    Udp,
    /// Over connections.
    Tcp,
}

impl Transport {
    /// As the `transport` parameter of an address has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        }
    }
}

/// A word that is not printed.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Hides it.
    pub fn new(word: impl Into<String>) -> Self {
        Self(word.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// Who carries calls to the telephone network.
#[derive(Debug, Clone)]
pub struct Trunk {
    /// Where its proxy is: `host` or `host:port`. A name without a port is looked up as RFC 3263
    /// says.
    pub proxy: String,
    /// What stands behind the `@` of numbers. Agents whose address has the same host are rung
    /// through the proxy too.
    pub domain: String,
    /// Who we are to the trunk. Empty where it knows us by our address, and does not ask.
    pub username: String,
    /// And how it knows.
    pub password: Secret,
    /// Whether an invitation has to say at once where sound may go. Some trunks refuse any other;
    /// where both will do, say no (see the crate's documentation for what is different).
    pub wants_offer: bool,
    /// The number that the visitor sees, in international form (`+4930…`).
    pub caller: String,
}

/// How long to wait for machines, as opposed to people.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For any sign at all that an invitation has arrived, looking up the address included.
    pub silence: Duration,
    /// For a phone that talks already: to take another offer, to acknowledge one, to say that it
    /// hung up.
    pub settling: Duration,
}

impl Default for Patience {
    /// Ten seconds, in which a datagram is sent five times; and five seconds.
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(10),
            settling: Duration::from_secs(5),
        }
    }
}

/// Everything a gateway has to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The local address to bind. Port 0 takes any that is free, over UDP only.
    pub listen: SocketAddr,
    /// `host` or `host:port` under which peers reach us, where it is not what we listen on. Needed
    /// behind a NAT.
    pub advertise: Option<String>,
    /// How messages travel, to the trunk and to the agents alike.
    pub transport: Transport,
    /// The way to the visitors.
    pub trunk: Trunk,
    /// How long an agent's phone rings. At most two minutes make sense: a phone has to say after
    /// that time that it still rings.
    pub ring_agent: Duration,
    /// How long a visitor's does; likewise.
    pub ring_visitor: Duration,
    /// When a conversation is ended whoever still talks.
    pub longest: Duration,
    /// How long to wait for machines.
    pub patience: Patience,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_printed() {
        let trunk = Trunk {
            proxy: "sip.example.org".into(),
            domain: "example.org".into(),
            username: "shop".into(),
            password: Secret::new("open sesame"),
            wants_offer: false,
            caller: "+49301234".into(),
        };
        let printed = format!("{trunk:?}");
        assert!(!printed.contains("sesame"), "{printed}");
        assert!(printed.contains("shop"), "{printed}");
    }
}
