//! `/api/v1/session`: agents sign in, ask who they are, sign out.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use heard_desk::account;
use heard_protocol::{AgentCard, Secret, SiteCard, UnixMillis};
use serde::{Deserialize, Serialize};

use super::error::ApiError;
use super::input::Body;
use crate::app::{App, Caller};
use crate::auth::{
    Intent, NewSession, OriginVerdict, SESSION_MS, allowed, authenticate, forget_cookie,
    hash_token, presented, session_cookie,
};
use crate::store::{AgentRecord, Request};

/// The largest body that is read, in bytes.
pub(super) const MAX_BODY: usize = 4 * 1024;

/// What signing in takes.
#[derive(Deserialize)]
pub(super) struct SignIn {
    email: String,
    password: String,
    /// Whether to answer with a bearer token instead of a cookie.
    #[serde(default)]
    bearer: bool,
}

/// Who is signed in.
#[derive(Serialize)]
struct Session {
    agent: AgentCard,
    site: SiteCard,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<UnixMillis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Secret>,
}

/// POST: signs in.
pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    Caller(address): Caller,
    headers: HeaderMap,
    Body(form): Body<SignIn>,
) -> Result<Response, ApiError> {
    // A foreign page must not be able to sign its visitor in as somebody of its choice.
    if allowed(&headers, &app.config) == OriginVerdict::Foreign {
        return Err(ApiError::Origin);
    }
    let email = account::sign_in_name(&form.email);
    if email.is_empty() || email.len() > account::MAX_EMAIL_BYTES {
        return Err(ApiError::BadCredentials);
    }
    let now = app.clock.now();
    app.sign_in_any.take(address, now)?;
    app.sign_in.take((&email, address), now)?;

    let known = app.store.agent_by_email(&email).await?;
    let hash = known.as_ref().map(|agent| agent.password_hash.as_str());
    let hash = hash.filter(|hash| !hash.is_empty());
    let right = app.passwords.verify(&form.password, hash).await?;
    let agent = known.filter(|_| right).ok_or(ApiError::BadCredentials)?;
    app.sign_in.forgive((&email, address));

    let session = NewSession::draw(&*app.entropy, app.clock.now(), SESSION_MS);
    let request = Request::SignIn {
        agent: agent.card.id,
        token_hash: session.hash,
        expires_at: session.expires_at,
    };
    app.store.execute(request).await?;
    tracing::info!(agent.id = %agent.card.id, "an agent signed in");

    let mut answer = Session {
        site: site_card(&app, &agent).await?,
        agent: agent.card,
        expires_at: Some(session.expires_at),
        token: None,
    };
    if form.bearer {
        answer.token = Some(session.token);
        return Ok(Json(answer).into_response());
    }
    let cookie = session_cookie(&session.token, SESSION_MS, &headers, &app.config);
    let cookie = cookie.ok_or(ApiError::Unavailable)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(answer)).into_response())
}

/// GET: who is signed in.
pub(super) async fn who(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let agent = authenticate(
        &headers,
        None,
        Intent::Read,
        &app.config,
        &*app.store,
        &*app.clock,
    )
    .await?;
    let site = site_card(&app, &agent).await?;
    let session = Session {
        agent: agent.card,
        site,
        expires_at: None,
        token: None,
    };
    Ok(Json(session).into_response())
}

/// DELETE: signs out. Whoever has no session is signed out already.
pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    match presented(&headers, None, Intent::Act, &app.config) {
        Ok(token) => {
            app.store
                .execute(Request::SignOut {
                    token_hash: hash_token(&token),
                })
                .await?;
        }
        Err(crate::auth::AuthError::Unauthorised) => {}
        Err(error) => return Err(error.into()),
    }
    let cookie = forget_cookie(&headers, &app.config).ok_or(ApiError::Unavailable)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

async fn site_card(app: &App, agent: &AgentRecord) -> Result<SiteCard, ApiError> {
    let name = app
        .store
        .site(agent.site)
        .await?
        .map(|site| site.name)
        .unwrap_or_default();
    Ok(SiteCard {
        id: agent.site,
        name,
    })
}
