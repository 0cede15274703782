//! Where sockets are opened.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::any;
use heard_protocol::{Codec, Role as _, Staff, Visitor};

use super::connection;
use super::context::Caller;
use super::greet::Served;
use crate::app::{self, App};
use crate::auth::{self, AddressKey};
use crate::config::Config;

/// The read buffer of a connection: the default of 128 KiB was measured at fifty times the memory
/// and 2.4 times the CPU. In bytes.
const READ_BUFFER: usize = 512;
/// How much is gathered before a write happens without a flush. Nothing is set aside for it. In
/// bytes.
const WRITE_BUFFER: usize = 16 * 1024;
/// The most that may wait for a client that reads slowly. In bytes.
const MAX_WRITE_BUFFER: usize = 4 * 1024 * 1024;
/// The largest message that is read at all; what is over the protocol's limit but under this is
/// answered with a reason. In bytes.
const MAX_MESSAGE: usize = 1024 * 1024;

/// `/ws/visitor` and `/ws/staff`.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(Visitor::PATH, any(open::<Visitor>))
        .route(Staff::PATH, any(open::<Staff>))
}

async fn open<S: Served>(
    State(app): State<Arc<App>>,
    app::Caller(address): app::Caller,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let caller = caller(&headers, &app.config, address);
    let context = Arc::clone(&app.sockets);
    let upgrade = upgrade
        .protocols(Codec::ALL.map(Codec::subprotocol))
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MAX_WRITE_BUFFER)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE);
    // A client that names no subprotocol is taken to be somebody's first try by hand.
    let codec = upgrade
        .selected_protocol()
        .and_then(|name| name.to_str().ok())
        .and_then(Codec::from_subprotocol)
        .unwrap_or(Codec::Json);
    let tasks = context.tasks.clone();
    upgrade.on_upgrade(move |socket| {
        tasks.track_future(connection::serve::<S>(socket, codec, context, caller))
    })
}

fn caller(headers: &HeaderMap, config: &Config, address: AddressKey) -> Caller {
    let origin = auth::allowed(headers, config);
    let cookie = match origin {
        auth::OriginVerdict::Own => auth::cookie_token(headers, config),
        auth::OriginVerdict::Absent | auth::OriginVerdict::Foreign => None,
    };
    Caller {
        cookie,
        foreign: origin == auth::OriginVerdict::Foreign,
        address,
    }
}
