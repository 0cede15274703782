//! The agents' cookie.

use axum::http::{HeaderMap, HeaderValue, header};
use heard_protocol::Secret;

use super::origin::own_origin;
use crate::config::{Config, CookieSecure};

/// The name over plain HTTP on one's own machine.
const PLAIN: &str = "heard_session";
/// The name over HTTPS: browsers take a `__Host-` cookie from this host alone, over TLS alone.
const SECURE: &str = "__Host-heard_session";

/// The session a browser's cookie carries, if it carries one.
pub fn cookie_token(headers: &HeaderMap, config: &Config) -> Option<Secret> {
    let name = name(headers, config);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| Secret(value.to_owned()))
}

/// The header that gives a browser its session for so many milliseconds.
pub fn session_cookie(
    token: &Secret,
    lasts_ms: u64,
    headers: &HeaderMap,
    config: &Config,
) -> Option<HeaderValue> {
    let value = written(&token.0, lasts_ms / 1_000, headers, config);
    let mut value = HeaderValue::try_from(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The header that takes it back.
pub fn forget_cookie(headers: &HeaderMap, config: &Config) -> Option<HeaderValue> {
    HeaderValue::try_from(written("", 0, headers, config)).ok()
}

fn written(value: &str, seconds: u64, headers: &HeaderMap, config: &Config) -> String {
    let secure = if is_secure(headers, config) {
        "; Secure"
    } else {
        ""
    };
    let name = name(headers, config);
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

fn name(headers: &HeaderMap, config: &Config) -> &'static str {
    if is_secure(headers, config) {
        SECURE
    } else {
        PLAIN
    }
}

fn is_secure(headers: &HeaderMap, config: &Config) -> bool {
    match config.cookie_secure {
        CookieSecure::Always => true,
        CookieSecure::Never => false,
        CookieSecure::Auto => {
            !own_origin(headers, config).is_some_and(|own| !own.is_https() && own.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(host: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        headers
    }

    fn given(host: &str, config: &Config) -> String {
        let cookie = session_cookie(&Secret("t0k".to_owned()), 7_000, &from(host), config).unwrap();
        cookie.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_cookie_is_for_tls_alone_except_on_this_machine() {
        let config = Config::default();
        assert_eq!(
            given("127.0.0.1:8080", &config),
            "heard_session=t0k; Path=/; Max-Age=7; HttpOnly; SameSite=Strict"
        );
        assert_eq!(
            given("chat.example", &config),
            "__Host-heard_session=t0k; Path=/; Max-Age=7; HttpOnly; SameSite=Strict; Secure"
        );
        let https = Config {
            public_url: Some("https://localhost:8443".parse().unwrap()),
            ..Config::default()
        };
        assert!(given("127.0.0.1:8080", &https).starts_with("__Host-"));
    }

    #[test]
    fn the_operator_can_insist() {
        let always = Config {
            cookie_secure: CookieSecure::Always,
            ..Config::default()
        };
        assert!(given("127.0.0.1:8080", &always).ends_with("; Secure"));
        let never = Config {
            cookie_secure: CookieSecure::Never,
            ..Config::default()
        };
        assert!(given("chat.example", &never).starts_with("heard_session="));
    }

    #[test]
    fn only_the_cookie_of_this_way_in_is_read() {
        let config = Config::default();
        let read = |host: &str, cookie: &str| {
            let mut headers = from(host);
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            cookie_token(&headers, &config).map(|token| token.0)
        };
        assert_eq!(
            read("localhost:1", "a=b; heard_session=x; c"),
            Some("x".to_owned())
        );
        assert_eq!(
            read("chat.example", "__Host-heard_session=y"),
            Some("y".to_owned())
        );
        // A neighbouring host could have planted this one.
        assert_eq!(read("chat.example", "heard_session=x"), None);
        assert_eq!(read("localhost:1", "heard_session="), None);
        assert_eq!(read("localhost:1", "xheard_session=x"), None);
    }
}
