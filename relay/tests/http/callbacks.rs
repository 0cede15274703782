//! Asking for a call through the API, where no socket can be opened.

use axum::http::{Method, StatusCode};
use heard_protocol::{CallbackWhen, CommandId, ContactId, Secret, SiteId};
use heard_relay::auth::{mint, verify};
use heard_relay::entropy::{Entropy, SeededEntropy};
use serde_json::{Value, json};

use crate::rig::{NOON, OWN, Rig};

fn path(site: SiteId) -> String {
    format!("/api/v1/sites/{site}/callbacks")
}

fn asked(id: u128, phone: &str) -> Value {
    json!({
        "id": CommandId::from_parts(NOON, id),
        "form": {
            "phone": phone,
            "name": "Саша",
            "topic": "The kettle beeps",
            "when": "asap",
            "consent": { "given": true, "wording": "You may call me." },
        },
    })
}

#[tokio::test]
async fn a_call_is_booked_and_the_visitor_gets_a_token() {
    let rig = Rig::new().await;
    let body = asked(1, "+7 (912) 345-67-89");
    let got = rig
        .post_json(&path(rig.site), &[("origin", OWN)], &body)
        .await;
    assert_eq!(got.status, StatusCode::CREATED, "{}", got.text);
    assert_eq!(got.json()["receipt"]["at"], NOON.0);
    let token = Secret(got.json()["token"].as_str().unwrap().to_owned());
    assert!(verify(&rig.app().store.token_key(), rig.site, &token).is_some());

    let booked = rig.callbacks().await;
    assert_eq!(booked.len(), 1);
    assert_eq!(booked[0].form.phone, "+79123456789");
    assert_eq!(booked[0].form.when, CallbackWhen::Asap);
    assert_eq!(booked[0].form.consent.wording, "You may call me.");
}

#[tokio::test]
async fn a_retry_books_nothing_more_and_is_answered_the_same() {
    let rig = Rig::new().await;
    let body = asked(1, "+79123456789");
    let first = rig.post_json(&path(rig.site), &[], &body).await;
    rig.clock.advance(5_000);
    let again = rig.post_json(&path(rig.site), &[], &body).await;
    assert_eq!(
        (again.status, again.text),
        (StatusCode::CREATED, first.text)
    );
    assert_eq!(rig.callbacks().await.len(), 1);
}

#[tokio::test]
async fn a_visitor_who_is_known_stays_who_they_are() {
    let rig = Rig::new().await;
    let key = rig.app().store.token_key();
    let contact = ContactId::from_parts(NOON, 77);
    let mut body = asked(1, "+79123456789");
    body["token"] = json!(mint(&key, rig.site, contact));
    let got = rig.post_json(&path(rig.site), &[], &body).await;
    assert_eq!(got.status, StatusCode::CREATED, "{}", got.text);
    assert_eq!(got.json()["token"], body["token"]);
}

#[tokio::test]
async fn a_token_of_elsewhere_is_refused() {
    let rig = Rig::new().await;
    let key = rig.app().store.token_key();
    let contact = ContactId::from_parts(NOON, 77);
    let elsewhere = SiteId::from_parts(NOON, 99);
    for token in [
        mint(&[0; 32], rig.site, contact),
        mint(&key, elsewhere, contact),
        Secret("x".to_owned()),
        Secret(String::new()),
    ] {
        let mut body = asked(1, "+79123456789");
        body["token"] = json!(token);
        let got = rig.post_json(&path(rig.site), &[], &body).await;
        assert_eq!(
            (got.status, got.code()),
            (StatusCode::UNAUTHORIZED, "token".to_owned())
        );
    }
    assert_eq!(rig.callbacks().await.len(), 0);
}

#[tokio::test]
async fn the_desks_no_comes_with_its_code() {
    let rig = Rig::new().await;
    let ask = async |body: Value| {
        let got = rig.post_json(&path(rig.site), &[], &body).await;
        (got.status.as_u16(), got.code())
    };
    assert_eq!(
        ask(asked(1, "call me")).await,
        (422, "bad_phone".to_owned())
    );
    let mut no_consent = asked(2, "+79123456789");
    no_consent["form"]["consent"]["given"] = json!(false);
    assert_eq!(ask(no_consent).await, (422, "no_consent".to_owned()));
    let mut late = asked(3, "+79123456789");
    late["form"]["when"] = json!({ "at": { "at": 1_000, "zone": "Europe/Moscow" } });
    assert_eq!(ask(late).await, (422, "bad_time".to_owned()));
    assert_eq!(rig.callbacks().await.len(), 0);

    let first = rig
        .post_json(&path(rig.site), &[], &asked(4, "+79123456789"))
        .await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(
        ask(asked(5, "+7 912 345 67 89")).await,
        (409, "callback_exists".to_owned())
    );
}

#[tokio::test]
async fn there_must_be_such_a_site() {
    let rig = Rig::new().await;
    let nowhere = SiteId::from_parts(NOON, 99);
    for path in [path(nowhere), "/api/v1/sites/nonsense/callbacks".to_owned()] {
        let got = rig.post_json(&path, &[], &asked(1, "+79123456789")).await;
        assert_eq!(
            (got.status, got.code()),
            (StatusCode::NOT_FOUND, "not_found".to_owned())
        );
    }
}

#[tokio::test]
async fn a_foreign_page_cannot_order_calls() {
    let rig = Rig::new().await;
    let headers = [("origin", "https://evil.example")];
    let got = rig
        .post_json(&path(rig.site), &headers, &asked(1, "+79123456789"))
        .await;
    assert_eq!(
        (got.status, got.code()),
        (StatusCode::FORBIDDEN, "origin".to_owned())
    );
    assert_eq!(rig.callbacks().await.len(), 0);
}

#[tokio::test]
async fn one_caller_cannot_flood_the_desk() {
    let rig = Rig::with(|config| {
        config.limits.callback_burst = 2;
        config.trust_proxy = true;
    })
    .await;
    let from = |address: &'static str| [("x-forwarded-for", address)];
    let one = from("2001:db8::1");
    for id in 1..=2 {
        let body = asked(id, &format!("+7912345678{id}"));
        assert_eq!(
            rig.post_json(&path(rig.site), &one, &body).await.status,
            StatusCode::CREATED
        );
    }
    // Another address of the same network is the same caller; another network is not.
    let got = rig
        .post_json(
            &path(rig.site),
            &from("2001:db8::2"),
            &asked(3, "+79123456783"),
        )
        .await;
    assert_eq!(
        (got.status, got.code()),
        (StatusCode::TOO_MANY_REQUESTS, "too_fast".to_owned())
    );
    let other = from("2001:db8:0:1::1");
    let got = rig
        .post_json(&path(rig.site), &other, &asked(3, "+79123456783"))
        .await;
    assert_eq!(got.status, StatusCode::CREATED);
}

#[tokio::test]
async fn whatever_is_sent_is_answered_and_never_with_a_500() {
    let rig = Rig::with(|config| config.limits.callback_burst = 100_000).await;
    let entropy = SeededEntropy::new(42);
    let whole = asked(1, "+79123456789").to_string().into_bytes();
    for _ in 0..500 {
        // A whole request with a few bytes changed, or cut.
        let mut body = whole.clone();
        for _ in 0..(entropy.bits() % 4) {
            let place = usize::try_from(entropy.bits() % body.len() as u128).unwrap();
            body[place] = entropy.bits().to_be_bytes()[0];
        }
        let length = usize::try_from(entropy.bits() % (2 * body.len() as u128)).unwrap();
        body.truncate(length.max(1));
        let json = [("content-type", "application/json")];
        let got = rig
            .send(Method::POST, &path(rig.site), &json, body.clone())
            .await;
        let shown = String::from_utf8_lossy(&body).into_owned();
        assert!(got.status.as_u16() < 500, "{} for {shown}", got.status);
        if got.status != StatusCode::CREATED {
            got.code();
        }
    }
}
