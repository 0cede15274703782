//! Runs dispatch rounds: when something happened that could change who answers whom, and when time
//! alone does.
//!
//! It also tells waiting visitors their place, since a round is what moves it. One task serves
//! every site of this process; what it keeps in memory (the queue's recent pace) may be lost
//! without harm.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use heard_desk::estimate;
use heard_protocol::{Availability, ContactId, SiteId, UnixMillis, VisitorNotice, WaitEstimate};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::bus::Exchange;
use crate::clock::Clock;
use crate::dialer::{Dialers, Ordered};
use crate::hub::{Hub, Mailbox};
use crate::store::{Answer, Answers, Fact, Listener, Request, Store, StoreError};
use crate::trouble::{self, Ear, Entries, Listening, Patience};

/// How often waiting visitors are told their place at most.
const PLACES_EVERY: Duration = Duration::from_millis(500);
/// After how long a round that failed is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// After how long a node looks that heard from another what should lead to a round there: the other
/// may be gone by then, or cut off.
const SECOND_LOOK: Duration = Duration::from_secs(1);
/// How long a round may be held up by telling visitors their places, or by looking which sites
/// there are. A connection to the store that was cut says nothing for much longer.
const ASIDE: Duration = Duration::from_secs(1);
/// A sweep even if nothing is known to have happened: it catches what a crash left behind.
const SWEEP: Duration = Duration::from_secs(15);
/// The most moments kept of one site's pace.
const PACE: usize = 64;

/// Something a dispatcher should know.
#[derive(Debug, Clone, Copy)]
enum Nudge {
    Look(SiteId),
    Places(SiteId),
    /// Another node should look.
    Heard(SiteId),
    Taken(SiteId, UnixMillis),
    /// A site's calls should be looked at.
    Calls(SiteId),
    /// Another node should look at them.
    HeardCalls(SiteId),
    /// A call is to be dialled.
    Dial(Ordered),
    Everywhere,
}

/// Takes facts from the writer to the connections and to the dispatcher. Handed to the store when
/// it is opened.
pub struct Announcer {
    hub: Arc<Hub>,
    exchange: Arc<Exchange>,
    nudges: mpsc::UnboundedSender<Nudge>,
    /// What the last commits lead to once they are answered: one wake brings a connection both its
    /// mail and its answer.
    pending: Mutex<Pending>,
    rounds: mpsc::UnboundedSender<Delivery>,
}

/// What was committed and not answered yet.
#[derive(Default)]
struct Pending {
    woken: Vec<Arc<Mailbox>>,
    entries: Vec<Entries>,
}

/// What one commit leads to: answers, connections to wake, and something to listen to.
struct Delivery {
    answers: Answers,
    pending: Pending,
}

/// Delivers, commit by commit. A task of the runtime, since there waking another task is a push
/// onto a queue; from the writer's thread it is a system call for each, and the first one takes the
/// core away from the writer before it has come to the second.
async fn deliver(mut rounds: mpsc::UnboundedReceiver<Delivery>, listening: Listening) {
    while let Some(delivery) = rounds.recv().await {
        (delivery.answers)();
        for mailbox in delivery.pending.woken {
            mailbox.wake();
        }
        listening.said(delivery.pending.entries, true);
    }
}

impl Listener for Announcer {
    fn committed(&self, facts: Vec<Fact>) {
        for nudge in facts.iter().filter_map(nudge) {
            // A dispatcher that has stopped needs no nudges.
            let _ = self.nudges.send(nudge);
        }
        self.exchange.facts(&facts);
        let mut pending = self.pending.lock();
        pending.entries.extend(trouble::entries(&facts));
        pending.woken.extend(self.hub.announce(facts));
    }

    fn unsure(&self) {
        self.hub.catch_up();
        self.exchange.hole();
        let _ = self.nudges.send(Nudge::Everywhere);
    }

    fn answer(&self, answers: Answers) {
        let pending = std::mem::take(&mut *self.pending.lock());
        // When the runtime has stopped, nobody waits any more.
        let _ = self.rounds.send(Delivery { answers, pending });
    }
}

/// What a fact means for the dispatcher of the node that wrote it.
fn nudge(fact: &Fact) -> Option<Nudge> {
    match fact {
        Fact::Dispatch { site } => Some(Nudge::Look(*site)),
        Fact::Taken { site, at, .. } => Some(Nudge::Taken(*site, *at)),
        Fact::Calls { site } => Some(Nudge::Calls(*site)),
        Fact::Dial {
            site,
            callback,
            order,
        } => Some(Nudge::Dial(Ordered {
            site: *site,
            callback: *callback,
            order: *order,
        })),
        Fact::Entries { .. }
        | Fact::Summary { .. }
        | Fact::Reads { .. }
        | Fact::Colleague { .. }
        | Fact::Mine { .. }
        | Fact::Callback { .. } => None,
    }
}

/// Asks for a look at a site from outside the store.
#[derive(Debug, Clone)]
pub struct DispatchHandle {
    nudges: mpsc::UnboundedSender<Nudge>,
    listening: Listening,
}

impl DispatchHandle {
    /// A waiting visitor has just come (back) and does not know their place.
    pub fn tell_places(&self, site: SiteId) {
        let _ = self.nudges.send(Nudge::Places(site));
    }

    /// Another node wrote this. It runs the rounds that follow, and this one makes sure; those who
    /// wait here are told their places by this one.
    pub(crate) fn heard(&self, facts: &[Fact]) {
        self.listening
            .said(trouble::entries(facts).collect(), false);
        for heard in facts.iter().filter_map(nudge) {
            let _ = self.nudges.send(match heard {
                Nudge::Look(site) => Nudge::Heard(site),
                Nudge::Calls(site) => Nudge::HeardCalls(site),
                // Whoever wrote it dials.
                Nudge::Dial(_) => continue,
                other => other,
            });
        }
    }

    /// A visitor's next message was this hard to write.
    pub(crate) fn effort(&self, contact: ContactId, typed_ms: u32, deleted: u32) {
        self.listening.effort(contact, typed_ms, deleted);
    }

    /// A visitor's connection broke.
    pub(crate) fn broke(&self, site: SiteId, contact: ContactId) {
        self.listening.broke(site, contact);
    }

    /// A round may be due on any site: whoever knew may be gone.
    pub(crate) fn look_everywhere(&self) {
        let _ = self.nudges.send(Nudge::Everywhere);
    }
}

/// The two ends that are made before there is a store, and the task that needs one.
#[derive(Debug)]
pub struct Dispatcher {
    nudges: mpsc::UnboundedReceiver<Nudge>,
    ear: Ear,
}

/// Makes a listener for the store, a handle for the sockets, and the dispatcher to run once the
/// store is open. Called on the runtime that the sockets are on: the listener delivers there for as
/// long as the store keeps it.
pub fn channel(
    hub: Arc<Hub>,
    exchange: Arc<Exchange>,
) -> (Arc<Announcer>, DispatchHandle, Dispatcher) {
    let (sender, nudges) = mpsc::unbounded_channel();
    let (listening, ear) = trouble::channel();
    let handle = DispatchHandle {
        nudges: sender.clone(),
        listening: listening.clone(),
    };
    let (rounds, waiting) = mpsc::unbounded_channel();
    tokio::spawn(deliver(waiting, listening));
    (
        Arc::new(Announcer {
            hub,
            exchange,
            nudges: sender,
            pending: Mutex::default(),
            rounds,
        }),
        handle,
        Dispatcher { nudges, ear },
    )
}

impl Dispatcher {
    /// Runs until `stop` is cancelled.
    pub async fn run(
        mut self,
        store: Arc<dyn Store>,
        hub: Arc<Hub>,
        clock: Arc<dyn Clock>,
        dialers: Arc<Dialers>,
        stop: CancellationToken,
    ) {
        let listen = self
            .ear
            .listen(Arc::clone(&store), Arc::clone(&clock), stop.clone());
        tokio::spawn(listen);
        let mut desk = Desk {
            store,
            hub,
            clock,
            dialers,
            call_dirty: BTreeSet::new(),
            call_wakes: BTreeMap::new(),
            dirty: BTreeSet::new(),
            places: BTreeSet::new(),
            wakes: BTreeMap::new(),
            taken: BTreeMap::new(),
            patience: Patience::default(),
            impatient: BTreeMap::new(),
            sweep: None,
            told_at: None,
        };
        desk.sweep().await;
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            let pause = desk.pause();
            tokio::select! {
                () = stop.cancelled() => return,
                _ = sweep.tick() => desk.sweep().await,
                nudge = self.nudges.recv() => match nudge {
                    Some(nudge) => desk.note(nudge),
                    None => return,
                },
                () = tokio::time::sleep(pause.unwrap_or(SWEEP)), if pause.is_some() => {}
            }
            while let Ok(nudge) = self.nudges.try_recv() {
                desk.note(nudge);
            }
            desk.work().await;
        }
    }
}

struct Desk {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    clock: Arc<dyn Clock>,
    dialers: Arc<Dialers>,
    /// Sites whose calls are to be looked at.
    call_dirty: BTreeSet<SiteId>,
    /// When they are to be looked at next: every site that is known to have an open request.
    call_wakes: BTreeMap<SiteId, UnixMillis>,
    dirty: BTreeSet<SiteId>,
    places: BTreeSet<SiteId>,
    wakes: BTreeMap<SiteId, UnixMillis>,
    taken: BTreeMap<SiteId, VecDeque<UnixMillis>>,
    patience: Patience,
    /// When somebody on a site will have waited too long.
    impatient: BTreeMap<SiteId, UnixMillis>,
    /// When every site is to be looked at.
    sweep: Option<Instant>,
    told_at: Option<Instant>,
}

impl Desk {
    fn note(&mut self, nudge: Nudge) {
        match nudge {
            Nudge::Look(site) => {
                self.dirty.insert(site);
                self.places.insert(site);
                // Somebody came, left or became free: whoever waits for a call waits for that too.
                if self.call_wakes.contains_key(&site) {
                    self.call_dirty.insert(site);
                }
            }
            Nudge::Calls(site) => {
                self.call_dirty.insert(site);
            }
            Nudge::HeardCalls(site) => {
                let at = self.soon(SECOND_LOOK);
                let wake = self.call_wakes.entry(site).or_insert(at);
                *wake = at.min(*wake);
            }
            Nudge::Dial(ordered) => {
                tokio::spawn(Arc::clone(&self.dialers).dial(ordered));
            }
            Nudge::Places(site) => {
                self.places.insert(site);
            }
            Nudge::Heard(site) => {
                self.places.insert(site);
                self.wake_within(site, SECOND_LOOK);
            }
            Nudge::Everywhere => self.sweep = Some(Instant::now()),
            Nudge::Taken(site, at) => {
                let taken = self.taken.entry(site).or_default();
                if taken.len() == PACE {
                    taken.pop_front();
                }
                taken.push_back(at);
            }
        }
    }

    /// Has a round run on a site after so long, or sooner if one is due sooner.
    fn wake_within(&mut self, site: SiteId, pause: Duration) {
        let at = self.soon(pause);
        let wake = self.wakes.entry(site).or_insert(at);
        *wake = at.min(*wake);
    }

    fn soon(&self, pause: Duration) -> UnixMillis {
        let pause = u64::try_from(pause.as_millis()).unwrap_or(1_000);
        self.clock.now().plus(pause)
    }

    /// How long until there is something to do without a nudge.
    fn pause(&self) -> Option<Duration> {
        let now = self.clock.now();
        let wake = self
            .wakes
            .values()
            .chain(self.call_wakes.values())
            .chain(self.impatient.values())
            .min()
            .map(|at| Duration::from_millis(at.since(now)));
        let places = (!self.places.is_empty()).then(|| self.until_places());
        let sweep = self
            .sweep
            .map(|at| at.saturating_duration_since(Instant::now()));
        wake.into_iter().chain(places).chain(sweep).min()
    }

    fn until_places(&self) -> Duration {
        self.told_at.map_or(Duration::ZERO, |at| {
            PLACES_EVERY.saturating_sub(at.elapsed())
        })
    }

    async fn sweep(&mut self) {
        match timeout(ASIDE, self.store.sites()).await {
            Ok(Ok(sites)) => {
                self.sweep = None;
                let sites = sites.into_iter().map(|site| site.id);
                self.dirty.extend(sites);
                self.places.extend(&self.dirty);
                self.call_dirty.extend(&self.dirty);
                return;
            }
            Ok(Err(error)) => tracing::error!(%error, "the sites could not be read"),
            Err(_) => tracing::warn!("the sites could not be read in time"),
        }
        // Whatever it was for is still to be done.
        self.sweep = Some(Instant::now() + RETRY);
    }

    async fn work(&mut self) {
        if self.sweep.is_some_and(|at| at <= Instant::now()) {
            self.sweep().await;
        }
        let now = self.clock.now();
        let due = self
            .wakes
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(site, _)| *site);
        let mut todo = std::mem::take(&mut self.dirty);
        todo.extend(due);
        for site in todo {
            self.wakes.remove(&site);
            if let Err(error) = self.round(site).await {
                tracing::error!(%error, site.id = %site, "a dispatch round failed");
                self.wake_within(site, RETRY);
            }
        }
        self.calls(now).await;
        let waited = self.impatient.extract_if(.., |_, at| *at <= now);
        self.places.extend(waited.map(|(site, _)| site));
        if self.until_places().is_zero() && !self.places.is_empty() {
            self.told_at = Some(Instant::now());
            for site in std::mem::take(&mut self.places) {
                match timeout(ASIDE, self.tell(site)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => {
                        tracing::error!(%error, site.id = %site, "the queue could not be read");
                    }
                    Err(_) => {
                        tracing::warn!(site.id = %site, "the queue could not be read in time");
                        self.places.insert(site);
                    }
                }
            }
        }
    }

    /// Looks at the calls of the sites where it is due.
    async fn calls(&mut self, now: UnixMillis) {
        let due = self.call_wakes.iter().filter(|(_, at)| **at <= now);
        let mut todo: BTreeSet<SiteId> = due.map(|(site, _)| *site).collect();
        todo.append(&mut self.call_dirty);
        for site in todo {
            self.call_wakes.remove(&site);
            let now = self.clock.now();
            match self.store.execute(Request::Calls { site, now }).await {
                Ok(Answer::Round { wake_at, .. }) => {
                    self.call_wakes.extend(wake_at.map(|at| (site, at)));
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, site.id = %site, "a site's calls could not be looked at");
                    self.call_wakes.insert(site, self.soon(RETRY));
                }
            }
        }
    }

    async fn round(&mut self, site: SiteId) -> Result<(), StoreError> {
        let now = self.clock.now();
        if let Answer::Round {
            wake_at: Some(at), ..
        } = self.store.execute(Request::Dispatch { site, now }).await?
        {
            self.wakes.insert(site, at);
        }
        Ok(())
    }

    /// Tells those who wait where they stand, and everybody whether anyone is there.
    async fn tell(&mut self, site: SiteId) -> Result<(), StoreError> {
        let now = self.clock.now();
        let overview = self.store.colleagues(site).await?;
        let here = |one: &heard_protocol::Colleague| {
            one.online && one.availability == Availability::Available
        };
        let open = overview.iter().any(here);
        self.hub.set_open(site, open);
        let taken = self.taken.entry(site).or_default();
        while taken
            .front()
            .is_some_and(|at| now.since(*at) > estimate::WINDOW_MS)
        {
            taken.pop_front();
        }
        let taken = taken.make_contiguous();
        let mut line = Vec::new();
        for (ahead, one) in self.store.queue(site).await?.into_iter().enumerate() {
            let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
            let wait: WaitEstimate = estimate::wait(ahead, taken, open, now);
            self.hub
                .to_visitor(one.contact, &VisitorNotice::Queue { ahead, wait });
            line.push((one, wait));
        }
        let next = self
            .patience
            .look(&*self.store, &self.hub, site, &line, now);
        match next.await {
            Some(at) => self.impatient.insert(site, at),
            None => self.impatient.remove(&site),
        };
        Ok(())
    }
}
