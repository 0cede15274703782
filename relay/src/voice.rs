//! How sound finds its way between two pages: what a browser is told of STUN and TURN servers.
//!
//! Words to sign in to TURN follow coturn's convention for REST: the name is the moment they end
//! and whose they are, the password is `base64(HMAC-SHA1(secret, name))`.
//! <https://github.com/coturn/coturn/wiki/turnserver#turn-rest-api>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use heard_protocol::UnixMillis;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha1::Sha1;

use crate::config::VoiceSettings;

/// An `RTCConfiguration`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Configuration<'a> {
    ice_servers: Vec<Server<'a>>,
    ice_transport_policy: &'a str,
}

/// An `RTCIceServer`.
#[derive(Debug, Serialize)]
struct Server<'a> {
    urls: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
}

/// The `RTCConfiguration` for somebody, as JSON.
pub(crate) fn ice(settings: &VoiceSettings, whose: &str, now: UnixMillis) -> String {
    let mut servers = Vec::new();
    if !settings.stun.is_empty() {
        servers.push(Server {
            urls: &settings.stun,
            username: None,
            credential: None,
        });
    }
    if !settings.turn.is_empty() {
        let secret = settings.turn_secret.reveal().as_bytes();
        let words = (!secret.is_empty()).then(|| sign_in(settings, secret, whose, now));
        let (username, credential) = words.unzip();
        servers.push(Server {
            urls: &settings.turn,
            username,
            credential,
        });
    }
    let configuration = Configuration {
        ice_servers: servers,
        ice_transport_policy: if settings.relay_only { "relay" } else { "all" },
    };
    // Text and lists of it are always JSON.
    serde_json::to_string(&configuration).unwrap_or_default()
}

fn sign_in(
    settings: &VoiceSettings,
    secret: &[u8],
    whose: &str,
    now: UnixMillis,
) -> (String, String) {
    let until = now.0 / 1_000 + u64::from(settings.turn_ttl_s);
    let name = format!("{until}:{whose}");
    let mac = Hmac::<Sha1>::new_from_slice(secret)
        .expect("HMAC takes a key of any length")
        .chain_update(&name);
    let password = STANDARD.encode(mac.finalize().into_bytes());
    (name, password)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Hidden;

    #[test]
    fn a_name_ends_and_its_password_is_what_coturn_expects() {
        let settings = VoiceSettings {
            turn: vec!["turn:turn.example:3478".to_owned()],
            turn_secret: Hidden::from("north".to_owned()),
            turn_ttl_s: 600,
            relay_only: true,
            ..VoiceSettings::default()
        };
        let said = ice(&settings, "con_1", UnixMillis(1_000_000));
        // By `openssl dgst -sha1 -hmac north -binary | base64`.
        assert_eq!(
            said,
            r#"{"iceServers":[{"urls":["turn:turn.example:3478"],"username":"1600:con_1","credential":"F/lJpZjV/9tBXwwjmRcL/AJWSqg="}],"iceTransportPolicy":"relay"}"#
        );
    }

    #[test]
    fn without_servers_there_are_none() {
        let said = ice(&VoiceSettings::default(), "con_1", UnixMillis(0));
        assert_eq!(said, r#"{"iceServers":[],"iceTransportPolicy":"all"}"#);
    }
}
