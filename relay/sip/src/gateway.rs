//! The relay's end of all calls.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::call::{Conduct, Limits};
use crate::order::{BadOrder, Order};
use crate::outcome::Outcome;
use crate::progress::{Call, Ending, Progress};
use crate::settings::{Settings, Transport};
pub use crate::wire::start::StartError;
use crate::wire::station::Station;

/// Rings phones and joins them. Dropping it leaves calls as they are, with nobody to follow them:
/// [`stop`](Self::stop) it.
#[derive(Debug)]
pub struct Gateway {
    station: Station,
    transport: Transport,
    limits: Limits,
    stopping: CancellationToken,
    thread: Thread,
}

/// What everything here runs on: a thread and a runtime of its own. The library's sockets are read
/// by tasks that nothing but the end of their runtime ends, and each message it reads is a task:
/// only on one thread are those run in the order in which the messages came.
#[derive(Debug)]
struct Thread {
    wanted: DropGuard,
    ended: oneshot::Receiver<()>,
}

impl Thread {
    /// Starts one, and a station on it.
    async fn start(settings: Settings) -> Result<(Self, Station), StartError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(StartError::Runtime)?;
        let wanted = CancellationToken::new();
        let unwanted = wanted.clone();
        let (say, started) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let run = move || {
            let station = runtime.block_on(Station::start(&settings));
            let is_started = station.is_ok();
            if say.send(station).is_ok() && is_started {
                runtime.block_on(unwanted.cancelled());
            }
            // Tasks and sockets go at once; a name that is still being looked up is nobody's
            // business any more.
            runtime.shutdown_background();
            // Whoever stops it may have lost patience.
            let _ = end.send(());
        };
        std::thread::Builder::new()
            .name("heard-sip".to_owned())
            .spawn(run)
            .map_err(StartError::Runtime)?;
        // The library panics where it can't read the system's resolver, and the thread is gone
        // then.
        let station = started.await.map_err(|_| StartError::Library).flatten()?;
        let thread = Self {
            wanted: wanted.drop_guard(),
            ended,
        };
        Ok((thread, station))
    }
}

impl Gateway {
    /// Binds, listens, and is ready to call. Nothing is sent.
    ///
    /// # Errors
    /// [`StartError`] if the address can't be bound, or a setting makes no sense.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let limits = Limits {
            ring_agent: settings.ring_agent,
            ring_visitor: settings.ring_visitor,
            longest: settings.longest,
        };
        let transport = settings.transport;
        let (thread, station) = Thread::start(settings).await?;
        Ok(Self {
            station,
            transport,
            limits,
            stopping: CancellationToken::new(),
            thread,
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

    /// Hangs up on everybody, waits until they have heard it, but not for long, and closes its
    /// socket.
    pub async fn stop(self) {
        self.stopping.cancel();
        let tasks = self.station.tasks();
        tasks.close();
        // To withdraw, and then perhaps to hang up.
        let patience = self.station.patience().settling * 2 + Duration::from_millis(500);
        if timeout(patience, tasks.wait()).await.is_err() {
            tracing::warn!("some phones did not say that they hung up");
        }
        drop(self.thread.wanted);
        if timeout(patience, self.thread.ended).await.is_err() {
            tracing::warn!("the socket for SIP did not close in time");
        }
    }
}
