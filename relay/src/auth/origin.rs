//! Which page is calling.
//!
//! The widget's iframe, the stand-alone chat and the console are all pages of the relay itself, so
//! a browser that calls from any other origin is some other site's script. Programs that are not
//! browsers send no origin at all.

use axum::http::{HeaderMap, header};

use crate::config::{Config, PublicUrl};

/// What the `Origin` header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginVerdict {
    /// One of the relay's own pages.
    Own,
    /// None was sent: not a browser, or a browser's plain GET.
    Absent,
    /// A page of somebody else's.
    Foreign,
}

/// Judges where a request comes from.
///
/// Without a `public_url` the relay cannot know whether TLS ends in front of it, so its own host is
/// accepted with either scheme.
pub fn allowed(headers: &HeaderMap, config: &Config) -> OriginVerdict {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else {
        return OriginVerdict::Absent;
    };
    let origin = origin
        .to_str()
        .ok()
        .and_then(|text| text.parse::<PublicUrl>().ok());
    let (Some(origin), None) = (origin, origins.next()) else {
        return OriginVerdict::Foreign;
    };
    let own = match &config.public_url {
        Some(own) => *own == origin,
        None => host(headers)
            .and_then(|host| PublicUrl::from_host(origin.is_https(), host))
            .is_some_and(|own| own == origin),
    };
    if own {
        OriginVerdict::Own
    } else {
        OriginVerdict::Foreign
    }
}

/// How the browser that sent these headers reaches the relay; `None` if it did not say so in a way
/// that can be believed.
pub fn own_origin(headers: &HeaderMap, config: &Config) -> Option<PublicUrl> {
    if config.public_url.is_some() {
        return config.public_url.clone();
    }
    let forwarded = headers
        .get("x-forwarded-proto")
        .is_some_and(|proto| proto == "https");
    PublicUrl::from_host(config.trust_proxy && forwarded, host(headers)?)
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(public_url: Option<&str>, host: &str, origin: Option<&str>) -> OriginVerdict {
        let config = Config {
            public_url: public_url.map(|url| url.parse().unwrap()),
            ..Config::default()
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        allowed(&headers, &config)
    }

    #[test]
    fn the_public_address_decides_when_it_is_known() {
        let own = Some("https://chat.example");
        let said = |origin| judged(own, "10.0.0.5:8080", Some(origin));
        assert_eq!(said("https://chat.example"), OriginVerdict::Own);
        assert_eq!(said("http://chat.example"), OriginVerdict::Foreign);
        assert_eq!(said("http://10.0.0.5:8080"), OriginVerdict::Foreign);
        assert_eq!(
            said("https://chat.example.evil.example"),
            OriginVerdict::Foreign
        );
        assert_eq!(judged(own, "10.0.0.5:8080", None), OriginVerdict::Absent);
    }

    #[test]
    fn else_the_host_header_does() {
        let said = |origin| judged(None, "127.0.0.1:8080", Some(origin));
        assert_eq!(said("http://127.0.0.1:8080"), OriginVerdict::Own);
        assert_eq!(said("http://127.0.0.1:8081"), OriginVerdict::Foreign);
        assert_eq!(said("http://localhost:8080"), OriginVerdict::Foreign);
        assert_eq!(
            judged(None, "chat.example", Some("https://chat.example")),
            OriginVerdict::Own
        );
    }

    #[test]
    fn what_is_no_origin_is_foreign() {
        for origin in ["null", "", "file://", "http://", "nonsense"] {
            assert_eq!(
                judged(None, "127.0.0.1", Some(origin)),
                OriginVerdict::Foreign,
                "{origin}"
            );
        }
        let mut twice = HeaderMap::new();
        twice.insert(header::HOST, "a.example".parse().unwrap());
        twice.append(header::ORIGIN, "https://a.example".parse().unwrap());
        twice.append(header::ORIGIN, "https://b.example".parse().unwrap());
        assert_eq!(allowed(&twice, &Config::default()), OriginVerdict::Foreign);
    }

    #[test]
    fn tls_in_front_is_believed_from_a_trusted_proxy_alone() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "chat.example".parse().unwrap());
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        let mut config = Config::default();
        let seen = own_origin(&headers, &config).unwrap();
        assert_eq!(seen.to_string(), "http://chat.example");
        config.trust_proxy = true;
        let seen = own_origin(&headers, &config).unwrap();
        assert_eq!(seen.to_string(), "https://chat.example");
    }
}
