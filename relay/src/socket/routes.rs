//! Where sockets are opened.

use std::sync::Arc;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::any;
use heard_protocol::{Codec, Role, Staff, Visitor};

use super::connection::{self, Caller, Context};
use super::greet::Served;
use crate::auth;
use crate::config::Config;

/// The read buffer of a connection: the default of 128 KiB was measured at fifty times the memory and 2.4 times the CPU. In bytes.
const READ_BUFFER: usize = 512;
/// How much is gathered before a write happens without a flush. Nothing is set aside for it. In bytes.
const WRITE_BUFFER: usize = 16 * 1024;
/// The most that may wait for a client that reads slowly. In bytes.
const MAX_WRITE_BUFFER: usize = 4 * 1024 * 1024;
/// The largest message that is read at all; what is over the protocol's limit but under this is answered with a reason. In bytes.
const MAX_MESSAGE: usize = 1024 * 1024;

/// `/ws/visitor` and `/ws/staff`.
pub fn routes<T: Clone + Send + Sync + 'static>(
    context: &Arc<Context>,
    config: &Arc<Config>,
) -> Router<T> {
    Router::new()
        .route(Visitor::PATH, endpoint::<Visitor, T>(context, config))
        .route(Staff::PATH, endpoint::<Staff, T>(context, config))
}

fn endpoint<S: Served, T: Clone + Send + Sync + 'static>(
    context: &Arc<Context>,
    config: &Arc<Config>,
) -> axum::routing::MethodRouter<T> {
    let (context, config) = (Arc::clone(context), Arc::clone(config));
    any(move |headers: HeaderMap, upgrade: WebSocketUpgrade| {
        let response = open::<S>(upgrade, &headers, &context, &config);
        async move { response }
    })
}

fn open<S: Served>(
    upgrade: WebSocketUpgrade,
    headers: &HeaderMap,
    context: &Arc<Context>,
    config: &Config,
) -> Response {
    let caller = caller(headers, config);
    let context = Arc::clone(context);
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

fn caller(headers: &HeaderMap, config: &Config) -> Caller {
    match auth::allowed(headers, config) {
        auth::OriginVerdict::Own => Caller {
            cookie: auth::cookie_token(headers, config),
            foreign: false,
        },
        auth::OriginVerdict::Absent => Caller::default(),
        auth::OriginVerdict::Foreign => Caller {
            cookie: None,
            foreign: true,
        },
    }
}
