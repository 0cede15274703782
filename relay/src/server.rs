//! A relay put together, its routes, and its life from the first connection to the last.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::announce::Announcer;
use crate::app::{App, Peer};
use crate::auth::{PasswordError, Passwords, Throttle};
use crate::bus::nats::NatsError;
use crate::bus::{Ear, Exchange, Line, nats};
use crate::clock::Clock;
use crate::config::Config;
use crate::dialer::{DialError, Dialers};
use crate::duty::{self, Bell, Words};
use crate::entropy::Entropy;
use crate::hub::Hub;
use crate::node::{self, NodeId};
use crate::socket::{Bounds, Context};
use crate::store::{self, Listener, Request as Write, Store, StoreError};
use crate::trouble::{self, Listening};
use crate::{api, assets, pages, socket};

/// How long a connection that could not be accepted makes the next attempt wait. Out of file
/// descriptors, an attempt without a pause would be made a million times a second.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// The most a request's head may measure, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// Why a relay could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its data can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It can't have a line to other nodes.
    #[error(transparent)]
    Bus(#[from] NatsError),
    /// It can't dial as it is told to.
    #[error(transparent)]
    Dialer(#[from] DialError),
    /// Passwords can't be hashed here.
    #[error(transparent)]
    Password(#[from] PasswordError),
}

/// What a relay is put together from.
struct Pieces {
    /// Its settings.
    config: Config,
    /// Its store, which tells the announcer what it writes.
    store: Arc<dyn Store>,
    /// Who is connected.
    hub: Arc<Hub>,
    /// The way to whoever is connected elsewhere.
    exchange: Arc<Exchange>,
    /// The line to other nodes, if there may be any.
    line: Option<Line>,
    /// Tells what is written.
    announcer: Arc<Announcer>,
    /// What the duties are told, at both ends.
    bell: Bell,
    words: Words,
    /// What the listener is told, at both ends.
    listening: Listening,
    attention: trouble::Ear,
    /// What time it is.
    clock: Arc<dyn Clock>,
    /// Randomness.
    entropy: Arc<dyn Entropy>,
}

/// A relay that is ready to serve.
pub struct Relay {
    app: Arc<App>,
}

impl Relay {
    /// Opens the file or the database the settings name, and puts a relay together on it.
    ///
    /// # Errors
    /// [`StartError`], whose words are for whoever started it.
    pub async fn open(
        config: Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StartError> {
        Self::open_on(config, None, clock, entropy).await
    }

    /// As [`open`](Self::open), with a line to other nodes in place of the one the settings name.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_on(
        config: Config,
        line: Option<Line>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StartError> {
        let hub = Arc::new(Hub::default());
        let node = NodeId::from_bits(entropy.bits());
        let exchange = Arc::new(Exchange::new(node, Arc::clone(&hub)));
        let (bell, words) = duty::bell();
        let (listening, attention) = trouble::channel();
        let announcer = Announcer::start(
            Arc::clone(&hub),
            Arc::clone(&exchange),
            bell.clone(),
            listening.clone(),
        );
        let listener = Arc::clone(&announcer) as Arc<dyn Listener>;
        let store = store::open(&config.data, listener, config.limits.write_batch).await?;
        let line = match (line, &config.bus) {
            (None, Some(address)) => Some(nats::connect(address.url(), store.epoch()).await?),
            (line, _) => line,
        };
        Self::assemble(Pieces {
            config,
            store,
            hub,
            exchange,
            line,
            announcer,
            bell,
            words,
            listening,
            attention,
            clock,
            entropy,
        })
        .await
    }

    /// Puts a relay together and starts its tasks.
    async fn assemble(pieces: Pieces) -> Result<Self, StartError> {
        let Pieces {
            config,
            store,
            hub,
            exchange,
            line,
            announcer,
            bell,
            words,
            listening,
            attention,
            clock,
            entropy,
        } = pieces;
        if !store.is_shared() {
            let now = clock.now();
            store.execute(Write::EverybodyGone { now }).await?;
        }
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let dialers = Dialers::start(&config, Arc::clone(&store), Arc::clone(&clock)).await?;
        tokio::spawn(attention.listen(Arc::clone(&store), Arc::clone(&clock), stop.clone()));
        tasks.spawn(duty::run(
            words,
            Arc::clone(&store),
            duty::all(&store, &hub, &dialers),
            Arc::clone(&clock),
            stop.clone(),
        ));
        let limits = &config.limits;
        let idle_ms = u64::from(limits.idle_ms);
        // A look costs more than everything else an idle connection does, and what the bus may have
        // lost is noticed without it. Nodes that share a store and have no bus learn of each
        // other's messages in no other way.
        let unheard = store.is_shared() && line.is_none();
        let check_ms = if unheard { idle_ms } else { 10 * idle_ms };
        let callbacks = Throttle::new(limits.callback_burst, limits.callback_per_minute);
        let callbacks = Arc::new(callbacks);
        let sockets = Arc::new(Context {
            callbacks: Arc::clone(&callbacks),
            store: Arc::clone(&store),
            hub: Arc::clone(&hub),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            node: exchange.node(),
            exchange: Arc::clone(&exchange),
            duties: bell,
            listening,
            voice: config.voice.clone(),
            bounds: Bounds {
                hello_ms: limits.hello_timeout_ms,
                idle_ms,
                check_ms,
                rate: limits.rate(),
            },
            outgoing_queue: limits.outgoing_queue,
            max_connections: limits.max_connections,
            open: AtomicUsize::new(0),
            stop: stop.clone(),
            tasks: tasks.clone(),
        });
        if store.is_shared() {
            tasks.spawn(node::keep(Arc::clone(&sockets)));
        }
        if let Some((bus, heard)) = line {
            exchange.join(bus);
            let ear = Ear::new(hub, exchange, announcer);
            tasks.spawn(ear.listen(heard, stop.clone()));
        }
        let app = App {
            passwords: Passwords::new(&*entropy)?,
            sign_in: Throttle::new(limits.sign_in_burst, limits.sign_in_per_minute),
            // A whole team may sit behind one address.
            sign_in_any: Throttle::new(
                limits.sign_in_burst.saturating_mul(10),
                limits.sign_in_per_minute.saturating_mul(10),
            ),
            callbacks,
            config: Arc::new(config),
            store,
            clock,
            entropy,
            stop,
            tasks,
            dialers,
            sockets,
        };
        Ok(Self { app: Arc::new(app) })
    }

    /// What requests reach.
    pub const fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Every route of the relay.
    pub fn router(&self) -> Router {
        router(&self.app)
    }

    /// Serves until `stop` completes; then says goodbye to every socket, and returns once they have
    /// gone or the time for it is over. What was being written is on disk when this returns and the
    /// relay is dropped.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let app = self.app;
        tokio::select! {
            () = accept(&app, &listener) => {}
            () = stop => {}
        }
        // Whoever comes from here on is refused by the system, and reconnects.
        drop(listener);
        app.stop.cancel();
        app.dialers.stop().await;
        app.tasks.close();
        let drain = Duration::from_millis(app.config.limits.drain_ms);
        if tokio::time::timeout(drain, app.tasks.wait()).await.is_err() {
            tracing::warn!(
                connections.left = app.tasks.len(),
                "stopping without a goodbye from everybody"
            );
        }
    }
}

/// Every route of the relay.
fn router(app: &Arc<App>) -> Router {
    Router::new()
        .merge(pages::routes())
        .merge(api::beside())
        .nest("/api", api::routes(app))
        .merge(assets::routes())
        .merge(socket::routes())
        .fallback(pages::no_such_page)
        .with_state(Arc::clone(app))
}

/// Takes connections for as long as it is polled.
async fn accept(app: &Arc<App>, listener: &TcpListener) {
    let router = router(app);
    let places = Arc::new(Semaphore::new(app.config.limits.max_http));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(app.config.limits.head_timeout_ms))
        .max_buf_size(MAX_HEAD);
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Without a place the connection is dropped here and now: waiting for one would
                // make everybody wait.
                if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
                    let connection = serve_connection(app, &http, &router, stream, peer);
                    app.tasks.spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
            }
            // The other side gave up between two instants: nothing is wrong here.
            Err(error) if is_theirs(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_theirs(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

/// Serves one connection until it ends or has become a socket.
fn serve_connection(
    app: &Arc<App>,
    http: &http1::Builder,
    router: &Router,
    stream: TcpStream,
    peer: SocketAddr,
) -> impl Future<Output = ()> + use<> {
    // Frames are small and are flushed when they are complete.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let router = TowerToHyperService::new(router.clone());
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.call(request)
    });
    let connection = http
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let stop = app.stop.clone();
    async move {
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stop.cancelled() => {
                // An answer that is under way is finished; an idle connection ends now.
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection broke");
        }
    }
}
