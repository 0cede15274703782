//! What an idle visitor costs: memory of the relay's process per connection, and whether it comes
//! back.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::Context as _;
use heard_protocol::Secret;

use crate::desk::{Client, Desk};
use crate::machine::{Server, settle};
use crate::report::{Goal, Row};

/// How many connect and close again.
const ROUNDS: usize = 5;
/// Connections opened at once.
const AT_ONCE: usize = 100;

/// Opens so many connections of visitors who have written before, five times over.
pub(crate) async fn rows(connections: usize) -> anyhow::Result<Vec<Row>> {
    settle().await;
    let desk = Desk::set_up(1).await?;
    let server = Server::relay(&desk.data, 512).await?;
    let mut tokens: Vec<Option<Secret>> = vec![None; connections];
    // Everybody writes and is answered for once: an idle visitor is one who has a conversation and
    // does not wait.
    let settled = async {
        for agent in desk.agents(server.address).await? {
            agent.resolve(connections).await?;
        }
        anyhow::Ok(())
    };
    let written = async {
        drop(open(&server, &mut tokens).await?);
        anyhow::Ok(())
    };
    tokio::try_join!(settled, written)?;
    // A fresh process, so that memory it used before and would use again is not taken for free.
    drop(server);
    let server = Server::relay(&desk.data, 512).await?;
    // A few come back first, so that what is set up once is not counted as a connection's.
    drop(open(&server, &mut tokens[..200.min(connections)]).await?);
    gone(&server).await?;
    let before = server.rss()?;
    let mut held = Vec::new();
    for round in 1..=ROUNDS {
        let clients = open(&server, &mut tokens).await?;
        let rss = server.rss()?;
        let each = rss.saturating_sub(before) as f64 / connections as f64;
        eprintln!(
            "  round {round}/{ROUNDS}: {each:.0} B a connection ({} KiB in all)",
            rss / 1024
        );
        held.push((rss as f64, each));
        drop(clients);
        gone(&server)
            .await
            .context("the relay did not let go of closed connections")?;
    }
    let first = held.first().map_or(f64::NAN, |(rss, _)| *rss);
    let last = held.last().map_or(f64::NAN, |(rss, _)| *rss);
    Ok(vec![
        Row {
            name: "relay.idle.rss_bytes",
            unit: "B/conn",
            values: held.iter().take(1).map(|(_, each)| *each).collect(),
            baselines: vec![],
            goal: Some(Goal::AtMost(6.0 * 1024.0)),
            busy: 0.0,
            worst_is_low: false,
        },
        Row {
            name: "relay.idle.rss_growth_after_5_rounds",
            unit: "ratio",
            values: vec![last / first],
            baselines: vec![first],
            goal: Some(Goal::AtMost(1.05)),
            busy: 0.0,
            worst_is_low: false,
        },
    ])
}

/// Opens a connection per token and lets each do a little; those who are new say something, so that
/// they have a conversation to resume.
async fn open(server: &Server, tokens: &mut [Option<Secret>]) -> anyhow::Result<Vec<Client>> {
    let mut clients = Vec::with_capacity(tokens.len());
    for (group, chunk) in tokens.chunks_mut(AT_ONCE).enumerate() {
        // One address has too few ports for all of them, the more so as closed connections hold
        // theirs for a minute.
        let host = u8::try_from(group % 100 + 2).unwrap_or(254);
        let from = IpAddr::V4(Ipv4Addr::new(127, 0, 0, host));
        let opening = chunk.iter().map(|token| {
            let (address, token) = (server.address, token.clone());
            async move {
                let new = token.is_none();
                let mut client = Client::open(address, Some(from), token).await?;
                if new {
                    client.say("hello").await?;
                }
                client.ping().await?;
                anyhow::Ok(client)
            }
        });
        for (client, token) in futures_util::future::try_join_all(opening)
            .await?
            .into_iter()
            .zip(chunk)
        {
            *token = Some(client.token.clone());
            clients.push(client);
        }
    }
    Ok(clients)
}

/// Waits until the relay's sockets are closed.
async fn gone(server: &Server) -> anyhow::Result<()> {
    for _ in 0..400 {
        if server.descriptors()? < 200 {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    anyhow::bail!("{} descriptors are still open", server.descriptors()?)
}
