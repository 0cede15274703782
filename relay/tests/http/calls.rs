//! A booked call's own page, and calls that a program of the site's makes.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::post;
use heard_desk::callback::{CallPolicy, Dialer};
use heard_protocol::{
    CallLeg, CallbackAct, CallbackId, CallbackState, CallbackWhen, CommandId, Disposition,
    StaffCommand,
};
use heard_relay::auth::call_path;
use heard_relay::config::{DialerSettings, WebhookSettings};
use heard_relay::dialer::webhook::sign;
use heard_relay::store::{Answer, Edit, Request, SiteRecord};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::rig::{NOON, OWN, Rig};

const SECRET: &str = "a secret between two programs";
const HOUR: u64 = 3_600_000;
const FORM: &str = "application/x-www-form-urlencoded";

async fn booked(rig: &Rig, id: u128, when: Value) -> CallbackId {
    let command = CommandId::from_parts(NOON, id);
    let body = json!({
        "id": command,
        "form": {
            "phone": format!("+7912345678{id}"),
            "name": "Саша",
            "topic": "The kettle beeps",
            "when": when,
            "consent": { "given": true, "wording": heard_desk::consent::shown("en") },
        },
    });
    let path = format!("/api/v1/sites/{}/callbacks", rig.site);
    let got = rig.post_json(&path, &[], &body).await;
    assert_eq!(got.status, StatusCode::CREATED, "{}", got.text);
    CallbackId::from_bytes(command.to_bytes())
}

fn slot(hours: u64) -> Value {
    json!({ "at": { "at": NOON.0 + hours * HOUR, "zone": "Europe/Moscow" } })
}

fn page(rig: &Rig, call: CallbackId) -> String {
    call_path(&rig.app().store.token_key(), call)
}

async fn state(rig: &Rig, call: CallbackId) -> CallbackState {
    let found = rig.app().store.callback(call).await.unwrap();
    found.unwrap().summary().state
}

#[tokio::test]
async fn a_link_shows_moves_and_cancels_a_call() {
    let rig = Rig::new().await;
    let call = booked(&rig, 1, slot(3)).await;
    let path = page(&rig, call);
    let shown = rig.get(&format!("{path}?lang=en"), &[]).await;
    assert_eq!(shown.status, StatusCode::OK);
    // 15:00 in UTC is 18:00 in Moscow.
    assert!(
        shown.text.contains("Monday 23 November, 18:00"),
        "{}",
        shown.text
    );
    assert!(shown.policy().contains("frame-ancestors 'none'"));
    assert!(!shown.text.contains("<script"));

    let moved = format!(
        "act=move&when=at&zone=Europe%2FMoscow&slot={}",
        NOON.0 + 4 * HOUR
    );
    let after = rig
        .send(Method::POST, &path, &[("content-type", FORM)], moved)
        .await;
    assert_eq!(after.status, StatusCode::OK, "{}", after.text);
    assert!(after.text.contains("19:00"), "{}", after.text);

    let past = format!(
        "act=move&when=at&zone=Europe%2FMoscow&slot={}",
        NOON.0 - HOUR
    );
    let refused = rig
        .send(Method::POST, &path, &[("content-type", FORM)], past)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let kept = rig.app().store.callback(call).await.unwrap().unwrap();
    assert_eq!(kept.life.slot, Some(NOON.plus(4 * HOUR)), "nothing is lost");

    let nonsense = rig
        .send(
            Method::POST,
            &path,
            &[("content-type", FORM)],
            "act=explode",
        )
        .await;
    assert_eq!(nonsense.status, StatusCode::UNPROCESSABLE_ENTITY);

    let off = rig
        .send(Method::POST, &path, &[("content-type", FORM)], "act=cancel")
        .await;
    assert_eq!(off.status, StatusCode::OK, "{}", off.text);
    assert!(matches!(
        state(&rig, call).await,
        CallbackState::Cancelled { .. }
    ));
    // The link goes on showing how it is, and does nothing any more.
    let again = rig
        .send(Method::POST, &path, &[("content-type", FORM)], "act=cancel")
        .await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_link_that_was_made_up_leads_nowhere() {
    let rig = Rig::new().await;
    let call = booked(&rig, 1, json!("asap")).await;
    let path = page(&rig, call);
    let (head, _) = path.split_at(path.len() - 1);
    for forged in [
        "/call/".to_owned() + "AAAA",
        format!("{head}!"),
        call_path(&[0; 32], call),
    ] {
        for method in [Method::GET, Method::POST] {
            let got = rig
                .send(method, &forged, &[("content-type", FORM)], "act=cancel")
                .await;
            assert_eq!(got.status, StatusCode::NOT_FOUND, "{forged}");
        }
    }
    assert_eq!(state(&rig, call).await, CallbackState::Open);
}

#[tokio::test]
async fn a_booked_call_goes_into_a_calendar() {
    let rig = Rig::new().await;
    let call = booked(&rig, 1, slot(3)).await;
    let path = page(&rig, call);
    let got = rig.get(&format!("{path}/call.ics?lang=ru"), &[]).await;
    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(got.headers["content-type"], "text/calendar; charset=utf-8");
    for line in [
        "DTSTART:20261123T150000Z",
        "DTEND:20261123T153000Z",
        "STATUS:CONFIRMED",
    ] {
        assert!(got.text.contains(line), "{line} in {}", got.text);
    }
    rig.send(Method::POST, &path, &[("content-type", FORM)], "act=cancel")
        .await;
    let off = rig.get(&format!("{path}/call.ics"), &[]).await;
    assert!(off.text.contains("METHOD:CANCEL"), "{}", off.text);
    let soon = booked(&rig, 2, json!("asap")).await;
    let none = rig
        .get(&format!("{}/call.ics", page(&rig, soon)), &[])
        .await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn bad_numbers_and_times_are_told_apart() {
    let rig = Rig::new().await;
    let path = format!("/api/v1/sites/{}/callbacks", rig.site);
    let mut id = 10;
    let mut code = async |phone: &str, when: Value| {
        id += 1;
        rig.clock.advance(60_000);
        let body = json!({
            "id": CommandId::from_parts(NOON, id),
            "form": {
                "phone": phone, "name": "", "topic": "", "when": when,
                "consent": { "given": true, "wording": heard_desk::consent::shown("en") },
            },
        });
        rig.post_json(&path, &[], &body).await.code()
    };
    assert_eq!(code("123", json!("asap")).await, "bad_phone");
    assert_eq!(code("+7 912 CALL ME", json!("asap")).await, "bad_phone");
    assert_eq!(
        code("+1 900 555 1234", json!("asap")).await,
        "number_not_allowed"
    );
    assert_eq!(code("+79123456780", slot(0)).await, "bad_time");
    assert_eq!(code("+79123456780", slot(24 * 40)).await, "bad_time");
    // Past nine in the evening where the visitor is.
    let late = json!({ "at": { "at": NOON.0 + 6 * HOUR + HOUR / 2, "zone": "Asia/Tokyo" } });
    assert_eq!(code("+79123456780", late).await, "bad_time");
    assert!(rig.callbacks().await.is_empty());
}

/// A program that makes calls: what it was told, and with what it answers.
struct Program {
    told: mpsc::UnboundedReceiver<(HeaderMap, Value)>,
    rig: Rig,
}

async fn take_order(
    State((sender, answer)): State<(mpsc::UnboundedSender<(HeaderMap, Value)>, StatusCode)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let signature = headers["heard-signature"].to_str().unwrap();
    let seconds = signature.split(['=', ',']).nth(1).unwrap().parse().unwrap();
    assert_eq!(signature, sign(SECRET, seconds, &body), "it is signed");
    let told = serde_json::from_slice(&body).unwrap();
    sender.send((headers, told)).unwrap();
    answer
}

impl Program {
    /// The site's calls are made by a program that answers orders like this.
    async fn start(answer: StatusCode) -> Self {
        let (sender, told) = mpsc::unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/order", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/order", post(take_order))
            .with_state((sender, answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let rig = Rig::with(|config| {
            config.dialer = DialerSettings {
                webhook: Some(WebhookSettings {
                    url,
                    secret: SECRET.to_owned().into(),
                }),
                ..DialerSettings::default()
            };
        })
        .await;
        let store = &rig.app().store;
        let site = store.site(rig.site).await.unwrap().unwrap();
        let calls = CallPolicy {
            dialer: Dialer::Webhook,
            ..CallPolicy::default()
        };
        let site = SiteRecord {
            calls: Arc::new(calls),
            ..site
        };
        store
            .execute(Request::PutSite(site, Edit::default()))
            .await
            .unwrap();
        Self { told, rig }
    }

    async fn takes(&self, call: CallbackId, id: u128) {
        let taken = Request::Staff {
            agent: self.rig.agent,
            id: CommandId::from_parts(NOON, id),
            after: None,
            command: StaffCommand::Callback {
                callback: call,
                act: CallbackAct::Take,
            },
            now: NOON,
        };
        let answer = self.rig.app().store.execute(taken).await.unwrap();
        assert!(matches!(answer, Answer::Receipt(_)), "{answer:?}");
    }

    /// Says something of a call, signed like this.
    async fn says(&self, body: &Value, signature: &str) -> (StatusCode, Value) {
        let got = self
            .rig
            .send(
                Method::POST,
                "/api/v1/dialer/events",
                &[("heard-signature", signature)],
                body.to_string(),
            )
            .await;
        (got.status, got.json())
    }

    async fn signed(&self, body: &Value) -> (StatusCode, Value) {
        let seconds = NOON.0 / 1_000;
        let signature = sign(SECRET, seconds, body.to_string().as_bytes());
        self.says(body, &signature).await
    }
}

#[tokio::test]
async fn a_program_of_the_sites_own_makes_the_calls() {
    let mut program = Program::start(StatusCode::ACCEPTED).await;
    let call = booked(&program.rig, 1, json!("asap")).await;
    program.takes(call, 50).await;
    let (headers, told) = program.told.recv().await.unwrap();
    assert_eq!(told["phone"], "+79123456781");
    assert_eq!(told["number"], 1);
    assert_eq!(headers["idempotency-key"], told["order"].as_str().unwrap());

    let say = |event: Value| json!({ "callback": call, "number": 1, "event": event });
    let joined = say(json!("joined"));
    let (status, _) = program.says(&joined, "t=1,v1=00").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "forged");
    let long_ago = NOON.0 / 1_000 - 301;
    let old = sign(SECRET, long_ago, joined.to_string().as_bytes());
    let (status, answer) = program.says(&joined, &old).await;
    assert_eq!(
        (status, &answer["code"]),
        (StatusCode::UNAUTHORIZED, &json!("signature"))
    );

    let (status, answer) = program.signed(&joined).await;
    assert_eq!(
        (status, answer),
        (StatusCode::OK, json!({ "counts": true }))
    );
    assert!(matches!(
        state(&program.rig, call).await,
        CallbackState::Calling {
            leg: CallLeg::Joined,
            ..
        }
    ));
    // Sent again, by whomever: it says nothing new.
    let (status, answer) = program.signed(&joined).await;
    assert_eq!(
        (status, answer),
        (StatusCode::OK, json!({ "counts": false }))
    );
    let ended = say(json!({ "ended": { "disposition": "answered", "talked_s": 73 } }));
    assert_eq!(program.signed(&ended).await.1, json!({ "counts": true }));
    assert_eq!(program.signed(&ended).await.1, json!({ "counts": false }));
    let kept = program
        .rig
        .app()
        .store
        .callback(call)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.life.tries.len(), 1);
    assert_eq!(kept.life.tries[0].talked_ms, 73_000);
    let (status, _) = program.signed(&json!({ "nothing": 1 })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_program_that_will_not_leaves_the_call_due() {
    let mut program = Program::start(StatusCode::FORBIDDEN).await;
    let call = booked(&program.rig, 1, json!("asap")).await;
    program.takes(call, 50).await;
    program.told.recv().await.unwrap();
    let tried = async {
        loop {
            if let CallbackState::Again { last, .. } = state(&program.rig, call).await {
                return last;
            }
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(std::time::Duration::from_secs(20), tried).await;
    assert_eq!(waited.unwrap(), Disposition::Technical);
}

#[tokio::test]
async fn without_a_program_nobody_may_say_anything() {
    let rig = Rig::new().await;
    let got = rig
        .post_json("/api/v1/dialer/events", &[("origin", OWN)], &json!({}))
        .await;
    assert_eq!(got.status, StatusCode::NOT_FOUND);
    let call = booked(&rig, 1, json!({ "soon": { "zone": "Europe/Moscow" } })).await;
    let kept = rig.app().store.callback(call).await.unwrap().unwrap();
    assert_eq!(
        kept.form.when,
        CallbackWhen::Soon {
            zone: "Europe/Moscow".to_owned()
        }
    );
    assert_eq!(kept.life.consent, 2);
}
