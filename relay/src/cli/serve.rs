//! `heard-relay serve`

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use heard_relay::assets;
use heard_relay::clock::SystemClock;
use heard_relay::config::{Config, Data};
use heard_relay::entropy::OsEntropy;
use heard_relay::server::Relay;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Runtime;

use super::args::ServeArgs;
use super::settings::{serve_config, start_logging};

/// The exit code of a process that was interrupted, by the shells' convention.
const INTERRUPTED: i32 = 130;

pub(super) fn run(args: &ServeArgs) -> anyhow::Result<()> {
    let config = serve_config(args)?;
    start_logging(&config)?;
    // As a task, not on this thread, which would have to wake another for every connection it
    // takes.
    runtime()?.block_on(async { tokio::spawn(serve(config)).await })?
}

async fn serve(config: Config) -> anyhow::Result<()> {
    if let Err(error) = assets::require() {
        tracing::warn!(%error, "widget and console are not served");
    }
    if config.public_url.is_none() && !config.listen.ip().is_loopback() {
        tracing::warn!("public_url is not set: the Host header of each request is believed");
    }
    if config.bus.is_some() && matches!(config.data, Data::File(_)) {
        tracing::warn!("a bus is of no use on a data file, which one relay has to itself");
    }
    let stop = stop_signal()?;
    let listener = bind(config.listen)?;
    let address = listener
        .local_addr()
        .context("the listening address cannot be read")?;
    let entropy =
        OsEntropy::open().map_err(|error| anyhow!("the system has no randomness: {error}"))?;
    let url = config
        .public_url
        .as_ref()
        .map_or_else(|| format!("http://{address}"), ToString::to_string);
    let relay = Relay::open(config, Arc::new(SystemClock), Arc::new(entropy)).await?;
    tracing::info!(listen = %address, "ready");
    println!("Heard is ready: {url}");
    relay.serve(listener, stop).await;
    tracing::info!("stopped");
    Ok(())
}

/// The threads everything runs on, with as many file descriptors as the system grants.
pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    raise_descriptor_limit();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the threads of the runtime cannot be started")
}

/// Every connection takes a file descriptor, and the limit a shell hands down is meant for desktop
/// programs.
fn raise_descriptor_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        if current != maximum {
            let raised = setrlimit(
                Resource::Nofile,
                Rlimit {
                    current: maximum,
                    maximum,
                },
            );
            if let Err(error) = raised {
                tracing::debug!(%error, "the limit of open files stays as it is");
            }
        }
    }
}

/// How many connections may wait to be taken. After a crash everybody comes back in one second, and
/// whom the system turns away for want of room tries again a second later at the earliest. Linux
/// grants as many as `net.core.somaxconn` says, 4,096 unless changed.
const BACKLOG: u32 = 16_384;

/// Listens, or says in one sentence why not.
pub(crate) fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    listen(address).map_err(|error| {
        let reason = match error.kind() {
            ErrorKind::AddrInUse => {
                "another program listens there already; choose another port, or stop it".to_owned()
            }
            ErrorKind::AddrNotAvailable => "this machine does not have that address".to_owned(),
            ErrorKind::PermissionDenied => {
                "that port is reserved for the system; choose one above 1023".to_owned()
            }
            _ => error.to_string(),
        };
        anyhow!("cannot listen on {address}: {reason}")
    })
}

/// Completes at the first SIGTERM or Ctrl-C. A second one ends the process at once.
pub(crate) fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut signals = Signals::listen()?;
    Ok(async move {
        signals.next().await;
        tokio::spawn(async move {
            signals.next().await;
            std::process::exit(INTERRUPTED);
        });
    })
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // Connections of a relay that has just ended don't keep the next one from starting. Elsewhere
    // this would mean something else.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> anyhow::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let to = |kind| signal(kind).context("signals cannot be listened to");
        Ok(Self {
            terminate: to(SignalKind::terminate())?,
            interrupt: to(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> anyhow::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
