//! Memory and CPU of many who say nothing.

use anyhow::Context as _;
use heard_protocol::StaffCommand;
use heard_protocol::{ConversationAct, ResolutionAct};
use heard_relay::config::Data;

use super::people::People;
use crate::machine::{Server, settle};
use crate::past::Past;
use crate::report::{Goal, Row, percentile};

/// How many are on one node when it is small, when it is full, and on three.
const FEW: u32 = 10_000;
const FULL: u32 = 19_000;
const EACH_OF_THREE: u32 = 16_000;
/// A connection is idle for so long before it is closed; clients ping at a third of it. Long enough
/// for everybody to connect.
const IDLE_SECONDS: u64 = 60;
/// For so many times that long nothing is said. The look into the store that each connection takes
/// once in thirty pings does not fall into it: it costs about 70 µs on PostgreSQL, which is two or
/// three more for each ping.
const REST: u64 = 1;

/// How often the hundred talk; the median counts.
const TALKS: usize = 5;

/// What so many on so many nodes cost.
struct Cost {
    /// Bytes of each connection.
    bytes: f64,
    /// Microseconds of the relays' CPU for each message, a hundred talking on each node.
    message: f64,
    /// Microseconds of the relays' CPU for each connection and ping, while nobody talks.
    rest: f64,
}

/// Measures and makes the rows.
pub(crate) async fn rows() -> anyhow::Result<Vec<Row>> {
    let flood = crate::throughput::echo_cost(100).await?;
    let echo = echo_rest(FULL).await.context("the echo")?;
    eprintln!(
        "  {FULL} on a bare echo: {echo:.1} µs of CPU a message at the rhythm of pings; in a flood {flood:.1} µs"
    );
    let server = heard_test_postgres::Server::start();
    let url = server.database();
    let nats = heard_tests::cluster::Nats::start(crate::machine::free_address()?).await;
    let bus = nats.url();
    let homes = (url.as_str(), bus.as_str());
    let data = Data::from(url.clone());
    let key = prepare(&data, 3 * EACH_OF_THREE)
        .await
        .context("preparing")?;
    let few = cost(homes, 1, FEW, key).await.context("few")?;
    say("on one node", FEW, &few);
    let full = cost(homes, 1, FULL, key).await.context("a full node")?;
    say("on one node", FULL, &full);
    let many = cost(homes, 3, EACH_OF_THREE, key)
        .await
        .context("three nodes")?;
    say("on three nodes", 3 * EACH_OF_THREE, &many);
    let row = |name, value, baseline, most| Row {
        name,
        unit: "ratio",
        values: vec![value],
        baselines: vec![baseline],
        goal: Some(Goal::AtMost(most)),
        busy: 0.0,
        worst_is_low: false,
    };
    Ok(vec![
        row(
            "relay.crowd.rss_at_19k_to_10k",
            full.bytes / few.bytes,
            few.bytes,
            1.05,
        ),
        row(
            "relay.crowd.rss_at_48k_to_10k",
            many.bytes / few.bytes,
            few.bytes,
            1.05,
        ),
        row(
            "relay.crowd.cpu_per_message_at_48k_to_10k",
            many.message / few.message,
            few.message,
            1.2,
        ),
        row("relay.crowd.rest_to_echo", many.rest / echo, echo, 3.0),
    ])
}

fn say(where_: &str, count: u32, cost: &Cost) {
    eprintln!(
        "  {count} {where_}: {:.0} B a connection, {:.1} µs of CPU a message, {:.1} µs a connection and ping at rest",
        cost.bytes, cost.message, cost.rest
    );
}

/// A site, an agent, and so many visitors whose conversation is resolved; what tokens are signed
/// with.
async fn prepare(data: &Data, visitors: u32) -> anyhow::Result<[u8; 32]> {
    let mut past = Past::open(data, 0).await?;
    past.arrive(visitors).await?;
    past.does(visitors, |conversation| StaffCommand::In {
        conversation,
        act: ConversationAct::Resolution(ResolutionAct::Resolve),
    })
    .await?;
    Ok(past.store.token_key())
}

/// Microseconds of a bare echo's CPU for each message, when each of so many connections says one as
/// often as a visitor pings: each wakes the process, which a message in a flood does not.
async fn echo_rest(count: u32) -> anyhow::Result<f64> {
    settle().await;
    let server = Server::echo().await?;
    let mut people = People::start(server.address, 0, count, None)?;
    people.heard()?;
    let began = server.ticks();
    people.tell(&format!(
        "rest {} {}",
        REST * IDLE_SECONDS,
        IDLE_SECONDS / 3
    ))?;
    let said = people.heard()?;
    Ok((server.ticks() - began) as f64 * 10_000.0 / said)
}

/// What `each` connections on each of some nodes cost.
async fn cost(
    (url, bus): (&str, &str),
    nodes: u32,
    each: u32,
    key: [u8; 32],
) -> anyhow::Result<Cost> {
    settle().await;
    let mut servers = Vec::new();
    for _ in 0..nodes {
        servers.push(Server::node(url, bus, IDLE_SECONDS * 1_000).await?);
    }
    let (mut before, mut crowds) = (0, Vec::new());
    for (node, server) in (0..).zip(&servers) {
        // A few come first, so that what is set up once is not counted as a connection's.
        let mut first = People::start(server.address, node * each, 200, Some(key))?;
        first.heard()?;
        drop(first);
        while server.descriptors()? > 150 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        before += server.rss()?;
    }
    for (node, server) in (0..).zip(&servers) {
        let mut people = People::start(server.address, node * each, each, Some(key))?;
        people.heard()?;
        crowds.push(people);
    }
    let mut after = 0;
    for server in &servers {
        after += server.rss()?;
    }
    let connections = f64::from(nodes * each);
    let ticks = || -> f64 { servers.iter().map(|server| server.ticks() as f64).sum() };
    let mut order = |order: &str| -> anyhow::Result<(f64, f64)> {
        let began = ticks();
        for crowd in &mut crowds {
            crowd.tell(order)?;
        }
        let mut done = 0.0;
        for crowd in &mut crowds {
            done += crowd.heard()?;
        }
        Ok(((ticks() - began) * 10_000.0, done))
    };
    let every = IDLE_SECONDS / 3;
    let (rest, pings) = order(&format!("rest {} {every}", REST * IDLE_SECONDS))?;
    let mut messages = Vec::new();
    for _ in 0..TALKS {
        let (talk, said) = order("talk 2000")?;
        messages.push(talk / said);
    }
    Ok(Cost {
        bytes: after.saturating_sub(before) as f64 / connections,
        message: percentile(&mut messages, 50),
        rest: rest / pings,
    })
}
