//! Messages a second, each waiting for the one before it: the echo's round trips against messages
//! that are on disk, acknowledged to the visitor and delivered to the agent.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::task::JoinSet;

use crate::desk::{Client, Desk, TEXT_BYTES, message};
use crate::machine::{Neighbours, Server, settle};
use crate::report::{Goal, Row};
use crate::wire::Wire;

/// How long one measurement takes.
const SPAN: Duration = Duration::from_millis(1_500);
/// How long the connections run before it, to warm up.
const WARM: Duration = Duration::from_millis(300);
/// How many agents the conversations are spread over.
const AGENTS: usize = 4;

/// A rate, and how much others used of the machine meanwhile.
struct Measured {
    rate: f64,
    busy: f64,
    /// The server's CPU time for one message, in microseconds.
    cost: f64,
}

/// Counts what happened while it is open.
#[derive(Default)]
struct Gate {
    open: Cell<bool>,
    stop: Cell<bool>,
    count: Cell<u64>,
}

impl Gate {
    fn tick(&self) {
        if self.open.get() {
            self.count.set(self.count.get() + 1);
        }
    }

    async fn measure(&self, server: &Server) -> Measured {
        tokio::time::sleep(WARM).await;
        let neighbours = Neighbours::watch(server);
        let ticks = server.ticks();
        let began = Instant::now();
        self.open.set(true);
        tokio::time::sleep(SPAN).await;
        self.open.set(false);
        let rate = self.count.get() as f64 / began.elapsed().as_secs_f64();
        let busy = neighbours.share(server);
        let cost = (server.ticks() - ticks) as f64 * 10_000.0 / self.count.get().max(1) as f64;
        self.stop.set(true);
        Measured { rate, busy, cost }
    }
}

/// Measures `reps` times and makes the rows.
pub(crate) async fn rows(connections: usize, reps: usize) -> anyhow::Result<Vec<Row>> {
    let (mut to_echo, mut to_each, mut echoes, mut eaches) = (vec![], vec![], vec![], vec![]);
    let mut busy = 0_f64;
    for rep in 1..=reps {
        settle().await;
        let echo = echo(connections).await.context("echo")?;
        settle().await;
        let relay = relay(connections, 512).await.context("relay")?;
        settle().await;
        let each = relay_each(connections)
            .await
            .context("relay, a commit each")?;
        eprintln!(
            "  {rep}/{reps}: echo {:.0}/s ({:.1} µs of CPU each), relay {:.0}/s ({:.1} µs), relay with a commit each {:.0}/s",
            echo.rate, echo.cost, relay.rate, relay.cost, each.rate
        );
        busy = busy.max(echo.busy).max(relay.busy).max(each.busy);
        to_echo.push(relay.rate / echo.rate);
        to_each.push(relay.rate / each.rate);
        echoes.push(echo.rate);
        eaches.push(each.rate);
    }
    Ok(vec![
        Row {
            name: "relay.durable.ratio_to_echo",
            unit: "ratio",
            values: to_echo,
            baselines: echoes,
            goal: Some(Goal::AtLeast(0.25)),
            busy,
            worst_is_low: true,
        },
        Row {
            name: "relay.durable.ratio_to_commit_each",
            unit: "ratio",
            values: to_each,
            baselines: eaches,
            goal: Some(Goal::AtLeast(8.0)),
            busy,
            worst_is_low: true,
        },
    ])
}

async fn relay_each(connections: usize) -> anyhow::Result<Measured> {
    relay(connections, 1).await
}

/// Microseconds of the echo's CPU for each message.
pub(crate) async fn echo_cost(connections: usize) -> anyhow::Result<f64> {
    settle().await;
    Ok(echo(connections).await?.cost)
}

async fn echo(connections: usize) -> anyhow::Result<Measured> {
    let server = Server::echo().await?;
    let gate = Rc::new(Gate::default());
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let mut wire = Wire::open(server.address, None, "/ws/visitor", false).await?;
        let gate = Rc::clone(&gate);
        tasks.spawn_local(async move {
            let text = "x".repeat(TEXT_BYTES);
            while !gate.stop.get() {
                wire.send(&message(&text)?).await?;
                wire.next().await?;
                gate.tick();
            }
            anyhow::Ok(())
        });
    }
    let measured = gate.measure(&server).await;
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(measured)
}

async fn relay(connections: usize, batch: usize) -> anyhow::Result<Measured> {
    let desk = Desk::set_up(AGENTS).await?;
    let server = Server::relay(&desk.data, batch).await?;
    let gate = Rc::new(Gate::default());
    let delivered = Rc::new(Cell::new(0_u64));
    let mut agents = JoinSet::new();
    for agent in desk.agents(server.address).await? {
        let (gate, delivered) = (Rc::clone(&gate), Rc::clone(&delivered));
        agents.spawn_local(agent.read(move |_| {
            delivered.set(delivered.get() + 1);
            gate.tick();
        }));
    }
    let mut clients = Vec::new();
    for _ in 0..connections {
        let mut client = Client::open(server.address, None, None).await?;
        client.say("hello").await?;
        clients.push(client);
    }
    let hellos = u64::try_from(connections)?;
    until(|| delivered.get() >= hellos, &mut agents).await?;
    let mut tasks = JoinSet::new();
    for mut client in clients {
        let gate = Rc::clone(&gate);
        tasks.spawn_local(async move {
            let text = "x".repeat(TEXT_BYTES);
            let mut said = 0_u64;
            while !gate.stop.get() {
                client.say(&text).await?;
                said += 1;
            }
            anyhow::Ok(said)
        });
    }
    let measured = gate.measure(&server).await;
    let mut said = hellos;
    while let Some(done) = tasks.join_next().await {
        said += done??;
    }
    // Whatever was acknowledged must reach an agent as well, or the figure is worth nothing.
    until(|| delivered.get() >= said, &mut agents).await?;
    anyhow::ensure!(
        delivered.get() == said,
        "{} delivered, {said} said",
        delivered.get()
    );
    Ok(measured)
}

/// Waits for a condition; fails if an agent does, or if it takes far too long.
pub(crate) async fn until(
    condition: impl Fn() -> bool,
    agents: &mut JoinSet<anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        anyhow::ensure!(Instant::now() < deadline, "what was sent did not arrive");
        let pause = tokio::time::sleep(Duration::from_millis(2));
        tokio::select! {
            () = pause => {}
            Some(done) = agents.join_next() => done??,
        }
    }
    Ok(())
}
