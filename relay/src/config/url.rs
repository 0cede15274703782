//! The address browsers reach a relay by.

use core::fmt;
use core::str::FromStr;

use axum::http::uri::{Authority, Uri};
use serde::{Deserialize, Serialize};

/// Why a text is not a public address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not a URL at all.
    #[error("is not a URL such as https://chat.example")]
    Shape,
    /// Neither http nor https.
    #[error("must start with https:// (or http://)")]
    Scheme,
    /// The relay's pages are at the root of their host.
    #[error("must not have a path: the relay's pages are at the root of their host")]
    Path,
}

/// A scheme, a host and maybe a port: an origin, in the form browsers write it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicUrl {
    https: bool,
    /// In lower case, without the scheme's own port.
    authority: String,
}

impl PublicUrl {
    /// The origin of a scheme and a `Host` header, if the header is one.
    pub fn from_host(https: bool, host: &str) -> Option<Self> {
        let authority: Authority = host.parse().ok()?;
        // User names have no place here, and whatever else a header may hold must not end up in
        // another header.
        let plain =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
        if authority.host().is_empty() || !host.chars().all(plain) {
            return None;
        }
        let own_port = if https { ":443" } else { ":80" };
        let lower = host.to_ascii_lowercase();
        let authority = lower.strip_suffix(own_port).unwrap_or(&lower).to_owned();
        Some(Self { https, authority })
    }

    /// Whether it is reached over TLS.
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// Host and maybe port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Where its WebSockets are: the same host under `ws:` or `wss:`.
    pub fn socket_origin(&self) -> String {
        format!(
            "{}://{}",
            if self.https { "wss" } else { "ws" },
            self.authority
        )
    }

    /// Whether the host is this very machine.
    pub fn is_loopback(&self) -> bool {
        let host = match self.authority.strip_prefix('[') {
            Some(v6) => v6.split(']').next().unwrap_or_default(),
            None => self.authority.split(':').next().unwrap_or_default(),
        };
        match host.parse::<std::net::IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => host == "localhost" || host.ends_with(".localhost"),
        }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}://{}",
            if self.https { "https" } else { "http" },
            self.authority
        )
    }
}

impl FromStr for PublicUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let uri: Uri = text.trim().parse().map_err(|_| UrlError::Shape)?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) => return Err(UrlError::Scheme),
            None => return Err(UrlError::Shape),
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(UrlError::Path);
        }
        let authority = uri.authority().ok_or(UrlError::Shape)?;
        Self::from_host(https, authority.as_str()).ok_or(UrlError::Shape)
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = UrlError;

    fn try_from(text: String) -> Result<Self, UrlError> {
        text.parse()
    }
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> Self {
        url.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String, UrlError> {
        text.parse::<PublicUrl>().map(|url| url.to_string())
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        assert_eq!(
            written("https://Chat.Example/"),
            Ok("https://chat.example".to_owned())
        );
        assert_eq!(
            written("https://chat.example:443"),
            Ok("https://chat.example".to_owned())
        );
        assert_eq!(
            written("http://127.0.0.1:8080"),
            Ok("http://127.0.0.1:8080".to_owned())
        );
        assert_eq!(written("http://[::1]:80"), Ok("http://[::1]".to_owned()));
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        assert_eq!(written("chat.example"), Err(UrlError::Shape));
        assert_eq!(written("ftp://chat.example"), Err(UrlError::Scheme));
        assert_eq!(written("https://chat.example/heard"), Err(UrlError::Path));
        assert_eq!(
            written("https://somebody@chat.example"),
            Err(UrlError::Shape)
        );
        assert_eq!(written(""), Err(UrlError::Shape));
    }

    #[test]
    fn a_header_cannot_smuggle_policy() {
        for bad in ["a b", "a;script-src *", "a'b", "", "a,b", "a\u{0}b"] {
            assert_eq!(PublicUrl::from_host(false, bad), None, "{bad:?}");
        }
    }

    #[test]
    fn loopback_is_this_machine() {
        for here in [
            "127.0.0.1:8080",
            "127.8.0.1",
            "localhost:1",
            "shop.localhost",
            "[::1]:9",
        ] {
            assert!(
                PublicUrl::from_host(false, here).unwrap().is_loopback(),
                "{here}"
            );
        }
        for there in ["192.168.0.1:8080", "localhost.example", "[2001:db8::1]"] {
            assert!(
                !PublicUrl::from_host(false, there).unwrap().is_loopback(),
                "{there}"
            );
        }
    }
}
