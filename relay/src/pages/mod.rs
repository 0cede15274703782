//! The pages the relay writes itself: what the widget and the console start in, and a form that
//! needs no script at all.

mod call;
mod callback;
mod console;
mod html;
mod plain;
mod policy;
mod style;
mod widget;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Redirect;
use axum::routing::get;
use heard_protocol::limits::MAX_CLIENT_FRAME_BYTES;

pub(crate) use plain::no_such_page;

use crate::app::App;

/// Every page.
pub(crate) fn routes() -> Router<Arc<App>> {
    let form = get(callback::show)
        .post(callback::send)
        .layer(DefaultBodyLimit::max(MAX_CLIENT_FRAME_BYTES));
    let one_call = get(call::show)
        .post(call::press)
        .layer(DefaultBodyLimit::max(MAX_CLIENT_FRAME_BYTES));
    Router::new()
        .route("/", get(async || Redirect::temporary("/console/")))
        .route("/console", get(async || Redirect::permanent("/console/")))
        .route("/console/", get(console::show))
        .route("/widget/{site}", get(widget::panel))
        .route("/chat/{site}", get(widget::page))
        .route("/callback/{site}", form)
        .route("/call/{secret}", one_call)
        .route("/call/{secret}/call.ics", get(call::calendar))
        .route(&style::path(), get(style::serve))
}
