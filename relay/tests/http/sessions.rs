//! Agents sign in, ask who they are, sign out.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use heard_protocol::{AgentId, AgentKind, UnixMillis};
use serde_json::{Value, json};

use crate::rig::{Got, NOON, OWN, PASSWORD, Rig};

const SESSION: &str = "/api/v1/session";
const FROM_OWN: (&str, &str) = ("origin", OWN);
const FROM_SHOP: (&str, &str) = ("origin", "https://shop.example");

fn form(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

async fn sign_in(rig: &Rig) -> Got {
    let got = rig
        .post_json(SESSION, &[FROM_OWN], &form(" Anna@Shop.example", PASSWORD))
        .await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text);
    got
}

#[tokio::test]
async fn a_browser_is_signed_in_by_a_cookie_no_script_can_read() {
    let rig = Rig::new().await;
    let got = sign_in(&rig).await;
    assert_eq!(got.json()["agent"]["id"], rig.agent.to_string());
    assert_eq!(got.json()["site"]["name"], "Larch & <Kettle>");
    assert_eq!(got.json().get("token"), None);
    let cookie = got.header(header::SET_COOKIE);
    assert!(
        cookie.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    assert_eq!(got.header(header::CACHE_CONTROL), "no-store");

    let cookie = got.cookie();
    let who = rig.get(SESSION, &[("cookie", &cookie)]).await;
    assert_eq!(
        (who.status, &who.json()["agent"]["name"]),
        (StatusCode::OK, &json!("Anna"))
    );

    let out = rig
        .send(
            Method::DELETE,
            SESSION,
            &[("cookie", &cookie), FROM_OWN],
            Body::empty(),
        )
        .await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert!(
        out.header(header::SET_COOKIE)
            .starts_with("heard_session=; Path=/; Max-Age=0")
    );
    let who = rig.get(SESSION, &[("cookie", &cookie)]).await;
    assert_eq!(
        (who.status, who.code()),
        (StatusCode::UNAUTHORIZED, "unauthorised".to_owned())
    );
}

#[tokio::test]
async fn over_tls_the_cookie_is_bound_to_the_host() {
    let rig =
        Rig::with(|config| config.public_url = Some("https://chat.example".parse().unwrap())).await;
    let origin = [("origin", "https://chat.example")];
    let got = rig
        .post_json(SESSION, &origin, &form("anna@shop.example", PASSWORD))
        .await;
    assert!(got.cookie().starts_with("__Host-heard_session="));
    assert!(got.header(header::SET_COOKIE).ends_with("; Secure"));
    let who = rig.get(SESSION, &[("cookie", &got.cookie())]).await;
    assert_eq!(who.status, StatusCode::OK);
}

#[tokio::test]
async fn a_program_is_signed_in_by_a_token() {
    let rig = Rig::new().await;
    let body = json!({ "email": "anna@shop.example", "password": PASSWORD, "bearer": true });
    let got = rig.post_json(SESSION, &[], &body).await;
    assert_eq!(got.header(header::SET_COOKIE), "");
    let bearer = format!("Bearer {}", got.json()["token"].as_str().unwrap());
    assert_eq!(
        rig.get(SESSION, &[("authorization", &bearer)]).await.status,
        StatusCode::OK
    );
    let got = rig
        .send(
            Method::DELETE,
            SESSION,
            &[("authorization", &bearer)],
            Body::empty(),
        )
        .await;
    assert_eq!(got.status, StatusCode::NO_CONTENT);
    let got = rig.get(SESSION, &[("authorization", &bearer)]).await;
    assert_eq!(got.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_person_look_the_same() {
    let rig = Rig::new().await;
    let bot = AgentId::from_parts(NOON, 9);
    rig.put_agent(bot, AgentKind::Bot, "bot@shop.example", String::new())
        .await;
    let mut answers = Vec::new();
    for (email, password) in [
        ("anna@shop.example", "wrong"),
        ("nobody@shop.example", PASSWORD),
        ("bot@shop.example", ""),
        ("", ""),
        ("anna@shop.example", &"x".repeat(3_000)),
    ] {
        let got = rig
            .post_json(SESSION, &[FROM_OWN], &form(email, password))
            .await;
        answers.push((got.status, got.text));
    }
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_guesser_alone() {
    let rig = Rig::with(|config| config.limits.sign_in_burst = 3).await;
    let wrong = form("anna@shop.example", "wrong");
    for _ in 0..3 {
        let got = rig.post_json(SESSION, &[FROM_OWN], &wrong).await;
        assert_eq!(got.code(), "bad_credentials");
    }
    let right = form("anna@shop.example", PASSWORD);
    let got = rig.post_json(SESSION, &[FROM_OWN], &right).await;
    assert_eq!(
        (got.status, got.code()),
        (StatusCode::TOO_MANY_REQUESTS, "too_fast".to_owned())
    );
    assert_eq!(got.header(header::RETRY_AFTER), "10");
    assert_eq!(got.json()["retry_after_ms"], 10_000);
    // Somebody else's name from the same place is not affected.
    let got = rig
        .post_json(SESSION, &[FROM_OWN], &form("oleg@shop.example", "wrong"))
        .await;
    assert_eq!(got.code(), "bad_credentials");

    rig.clock.advance(10_000);
    assert_eq!(
        rig.post_json(SESSION, &[FROM_OWN], &right).await.status,
        StatusCode::OK
    );
    // Who has shown who they are starts afresh.
    for _ in 0..3 {
        let got = rig.post_json(SESSION, &[FROM_OWN], &wrong).await;
        assert_eq!(got.code(), "bad_credentials");
    }
}

#[tokio::test]
async fn a_session_ends_after_a_working_day() {
    let rig = Rig::new().await;
    let got = sign_in(&rig).await;
    let cookie = got.cookie();
    let expires = UnixMillis(got.json()["expires_at"].as_u64().unwrap());
    assert_eq!(expires.since(NOON), 12 * 3_600_000);
    rig.clock.set(UnixMillis(expires.0 - 1));
    assert_eq!(
        rig.get(SESSION, &[("cookie", &cookie)]).await.status,
        StatusCode::OK
    );
    rig.clock.set(expires);
    assert_eq!(
        rig.get(SESSION, &[("cookie", &cookie)]).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn other_peoples_pages_can_neither_sign_in_nor_use_the_cookie() {
    let rig = Rig::new().await;
    let right = form("anna@shop.example", PASSWORD);
    let got = rig.post_json(SESSION, &[FROM_SHOP], &right).await;
    assert_eq!(
        (got.status, got.code()),
        (StatusCode::FORBIDDEN, "origin".to_owned())
    );

    let signed_in = sign_in(&rig).await.cookie();
    let cookie = ("cookie", signed_in.as_str());
    for headers in [
        &[cookie, FROM_SHOP][..],
        &[cookie][..],
        &[cookie, ("origin", "null")][..],
    ] {
        let got = rig
            .send(Method::DELETE, SESSION, headers, Body::empty())
            .await;
        assert_eq!(
            (got.status, got.code()),
            (StatusCode::FORBIDDEN, "origin".to_owned())
        );
    }
    assert_eq!(rig.get(SESSION, &[cookie]).await.status, StatusCode::OK);
}

/// Headers and body, and the status and code they are answered with.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [u8], u16, &'a str);

#[tokio::test]
async fn bad_input_is_answered_in_json_and_never_with_a_500() {
    let rig = Rig::new().await;
    let json = ("content-type", "application/json");
    let nested = "[".repeat(2_000);
    let big = format!("{{\"email\":\"{}\",\"password\":\"\"}}", "x".repeat(5_000));
    let cases: [Case<'_>; 9] = [
        (&[json], b"", 400, "malformed"),
        (&[json], b"{", 400, "malformed"),
        (&[json], b"[]", 400, "malformed"),
        (&[json], b"{\"email\":1,\"password\":2}", 400, "malformed"),
        (&[json], b"{\"email\":\"a@b\"}", 400, "malformed"),
        (&[json], b"\xff\xfe{}", 400, "malformed"),
        (&[json], nested.as_bytes(), 400, "malformed"),
        (&[json], big.as_bytes(), 413, "too_big"),
        (
            &[],
            b"{\"email\":\"a@b\",\"password\":\"c\"}",
            415,
            "media_type",
        ),
    ];
    for (headers, body, status, code) in cases {
        let got = rig
            .send(Method::POST, SESSION, headers, body.to_vec())
            .await;
        let shown = String::from_utf8_lossy(body)
            .chars()
            .take(40)
            .collect::<String>();
        assert_eq!(
            (got.status.as_u16(), got.code().as_str()),
            (status, code),
            "{shown}"
        );
    }
    let got = rig.send(Method::PUT, SESSION, &[], Body::empty()).await;
    assert_eq!(
        (got.status, got.code()),
        (StatusCode::METHOD_NOT_ALLOWED, "method".to_owned())
    );
    for path in ["/api", "/api/", "/api/v1/nothing", "/api/v2/session"] {
        let got = rig.get(path, &[]).await;
        assert_eq!(
            (got.status, got.code()),
            (StatusCode::NOT_FOUND, "not_found".to_owned()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn no_text_is_a_session_by_chance() {
    let rig = Rig::new().await;
    let long = format!("Bearer {}", "x".repeat(5_000));
    for value in [
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        "Bearer ' OR 1=1 --",
        &long,
    ] {
        let got = rig.get(SESSION, &[("authorization", value)]).await;
        assert_eq!(got.status, StatusCode::UNAUTHORIZED, "{value}");
    }
}
