//! `/call/{secret}`: one booked call, for whoever has its link: how it stands, another time,
//! calling it off, a calendar file.
//!
//! The link is the whole permission. It needs no cookie, no script and no chat, and a page of
//! somebody else's that sends the form would have to know it.

mod calendar;
mod view;

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use heard_desk::callback::{Callback, free_slots};
use heard_protocol::{CallbackAsk, CommandId, RefusalCode, Slot, VisitorCommand};
use serde::Deserialize;

use super::callback::{Faults, Typed};
use super::plain::{self, Manner, Wish};
use crate::app::{App, Caller};
use crate::auth;
use crate::store::{Answer, Request, SiteRecord, StoreError, VisitorProfile};
use crate::text;

/// What was pressed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pressed {
    act: String,
    #[serde(flatten)]
    typed: Typed,
}

/// GET: how the call stands.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(secret): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let manner = Manner::of(wish, &headers);
    match find(&app, &secret).await {
        Ok(Some((site, call))) => {
            let slots = slots(&app, &site, &call).await;
            view::page(
                StatusCode::OK,
                manner,
                &site,
                (&call, &path(&app, &call)),
                &slots,
                None,
            )
        }
        Ok(None) => plain::not_found(manner),
        Err(error) => plain::unavailable(&error, manner),
    }
}

/// GET: the call as a calendar file.
pub(super) async fn calendar(
    State(app): State<Arc<App>>,
    Path(secret): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let manner = Manner::of(wish, &headers);
    let found = match find(&app, &secret).await {
        Ok(found) => found,
        Err(error) => return plain::unavailable(&error, manner),
    };
    let file =
        found.and_then(|(site, call)| calendar::file(&site, &call, manner.lang, app.clock.now()));
    match file {
        Some(file) => (
            [
                (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"call.ics\"",
                ),
                (header::CACHE_CONTROL, "no-store"),
                (header::REFERRER_POLICY, "no-referrer"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ],
            file,
        )
            .into_response(),
        None => plain::not_found(manner),
    }
}

/// POST: moves the call, or calls it off.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    Caller(address): Caller,
    Path(secret): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
    headers: HeaderMap,
    sent: Result<Form<Pressed>, FormRejection>,
) -> Response {
    let manner = Manner::of(wish, &headers);
    let (site, call) = match find(&app, &secret).await {
        Ok(Some(found)) => found,
        Ok(None) => return plain::not_found(manner),
        Err(error) => return plain::unavailable(&error, manner),
    };
    let words = manner.lang.words();
    let pressed = sent.map(|Form(pressed)| pressed).unwrap_or_default();
    let command = match pressed.act.as_str() {
        "cancel" => Ok(VisitorCommand::Callback(CallbackAsk::Cancel {
            callback: call.id,
        })),
        "move" => pressed
            .typed
            .moment(manner.lang, &site.calls)
            .map(|when| {
                VisitorCommand::Callback(CallbackAsk::Move {
                    callback: call.id,
                    when,
                })
            })
            .map_err(|(_, sentence)| sentence.to_owned()),
        _ => Err(words.send_again.to_owned()),
    };
    let done = match command {
        Ok(_) if app.callbacks.take(address, app.clock.now()).is_err() => {
            Err((StatusCode::TOO_MANY_REQUESTS, words.too_fast.to_owned()))
        }
        Ok(command) => carry_out(&app, &site, &call, &headers, manner, command).await,
        Err(sentence) => Err((StatusCode::UNPROCESSABLE_ENTITY, sentence)),
    };
    let (status, said) = match done {
        Ok(()) if pressed.act == "move" => (StatusCode::OK, Some(words.call_moved.to_owned())),
        Ok(()) => (StatusCode::OK, None),
        Err((status, sentence)) => (status, Some(sentence)),
    };
    // As it is now, whoever changed it.
    let call = match app.store.callback(call.id).await {
        Ok(now) => now.unwrap_or(call),
        Err(error) => return plain::unavailable(&error, manner),
    };
    let slots = slots(&app, &site, &call).await;
    view::page(
        status,
        manner,
        &site,
        (&call, &path(&app, &call)),
        &slots,
        said.as_deref(),
    )
}

async fn carry_out(
    app: &App,
    site: &SiteRecord,
    call: &Callback,
    headers: &HeaderMap,
    manner: Manner,
    command: VisitorCommand,
) -> Result<(), (StatusCode, String)> {
    let now = app.clock.now();
    let request = Request::Visitor {
        site: site.id,
        contact: call.contact,
        profile: Arc::new(VisitorProfile {
            locale: text::first_choice(headers),
            page: None,
        }),
        id: CommandId::from_parts(now, app.entropy.bits()),
        after: None,
        command,
        now,
    };
    let words = manner.lang.words();
    match app.store.execute(request).await {
        Ok(Answer::Refused(refusal)) => Err(match refusal.code {
            RefusalCode::WrongState => (StatusCode::CONFLICT, words.call_too_late.to_owned()),
            code => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Faults::of_refusal(code, manner.lang, &site.policy).sentence(),
            ),
        }),
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a call could not be changed"
            );
            let sentence = words.unavailable.to_owned();
            Err((StatusCode::SERVICE_UNAVAILABLE, sentence))
        }
    }
}

/// The call a link is for, and its site.
async fn find(app: &App, secret: &str) -> Result<Option<(SiteRecord, Callback)>, StoreError> {
    let Some(id) = auth::call_of(&app.store.token_key(), secret) else {
        return Ok(None);
    };
    let Some(call) = app.store.callback(id).await? else {
        return Ok(None);
    };
    let site = app.store.site(call.site).await?;
    Ok(site.map(|site| (site, call)))
}

fn path(app: &App, call: &Callback) -> String {
    auth::call_path(&app.store.token_key(), call.id)
}

/// The times the call could be moved to.
async fn slots(app: &App, site: &SiteRecord, call: &Callback) -> Vec<Slot> {
    // Without them the page still says how the call stands.
    let open = app.store.open_calls(site.id).await.unwrap_or_default();
    let ahead = site.policy.callback_ahead_ms;
    free_slots(&site.calls, &open, call.zone(), ahead, app.clock.now())
}
