//! What can be set, with the defaults.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::bus::BusAddress;
use super::data::Data;
use super::dialer::DialerSettings;
use super::url::PublicUrl;
use super::voice::VoiceSettings;

/// Everything a relay can be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen, as an address and a port. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// The file everything is kept in, created if it is not there; or the address of a PostgreSQL
    /// database.
    pub data: Data,
    /// Where the other relays on the same database are heard, as the address of a NATS server
    /// (`nats://user:password@host:4222`). Without it, this is the only one.
    pub bus: Option<BusAddress>,
    /// How browsers reach this relay (`https://chat.example`). Without it, the `Host` header of a
    /// request is believed.
    pub public_url: Option<PublicUrl>,
    /// Whether a proxy in front says who is calling, in `X-Forwarded-For` and `X-Forwarded-Proto`.
    /// Without a proxy that sets both, anybody could pretend to be anybody.
    pub trust_proxy: bool,
    /// Whether the agents' cookie is for HTTPS alone.
    pub cookie_secure: CookieSecure,
    /// Bounds.
    pub limits: Limits,
    /// What makes calls.
    pub dialer: DialerSettings,
    /// How sound finds its way between two pages.
    pub voice: VoiceSettings,
    /// What is logged and how.
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            data: Data::File("heard.db".into()),
            bus: None,
            public_url: None,
            trust_proxy: false,
            cookie_secure: CookieSecure::default(),
            limits: Limits::default(),
            dialer: DialerSettings::default(),
            voice: VoiceSettings::default(),
            log: Log::default(),
        }
    }
}

/// Whether the agents' cookie is for HTTPS alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CookieSecure {
    /// Yes, unless the relay is reached over plain HTTP on this very machine.
    #[default]
    Auto,
    /// Yes.
    Always,
    /// No: whoever listens on the network can become an agent.
    Never,
}

/// Bounds. Durations are in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// How many sockets this process serves at once.
    pub max_connections: usize,
    /// How many other connections may be open at once: downloads, pages, and whoever has connected
    /// and says nothing.
    pub max_http: usize,
    /// How long a socket may take to greet.
    pub hello_timeout_ms: u64,
    /// After how long without a frame a socket is closed.
    pub idle_ms: u32,
    /// How many commands a second one socket may send, for as long as it likes.
    pub messages_per_second: u32,
    /// How many commands it may send at once after a pause.
    pub burst: u32,
    /// How many frames may wait for one slow socket before it is closed.
    pub outgoing_queue: usize,
    /// How many commands one transaction carries at most; 1 makes each wait for an fsync of its
    /// own.
    pub write_batch: usize,
    /// How long a client may take to send a request's head.
    pub head_timeout_ms: u64,
    /// How long a request that is not a socket may take, its body included.
    pub request_timeout_ms: u64,
    /// How long open sockets get to say goodbye when the relay stops.
    pub drain_ms: u64,
    /// How many failed sign-ins one address may have in a row for one e-mail address.
    pub sign_in_burst: u32,
    /// How many more it gets per minute.
    pub sign_in_per_minute: u32,
    /// How many callback requests one address may send at once.
    pub callback_burst: u32,
    /// How many more it gets per minute.
    pub callback_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let rate = heard_desk::pace::Rate::default();
        Self {
            max_connections: 20_000,
            max_http: 8_192,
            hello_timeout_ms: 5_000,
            idle_ms: 90_000,
            messages_per_second: rate.per_second,
            burst: rate.burst,
            outgoing_queue: 4_096,
            write_batch: crate::store::sqlite::WRITE_BATCH,
            head_timeout_ms: 10_000,
            request_timeout_ms: 15_000,
            drain_ms: 10_000,
            sign_in_burst: 8,
            sign_in_per_minute: 6,
            callback_burst: 10,
            callback_per_minute: 4,
        }
    }
}

impl Limits {
    /// How fast one socket may talk.
    pub const fn rate(&self) -> heard_desk::pace::Rate {
        heard_desk::pace::Rate {
            per_second: self.messages_per_second,
            burst: self.burst,
        }
    }

    /// The first bound that would stop a relay from working, as its field and what is wrong with
    /// it.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let zero = "must be at least 1";
        let checks = [
            ("max_connections", self.max_connections == 0),
            ("max_http", self.max_http == 0),
            ("hello_timeout_ms", self.hello_timeout_ms == 0),
            ("messages_per_second", self.messages_per_second == 0),
            ("burst", self.burst == 0),
            ("outgoing_queue", self.outgoing_queue == 0),
            ("write_batch", self.write_batch == 0),
            ("head_timeout_ms", self.head_timeout_ms == 0),
            ("request_timeout_ms", self.request_timeout_ms == 0),
            ("sign_in_burst", self.sign_in_burst == 0),
            ("sign_in_per_minute", self.sign_in_per_minute == 0),
            ("callback_burst", self.callback_burst == 0),
            ("callback_per_minute", self.callback_per_minute == 0),
        ];
        if let Some((field, _)) = checks.into_iter().find(|(_, bad)| *bad) {
            return Some((field, zero));
        }
        (self.idle_ms < 1_000).then_some(("idle_ms", "must be at least 1000"))
    }
}

/// What is logged and how. Logs go to standard error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// The lowest level, or a filter such as `info,heard_relay=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::default(),
            level: "info".to_owned(),
        }
    }
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}
