//! `/callback/{site}`: asking for a call with nothing but HTML.
//!
//! The form carries the id of the command it will become, so sending it twice books one call. It needs no cookie; whose it
//! is follows from the id.

mod form;
mod view;
mod zones;

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use heard_protocol::{CallbackForm, CommandId, RefusalCode, VisitorCommand};

pub(super) use view::short_form;

use self::form::{Faults, Field, Typed};
use super::html::Esc;
use super::plain::{self, Manner, Wish};
use super::policy::{self, Framed};
use crate::auth::{OriginVerdict, allowed, contact_of_command};
use crate::config::PublicUrl;
use crate::server::{App, Caller};
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
    let again = |status, typed: &Typed, faults: &Faults| {
        form_page(&app, &site, manner, status, typed, faults)
    };
    let Ok(id) = typed.id.parse::<CommandId>() else {
        let typed = typed.renewed(fresh_id(&app));
        let once_more = Faults::default().with(Field::Whole, manner.lang.words().send_again);
        let faults = typed.check(manner.lang).err().unwrap_or(once_more);
        return again(StatusCode::UNPROCESSABLE_ENTITY, &typed, &faults);
    };
    let form = match typed.check(manner.lang) {
        Ok(form) => form,
        Err(faults) => return again(StatusCode::UNPROCESSABLE_ENTITY, &typed, &faults),
    };
    let whole = |sentence: &'static str| Faults::default().with(Field::Whole, sentence);
    let words = manner.lang.words();
    if app.callbacks.take(address, app.clock.now()).is_err() {
        return again(
            StatusCode::TOO_MANY_REQUESTS,
            &typed,
            &whole(words.too_fast),
        );
    }
    match book(&app, &site, &headers, id, form.clone()).await {
        Ok(None) => view::booked(&site, manner, &form),
        Ok(Some(RefusalCode::CallbackExists)) => view::exists(&site, manner, &form),
        Ok(Some(RefusalCode::IdTaken)) => {
            let typed = typed.renewed(fresh_id(&app));
            again(StatusCode::CONFLICT, &typed, &whole(words.send_again))
        }
        Ok(Some(code @ (RefusalCode::TooFast | RefusalCode::Unavailable))) => {
            let (status, sentence) = if code == RefusalCode::TooFast {
                (StatusCode::TOO_MANY_REQUESTS, words.too_fast)
            } else {
                (StatusCode::SERVICE_UNAVAILABLE, words.unavailable)
            };
            again(status, &typed, &whole(sentence))
        }
        Ok(Some(code)) => {
            let faults = Faults::of_refusal(code, manner.lang, &site.policy);
            again(StatusCode::UNPROCESSABLE_ENTITY, &typed, &faults)
        }
        Err(Failed) => again(
            StatusCode::SERVICE_UNAVAILABLE,
            &typed,
            &whole(words.unavailable),
        ),
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
        command: VisitorCommand::RequestCallback(form),
        now: app.clock.now(),
    };
    match app.store.execute(request).await {
        Ok(Answer::Refused(refusal)) => Ok(Some(refusal.code)),
        Ok(Answer::Receipt(_) | Answer::Round { .. } | Answer::Beat { .. } | Answer::Done) => {
            Ok(None)
        }
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a call could not be booked"
            );
            Err(Failed)
        }
    }
}

/// The relay's own pages may send the form, and so may the shop's: a form like ours can stand on any of them. Any other page
/// would be using its visitors to order calls to somebody.
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

fn form_page(
    app: &App,
    site: &SiteRecord,
    manner: Manner,
    status: StatusCode,
    typed: &Typed,
    faults: &Faults,
) -> Response {
    view::whole_form(app.clock.now(), site, manner, status, typed, faults)
}

/// Where a site's form is, in a manner.
fn address(site: &SiteRecord, manner: Manner) -> String {
    format!("/callback/{}{}", site.id, Esc(&manner.query()))
}
