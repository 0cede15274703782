//! The shop's pages, from inside the binary.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use heard_protocol::SiteId;
use heard_relay::entropy::Entropy;

const INDEX: &str = include_str!("../../../examples/shop/index.html");
const STRICT: &str = include_str!("../../../examples/shop/strict.html");
const STYLE: &str = include_str!("../../../examples/shop/shop.css");
const SCRIPT: &str = include_str!("../../../examples/shop/shop.js");

/// Nothing of the demo is kept by browsers: it changes with the relay's port.
const FRESH: (HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// The shop, carrying the chat of a site on a relay.
pub(super) fn router(relay: &str, site: SiteId, entropy: Arc<dyn Entropy>) -> Router {
    let page = |html: &str| {
        html.replace("{{relay}}", relay)
            .replace("{{site}}", &site.to_string())
    };
    let (index, strict) = (page(INDEX), page(STRICT));
    let relay = relay.to_owned();
    let index = get(move || async move { ([FRESH], Html(index)) });
    let strict = get(move || async move { strict_page(&strict, &relay, &*entropy) });
    Router::new()
        .route("/", index.clone())
        .route("/index.html", index)
        .route("/strict.html", strict)
        .route("/shop.css", get(file("text/css; charset=utf-8", STYLE)))
        .route(
            "/shop.js",
            get(file("text/javascript; charset=utf-8", SCRIPT)),
        )
}

type File = ([(HeaderName, &'static str); 2], &'static str);

fn file(mime: &'static str, text: &'static str) -> impl Fn() -> std::future::Ready<File> + Clone {
    move || std::future::ready(([FRESH, (header::CONTENT_TYPE, mime)], text))
}

/// The page under the strictest policy a shop may have, with a nonce of its own for each request.
fn strict_page(html: &str, relay: &str, entropy: &dyn Entropy) -> Response {
    let nonce = URL_SAFE_NO_PAD.encode(entropy.bits().to_be_bytes());
    let policy = format!(
        "default-src 'none'; script-src {relay} 'nonce-{nonce}'; style-src 'self'; frame-src {relay}; \
         img-src 'self' data:; require-trusted-types-for 'script'",
    );
    let headers = [FRESH, (header::CONTENT_SECURITY_POLICY, policy.as_str())];
    (headers, Html(html.replace("{{nonce}}", &nonce))).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use heard_relay::entropy::SeededEntropy;
    use tower::ServiceExt;

    use super::*;

    async fn got(shop: &Router, path: &str) -> (StatusCode, String, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = shop.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let policy = parts.headers.get(header::CONTENT_SECURITY_POLICY);
        let policy = policy.map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
        let body = to_bytes(body, 1 << 20).await.unwrap();
        (
            parts.status,
            policy,
            String::from_utf8(body.to_vec()).unwrap(),
        )
    }

    #[tokio::test]
    async fn the_pages_carry_the_tag_and_nothing_is_left_to_fill_in() {
        let site = SiteId::from_bits(5);
        let shop = router("http://127.0.0.1:9", site, Arc::new(SeededEntropy::new(1)));
        for path in ["/", "/index.html", "/strict.html", "/shop.css", "/shop.js"] {
            let (status, _, text) = got(&shop, path).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert!(!text.contains("{{"), "{path}");
        }
        let (_, _, index) = got(&shop, "/").await;
        assert!(
            index.contains("src=\"http://127.0.0.1:9/heard.js\""),
            "{index}"
        );
        assert!(index.contains(&format!("data-site=\"{site}\"")), "{index}");
    }

    #[tokio::test]
    async fn the_strict_page_has_a_nonce_of_its_own_each_time() {
        let shop = router(
            "http://127.0.0.1:9",
            SiteId::from_bits(5),
            Arc::new(SeededEntropy::new(1)),
        );
        let (_, policy, html) = got(&shop, "/strict.html").await;
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .unwrap()
            .split('\'')
            .next()
            .unwrap()
            .to_owned();
        assert!(html.contains(&format!("nonce=\"{nonce}\"")), "{html}");
        assert!(
            policy.contains("require-trusted-types-for 'script'"),
            "{policy}"
        );
        let (_, again, _) = got(&shop, "/strict.html").await;
        assert!(!again.contains(&nonce), "{again}");
    }
}
