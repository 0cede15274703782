//! What the pages say to browsers.

use axum::http::{StatusCode, header};
use heard_protocol::SiteId;

use crate::rig::{NOON, Rig};

#[tokio::test]
async fn the_panel_is_for_the_shops_pages() {
    let rig = Rig::new().await;
    let got = rig.get(&format!("/widget/{}", rig.site), &[]).await;
    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(
        got.policy(),
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         connect-src 'self' ws://127.0.0.1:8080; img-src 'self' data:; form-action 'self'; \
         base-uri 'none'; frame-ancestors https://shop.example"
    );
    assert_eq!(got.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(got.header(header::REFERRER_POLICY), "same-origin");
    assert_eq!(got.header(header::CACHE_CONTROL), "no-store");
    let stage = format!(
        "<div id=\"heard\" data-site=\"{}\" data-name=\"Larch &amp; &lt;Kettle&gt;\" \
         data-parents=\"https://shop.example\" data-mode=\"panel\"></div>",
        rig.site
    );
    assert!(got.text.contains(&stage), "{}", got.text);
    assert!(
        got.text.contains("<div id=\"heard-fallback\" hidden><h1>"),
        "{}",
        got.text
    );
    assert!(!got.text.contains("<Kettle>"), "{}", got.text);
    // It is a part of what every visitor downloads.
    assert!(got.text.len() < 4_096, "{} bytes", got.text.len());
}

#[tokio::test]
async fn the_chat_page_stands_alone() {
    let rig = Rig::new().await;
    let got = rig.get(&format!("/chat/{}", rig.site), &[]).await;
    assert_eq!(got.status, StatusCode::OK);
    assert!(
        got.policy().ends_with("frame-ancestors 'none'"),
        "{}",
        got.policy()
    );
    assert!(
        got.text.contains("data-parents=\"\" data-mode=\"page\""),
        "{}",
        got.text
    );
}

#[tokio::test]
async fn a_page_speaks_the_readers_language() {
    let rig = Rig::new().await;
    let path = format!("/widget/{}", rig.site);
    let russian = rig
        .get(&path, &[("accept-language", "ru-RU,ru;q=0.9,en;q=0.8")])
        .await;
    assert!(
        russian
            .text
            .starts_with("<!doctype html><html lang=\"ru\" dir=\"ltr\">")
    );
    assert!(russian.text.contains("Попросить перезвонить"));
    let asked = rig
        .get(
            &format!("{path}?lang=en&theme=dark"),
            &[("accept-language", "ru")],
        )
        .await;
    assert!(
        asked
            .text
            .starts_with("<!doctype html><html lang=\"en\" dir=\"ltr\" data-theme=\"dark\">")
    );
    assert!(
        asked.text.contains("?lang=en&amp;theme=dark\""),
        "{}",
        asked.text
    );
}

#[tokio::test]
async fn where_there_is_nothing_a_page_says_so_in_words() {
    let rig = Rig::new().await;
    let nowhere = SiteId::from_parts(NOON, 99);
    for path in [
        format!("/widget/{nowhere}"),
        format!("/chat/{nowhere}"),
        format!("/callback/{nowhere}"),
        "/widget/nonsense".to_owned(),
        "/chat/%00%ff".to_owned(),
        "/callback/..%2f..%2fetc%2fpasswd".to_owned(),
        "/widget/<script>".replace('<', "%3C").replace('>', "%3E"),
        "/nowhere".to_owned(),
    ] {
        let got = rig.get(&path, &[("accept-language", "ru")]).await;
        assert!(got.status.is_client_error(), "{path}: {}", got.status);
        if got.status == StatusCode::NOT_FOUND {
            assert!(
                got.text.contains("Такой страницы нет"),
                "{path}: {}",
                got.text
            );
            assert!(got.policy().ends_with("frame-ancestors 'none'"), "{path}");
        }
    }
}

#[tokio::test]
async fn an_odd_address_asks_for_nothing() {
    let rig = Rig::new().await;
    for query in [
        "?lang=%ff",
        "?lang=\"><script>",
        "?theme=x&theme=y",
        "?%",
        "?lang",
    ] {
        let query = query
            .replace('"', "%22")
            .replace('<', "%3C")
            .replace('>', "%3E");
        let got = rig.get(&format!("/widget/{}{query}", rig.site), &[]).await;
        assert_eq!(got.status, StatusCode::OK, "{query}");
        assert!(
            got.text
                .starts_with("<!doctype html><html lang=\"en\" dir=\"ltr\">"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn nobody_frames_the_console() {
    let rig = Rig::new().await;
    let got = rig.get("/console/", &[]).await;
    assert_eq!(got.status, StatusCode::OK);
    assert!(
        got.policy().ends_with("frame-ancestors 'none'"),
        "{}",
        got.policy()
    );
    assert_eq!(got.headers["cross-origin-opener-policy"], "same-origin");
    assert!(
        got.text
            .contains("<div id=\"heard-console\"></div><noscript><p>"),
        "{}",
        got.text
    );
    let root = rig.get("/", &[]).await;
    assert_eq!(
        (root.status, root.header(header::LOCATION)),
        (StatusCode::TEMPORARY_REDIRECT, "/console/")
    );
}

#[tokio::test]
async fn the_plain_sheet_is_kept_for_good_under_its_hash() {
    let rig = Rig::new().await;
    let page = rig.get(&format!("/callback/{}", rig.site), &[]).await;
    let (_, rest) = page
        .text
        .split_once("<link rel=\"stylesheet\" href=\"")
        .unwrap();
    let (path, _) = rest.split_once('"').unwrap();
    let sheet = rig.get(path, &[]).await;
    assert_eq!(sheet.status, StatusCode::OK);
    assert_eq!(
        sheet.header(header::CONTENT_TYPE),
        "text/css; charset=utf-8"
    );
    assert!(sheet.header(header::CACHE_CONTROL).contains("immutable"));
}

#[tokio::test]
async fn alive_and_ready() {
    let rig = Rig::new().await;
    assert_eq!(rig.get("/healthz", &[]).await.status, StatusCode::OK);
    assert_eq!(rig.get("/readyz", &[]).await.status, StatusCode::OK);
    rig.app().stop.cancel();
    assert_eq!(rig.get("/healthz", &[]).await.status, StatusCode::OK);
    assert_eq!(
        rig.get("/readyz", &[]).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
}
