//! The looks of the pages that are plain HTML.

use std::fmt::Write;
use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;
use sha2::{Digest, Sha256};

const SHEET: &str = include_str!("plain.css");

static PATH: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256::digest(SHEET.as_bytes());
    let mut path = String::from("/assets/plain-");
    for byte in digest.iter().take(8) {
        // Writing to a string does not fail.
        let _ = write!(path, "{byte:02x}");
    }
    path + ".css"
});

/// Where the sheet is, under the hash of what it says.
pub(super) fn path() -> String {
    PATH.clone()
}

/// A link to it.
pub(super) fn link() -> String {
    format!("<link rel=\"stylesheet\" href=\"{}\">", *PATH)
}

pub(super) async fn serve() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, SHEET)
}
