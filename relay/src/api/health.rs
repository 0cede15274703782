//! For whoever watches over the process.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

use crate::app::App;

/// The process runs and answers.
pub(super) async fn alive() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], "alive\n")
}

/// It can write and is not about to stop, so it may be sent visitors.
pub(super) async fn ready(State(app): State<Arc<App>>) -> impl IntoResponse {
    let (status, word) = if app.stop.is_cancelled() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n")
    } else {
        match app.store.check().await {
            // Whoever is connected here is served; what others write arrives when the line is back.
            Ok(()) if app.sockets.exchange.is_cut_off() => (
                StatusCode::OK,
                "degraded: no line to the other relays; what their visitors and agents write comes late\n",
            ),
            Ok(()) => (StatusCode::OK, "ready\n"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the store cannot write"
                );
                (StatusCode::SERVICE_UNAVAILABLE, "the store cannot write\n")
            }
        }
    };
    (status, [(header::CACHE_CONTROL, "no-store")], word)
}
