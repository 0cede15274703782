//! The loop with the real duties over a real store, and with a trivial duty for its timing.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, Availability, CommandId, ContactId, ConversationId, SiteId,
    Status, UnixMillis, VisitorCommand, VisitorNotice, WaitEstimate,
};
use parking_lot::Mutex;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::agenda::Agenda;
use super::places::PLACES_EVERY;
use super::run::Rota;
use super::site::{Look, PerSite};
use super::sweep::{SWEEP, Sweep};
use super::*;
use crate::announce::Announcer;
use crate::bus::Exchange;
use crate::clock::ManualClock;
use crate::config::Config;
use crate::hub::{Mail, Mailbox};
use crate::node::NodeId;
use crate::store::sqlite::SqliteStore;
use crate::store::{Edit, Listener, NewAgent, Request, SiteRecord, StoreError, VisitorProfile};
use crate::trouble;

const SITE: SiteId = SiteId::from_bits(1);
const ANNA: AgentId = AgentId::from_bits(2);
const VISITOR: ContactId = ContactId::from_bits(3);
const NODE: NodeId = NodeId::from_bits(4);
const START: UnixMillis = UnixMillis(1_800_000_000_000);

/// A relay without its sockets: the duties hear what the store writes, and work when they are told.
struct Scene {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    announcer: Arc<Announcer>,
    clock: Arc<ManualClock>,
    words: Words,
    rota: Rota,
    _folder: TempDir,
}

impl Scene {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let hub = Arc::new(Hub::default());
        let exchange = Arc::new(Exchange::new(NODE, Arc::clone(&hub)));
        let (bell, words) = bell();
        let announcer = Announcer::start(Arc::clone(&hub), exchange, bell, trouble::channel().0);
        let told = Arc::clone(&announcer) as Arc<dyn Listener>;
        let store = SqliteStore::open(&folder.path().join("heard.db"), told).expect("it opens");
        let store: Arc<dyn Store> = Arc::new(store);
        let clock = Arc::new(ManualClock::new(START));
        let told = Arc::clone(&clock) as Arc<dyn Clock>;
        let config = Config::default();
        let dialers = Dialers::start(&config, Arc::clone(&store), Arc::clone(&told));
        let dialers = dialers.await.expect("no dialer is set up");
        let rota = Rota {
            sweep: Sweep::new(Arc::clone(&store)),
            duties: all(&store, &hub, &dialers),
            clock: told,
        };
        let site = SiteRecord {
            id: SITE,
            name: "Shop".to_owned(),
            origins: Vec::new(),
            policy: heard_desk::Policy::default(),
            calls: Arc::default(),
        };
        let anna = NewAgent {
            card: AgentCard {
                id: ANNA,
                name: "Anna".to_owned(),
                kind: AgentKind::Person,
            },
            site: SITE,
            email: "anna@shop.example".to_owned(),
            password_hash: String::new(),
            capacity: 3,
        };
        let mut scene = Self {
            store,
            hub,
            announcer,
            clock,
            words,
            rota,
            _folder: folder,
        };
        scene.writes(Request::PutSite(site, Edit::default())).await;
        scene.writes(Request::PutAgent(anna, Edit::default())).await;
        // The sweep of a start finds nothing to do.
        scene.works().await;
        scene
    }

    async fn writes(&self, request: Request) {
        self.store.execute(request).await.expect("the store works");
    }

    /// A visitor says something; the conversation takes the bits of the message.
    async fn says(&self, message: u128) -> ConversationId {
        self.writes(Request::Visitor {
            site: SITE,
            contact: VISITOR,
            profile: Arc::new(VisitorProfile::default()),
            id: CommandId::from_bits(message),
            after: None,
            command: VisitorCommand::Send {
                text: "hello".to_owned(),
            },
            now: self.clock.now(),
        })
        .await;
        let view = self.store.visitor_view(VISITOR).await.expect("a read");
        view.conversation.expect("a conversation").conversation
    }

    async fn comes_to_the_desk(&self) {
        let now = self.clock.now();
        self.writes(Request::Presence {
            agent: ANNA,
            node: NODE,
            online: true,
            now,
        })
        .await;
        let to = Availability::Available;
        let word = CommandId::from_bits(99);
        self.writes(Request::availability(ANNA, word, to, now))
            .await;
    }

    async fn status(&self, conversation: ConversationId) -> Status {
        let found = self.store.summary(conversation).await.expect("a read");
        found.expect("a conversation").status
    }

    async fn is_offered(&self, conversation: ConversationId) -> bool {
        matches!(self.status(conversation).await, Status::Offered { .. })
    }

    /// Every word that was said is heard.
    fn hears(&mut self) {
        while let Ok(word) = self.words.try_recv() {
            self.rota.hear(&word);
        }
    }

    /// Nobody hears what was said.
    fn misses(&mut self) -> Vec<Fact> {
        let mut facts = Vec::new();
        while let Ok(word) = self.words.try_recv() {
            if let Word::Wrote(fact) = word {
                facts.push(fact);
            }
        }
        facts
    }

    /// The duties hear and work until the next thing to do lies ahead.
    async fn works(&mut self) {
        self.hears();
        while self.rota.pause().is_zero() {
            self.rota.work().await;
            self.hears();
        }
    }
}

/// What a visitor's tab was told of their place.
fn told(mailbox: &Mailbox) -> Vec<(u32, WaitEstimate)> {
    let mail = mailbox.take().expect("there is room");
    mail.into_iter()
        .filter_map(|mail| match mail {
            Mail::ToVisitor(VisitorNotice::Queue { ahead, wait }) => Some((ahead, wait)),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn who_writes_is_offered_and_an_offer_ends_by_time_alone() {
    let mut scene = Scene::begin().await;
    scene.comes_to_the_desk().await;
    let conversation = scene.says(10).await;
    scene.works().await;
    assert!(scene.is_offered(conversation).await);
    // Nothing happens but time.
    let pause = scene.rota.pause();
    assert!(pause <= SWEEP);
    scene.clock.advance(24 * 60 * 60_000);
    assert_eq!(scene.rota.pause(), Duration::ZERO);
    scene.works().await;
    assert!(!scene.is_offered(conversation).await);
}

#[tokio::test]
async fn what_another_node_wrote_is_looked_at_a_second_later() {
    let mut scene = Scene::begin().await;
    scene.comes_to_the_desk().await;
    scene.works().await;
    let conversation = scene.says(10).await;
    let facts = scene.misses();
    assert!(facts.contains(&Fact::Dispatch { site: SITE }));
    scene.announcer.heard(facts);
    scene.works().await;
    scene.clock.advance(999);
    scene.works().await;
    assert!(!scene.is_offered(conversation).await);
    scene.clock.advance(1);
    scene.works().await;
    assert!(scene.is_offered(conversation).await);
}

#[tokio::test]
async fn a_sweep_finds_what_no_word_was_said_of() {
    let mut scene = Scene::begin().await;
    scene.comes_to_the_desk().await;
    let conversation = scene.says(10).await;
    scene.misses();
    scene.works().await;
    assert!(!scene.is_offered(conversation).await);
    scene.announcer.missed();
    scene.works().await;
    assert!(scene.is_offered(conversation).await);
    assert!(scene.rota.pause() > Duration::ZERO);
}

#[tokio::test]
async fn places_are_told_at_intervals_however_often_there_is_a_reason() {
    let scene = Scene::begin().await;
    let tab = Arc::new(Mailbox::new(64));
    scene.hub.add_visitor(SITE, VISITOR, &tab);
    scene.says(10).await;
    let begin = Instant::now();
    let places = Places::new(Arc::clone(&scene.store), Arc::clone(&scene.hub));
    let (bell, words) = bell();
    let stop = CancellationToken::new();
    let kept = tokio::spawn(run(
        words,
        Arc::clone(&scene.store),
        vec![Box::new(places)],
        Arc::clone(&scene.clock) as Arc<dyn Clock>,
        stop.clone(),
    ));
    let mut times = 0;
    while times < 3 {
        for _ in 0..9 {
            bell.waits(SITE);
        }
        tab.arrived().await;
        let places = told(&tab);
        assert!(
            places
                .iter()
                .all(|one| *one == (0, WaitEstimate::NobodyHere))
        );
        times += places.len();
    }
    assert!(begin.elapsed() >= 2 * PLACES_EVERY);
    stop.cancel();
    kept.await.expect("it ends");
}

#[tokio::test]
async fn who_is_free_is_news_for_calls_where_one_is_known_to_be_open() {
    let scene = Scene::begin().await;
    let calls = Calls::new(Arc::clone(&scene.store));
    let presses = |planned, word: &Word| {
        let mut agenda = Agenda::default();
        agenda.plan(SITE, planned);
        calls.hear(word, &mut agenda, START);
        agenda.is_pressing()
    };
    let somebody = Fact::Dispatch { site: SITE };
    assert!(!presses(None, &Word::Wrote(somebody.clone())));
    assert!(presses(Some(START), &Word::Wrote(somebody.clone())));
    assert!(!presses(Some(START), &Word::Heard(somebody)));
    assert!(presses(None, &Word::Wrote(Fact::Calls { site: SITE })));
}

/// A look that fails until the store is well again.
struct Failing(Arc<Mutex<Vec<UnixMillis>>>);

impl Look for Failing {
    const FAILED: &'static str = "a look failed on purpose";

    fn hear(&self, word: &Word, agenda: &mut Agenda, _: UnixMillis) {
        if let Word::Look(site) = word {
            agenda.at_once(*site);
        }
    }

    async fn look(&mut self, _: SiteId, now: UnixMillis) -> Result<Option<UnixMillis>, StoreError> {
        let mut tries = self.0.lock();
        tries.push(now);
        if tries.len() < 3 {
            return Err(StoreError::Stopped);
        }
        Ok(Some(now.plus(60_000)))
    }
}

#[tokio::test]
async fn a_look_that_fails_is_tried_again_until_it_does_not() {
    let tries = Arc::new(Mutex::new(Vec::new()));
    let mut duty = PerSite::new(Failing(Arc::clone(&tries)));
    let clock = ManualClock::new(START);
    duty.hear(&Word::Look(SITE), START);
    assert_eq!(duty.due(), Some(Due::Now));
    for next in [1_000, 2_000, 62_000] {
        duty.work(&clock).await;
        // To work when nothing is due changes nothing.
        duty.work(&clock).await;
        assert_eq!(duty.due(), Some(Due::At(START.plus(next))));
        clock.set(START.plus(next));
    }
    assert_eq!(*tries.lock(), [0, 1_000, 2_000].map(|at| START.plus(at)));
}

/// Says when it worked, and is due again after each of its pauses.
struct Metronome {
    pauses: Vec<Duration>,
    next: Option<Instant>,
    worked: mpsc::UnboundedSender<&'static str>,
}

#[async_trait]
impl Duty for Metronome {
    fn hear(&mut self, word: &Word, _: UnixMillis) {
        if matches!(word, Word::Waits(_)) {
            self.next = Some(Instant::now());
            let _ = self.worked.send("heard");
        }
    }

    fn due(&self) -> Option<Due> {
        self.next.map(Due::Then)
    }

    async fn work(&mut self, _: &dyn Clock) {
        if self.next.is_some_and(|at| at <= Instant::now()) {
            let _ = self.worked.send("worked");
            self.next = self.pauses.pop().map(|pause| Instant::now() + pause);
        }
    }
}

#[tokio::test]
async fn the_loop_rests_until_a_word_or_until_somebody_is_due() {
    let scene = Scene::begin().await;
    let (worked, mut seen) = mpsc::unbounded_channel();
    let pauses = vec![Duration::from_millis(30), Duration::from_millis(20)];
    let duty = Metronome {
        pauses,
        next: None,
        worked,
    };
    let (bell, words) = bell();
    let stop = CancellationToken::new();
    let kept = tokio::spawn(run(
        words,
        Arc::clone(&scene.store),
        vec![Box::new(duty)],
        Arc::new(ManualClock::new(START)),
        stop.clone(),
    ));
    let begin = Instant::now();
    bell.waits(SITE);
    for expected in ["heard", "worked", "worked", "worked"] {
        assert_eq!(seen.recv().await, Some(expected));
    }
    assert!(begin.elapsed() >= Duration::from_millis(50));
    bell.waits(SITE);
    assert_eq!(seen.recv().await, Some("heard"));
    assert_eq!(seen.recv().await, Some("worked"));
    stop.cancel();
    kept.await.expect("it ends");
    assert_eq!(seen.recv().await, None, "it is let go with the loop");
}
