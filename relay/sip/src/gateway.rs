//! The relay's end of all calls.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::call::{Conduct, Limits};
use crate::order::{BadOrder, Order};
use crate::outcome::Outcome;
use crate::progress::{Call, Ending, Progress};
use crate::settings::{Settings, Transport};
pub use crate::wire::station::StartError;
use crate::wire::station::Station;

/// Rings phones and joins them. Dropping it leaves calls as they are, with nobody to follow them: [`stop`](Self::stop) it.
#[derive(Debug)]
pub struct Gateway {
    station: Station,
    transport: Transport,
    limits: Limits,
    stopping: CancellationToken,
    /// The library's sockets are read by tasks that nothing but the end of their runtime ends. So they have one of their own.
    runtime: Option<Runtime>,
}

impl Gateway {
    /// Binds, listens, and is ready to call. Nothing is sent.
    ///
    /// # Errors
    /// [`StartError`] if the address can't be bound, or a setting makes no sense.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("heard-sip")
            .enable_all()
            .build()
            .map_err(StartError::Runtime)?;
        let limits = Limits {
            ring_agent: settings.ring_agent,
            ring_visitor: settings.ring_visitor,
            longest: settings.longest,
        };
        let transport = settings.transport;
        // The library panics where it can't read the system's resolver.
        let started = runtime.spawn(async move { Station::start(&settings).await });
        let station = started.await.map_err(|_| StartError::Library).flatten();
        let station = match station {
            Ok(station) => station,
            Err(error) => {
                runtime.shutdown_background();
                return Err(error);
            }
        };
        Ok(Self {
            station,
            transport,
            limits,
            stopping: CancellationToken::new(),
            runtime: Some(runtime),
        })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.station.bound()
    }

    /// Makes a call. An order that makes no sense ends at once, and nothing is sent.
    pub fn call(&self, order: Order) -> Call {
        let hung_up = self.stopping.child_token();
        let (call, mut reports) = Call::new(hung_up.clone());
        match order.check(self.transport) {
            Ok(order) => {
                let conduct = Conduct {
                    station: self.station.clone(),
                    order,
                    limits: self.limits,
                    hung_up,
                    reports,
                };
                self.station.spawn(conduct.run());
            }
            Err(error) => {
                tracing::warn!(%error, "an order cannot be carried out");
                let outcome = match error {
                    BadOrder::Id => Outcome::Technical,
                    BadOrder::Agent => Outcome::AgentUnreachable,
                    BadOrder::Visitor => Outcome::WrongNumber,
                };
                reports.say(Progress::Ended(Ending::without_talk(outcome, None)));
            }
        }
        call
    }

    /// Hangs up on everybody, waits until they have heard it, but not for long, and closes its socket.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        let tasks = self.station.tasks();
        tasks.close();
        // To withdraw, and then perhaps to hang up.
        let patience = self.station.patience().settling * 2 + Duration::from_millis(500);
        if timeout(patience, tasks.wait()).await.is_err() {
            tracing::warn!("some phones did not say that they hung up");
        }
        self.end();
    }

    fn end(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.end();
    }
}
