//! How a relay is told what to do: defaults, then a file, then the environment, then flags; the
//! later one wins.

mod bus;
mod data;
mod dialer;
mod environment;
mod error;
mod load;
mod settings;
mod url;
mod voice;

pub use bus::BusAddress;
pub use data::Data;
pub use dialer::{DialerSettings, Hidden, SipSettings, SipTransport, WebhookSettings};
pub use error::ConfigError;
pub use figment::value::Value;
pub use load::{Layers, load};
pub use settings::{Config, CookieSecure, Limits, Log, LogFormat};
pub use url::{PublicUrl, UrlError};
pub use voice::VoiceSettings;
