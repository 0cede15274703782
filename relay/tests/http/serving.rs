//! The relay on a real port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use heard_relay::clock::SystemClock;
use heard_relay::config::Config;
use heard_relay::entropy::OsEntropy;
use heard_relay::server::Relay;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(20);
const ALIVE: &str = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";

struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    _folder: TempDir,
}

impl Running {
    async fn start(set: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config {
            data: folder.path().join("heard.db").into(),
            ..Config::default()
        };
        set(&mut config);
        let entropy = Arc::new(OsEntropy::open().unwrap());
        let relay = Relay::open(config, Arc::new(SystemClock), entropy)
            .await
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let serving = tokio::spawn(relay.serve(listener, stop.clone().cancelled_owned()));
        Self {
            address,
            stop,
            serving,
            _folder: folder,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// Reads until the text has come or the connection ends.
async fn read_until(stream: &mut TcpStream, wanted: &str) -> String {
    let mut text = String::new();
    let reading = async {
        let mut bytes = [0; 1_024];
        while !text.contains(wanted) {
            match stream.read(&mut bytes).await {
                Ok(0) | Err(_) => break,
                Ok(count) => text.push_str(&String::from_utf8_lossy(&bytes[..count])),
            }
        }
    };
    tokio::time::timeout(PATIENCE, reading)
        .await
        .expect("no end and no answer");
    text
}

/// Waits until the other side has closed.
async fn closed(stream: &mut TcpStream) {
    let text = read_until(stream, "\u{0}never").await;
    assert!(!text.contains("200 OK"), "{text}");
}

async fn alive(stream: &mut TcpStream) -> bool {
    stream.write_all(ALIVE.as_bytes()).await.is_ok()
        && read_until(stream, "alive\n").await.ends_with("alive\n")
}

#[tokio::test]
async fn a_connection_serves_several_requests() {
    let running = Running::start(|_| {}).await;
    let mut stream = running.connect().await;
    assert!(alive(&mut stream).await);
    assert!(alive(&mut stream).await);
}

#[tokio::test]
async fn stopping_ends_idle_connections_and_refuses_new_ones() {
    let running = Running::start(|_| {}).await;
    let mut idle = running.connect().await;
    assert!(alive(&mut idle).await);
    running.stop.cancel();
    tokio::time::timeout(PATIENCE, running.serving)
        .await
        .expect("it did not stop")
        .unwrap();
    closed(&mut idle).await;
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn whoever_never_finishes_a_request_is_dropped_and_nobody_else_notices() {
    let running = Running::start(|config| config.limits.head_timeout_ms = 200).await;
    let mut silent = running.connect().await;
    let mut slow = running.connect().await;
    slow.write_all(b"GET /healthz HTTP/1.1\r\nhost: ")
        .await
        .unwrap();
    assert!(alive(&mut running.connect().await).await);
    closed(&mut silent).await;
    closed(&mut slow).await;
    assert!(alive(&mut running.connect().await).await);
}

#[tokio::test]
async fn a_body_that_never_comes_is_answered() {
    let running = Running::start(|config| config.limits.request_timeout_ms = 200).await;
    let mut stream = running.connect().await;
    let head = "POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                content-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = read_until(&mut stream, "\"timeout\"").await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn a_head_beyond_reason_is_refused() {
    let running = Running::start(|_| {}).await;
    let mut stream = running.connect().await;
    let head = format!(
        "GET / HTTP/1.1\r\nhost: x\r\nx-a: {}\r\n\r\n",
        "a".repeat(64 * 1_024)
    );
    // The relay may close before it has taken everything.
    let _ = stream.write_all(head.as_bytes()).await;
    let answer = read_until(&mut stream, "\r\n\r\n").await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431 "),
        "{answer}"
    );
    assert!(alive(&mut running.connect().await).await);
}

#[tokio::test]
async fn connections_are_bounded_and_places_come_free_again() {
    let running = Running::start(|config| config.limits.max_http = 2).await;
    let mut one = running.connect().await;
    let mut two = running.connect().await;
    assert!(alive(&mut one).await);
    assert!(alive(&mut two).await);
    let mut three = running.connect().await;
    closed(&mut three).await;
    drop(one);
    // The relay notices the free place in its own time.
    let patience = tokio::time::Instant::now() + PATIENCE;
    while !alive(&mut running.connect().await).await {
        assert!(
            tokio::time::Instant::now() < patience,
            "the place did not come free"
        );
        tokio::task::yield_now().await;
    }
    assert!(alive(&mut two).await);
}
