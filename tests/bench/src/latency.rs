//! How long a message takes one way at a fixed offered load, against the echo's round trip at the
//! same load, and against that and the disk's own time.
//!
//! The load is open: messages leave when they are due, whatever became of those before, and each is
//! timed from the moment it was due.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::task::JoinSet;

use crate::desk::{Client, Desk, TEXT_BYTES, message};
use crate::disk;
use crate::machine::{Neighbours, Server, settle};
use crate::report::{Goal, Row, percentile};
use crate::throughput::until;
use crate::wire::Wire;

/// Conversations the load is spread over.
const CHATS: usize = 500;
/// Messages a second in all.
pub(crate) const OFFERED: u64 = 2_000;
/// How long one measurement takes: so long that a disk which is busy with something else for once
/// does not decide a p99.
pub(crate) const SPAN: Duration = Duration::from_secs(10);

struct Measured {
    p50: f64,
    p99: f64,
    busy: f64,
}

type Times = Rc<RefCell<Vec<f64>>>;

/// Measures `reps` times and makes the rows.
pub(crate) async fn rows(reps: usize) -> anyhow::Result<Vec<Row>> {
    let (mut ratios, mut echoes, mut medians) = (vec![], vec![], vec![]);
    let (mut floor_ratios, mut floors) = (vec![], vec![]);
    let mut busy = 0_f64;
    for rep in 1..=reps {
        settle().await;
        let echo = echo().await.context("echo")?;
        settle().await;
        let relay = relay().await.context("relay")?;
        settle().await;
        let disk = disk::p99().await.context("the disk")?;
        eprintln!(
            "  {rep}/{reps}: echo p50 {:.0} p99 {:.0} µs, disk p99 {disk:.0} µs, relay p50 {:.0} p99 {:.0} µs",
            echo.p50, echo.p99, relay.p50, relay.p99
        );
        floor_ratios.push(relay.p99 / (echo.p99 + disk));
        floors.push(echo.p99 + disk);
        busy = busy.max(echo.busy).max(relay.busy);
        ratios.push(relay.p99 / echo.p99);
        echoes.push(echo.p99);
        medians.push(relay.p50);
    }
    Ok(vec![
        Row {
            name: "relay.latency.p99_ratio_to_echo",
            unit: "ratio",
            values: ratios,
            baselines: echoes,
            goal: Some(Goal::AtMost(6.0)),
            busy,
            worst_is_low: false,
        },
        Row {
            name: "relay.latency.p99_ratio_to_echo_and_disk",
            unit: "ratio",
            values: floor_ratios,
            baselines: floors,
            goal: None,
            busy,
            worst_is_low: false,
        },
        Row {
            name: "relay.latency.p50",
            unit: "µs",
            values: medians,
            baselines: vec![],
            goal: None,
            busy,
            worst_is_low: false,
        },
    ])
}

fn finish(times: &Times, busy: f64) -> anyhow::Result<Measured> {
    let mut times = times.take();
    anyhow::ensure!(!times.is_empty(), "nothing was measured");
    let p50 = percentile(&mut times, 50);
    Ok(Measured {
        p50,
        p99: percentile(&mut times, 99),
        busy,
    })
}

/// Calls `hand` with every message that is due, spread over the chats, until the span is over.
/// Returns how many.
async fn offer(mut hand: impl FnMut(usize, Instant)) -> u64 {
    let began = Instant::now();
    let total = OFFERED * SPAN.as_secs();
    let mut sent = 0;
    while sent < total {
        // The first is due at once.
        let due = 1 + u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX) * OFFERED
            / 1_000_000;
        while sent < due.min(total) {
            let at = began + Duration::from_micros(sent * 1_000_000 / OFFERED);
            hand(usize::try_from(sent).unwrap_or(0) % CHATS, at);
            sent += 1;
        }
        // Finer than the runtime's timer: a pause of a millisecond would bunch the messages up.
        tokio::task::yield_now().await;
    }
    sent
}

async fn echo() -> anyhow::Result<Measured> {
    let server = Server::echo().await?;
    let times = Times::default();
    let mut lines = Vec::new();
    let mut tasks = JoinSet::new();
    for _ in 0..CHATS {
        let mut wire = Wire::open(server.address, None, "/ws/visitor", false).await?;
        let (line, mut queue) = tokio::sync::mpsc::unbounded_channel::<Instant>();
        let times = Rc::clone(&times);
        tasks.spawn_local(async move {
            let text = "x".repeat(TEXT_BYTES);
            while let Some(due) = queue.recv().await {
                wire.send(&message(&text)?).await?;
                wire.next().await?;
                times.borrow_mut().push(micros(due));
            }
            anyhow::Ok(())
        });
        lines.push(line);
    }
    let neighbours = Neighbours::watch(&server);
    let sent = offer(|chat, due| lines[chat].send(due).unwrap_or_default()).await;
    drop(lines);
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    anyhow::ensure!(
        u64::try_from(times.borrow().len())? == sent,
        "some messages did not come back"
    );
    finish(&times, neighbours.share(&server))
}

async fn relay() -> anyhow::Result<Measured> {
    let desk = Desk::set_up(4).await?;
    let server = Server::relay(&desk.data, 512).await?;
    let times = Times::default();
    let hellos = Rc::new(std::cell::Cell::new(0_usize));
    let origin = Instant::now();
    let mut agents = JoinSet::new();
    for agent in desk.agents(server.address).await? {
        let (times, hellos) = (Rc::clone(&times), Rc::clone(&hellos));
        agents.spawn_local(agent.read(move |text| {
            // Messages carry the moment they were due, in microseconds since the start.
            let due = text
                .split(' ')
                .next()
                .and_then(|first| first.parse::<u64>().ok());
            match due {
                Some(due) => times
                    .borrow_mut()
                    .push(micros(origin + Duration::from_micros(due))),
                None => hellos.set(hellos.get() + 1),
            }
        }));
    }
    let mut lines = Vec::new();
    let mut tasks = JoinSet::new();
    for _ in 0..CHATS {
        let mut client = Client::open(server.address, None, None).await?;
        client.say("hello").await?;
        let (line, mut queue) = tokio::sync::mpsc::unbounded_channel::<Instant>();
        tasks.spawn_local(async move {
            while let Some(due) = queue.recv().await {
                let due = due.duration_since(origin).as_micros();
                client
                    .say(&format!("{due} {:0<width$}", "", width = TEXT_BYTES - 10))
                    .await?;
            }
            anyhow::Ok(())
        });
        lines.push(line);
    }
    until(|| hellos.get() >= CHATS, &mut agents).await?;
    let neighbours = Neighbours::watch(&server);
    let sent = offer(|chat, due| lines[chat].send(due).unwrap_or_default()).await;
    drop(lines);
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let sent = usize::try_from(sent)?;
    until(|| times.borrow().len() >= sent, &mut agents).await?;
    finish(&times, neighbours.share(&server))
}

fn micros(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000_000.0
}
