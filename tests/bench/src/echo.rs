//! The baseline: a bare axum echo with the relay's own buffer sizes, and nothing else.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::routing::any;
use futures_util::{FutureExt, SinkExt, StreamExt};

/// Serves `/ws/visitor` until it is killed; and `/ws/plain` with the buffers that axum has unless
/// told otherwise.
pub(crate) async fn serve(listen: SocketAddr) -> anyhow::Result<()> {
    let upgrade = any(|upgrade: WebSocketUpgrade| async {
        upgrade
            .read_buffer_size(512)
            .write_buffer_size(16 * 1024)
            .max_write_buffer_size(4 * 1024 * 1024)
            .on_upgrade(echo)
    });
    let plain = any(|upgrade: WebSocketUpgrade| async { upgrade.on_upgrade(echo) });
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(listen)?;
    // As the relay's: with less room some of a crowd would be turned away, and be a second late.
    let listener = socket.listen(16_384)?;
    let app = Router::new()
        .route("/ws/visitor", upgrade)
        .route("/ws/plain", plain)
        .route("/readyz", axum::routing::get(|| async {}));
    axum::serve(
        axum::serve::ListenerExt::tap_io(listener, |stream| {
            // The relay does the same; a failure shows in the figures.
            let _ = stream.set_nodelay(true);
        }),
        app,
    )
    .await?;
    Ok(())
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.next().await {
        if socket.feed(message).await.is_err() {
            return;
        }
        while let Some(Some(Ok(message))) = socket.next().now_or_never() {
            if socket.feed(message).await.is_err() {
                return;
            }
        }
        if socket.flush().await.is_err() {
            return;
        }
    }
}
