//! The relay is killed in the middle of a burst, again and again, on one data file. Nothing that
//! was acknowledged may be lost, doubled or out of order, for anybody.
//!
//! `HEARD_SEED=n cargo test -p heard-tests --test kill` plays one seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use heard_client::native::Options;
use heard_client::{Config, Limits, Update};
use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AssignmentNoted, Availability, ConversationId, MeAct, Staff, StaffBody, StaffCommand,
    StaffCredential, StaffEntry, Visitor, VisitorCommand, VisitorCredential,
};
use heard_tests::Rng;
use heard_tests::check::check;
use heard_tests::real::{
    Desk, Habits, Party, Relay, SITE, Start, Voice, history, is_by_visitor, rest,
};
use tokio::sync::Notify;

const SEEDS: u64 = 20;
/// How many kills there are in the long form, of as many seeds as that takes.
const LONG_KILLS: usize = 1_000;
/// The most kills in one burst.
const KILLS: usize = 3;
const VISITORS: usize = 50;
const AGENTS: usize = 3;
/// How many messages the visitors write; the agents bring the burst to ten thousand and more.
const EACH: usize = 215;

const ENV: [(&str, &str); 3] = [
    ("HEARD_LIMITS__MESSAGES_PER_SECOND", "1000000"),
    ("HEARD_LIMITS__BURST", "1000000"),
    ("HEARD_LIMITS__OUTGOING_QUEUE", "65536"),
];

/// Counts what was acknowledged, for whoever waits for a number of them.
#[derive(Default)]
struct Acks {
    count: AtomicUsize,
    more: Notify,
}

impl Acks {
    fn add(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.more.notify_one();
    }

    async fn reach(&self, count: usize) {
        let reached = async {
            while self.count.load(Ordering::SeqCst) < count {
                self.more.notified().await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_mins(1), reached).await;
        assert!(waited.is_ok(), "{count} acknowledgements in vain");
    }
}

fn limits() -> Limits {
    Limits {
        backoff_base_ms: 20,
        backoff_cap_ms: 200,
        outbox: 100_000,
        ..Limits::default()
    }
}

fn visitor(number: usize, url: &str, acks: Arc<Acks>) -> Party<Visitor> {
    let credential = VisitorCredential {
        site: SITE,
        token: None,
        locale: String::new(),
        page: None,
    };
    let mut config = Config::new(credential);
    config.limits = limits();
    Party::start(
        format!("visitor {number}"),
        Options::new(url, config),
        move |_: &Voice<Visitor>, update: &Update<Visitor>| {
            if matches!(update, Update::Sent { .. }) {
                acks.add();
            }
        },
    )
}

fn agent(number: usize, desk: &Desk, url: &str, acks: Arc<Acks>) -> Party<Staff> {
    let credential = StaffCredential {
        token: Some(desk.token(number)),
    };
    let mut config = Config::new(credential);
    config.limits = limits();
    let mut habits = Habits::new(desk.agents()[number], move || acks.add());
    Party::start(
        format!("agent {number}"),
        Options::new(url, config),
        move |voice: &Voice<Staff>, update: &Update<Staff>| habits.hear(voice, update),
    )
}

/// Plays a seed; returns how often the relay was killed.
async fn play(seed: u64) -> usize {
    let began = Instant::now();
    let mut rng = Rng::new(seed);
    let desk = Desk::new(AGENTS).await;
    let file = desk.file();
    let start = |listen| Start {
        data: &file,
        listen,
        env: &ENV,
    };
    let mut relay = Relay::start(start(None)).await;
    let url = relay.url();
    let acks = Arc::new(Acks::default());
    let agents: Vec<_> = (0..AGENTS)
        .map(|number| agent(number, &desk, &url, Arc::clone(&acks)))
        .collect();
    for agent in &agents {
        agent.voice().say(StaffCommand::Me(MeAct::SetAvailability {
            availability: Availability::Available,
        }));
    }
    let visitors: Vec<_> = (0..VISITORS)
        .map(|number| visitor(number, &url, Arc::clone(&acks)))
        .collect();
    let say = |visitor: &Party<Visitor>, number: usize| {
        let text = format!("{} says {number}", visitor.name());
        visitor.voice().say(VisitorCommand::Send { text });
    };
    for visitor in &visitors {
        visitor.until("greeted", |seen| seen.greetings > 0).await;
        say(visitor, 1);
    }
    for agent in &agents {
        agent
            .until("everybody has an agent", |seen| {
                let taken = |log: &&Vec<StaffEntry>| log.iter().any(is_taken);
                seen.logs.values().filter(taken).count() == VISITORS
            })
            .await;
    }
    for visitor in &visitors {
        for number in 2..=EACH {
            say(visitor, number);
        }
    }

    let mut moments: Vec<usize> = (0..=rng.place(KILLS))
        .map(|_| 2 * VISITORS + rng.place(VISITORS * (EACH - 40)))
        .collect();
    moments.sort_unstable();
    for moment in &moments {
        acks.reach(*moment).await;
        let address = relay.kill().await;
        let so_far = acks.count.load(Ordering::SeqCst);
        assert!(so_far < VISITORS * EACH, "killed when all was over");
        relay = Relay::start(start(Some(address))).await;
    }
    settle(&visitors, &agents).await;
    let said: usize = visitors.iter().map(|one| one.voice().said()).sum::<usize>()
        + agents.iter().map(|one| one.voice().said()).sum::<usize>();
    loop {
        let address = relay.address();
        assert!(relay.stop().await.success(), "the relay stops in order");
        let rest = rest::unread(&desk, &visitors, &agents).await;
        if rest.is_empty() {
            break;
        }
        relay = Relay::start(start(Some(address))).await;
        rest::read(&visitors, &agents, &rest).await;
    }

    let history = history(&desk, visitors, agents).await;
    assert_eq!(history.logs.len(), VISITORS, "one conversation each");
    let violations = check(&history);
    assert!(violations.is_empty(), "seed {seed}: {violations:#?}");
    println!(
        "seed {seed}: {said} commands, killed after {moments:?} acknowledgements, {:.1?}",
        began.elapsed()
    );
    moments.len()
}

/// Waits until everything is answered and everybody has read everything.
async fn settle(visitors: &[Party<Visitor>], agents: &[Party<Staff>]) {
    for visitor in visitors {
        let all = visitor.voice().said();
        visitor
            .until("answered", |seen| seen.answers.len() >= all)
            .await;
    }
    // Agents answer what they read, so their own commands may still become more; and who reads all,
    // has answered all.
    let messages = VISITORS * EACH;
    for agent in agents {
        agent
            .until("reads every message", |seen| {
                seen.entries >= messages
                    && seen
                        .logs
                        .values()
                        .flatten()
                        .filter(|one| is_by_visitor(one))
                        .count()
                        >= messages
            })
            .await;
    }
    for agent in agents {
        let voice = agent.voice().clone();
        agent
            .until("answered", |seen| seen.answers.len() >= voice.said())
            .await;
    }
    let heads: Vec<(ConversationId, usize)> = agents
        .iter()
        .flat_map(|agent| {
            agent.look(|seen| {
                seen.answers
                    .iter()
                    .filter_map(|(_, answer)| answer.ok())
                    .filter_map(|receipt| {
                        Some((receipt.conversation?, usize::try_from(receipt.seq.0).ok()?))
                    })
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    for agent in agents {
        agent
            .until("reads every answer", |seen| {
                heads
                    .iter()
                    .all(|(id, head)| seen.logs.get(id).is_some_and(|log| log.len() >= *head))
            })
            .await;
    }
    for visitor in visitors {
        let own = visitor.look(|seen| seen.logs.keys().next().copied());
        let own = own.expect("every visitor has a conversation");
        let public = agents[0].look(|seen| {
            let log = seen.logs.get(&own);
            log.map_or(0, |log| {
                log.iter().filter(|one| one.public().is_some()).count()
            })
        });
        visitor
            .until("reads every answer", |seen| seen.entries >= public)
            .await;
    }
}

fn is_taken(entry: &StaffEntry) -> bool {
    matches!(
        &entry.body,
        EntryBody::Staff(StaffBody::Assignment(AssignmentNoted::Assigned { .. }))
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_relay_is_killed() {
    let seed = std::env::var("HEARD_SEED").ok();
    if let Some(seed) = seed.map(|seed| seed.parse().expect("a number")) {
        play(seed).await;
        return;
    }
    let long = std::env::var_os("HEARD_LONG").is_some();
    let (mut seed, mut kills) = (0, 0);
    while seed < SEEDS || long && kills < LONG_KILLS {
        kills += play(seed).await;
        seed += 1;
    }
}
