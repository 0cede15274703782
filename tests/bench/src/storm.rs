//! The relay is killed, ten thousand visitors come back at once, and each is owed twenty messages:
//! against as many bare upgrades.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use heard_protocol::{ConversationAct, Cursor, Epoch, Resume, Seq, StaffCommand};
use heard_relay::config::Data;

use crate::desk::{Client, TEXT_BYTES, scratch, site};
use crate::machine::{Server, settle};
use crate::past::{Past, contact, conversation};
use crate::report::{Goal, Row};
use crate::wire::Wire;

const VISITORS: u32 = 10_000;
/// What the agent wrote to each while the relay was away.
const OWED: u64 = 20;
/// How many are connecting at once.
const AT_ONCE: usize = 500;
/// Between two looks whether a server is up.
const PAUSE: Duration = Duration::from_millis(5);

/// What is known of the data, between two relays.
struct Owed {
    key: [u8; 32],
    epoch: Epoch,
    /// Where everybody's log ended before, and where it ends now.
    from: Seq,
    to: Seq,
}

/// Measures `reps` times and makes the row.
pub(crate) async fn rows(reps: usize) -> anyhow::Result<Vec<Row>> {
    let (mut ratios, mut upgrades) = (Vec::new(), Vec::new());
    let (mut plain_ratios, mut plain_upgrades) = (Vec::new(), Vec::new());
    let folder = tempfile::Builder::new()
        .prefix("heard-bench")
        .tempdir_in(scratch())?;
    let file = folder.path().join("heard.db");
    let data = Data::File(file.clone());
    let mut past = Past::open(&data, 0).await?;
    past.arrive(VISITORS).await?;
    let mut owed = read_all(&past).await?;
    for rep in 1..=reps {
        let commands = past.commands();
        drop(past);
        // Everybody is there when the relay is killed.
        let server = Server::launch_relay(&file)?;
        server.up(PAUSE).await?;
        let clients = connect(&server, &owed).await?;
        server.kill();
        drop(clients);
        past = Past::open(&data, commands).await?;
        owe(&mut past, &mut owed).await?;
        let commands = past.commands();
        drop(past);

        settle().await;
        let plain = bare("/ws/plain").await.context("the echo as it comes")?;
        settle().await;
        let bare = bare("/ws/visitor").await.context("the echo")?;
        settle().await;
        let server = Server::launch_relay(&file)?;
        server.up(PAUSE).await?;
        let back = back(&server, &owed).await.context("the relay")?;
        drop(server);
        eprintln!(
            "  {rep}/{reps}: {VISITORS} bare upgrades {:.0} ms (with axum's own buffers {:.0} ms), all back and complete {:.0} ms",
            bare * 1_000.0,
            plain * 1_000.0,
            back * 1_000.0
        );
        ratios.push(back / bare);
        upgrades.push(bare * 1_000.0);
        plain_ratios.push(back / plain);
        plain_upgrades.push(plain * 1_000.0);
        past = Past::open(&data, commands).await?;
    }
    let row = |name, values, baselines, goal| Row {
        name,
        unit: "ratio",
        values,
        baselines,
        goal,
        busy: 0.0,
        worst_is_low: false,
    };
    Ok(vec![
        row(
            "relay.storm.ratio_to_upgrades",
            ratios,
            upgrades,
            Some(Goal::AtMost(2.0)),
        ),
        row(
            "relay.storm.ratio_to_plain_upgrades",
            plain_ratios,
            plain_upgrades,
            None,
        ),
    ])
}

/// Where everybody's log ends: they are all of one length.
async fn end(past: &Past) -> anyhow::Result<Seq> {
    let head = past.store.head(conversation(VISITORS - 1)).await?;
    Ok(head.context("the last visitor has a conversation")?.public)
}

/// Nobody is owed anything.
async fn read_all(past: &Past) -> anyhow::Result<Owed> {
    let end = end(past).await?;
    Ok(Owed {
        key: past.store.token_key(),
        epoch: past.store.epoch(),
        from: end,
        to: end,
    })
}

/// The agent writes to everybody, who has read all that was before.
async fn owe(past: &mut Past, owed: &mut Owed) -> anyhow::Result<()> {
    for _ in 0..OWED {
        past.does(VISITORS, |conversation| StaffCommand::In {
            conversation,
            act: ConversationAct::Send {
                text: "x".repeat(TEXT_BYTES),
            },
        })
        .await?;
    }
    owed.from = owed.to;
    owed.to = end(past).await?;
    ensure!(
        owed.to.0 == owed.from.0 + OWED,
        "the agent wrote something else"
    );
    Ok(())
}

/// One address has too few ports for all of them.
fn address(number: u32) -> IpAddr {
    let host = u8::try_from(number / 100 % 200 + 2).unwrap_or(254);
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, host))
}

/// Seconds until everybody is connected to a bare echo.
async fn bare(path: &str) -> anyhow::Result<f64> {
    let server = Server::echo().await?;
    let began = Instant::now();
    let wires: Vec<Wire> = stream::iter(0..VISITORS)
        .map(|number| Wire::open(server.address, Some(address(number)), path, false))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let took = began.elapsed().as_secs_f64();
    drop(wires);
    Ok(took)
}

/// Seconds until everybody is connected to the relay and has read what they are owed: each message
/// once, in order.
async fn back(server: &Server, owed: &Owed) -> anyhow::Result<f64> {
    let began = Instant::now();
    let clients = connect(server, owed).await?;
    let took = began.elapsed().as_secs_f64();
    drop(clients);
    Ok(took)
}

async fn connect(server: &Server, owed: &Owed) -> anyhow::Result<Vec<Client>> {
    // In no order of their messages: 7,919 is a prime, so everybody has their turn.
    stream::iter((0..VISITORS).map(|turn| turn * 7_919 % VISITORS))
        .map(|number| come_back(server, owed, number))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

async fn come_back(server: &Server, owed: &Owed, number: u32) -> anyhow::Result<Client> {
    let token = heard_relay::auth::mint(&owed.key, site(), contact(number));
    let resume = Resume {
        epoch: owed.epoch,
        cursors: vec![Cursor {
            conversation: conversation(number),
            after: owed.from,
        }],
    };
    let from = Some(address(number));
    let mut client = Client::come(server.address, from, Some(token), Some(resume)).await?;
    let due: Vec<Seq> = (owed.from.0 + 1..=owed.to.0).map(Seq).collect();
    let came = if due.is_empty() {
        Vec::new()
    } else {
        client.catch_up(owed.to).await?
    };
    ensure!(came == due, "visitor {number} was shown {came:?}");
    Ok(client)
}
