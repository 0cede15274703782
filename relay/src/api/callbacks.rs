//! `/api/v1/sites/{site}/callbacks`: asking for a call when no socket can be opened.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use heard_desk::callback::hours::slot_at;
use heard_protocol::{
    CallbackAsk, CallbackForm, CallbackWhen, CommandId, Receipt, Secret, SiteId, VisitorCommand,
};
use serde::{Deserialize, Serialize};

use super::error::ApiError;
use super::input::{Body, Named};
use crate::app::{App, Caller};
use crate::auth::{OriginVerdict, allowed, contact_of_command, mint, verify};
use crate::store::{Answer, Request, VisitorProfile};
use crate::text;

/// What asking takes.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// Picked by the sender; a retry carries the same one.
    id: CommandId,
    /// Who asks, if they have been given a token before.
    #[serde(default)]
    token: Option<Secret>,
    form: CallbackForm,
}

/// That it is on disk.
#[derive(Serialize)]
struct Booked {
    receipt: Receipt,
    /// The visitor's token from now on.
    token: Secret,
}

/// POST: asks for a call.
pub(super) async fn request(
    State(app): State<Arc<App>>,
    Caller(address): Caller,
    Named(site): Named<SiteId>,
    headers: HeaderMap,
    Body(asked): Body<Asked>,
) -> Result<Response, ApiError> {
    if allowed(&headers, &app.config) == OriginVerdict::Foreign {
        return Err(ApiError::Origin);
    }
    app.callbacks.take(address, app.clock.now())?;
    let record = app.store.site(site).await?.ok_or(ApiError::NotFound)?;
    let site = record.id;
    let mut form = asked.form;
    // A program without a socket does not know when slots begin: a moment means the slot it lies
    // in.
    if let CallbackWhen::At { at, .. } = &mut form.when {
        *at = slot_at(&record.calls, *at).unwrap_or(*at);
    }
    let key = app.store.token_key();
    let contact = match &asked.token {
        Some(token) => verify(&key, site, token).ok_or(ApiError::Token)?,
        None => contact_of_command(&key, site, asked.id),
    };
    let request = Request::Visitor {
        site,
        contact,
        profile: Arc::new(VisitorProfile {
            locale: text::first_choice(&headers),
            page: None,
        }),
        id: asked.id,
        after: None,
        command: VisitorCommand::Callback(CallbackAsk::Request(form)),
        now: app.clock.now(),
    };
    match app.store.execute(request).await? {
        Answer::Receipt(receipt) => {
            let token = asked.token.unwrap_or_else(|| mint(&key, site, contact));
            Ok((StatusCode::CREATED, Json(Booked { receipt, token })).into_response())
        }
        Answer::Refused(refusal) => Err(refusal.into()),
        Answer::Round { .. } | Answer::Beat { .. } | Answer::Kept(_) | Answer::Done => {
            Err(ApiError::Unavailable)
        }
    }
}
