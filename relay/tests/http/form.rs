//! Asking for a call with nothing but HTML.

use axum::http::{Method, StatusCode};
use heard_protocol::{CallbackWhen, CommandId, UnixMillis};
use heard_relay::entropy::{Entropy, SeededEntropy};

use crate::rig::{Got, NOON, OWN, Rig, SHOP};

const WORDING: &str = "You may call me on this number about my question.";

fn id(n: u128) -> String {
    CommandId::from_parts(NOON, n).to_string()
}

/// The fields a browser sends, with some of them changed.
fn fields<'a>(id: &'a str, changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("id", id),
        ("wording", WORDING),
        ("phone", "+7 912 345-67-89"),
        ("name", "Саша"),
        ("topic", "It beeps"),
        ("when", "asap"),
        ("at", ""),
        ("zone", ""),
        ("consent", "yes"),
    ];
    for (name, value) in changed {
        fields.retain(|(field, _)| field != name);
        fields.push((name, value));
    }
    fields
}

async fn post(rig: &Rig, fields: &[(&str, &str)]) -> Got {
    let path = format!("/callback/{}?lang=en", rig.site);
    rig.post_form(&path, &[("origin", OWN)], fields).await
}

#[tokio::test]
async fn the_form_starts_with_an_empty_box_and_an_id_of_its_own() {
    let rig = Rig::new().await;
    let path = format!("/callback/{}", rig.site);
    let got = rig.get(&path, &[]).await;
    assert_eq!(got.status, StatusCode::OK);
    assert!(
        got.policy()
            .starts_with("default-src 'none'; style-src 'self';"),
        "{}",
        got.policy()
    );
    assert!(
        got.policy()
            .ends_with("frame-ancestors https://shop.example"),
        "{}",
        got.policy()
    );
    assert!(
        got.text
            .contains("name=\"consent\" value=\"yes\" required><span>"),
        "{}",
        got.text
    );
    assert!(!got.text.contains("<script"), "{}", got.text);
    // Noon in London is three in the afternoon in Moscow.
    assert!(
        got.text
            .contains("<option value=\"Europe/Moscow\">15:00 · Moscow"),
        "{}",
        got.text
    );
    let id_of = |text: &str| {
        let after = text.split("name=\"id\" value=\"").nth(1).unwrap();
        after.split('"').next().unwrap().to_owned()
    };
    assert!(id_of(&got.text).parse::<CommandId>().is_ok());
    assert_ne!(id_of(&got.text), id_of(&rig.get(&path, &[]).await.text));
}

#[tokio::test]
async fn a_call_is_booked_with_the_words_that_were_agreed_to() {
    let rig = Rig::new().await;
    let got = post(&rig, &fields(&id(1), &[])).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text);
    assert!(
        got.text.contains("We’ll call +7 912 345-67-89 as soon as"),
        "{}",
        got.text
    );
    let booked = rig.callbacks().await;
    assert_eq!(booked.len(), 1);
    assert_eq!(booked[0].form.phone, "+79123456789");
    assert_eq!(
        (booked[0].form.name.as_str(), booked[0].form.topic.as_str()),
        ("Саша", "It beeps")
    );
    assert!(booked[0].form.consent.given);
    assert_eq!(booked[0].form.consent.wording, WORDING);
}

#[tokio::test]
async fn pressing_the_button_twice_books_one_call() {
    let rig = Rig::new().await;
    for _ in 0..2 {
        let got = post(&rig, &fields(&id(1), &[])).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text);
        assert!(got.text.contains("We’ll call you"), "{}", got.text);
        rig.clock.advance(1_000);
    }
    assert_eq!(rig.callbacks().await.len(), 1);
}

#[tokio::test]
async fn a_moment_is_meant_by_the_clocks_of_the_place() {
    let rig = Rig::new().await;
    let changed = [
        ("when", "at"),
        ("at", "2026-11-24T15:30"),
        ("zone", "Europe/Moscow"),
    ];
    let got = post(&rig, &fields(&id(1), &changed)).await;
    let said = "at about this time: Tuesday 24 November, 15:30 (Moscow, Saint Petersburg, Minsk).";
    assert!(got.text.contains(said), "{}", got.text);
    let booked = rig.callbacks().await;
    let CallbackWhen::At { at, zone } = &booked[0].form.when else {
        panic!("{booked:?}")
    };
    // 27 hours and a half after noon UTC, less three hours.
    assert_eq!(
        (*at, zone.as_str()),
        (UnixMillis(NOON.0 + 88_200_000), "Europe/Moscow")
    );
}

#[tokio::test]
async fn what_was_typed_comes_back_with_what_is_wrong_with_it() {
    let rig = Rig::new().await;
    let changed = [
        ("phone", "\"><script>alert(1)</script>"),
        ("name", "O'Neill <o@n>"),
        ("when", "at"),
        ("at", "2026-11-24T15:30"),
        ("consent", ""),
    ];
    let id = id(1);
    let got = post(&rig, &fields(&id, &changed)).await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    for expected in [
        "role=\"alert\">Something is missing.",
        "value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\" aria-invalid=\"true\" autofocus \
         aria-describedby=\"phone-hint phone-error\"",
        "id=\"phone-error\">This number looks incomplete.",
        "value=\"O&#39;Neill &lt;o@n&gt;\"",
        "value=\"at\" checked",
        "value=\"2026-11-24T15:30\"",
        "id=\"zone-error\">Please choose your time zone",
        "id=\"consent-error\">Please tick the box",
        &format!("name=\"id\" value=\"{id}\""),
    ] {
        assert!(got.text.contains(expected), "{expected}\n{}", got.text);
    }
    assert!(!got.text.contains("<script"), "{}", got.text);
    assert_eq!(rig.callbacks().await.len(), 0);
}

#[tokio::test]
async fn a_ticked_box_stays_ticked_unless_it_stood_beside_other_words() {
    let rig = Rig::new().await;
    let got = post(&rig, &fields(&id(1), &[("phone", "")])).await;
    assert!(
        got.text.contains("value=\"yes\" required checked>"),
        "{}",
        got.text
    );
    let got = post(
        &rig,
        &fields(&id(1), &[("wording", "I agree to everything.")]),
    )
    .await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!got.text.contains("required checked"), "{}", got.text);
    assert!(
        got.text.contains(&format!("<span>{WORDING}</span>")),
        "{}",
        got.text
    );
}

#[tokio::test]
async fn a_time_out_of_reach_is_explained() {
    let rig = Rig::new().await;
    for at in ["2026-11-22T10:00", "2027-06-01T10:00"] {
        let changed = [("when", "at"), ("at", at), ("zone", "Europe/London")];
        let got = post(&rig, &fields(&id(1), &changed)).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(got.text.contains("at most 14 days ahead"), "{}", got.text);
    }
}

#[tokio::test]
async fn whoever_asks_again_is_told_that_they_have() {
    let rig = Rig::new().await;
    post(&rig, &fields(&id(1), &[])).await;
    let got = post(&rig, &fields(&id(2), &[])).await;
    assert_eq!(got.status, StatusCode::CONFLICT);
    assert!(
        got.text.contains("We already have your request"),
        "{}",
        got.text
    );
    assert_eq!(rig.callbacks().await.len(), 1);
}

#[tokio::test]
async fn the_short_form_of_the_panel_is_enough() {
    let rig = Rig::new().await;
    let id = id(1);
    let short = [
        ("id", id.as_str()),
        ("wording", WORDING),
        ("when", "asap"),
        ("phone", "+79123456789"),
        ("name", ""),
        ("consent", "yes"),
    ];
    assert_eq!(post(&rig, &short).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_shops_own_pages_may_carry_the_form_and_nobody_elses() {
    let rig = Rig::new().await;
    let path = format!("/callback/{}?lang=en", rig.site);
    let id = id(1);
    let got = rig
        .post_form(
            &path,
            &[("origin", "https://evil.example")],
            &fields(&id, &[]),
        )
        .await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
    assert!(
        got.text.contains("This form can’t be sent from here"),
        "{}",
        got.text
    );
    assert_eq!(rig.callbacks().await.len(), 0);
    let got = rig
        .post_form(&path, &[("origin", SHOP)], &fields(&id, &[]))
        .await;
    assert_eq!(got.status, StatusCode::OK);
}

#[tokio::test]
async fn too_many_from_one_place_keep_what_they_typed() {
    let rig = Rig::with(|config| config.limits.callback_burst = 1).await;
    post(&rig, &fields(&id(1), &[])).await;
    let got = post(&rig, &fields(&id(2), &[("phone", "+79120000000")])).await;
    assert_eq!(got.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        got.text
            .contains("Too many requests have come from your network"),
        "{}",
        got.text
    );
    assert!(got.text.contains("value=\"+79120000000\""), "{}", got.text);
}

#[tokio::test]
async fn whatever_is_sent_is_answered_and_never_with_a_500() {
    let rig = Rig::with(|config| config.limits.callback_burst = 100_000).await;
    let path = format!("/callback/{}", rig.site);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let entropy = SeededEntropy::new(43);
    for body in [
        "",
        "phone",
        "phone=1&phone=2",
        "%ff=%ff",
        "id=cmd_x",
        "&&&==",
        "\u{0}",
    ] {
        let got = rig.send(Method::POST, &path, &form, body).await;
        assert!(got.status.is_client_error(), "{} for {body:?}", got.status);
    }
    for _ in 0..200 {
        let mut body = vec![0; 64];
        entropy.fill(&mut body);
        let got = rig.send(Method::POST, &path, &form, body.clone()).await;
        assert!(got.status.is_client_error(), "{} for {body:?}", got.status);
    }
    let got = rig.send(Method::POST, &path, &[], "{}").await;
    assert!(got.status.is_client_error());
    let huge = format!("topic={}", "x".repeat(200_000));
    let got = rig.send(Method::POST, &path, &form, huge).await;
    assert!(got.status.is_client_error());
}

#[tokio::test]
async fn after_a_time_that_was_no_good_another_can_be_chosen() {
    let rig = Rig::new().await;
    let path = format!("/callback/{}?lang=en", rig.site);
    let id = |text: &str| {
        let (_, rest) = text.split_once("name=\"id\" value=\"").expect("an id");
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    let first = rig.get(&path, &[]).await;
    let mut fields = vec![
        ("wording", heard_desk::consent::shown("en").to_owned()),
        ("phone", "+79123456789".to_owned()),
        ("when", "at".to_owned()),
        ("zone", "Europe/Moscow".to_owned()),
        ("consent", "yes".to_owned()),
        ("id", id(&first.text)),
        ("at", "2026-11-24T03:00".to_owned()),
    ];
    let send = async |fields: &[(&str, String)]| {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, it)| (*name, it.as_str()))
            .collect();
        rig.post_form(&path, &[("origin", OWN)], &fields).await
    };
    let night = send(&fields).await;
    assert_eq!(night.status, StatusCode::UNPROCESSABLE_ENTITY);
    // 12:30 in Moscow of the next day.
    let slot = (NOON.0 + 21 * 3_600_000 + 1_800_000).to_string();
    assert!(
        night.text.contains(&format!("<option value=\"{slot}\">")),
        "{}",
        night.text
    );
    fields.truncate(5);
    fields.extend([("id", id(&night.text)), ("slot", slot)]);
    let booked = send(&fields).await;
    assert_eq!(booked.status, StatusCode::OK, "{}", booked.text);
    assert!(booked.text.contains("12:30"), "{}", booked.text);
    assert!(booked.text.contains("/call/"), "{}", booked.text);
}
