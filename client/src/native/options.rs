//! How to run a session in a native program.

use heard_protocol::{Codec, Secret};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::header::{InvalidHeaderName, InvalidHeaderValue};
use tokio_tungstenite::tungstenite::http::uri::InvalidUri;
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};

use crate::keeper::{Keeper, NoKeeper};
use crate::session::{ClientRole, Config};

/// How to run a session in a native program.
pub struct Options<R: ClientRole> {
    /// The relay: `ws://host:port`. The role's path is added if the address has none.
    pub url: String,
    /// How frames are written.
    pub codec: Codec,
    /// Headers of the handshake: `Origin` for a visitor, perhaps a proxy's own.
    pub headers: Vec<(String, String)>,
    /// What the session starts with.
    pub config: Config<R>,
    /// Where commands wait that were not answered yet.
    pub keeper: Box<dyn Keeper<R> + Send>,
}

/// Why a client cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OptionsError {
    /// The address is not one.
    #[error("the relay's address is not a URI")]
    Address(#[from] InvalidUri),
    /// The address is not one of a WebSocket.
    #[error("the relay's address is not one of a WebSocket")]
    NotWebSocket(#[source] Box<tokio_tungstenite::tungstenite::Error>),
    /// A header has a name that cannot be sent.
    #[error("a header has a name that cannot be sent")]
    HeaderName(#[from] InvalidHeaderName),
    /// A header has a value that cannot be sent.
    #[error("a header has a value that cannot be sent")]
    HeaderValue(#[from] InvalidHeaderValue),
}

impl<R: ClientRole> Options<R> {
    /// Postcard, no headers, nothing kept.
    pub fn new(url: impl Into<String>, config: Config<R>) -> Self {
        Self {
            url: url.into(),
            codec: Codec::Postcard,
            headers: Vec::new(),
            config,
            keeper: Box::new(NoKeeper),
        }
    }

    /// Sends a header with every handshake.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends a bearer token with every handshake.
    #[must_use]
    pub fn bearer(self, token: &Secret) -> Self {
        self.header("authorization", ["Bearer ", &token.0].concat())
    }

    /// Writes frames this way.
    #[must_use]
    pub const fn codec(mut self, codec: Codec) -> Self {
        self.codec = codec;
        self
    }
}

/// Checked options: what a handshake is made from.
#[derive(Debug)]
pub(super) struct Target {
    uri: Uri,
    headers: HeaderMap,
}

impl Target {
    pub(super) fn new<R: ClientRole>(options: &Options<R>) -> Result<Self, OptionsError> {
        let mut uri: Uri = options.url.parse()?;
        if uri.path().len() <= 1 {
            let base = options.url.trim_end_matches('/');
            uri = [base, R::PATH].concat().parse()?;
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &options.headers {
            headers.append(name.parse::<HeaderName>()?, value.parse()?);
        }
        headers.insert(
            "sec-websocket-protocol",
            HeaderValue::from_static(options.codec.subprotocol()),
        );
        let target = Self { uri, headers };
        target.request()?;
        Ok(target)
    }

    /// A new handshake, with a key of its own.
    pub(super) fn request(&self) -> Result<Request<()>, OptionsError> {
        let mut request = self
            .uri
            .clone()
            .into_client_request()
            .map_err(|error| OptionsError::NotWebSocket(Box::new(error)))?;
        request.headers_mut().extend(self.headers.clone());
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::{Staff, StaffCredential};

    use super::*;

    fn options(url: &str) -> Options<Staff> {
        Options::new(url, Config::new(StaffCredential { token: None }))
    }

    #[test]
    fn the_path_is_added_where_there_is_none() {
        for url in ["ws://relay:1", "ws://relay:1/", "ws://relay:1/ws/staff"] {
            let target = Target::new(&options(url)).expect("a good address");
            assert_eq!(target.uri.path(), "/ws/staff", "{url}");
        }
    }

    #[test]
    fn every_handshake_carries_the_headers_and_a_key_of_its_own() {
        let options = options("ws://relay:1").header("Origin", "https://shop.example");
        let target = Target::new(&options).expect("good options");
        let [one, two] = [(); 2].map(|()| target.request().expect("a request"));
        assert_eq!(one.headers()["origin"], "https://shop.example");
        assert_eq!(one.headers()["sec-websocket-protocol"], "heard.v1.postcard");
        assert_ne!(
            one.headers()["sec-websocket-key"],
            two.headers()["sec-websocket-key"]
        );
    }

    #[test]
    fn what_cannot_be_sent_is_refused_at_the_start() {
        assert!(Target::new(&options("not an address")).is_err());
        assert!(Target::new(&options("ws://relay:1").header("a b", "c")).is_err());
        assert!(Target::new(&options("ws://relay:1").header("a", "b\nc")).is_err());
    }
}
