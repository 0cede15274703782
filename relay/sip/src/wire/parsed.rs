//! Settings that are text.

use ezk_sip_types::host::HostPort;
use ezk_sip_types::uri::SipUri;

use super::start::StartError;
use crate::order::is_number;
use crate::settings::Settings;

/// The same, read.
pub(super) struct Parsed {
    pub(super) advertise: Option<HostPort>,
    pub(super) proxy: SipUri,
    pub(super) domain: HostPort,
}

impl Parsed {
    pub(super) fn of(settings: &Settings) -> Result<Self, StartError> {
        let trunk = &settings.trunk;
        let host = |text: &str| -> Option<HostPort> {
            let read: HostPort = text.parse().ok()?;
            // The parser stops where it no longer understands.
            let printed = match read.port {
                Some(port) => format!("{}:{port}", read.host),
                None => read.host.to_string(),
            };
            printed.eq_ignore_ascii_case(text).then_some(read)
        };
        let quotable =
            |text: &str| !text.contains(|c: char| c.is_control() || c == '"' || c == '\\');
        if !quotable(&trunk.username) {
            return Err(StartError::Setting("trunk.username"));
        }
        if !is_number(&trunk.caller) {
            return Err(StartError::Setting("trunk.caller"));
        }
        let domain = host(&trunk.domain).filter(|domain| domain.port.is_none());
        let advertise = settings.advertise.as_deref().map(host);
        Ok(Self {
            advertise: advertise
                .map(|read| read.ok_or(StartError::Setting("advertise")))
                .transpose()?,
            proxy: host(&trunk.proxy)
                .map(SipUri::new)
                .ok_or(StartError::Setting("trunk.proxy"))?,
            domain: domain.ok_or(StartError::Setting("trunk.domain"))?,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use super::*;
    use crate::settings::{Patience, Secret, Transport, Trunk};

    type Spoil = fn(&mut Settings);

    pub(in crate::wire) fn settings() -> Settings {
        Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            advertise: None,
            transport: Transport::Udp,
            trunk: Trunk {
                proxy: "sip.example.org:5070".into(),
                domain: "example.org".into(),
                username: "shop".into(),
                password: Secret::new("secret"),
                wants_offer: false,
                caller: "+493012345".into(),
            },
            ring_agent: Duration::from_secs(30),
            ring_visitor: Duration::from_secs(30),
            longest: Duration::from_hours(1),
            patience: Patience::default(),
        }
    }

    #[test]
    fn settings_that_are_addresses_are_read_to_their_end() {
        assert!(Parsed::of(&settings()).is_ok());
        let mut nameless = settings();
        nameless.trunk.username = String::new();
        assert!(Parsed::of(&nameless).is_ok());
        let bad: [(&str, Spoil); 6] = [
            ("trunk.proxy", |s| s.trunk.proxy = "a b".into()),
            ("trunk.proxy", |s| s.trunk.proxy = "host:port".into()),
            ("trunk.domain", |s| s.trunk.domain = "a\r\nb".into()),
            ("trunk.caller", |s| s.trunk.caller = "Shop".into()),
            ("trunk.username", |s| s.trunk.username = "a\"b".into()),
            ("advertise", |s| s.advertise = Some("1.2.3.4;x".into())),
        ];
        for (name, spoil) in bad {
            let mut settings = settings();
            spoil(&mut settings);
            let read = Parsed::of(&settings).err();
            assert!(
                matches!(read, Some(StartError::Setting(of)) if of == name),
                "{name}: {read:?}"
            );
        }
    }
}
