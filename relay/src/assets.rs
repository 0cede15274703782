//! What browsers download: built by `cargo xtask wasm`, embedded by the build script, served from
//! memory.
//!
//! An asset's address carries a hash of what it holds, so browsers may keep it for good. The loader
//! is the exception: pages of shops name it once and for all, so it is short-lived and revalidated.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::text::Lang;

/// The loader's name in the table.
const LOADER: &str = "heard.js";

/// What the relay can't do its work without, besides the words of every language.
const REQUIRED: [&str; 10] = [
    LOADER,
    "boot.js",
    "widget.js",
    "widget.wasm",
    "widget.css",
    "voice.js",
    "console-boot.js",
    "console.js",
    "console.wasm",
    "console.css",
];

/// One embedded file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// What it is called in the code: `widget.wasm`.
    pub name: &'static str,
    /// Where it is served for good: `/assets/widget-0123456789abcdef.wasm`.
    pub path: &'static str,
    /// The start of the SHA-256 of `raw`, as 16 hexadecimal digits.
    pub hash: &'static str,
    /// Its media type.
    pub mime: &'static str,
    /// Its bytes.
    pub raw: &'static [u8],
    /// The same, compressed with brotli.
    pub brotli: &'static [u8],
}

static EMBEDDED: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The relay was built without some of what browsers download.
#[derive(Debug, thiserror::Error)]
#[error(
    "this relay was built without what browsers download ({}): run `cargo xtask wasm`, then build it again",
    .missing.join(", ")
)]
pub struct MissingAssets {
    /// The names of what is not there.
    pub missing: Vec<String>,
}

/// Makes sure that everything browsers download is in this binary.
///
/// # Errors
/// If the relay was built before the assets were.
pub fn require() -> Result<(), MissingAssets> {
    require_from(EMBEDDED)
}

/// The asset of this name, if the relay was built with it.
pub fn get_asset(name: &str) -> Option<&'static Asset> {
    EMBEDDED.iter().find(|asset| asset.name == name)
}

/// The name of the panel's words in a language.
pub(crate) fn words(lang: Lang) -> String {
    format!("words-{}.txt", lang.tag())
}

/// The name of a call's words in a language.
pub(crate) fn call_words(lang: Lang) -> String {
    format!("call-{}.json", lang.tag())
}

/// The address of the asset of this name, for pages. For a relay built without it, one that answers
/// 404.
pub fn path(name: &str) -> &'static str {
    get_asset(name).map_or("/assets/missing", |asset| asset.path)
}

/// `/assets/{file}` and `/heard.js`.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/assets/{file}", get(immutable))
        .route("/heard.js", get(loader))
}

async fn immutable(Path(file): Path<String>, headers: HeaderMap) -> Response {
    find(EMBEDDED, &file).map_or_else(not_found, |asset| {
        respond(asset, Lifetime::Forever, &headers)
    })
}

async fn loader(headers: HeaderMap) -> Response {
    get_asset(LOADER).map_or_else(not_found, |asset| respond(asset, Lifetime::Short, &headers))
}

fn required() -> Vec<String> {
    let spoken = Lang::ALL.map(|lang| [words(lang), call_words(lang)]);
    let names = REQUIRED.into_iter().map(str::to_owned);
    names.chain(spoken.into_iter().flatten()).collect()
}

fn require_from(table: &[Asset]) -> Result<(), MissingAssets> {
    let mut missing = required();
    missing.retain(|name| table.iter().all(|asset| asset.name != name));
    if missing.is_empty() {
        Ok(())
    } else {
        Err(MissingAssets { missing })
    }
}

/// The asset whose address ends in this file name.
fn find(table: &'static [Asset], file: &str) -> Option<&'static Asset> {
    table
        .iter()
        .find(|asset| asset.path.strip_prefix("/assets/") == Some(file))
}

/// How long a browser may use an answer without asking again.
#[derive(Debug, Clone, Copy)]
enum Lifetime {
    /// The address changes when the content does.
    Forever,
    /// The address stays when the content changes.
    Short,
}

fn not_found() -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (StatusCode::NOT_FOUND, headers, "no such file\n").into_response()
}

fn respond(asset: &Asset, lifetime: Lifetime, request: &HeaderMap) -> Response {
    let brotli = accepts_brotli(request);
    // The two forms are different bytes, so a strong tag has to tell them apart.
    let tag = if brotli {
        format!("\"{}-br\"", asset.hash)
    } else {
        format!("\"{}\"", asset.hash)
    };
    let cache = match lifetime {
        Lifetime::Forever => "public, max-age=31536000, immutable",
        Lifetime::Short => "public, max-age=300",
    };
    // Only the loader is for pages of other origins.
    let readers = if asset.name == LOADER {
        "cross-origin"
    } else {
        "same-origin"
    };

    let mut response = if knows(request, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if brotli {
        let encoding = [(header::CONTENT_ENCODING, "br")];
        (encoding, asset.brotli).into_response()
    } else {
        asset.raw.into_response()
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_TYPE, asset.mime);
    set(header::CACHE_CONTROL, cache);
    set(header::VARY, "accept-encoding");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        readers,
    );
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Whether the client has the bytes of this tag already.
fn knows(request: &HeaderMap, tag: &str) -> bool {
    items(request, &header::IF_NONE_MATCH)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

fn accepts_brotli(request: &HeaderMap) -> bool {
    items(request, &header::ACCEPT_ENCODING).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("br"));
        let refused = parts
            .filter_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
            .any(|weight| weight.parse() == Ok(0.0));
        named && !refused
    })
}

/// The items of a comma-separated header, over all its lines.
fn items<'a>(request: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    request
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    static TABLE: &[Asset] = &[
        Asset {
            name: "widget.wasm",
            path: "/assets/widget-00000000000000aa.wasm",
            hash: "00000000000000aa",
            mime: "application/wasm",
            raw: b"raw bytes",
            brotli: b"small",
        },
        Asset {
            name: "heard.js",
            path: "/assets/heard-00000000000000bb.js",
            hash: "00000000000000bb",
            mime: "text/javascript; charset=utf-8",
            raw: b"raw loader",
            brotli: b"loader",
        },
    ];

    fn request(headers: &[(HeaderName, &'static str)]) -> HeaderMap {
        headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    fn header_of(response: &Response, name: impl Into<String>) -> String {
        let value = response.headers().get(name.into());
        value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    async fn body(response: Response) -> Vec<u8> {
        to_bytes(response.into_body(), 1 << 20)
            .await
            .unwrap()
            .to_vec()
    }

    #[tokio::test]
    async fn brotli_goes_to_those_who_ask_for_it() {
        let asset = find(TABLE, "widget-00000000000000aa.wasm").unwrap();
        let asked = request(&[(header::ACCEPT_ENCODING, "gzip, deflate, BR;q=0.5")]);
        let response = respond(asset, Lifetime::Forever, &asked);
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header_of(&response, "content-encoding"), "br");
        assert_eq!(header_of(&response, "content-type"), "application/wasm");
        assert_eq!(header_of(&response, "vary"), "accept-encoding");
        assert_eq!(header_of(&response, "x-content-type-options"), "nosniff");
        assert_eq!(
            header_of(&response, "cross-origin-resource-policy"),
            "same-origin"
        );
        assert_eq!(
            header_of(&response, "cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(body(response).await, b"small");
    }

    #[tokio::test]
    async fn others_get_the_bytes_as_they_are() {
        for accepted in ["gzip", "br;q=0", "br; q=0.000", "brotli", "*"] {
            let asked = request(&[(header::ACCEPT_ENCODING, accepted)]);
            let response = respond(&TABLE[0], Lifetime::Forever, &asked);
            assert_eq!(header_of(&response, "content-encoding"), "", "{accepted}");
            assert_eq!(body(response).await, b"raw bytes", "{accepted}");
        }
    }

    #[tokio::test]
    async fn the_loader_is_revalidated_by_tag_and_form() {
        let response = respond(&TABLE[1], Lifetime::Short, &HeaderMap::new());
        let tag = header_of(&response, "etag");
        assert_eq!(tag, "\"00000000000000bb\"");
        assert_eq!(header_of(&response, "cache-control"), "public, max-age=300");
        assert_eq!(
            header_of(&response, "cross-origin-resource-policy"),
            "cross-origin"
        );

        let known = request(&[(header::IF_NONE_MATCH, "\"x\", W/\"00000000000000bb\"")]);
        let response = respond(&TABLE[1], Lifetime::Short, &known);
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(header_of(&response, "etag"), tag);
        assert_eq!(header_of(&response, "cache-control"), "public, max-age=300");
        assert!(body(response).await.is_empty());

        let other_form = request(&[
            (header::IF_NONE_MATCH, "\"00000000000000bb\""),
            (header::ACCEPT_ENCODING, "br"),
        ]);
        let response = respond(&TABLE[1], Lifetime::Short, &other_form);
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(body(response).await, b"loader");
    }

    #[test]
    fn only_whole_addresses_are_found() {
        assert!(find(TABLE, "widget-00000000000000aa.wasm").is_some());
        assert!(find(TABLE, "widget.wasm").is_none());
        assert!(find(TABLE, "widget-00000000000000ab.wasm").is_none());
        assert!(find(TABLE, "").is_none());
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = require_from(TABLE).unwrap_err();
        assert_eq!(error.missing.len(), required().len() - TABLE.len());
        assert!(error.to_string().contains("console.wasm"), "{error}");
        assert!(!error.to_string().contains("widget.wasm"), "{error}");
        let whole: Vec<Asset> = required()
            .into_iter()
            .map(|name| Asset {
                name: name.leak(),
                ..TABLE[0]
            })
            .collect();
        assert!(require_from(&whole).is_ok());
    }

    fn hex_of(bytes: &[u8]) -> String {
        use std::fmt::Write as _;
        bytes.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    #[test]
    fn every_embedded_asset_is_under_the_hash_of_what_it_holds() {
        use sha2::{Digest as _, Sha256};
        for asset in EMBEDDED {
            let hash = hex_of(&Sha256::digest(asset.raw)[..8]);
            assert_eq!(asset.hash, hash, "{}", asset.name);
            let (stem, kind) = asset.name.rsplit_once('.').unwrap();
            assert_eq!(asset.path, format!("/assets/{stem}-{hash}.{kind}"));
        }
    }
}
