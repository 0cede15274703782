//! `/callback/{site}`: asking for a call with nothing but HTML.
//!
//! The form carries the id of the command it will become, so sending it twice books one call. It
//! needs no cookie; whose it is follows from the id.

mod form;
mod view;
mod zones;

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use heard_desk::callback::free_slots;
use heard_protocol::{CallbackAsk, CallbackForm, CommandId, RefusalCode, VisitorCommand};

pub(super) use form::{Faults, Typed};
pub(super) use view::{moment, short_form, slot_choice};

use self::form::Field;
use super::html::Esc;
use super::plain::{self, Manner, Wish};
use super::policy::{self, Framed};
use crate::app::{App, Caller};
use crate::auth::{self, OriginVerdict, allowed, contact_of_command};
use crate::config::PublicUrl;
use crate::store::{Answer, Request, SiteRecord, VisitorProfile};
use crate::text;

/// GET: the empty form.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(site): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let manner = Manner::of(wish, &headers);
    match plain::site(&app, &site, manner).await {
        Ok(site) => {
            let typed = Typed::empty(fresh_id(&app), manner.lang);
            form_page(
                &app,
                &site,
                manner,
                StatusCode::OK,
                &typed,
                &Faults::default(),
            )
            .await
        }
        Err(instead) => instead,
    }
}

/// POST: books the call, or shows the form again with what was typed and what is wrong with it.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    Caller(address): Caller,
    Path(site): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
    headers: HeaderMap,
    sent: Result<Form<Typed>, FormRejection>,
) -> Response {
    let manner = Manner::of(wish, &headers);
    let site = match plain::site(&app, &site, manner).await {
        Ok(site) => site,
        Err(instead) => return instead,
    };
    if !may_send(&headers, &app, &site) {
        let words = manner.lang.words();
        let framed = Framed::By(&site);
        return plain::say(
            StatusCode::FORBIDDEN,
            manner,
            framed,
            words.foreign_title,
            &[words.foreign_text],
        );
    }
    // What is not a form at all is treated as an empty one: the answer says what is missing.
    let typed = sent.map(|Form(typed)| typed).unwrap_or_default();
    let again = async |status, typed: &Typed, faults: &Faults| {
        form_page(&app, &site, manner, status, typed, faults).await
    };
    let Ok(id) = typed.id.parse::<CommandId>() else {
        let typed = typed.renewed(fresh_id(&app));
        let once_more = Faults::default().with(Field::Whole, manner.lang.words().send_again);
        let faults = typed
            .check(manner.lang, &site.calls)
            .err()
            .unwrap_or(once_more);
        return again(StatusCode::UNPROCESSABLE_ENTITY, &typed, &faults).await;
    };
    let form = match typed.check(manner.lang, &site.calls) {
        Ok(form) => form,
        Err(faults) => return again(StatusCode::UNPROCESSABLE_ENTITY, &typed, &faults).await,
    };
    let whole = |sentence: &'static str| Faults::default().with(Field::Whole, sentence);
    let words = manner.lang.words();
    if app.callbacks.take(address, app.clock.now()).is_err() {
        return again(
            StatusCode::TOO_MANY_REQUESTS,
            &typed,
            &whole(words.too_fast),
        )
        .await;
    }
    match book(&app, &site, &headers, id, form.clone()).await {
        Ok(None) => {
            let call = heard_protocol::CallbackId::from_bytes(id.to_bytes());
            let path = auth::call_path(&app.store.token_key(), call);
            view::booked(&site, manner, &form, &path)
        }
        Ok(Some(RefusalCode::CallbackExists)) => view::exists(&site, manner, &form),
        Ok(Some(RefusalCode::IdTaken)) => {
            let typed = typed.renewed(fresh_id(&app));
            again(StatusCode::CONFLICT, &typed, &whole(words.send_again)).await
        }
        Ok(Some(code @ (RefusalCode::TooFast | RefusalCode::Unavailable))) => {
            let (status, sentence) = if code == RefusalCode::TooFast {
                (StatusCode::TOO_MANY_REQUESTS, words.too_fast)
            } else {
                (StatusCode::SERVICE_UNAVAILABLE, words.unavailable)
            };
            again(status, &typed, &whole(sentence)).await
        }
        Ok(Some(code)) => {
            let faults = Faults::of_refusal(code, manner.lang, &site.policy);
            // What was refused for good stays refused under its id, whatever else is asked for
            // under it.
            let typed = typed.renewed(fresh_id(&app));
            again(StatusCode::UNPROCESSABLE_ENTITY, &typed, &faults).await
        }
        Err(Failed) => {
            again(
                StatusCode::SERVICE_UNAVAILABLE,
                &typed,
                &whole(words.unavailable),
            )
            .await
        }
    }
}

/// The store could not take it; why is in the log.
struct Failed;

/// Books the call; a rule's "no" comes back as its code.
async fn book(
    app: &App,
    site: &SiteRecord,
    headers: &HeaderMap,
    id: CommandId,
    form: CallbackForm,
) -> Result<Option<RefusalCode>, Failed> {
    let request = Request::Visitor {
        site: site.id,
        contact: contact_of_command(&app.store.token_key(), site.id, id),
        profile: Arc::new(VisitorProfile {
            locale: text::first_choice(headers),
            page: None,
        }),
        id,
        after: None,
        command: VisitorCommand::Callback(CallbackAsk::Request(form)),
        now: app.clock.now(),
    };
    match app.store.execute(request).await {
        Ok(Answer::Refused(refusal)) => Ok(Some(refusal.code)),
        Ok(
            Answer::Receipt(_)
            | Answer::Round { .. }
            | Answer::Beat { .. }
            | Answer::Kept(_)
            | Answer::Done,
        ) => Ok(None),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a call could not be booked"
            );
            Err(Failed)
        }
    }
}

/// The relay's own pages may send the form, and so may the shop's: a form like ours can stand on
/// any of them. Any other page would be using its visitors to order calls to somebody.
fn may_send(headers: &HeaderMap, app: &App, site: &SiteRecord) -> bool {
    match allowed(headers, &app.config) {
        OriginVerdict::Own | OriginVerdict::Absent => true,
        OriginVerdict::Foreign => headers
            .get(axum::http::header::ORIGIN)
            .and_then(|origin| origin.to_str().ok()?.parse::<PublicUrl>().ok())
            .is_some_and(|origin| policy::parents(site).contains(&origin.to_string())),
    }
}

fn fresh_id(app: &App) -> CommandId {
    CommandId::from_parts(app.clock.now(), app.entropy.bits())
}

async fn form_page(
    app: &App,
    site: &SiteRecord,
    manner: Manner,
    status: StatusCode,
    typed: &Typed,
    faults: &Faults,
) -> Response {
    let now = app.clock.now();
    // Which times there are can only be said to somebody who has said whose time is meant.
    let mut slots = Vec::new();
    if !typed.zone.is_empty() {
        let open = app.store.open_calls(site.id).await.unwrap_or_default();
        let ahead = site.policy.callback_ahead_ms;
        slots = free_slots(&site.calls, &open, &typed.zone, ahead, now);
    }
    view::whole_form(now, site, manner, status, typed, faults, &slots)
}

/// Where a site's form is, in a manner.
fn address(site: &SiteRecord, manner: Manner) -> String {
    format!("/callback/{}{}", site.id, Esc(&manner.query()))
}
