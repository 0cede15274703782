//! What a browser may do on a page of the relay's, as headers.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::auth::own_origin;
use crate::config::{Config, PublicUrl};
use crate::store::SiteRecord;

/// Who may show a page in a frame.
#[derive(Debug, Clone, Copy)]
pub(super) enum Framed<'a> {
    /// Nobody.
    Never,
    /// The pages of a site.
    By(&'a SiteRecord),
}

impl Framed<'_> {
    fn sources(self) -> String {
        let Self::By(site) = self else {
            return "'none'".to_owned();
        };
        let origins = parents(site);
        if origins.is_empty() {
            "'none'".to_owned()
        } else {
            origins.join(" ")
        }
    }
}

/// The origins whose pages may show a site's panel, without whatever is not an origin.
pub(super) fn parents(site: &SiteRecord) -> Vec<String> {
    let origins = site
        .origins
        .iter()
        .filter_map(|origin| origin.parse::<PublicUrl>().ok());
    origins.map(|origin| origin.to_string()).collect()
}

/// The policy of a page that runs our wasm and talks to the relay.
pub(super) fn for_program(framed: Framed<'_>, headers: &HeaderMap, config: &Config) -> String {
    // `'self'` does not mean the WebSocket of the same host to every browser.
    let socket = own_origin(headers, config).map(|own| format!(" {}", own.socket_origin()));
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'{}; \
         img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors {}",
        socket.unwrap_or_default(),
        framed.sources(),
    )
}

/// The policy of a page without any script.
pub(super) fn for_form(framed: Framed<'_>) -> String {
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
         frame-ancestors {}",
        framed.sources(),
    )
}

/// A page with its policy. Pages name hashed files and fresh ids, so they are not kept.
pub(super) fn page(status: StatusCode, policy: &str, html: String) -> Response {
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    let always: [(HeaderName, &'static str); 4] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: with that, browsers send a form's origin as `null`.
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
        ),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    match HeaderValue::try_from(policy) {
        Ok(policy) => {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            response
        }
        // Origins and hosts were checked, so this does not happen; a page without its policy must
        // not go out.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::SiteId;

    use super::*;

    fn site(origins: &[&str]) -> SiteRecord {
        SiteRecord {
            id: SiteId::from_bits(1),
            name: String::new(),
            origins: origins.iter().map(|&origin| origin.to_owned()).collect(),
            policy: heard_desk::Policy::default(),
            calls: std::sync::Arc::default(),
        }
    }

    #[test]
    fn only_the_shops_pages_may_frame_the_panel() {
        let shop = site(&["https://shop.example", "http://localhost:8081"]);
        let policy = for_form(Framed::By(&shop));
        assert!(policy.ends_with("frame-ancestors https://shop.example http://localhost:8081"));
        assert!(for_form(Framed::By(&site(&[]))).ends_with("frame-ancestors 'none'"));
        assert!(for_form(Framed::Never).ends_with("frame-ancestors 'none'"));
    }

    #[test]
    fn what_is_no_origin_does_not_reach_the_policy() {
        let odd = site(&["*", "https://a.example; script-src *", "https://b.example"]);
        assert!(for_form(Framed::By(&odd)).ends_with("frame-ancestors https://b.example"));
    }

    #[test]
    fn the_socket_is_named_as_the_browser_reaches_it() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "127.0.0.1:8080".parse().unwrap());
        let policy = for_program(Framed::Never, &headers, &Config::default());
        assert!(
            policy.contains("connect-src 'self' ws://127.0.0.1:8080;"),
            "{policy}"
        );
        let public = Config {
            public_url: Some("https://chat.example".parse().unwrap()),
            ..Config::default()
        };
        let policy = for_program(Framed::Never, &headers, &public);
        assert!(
            policy.contains("connect-src 'self' wss://chat.example;"),
            "{policy}"
        );
        headers.insert(header::HOST, "a; script-src *".parse().unwrap());
        let policy = for_program(Framed::Never, &headers, &Config::default());
        assert!(policy.contains("connect-src 'self';"), "{policy}");
    }
}
