//! `/api/v1/dialer/events`: what the program that makes a site's calls says of them.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use heard_desk::callback::DialEvent;
use heard_protocol::{CallLeg, CallbackId, Disposition};
use serde::{Deserialize, Serialize};

use super::error::ApiError;
use crate::app::App;
use crate::dialer::{Ordered, webhook};

/// What is said.
#[derive(Debug, Deserialize)]
struct Said {
    callback: CallbackId,
    /// The number of the order.
    number: u16,
    event: Event,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    RingingVisitor,
    Joined,
    NoAgent,
    Ended {
        disposition: Disposition,
        #[serde(default)]
        talked_s: u32,
    },
}

/// What became of it.
#[derive(Debug, Serialize)]
pub(super) struct Taken {
    /// Whether it changed anything: what was said before, or of a call that is over, does not.
    counts: bool,
}

/// POST: takes an event in. Saying it twice changes nothing.
pub(super) async fn event(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Taken>, ApiError> {
    let webhook = app.dialers.webhook().ok_or(ApiError::NotFound)?;
    let signature = headers
        .get(webhook::SIGNATURE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !webhook.believes(signature, &body, app.clock.now()) {
        return Err(ApiError::Signature);
    }
    let said: Said =
        serde_json::from_slice(&body).map_err(|error| ApiError::Malformed(error.to_string()))?;
    let found = app.store.callback(said.callback).await?;
    let site = found.ok_or(ApiError::NotFound)?.site;
    let event = match said.event {
        Event::RingingVisitor => DialEvent::Leg(CallLeg::Visitor),
        Event::Joined => DialEvent::Leg(CallLeg::Joined),
        Event::NoAgent => DialEvent::NoAgent,
        Event::Ended {
            disposition,
            talked_s,
        } => DialEvent::Ended {
            disposition,
            talked_ms: u64::from(talked_s) * 1_000,
        },
    };
    let ordered = Ordered {
        site,
        callback: said.callback,
        order: said.number,
    };
    let counts = app.dialers.reports().say(ordered, event).await?;
    Ok(Json(Taken { counts }))
}
