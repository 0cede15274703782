//! The power goes off in the middle of a burst: whatever the disk had not yet been told to keep may
//! be missing or half there. Nothing that was acknowledged or shown may be lost, doubled or out of
//! order, and the file opens again.
//!
//! `HEARD_SEED=n cargo test -p heard-tests --test power` plays one seed.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use heard_client::native::Options;
use heard_client::{Config, Limits, Update};
use heard_protocol::{
    Availability, ConversationId, MeAct, Staff, StaffCommand, StaffCredential, Visitor,
    VisitorCommand, VisitorCredential,
};
use heard_relay::node::NodeId;
use heard_relay::store::{Request, Store};
use heard_tests::Rng;
use heard_tests::check::{History, Sender, Shown, check};
use heard_tests::power::{Disk, Timeline, Trace};
use heard_tests::real::{Desk, Habits, Party, Relay, SITE, Start, Voice, logs, open};

/// How many bursts there are, and how often the power goes off in each: in the suite, and in its
/// long form a thousand times.
const SEEDS: u64 = 1;
const LONG_SEEDS: u64 = 20;
const CUTS: usize = 50;
const VISITORS: usize = 12;
const AGENTS: usize = 2;
/// How many messages each visitor writes.
const EACH: usize = 60;
/// The longest of them, in bytes.
const LONGEST: u64 = 12_000;
/// How many pages the log has before, so that it is folded in, and begun again, in the middle of
/// the burst.
const BEFORE: u32 = 7_600;
/// How many more messages one visitor writes, each after the answer to the one before: a commit for
/// each, since it is after so many commits that the writer looks at the log.
const ONE_BY_ONE: usize = 200;

const ENV: [(&str, &str); 3] = [
    ("HEARD_LIMITS__MESSAGES_PER_SECOND", "1000000"),
    ("HEARD_LIMITS__BURST", "1000000"),
    ("HEARD_LIMITS__OUTGOING_QUEUE", "65536"),
];

/// A burst that came to its end.
struct Burst {
    disk: Disk,
    trace: Trace,
    senders: Vec<(Timeline, Sender)>,
    visitors: Vec<(Timeline, Shown<heard_protocol::PublicEntry>)>,
    staff: Vec<(Timeline, Shown<heard_protocol::StaffEntry>)>,
}

/// The data file in a folder, and its log.
fn files(folder: &Path) -> [PathBuf; 2] {
    ["heard.db", "heard.db-wal"].map(|name| folder.join(name))
}

/// Fills the log of a store that stays open, and copies both files as they are.
async fn copy_with_a_long_log(desk: &Desk, folder: &Path) {
    let store = desk.store().await;
    // A beat changes one page.
    for _ in 0..BEFORE {
        let node = NodeId::from_bits(1);
        let beat = store.execute(Request::Beat { node }).await;
        beat.expect("the store can write");
    }
    let there = files(desk.folder());
    for (from, to) in there.iter().zip(&files(folder)) {
        std::fs::copy(from, to).expect("it can be copied");
    }
}

fn limits() -> Limits {
    Limits {
        outbox: 100_000,
        ..Limits::default()
    }
}

fn visitor(number: usize, url: &str, timeline: Timeline) -> Party<Visitor> {
    let mut config = Config::new(VisitorCredential {
        site: SITE,
        token: None,
        locale: String::new(),
        page: None,
    });
    config.limits = limits();
    Party::start(
        format!("visitor {number}"),
        Options::new(url, config),
        move |_: &Voice<Visitor>, update: &Update<Visitor>| timeline.hear(update),
    )
}

fn agent(number: usize, desk: &Desk, url: &str, timeline: Timeline) -> Party<Staff> {
    let mut config = Config::new(StaffCredential {
        token: Some(desk.token(number)),
    });
    config.limits = limits();
    let mut habits = Habits::new(desk.agents()[number], || {});
    Party::start(
        format!("agent {number}"),
        Options::new(url, config),
        move |voice: &Voice<Staff>, update: &Update<Staff>| {
            timeline.hear(update);
            habits.hear(voice, update);
        },
    )
}

/// Lets everybody talk, and writes down what the relay did to its files.
async fn talk(rng: &mut Rng) -> Burst {
    let desk = Desk::new(AGENTS).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy_with_a_long_log(&desk, folder.path()).await;
    let paths = files(folder.path());
    let disk = Disk::read(&paths).expect("they were just written");
    let output = folder.path().join("trace");
    let start = Start {
        data: &paths[0],
        listen: None,
        env: &ENV,
    };
    let relay = Relay::start_by(|program| Trace::command(program, &paths, &output), start).await;
    let url = relay.url();
    let agents: Vec<_> = (0..AGENTS)
        .map(|number| {
            let timeline = Timeline::default();
            let agent = agent(number, &desk, &url, timeline.clone());
            let availability = Availability::Available;
            agent
                .voice()
                .say(StaffCommand::Me(MeAct::SetAvailability { availability }));
            (timeline, agent)
        })
        .collect();
    let visitors: Vec<_> = (0..VISITORS)
        .map(|number| {
            let timeline = Timeline::default();
            (timeline.clone(), visitor(number, &url, timeline))
        })
        .collect();
    for (_, visitor) in &visitors {
        visitor.until("greeted", |seen| seen.greetings > 0).await;
    }
    // Each waits for its answer now and then, so that not all of it is one commit.
    let mut due = [0; VISITORS];
    for number in 1..=EACH {
        for (due, (_, visitor)) in due.iter_mut().zip(&visitors) {
            let length = usize::try_from(rng.between(1, LONGEST)).expect("small");
            let text = format!("{} {} says {number}", "x".repeat(length), visitor.name());
            visitor.voice().say(VisitorCommand::Send { text });
            *due += 1;
            if rng.chance(300) {
                let due = *due;
                let answered = |seen: &heard_tests::real::Seen<Visitor>| seen.answers.len() >= due;
                visitor.until("answered", answered).await;
            }
        }
    }
    for (_, visitor) in &visitors {
        visitor
            .until("answered", |seen| seen.answers.len() >= EACH)
            .await;
    }
    let (_, last) = &visitors[0];
    for number in EACH + 1..=EACH + ONE_BY_ONE {
        let text = format!("{} says {number}", last.name());
        last.voice().say(VisitorCommand::Send { text });
        last.until("answered", |seen| seen.answers.len() >= number)
            .await;
    }
    let process = relay.process().expect("it runs");
    relay.kill().await;
    Trace::complete(&output, process).await;
    let trace = Trace::read(&output, &disk.lengths()).unwrap_or_else(|error| panic!("{error}"));

    let mut burst = Burst {
        disk,
        trace,
        senders: Vec::new(),
        visitors: Vec::new(),
        staff: Vec::new(),
    };
    for (timeline, visitor) in visitors {
        let (sender, shown) = visitor.record(false);
        burst.senders.push((timeline.clone(), sender));
        let shown = shown.into_iter().map(|one| (timeline.clone(), one));
        burst.visitors.extend(shown);
    }
    for (timeline, agent) in agents {
        let (sender, shown) = agent.record(false);
        burst.senders.push((timeline.clone(), sender));
        let shown = shown.into_iter().map(|one| (timeline.clone(), one));
        burst.staff.extend(shown);
    }
    burst
}

/// What everybody knew at a moment, with the logs as a store has them.
async fn known(burst: &Burst, moment: u64, store: &dyn Store) -> History {
    let senders = burst.senders.iter();
    let visitors = burst.visitors.iter();
    let staff = burst.staff.iter();
    let mut history = History {
        senders: senders
            .map(|(timeline, one)| timeline.sender_at(moment, one))
            .collect(),
        visitors: visitors
            .map(|(timeline, one)| timeline.shown_at(moment, one))
            .filter(|one| !one.entries.is_empty())
            .collect(),
        staff: staff
            .map(|(timeline, one)| timeline.shown_at(moment, one))
            .filter(|one| !one.entries.is_empty())
            .collect(),
        logs: Vec::new(),
    };
    let which: BTreeSet<ConversationId> = burst
        .staff
        .iter()
        .map(|(_, one)| one.conversation)
        .chain(burst.visitors.iter().map(|(_, one)| one.conversation))
        .collect();
    history.logs = logs(store, which).await;
    history
}

async fn play(seed: u64) {
    let began = Instant::now();
    let mut rng = Rng::new(seed);
    let burst = talk(&mut rng).await;
    let syncs = burst.trace.syncs();
    assert!(
        burst.trace.begins_again(1),
        "the log was never folded in: the burst is too short"
    );
    let mut told = 0;
    for _ in 0..CUTS {
        // Half of them where it matters most: as something is about to be kept, or just was.
        let cut = match rng.pick(&syncs).filter(|_| rng.chance(500)) {
            Some(sync) => sync + rng.place(2),
            None => rng.place(burst.trace.events()),
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let laid = burst
            .disk
            .lay_out(&burst.trace, cut, &mut rng, folder.path());
        laid.expect("there is room");
        let store = open(&files(folder.path())[0]).await;
        let store = store.unwrap_or_else(|error| panic!("seed {seed}, cut {cut}: {error}"));
        let history = known(&burst, burst.trace.moment(cut), &*store).await;
        let violations = check(&history);
        assert!(
            violations.is_empty(),
            "seed {seed}, cut {cut}: {violations:#?}"
        );
        store.check().await.expect("it can be written again");
        let commands = history.senders.iter().flat_map(|one| &one.submitted);
        told += commands.filter(|one| !one.told.is_empty()).count();
    }
    assert!(
        told > CUTS,
        "hardly anything was acknowledged before the cuts"
    );
    println!(
        "seed {seed}: {CUTS} cuts in {} events with {} syncs, {} acknowledged on average, {:.1?}",
        burst.trace.events(),
        syncs.len(),
        told / CUTS,
        began.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_power_goes_off() {
    let long = std::env::var_os("HEARD_LONG").is_some();
    let seeds = if long { LONG_SEEDS } else { SEEDS };
    let seed = std::env::var("HEARD_SEED").ok();
    match seed.map(|seed| seed.parse().expect("a number")) {
        Some(seed) => play(seed).await,
        None => {
            for seed in 0..seeds {
                play(seed).await;
            }
        }
    }
}
