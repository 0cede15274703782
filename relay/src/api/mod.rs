//! The HTTP API: JSON in, JSON out, errors included.

mod callbacks;
mod dialer;
mod error;
mod health;
mod input;
mod session;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use heard_protocol::limits::MAX_CLIENT_FRAME_BYTES;

pub use error::ApiError;

use crate::app::App;

/// Everything under `/api`.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let sessions = get(session::who)
        .post(session::sign_in)
        .delete(session::sign_out)
        .layer(DefaultBodyLimit::max(session::MAX_BODY));
    let callbacks = post(callbacks::request).layer(DefaultBodyLimit::max(MAX_CLIENT_FRAME_BYTES));
    Router::new()
        .route("/v1/session", sessions)
        .route("/v1/sites/{site}/callbacks", callbacks)
        .route("/v1/dialer/events", post(dialer::event))
        .fallback(async || ApiError::NotFound)
        .method_not_allowed_fallback(async || ApiError::Method)
        .layer(middleware::from_fn_with_state(Arc::clone(app), in_time))
}

/// What is outside of `/api` and not a page: `/healthz` and `/readyz`, and the one address that
/// nesting leaves out.
pub(crate) fn beside() -> Router<Arc<App>> {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/api/", any(async || ApiError::NotFound))
}

/// Gives a request its time and no more, and its answer the headers all of them have.
async fn in_time(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let limit = Duration::from_millis(app.config.limits.request_timeout_ms);
    let mut response = tokio::time::timeout(limit, next.run(request))
        .await
        .unwrap_or_else(|_| ApiError::Timeout.into_response());
    let always: [(HeaderName, &'static str); 2] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in always {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
