//! From the start of the program to the first visitor who is let in: with a million messages on
//! disk, and after a kill that left a long write-ahead log. Against the start of the bare echo.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use heard_relay::config::Data;

use crate::desk::{Client, scratch, site};
use crate::machine::{Server, settle};
use crate::past::{Past, contact};
use crate::report::{Goal, Row};
use crate::wire::Wire;

/// Open conversations, and what is said in each.
const VISITORS: u32 = 10_000;
const EACH: usize = 100;
/// How long the log is that a kill left behind, in bytes.
const LOG: u64 = 64 * 1024 * 1024;
/// One start takes milliseconds: each repetition is the median of so many.
const STARTS: usize = 9;

/// Measures `reps` times and makes the rows.
pub(crate) async fn rows(reps: usize) -> anyhow::Result<Vec<Row>> {
    let folder = tempfile::Builder::new()
        .prefix("heard-bench")
        .tempdir_in(scratch())?;
    let file = folder.path().join("heard.db");
    let (key, killed) = prepare(&file).await.context("preparing")?;
    let (mut cold, mut after, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for rep in 1..=reps {
        settle().await;
        let (mut echoes, mut colds, mut afters) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..STARTS {
            echoes.push(echo().await?);
            colds.push(relay(&file, &key).await?);
            let again = lay_out(&killed)?;
            afters.push(relay(&again, &key).await?);
        }
        let [echo, plain, long] = [&echoes, &colds, &afters].map(|all| crate::report::median(all));
        eprintln!(
            "  {rep}/{reps}: echo {echo:.1} ms, relay {plain:.1} ms, with a log of {} MB {long:.1} ms",
            LOG >> 20
        );
        bare.push(echo);
        cold.push(plain / echo);
        after.push(long / echo);
    }
    let row = |name, values, most| Row {
        name,
        unit: "ratio",
        values,
        baselines: bare.clone(),
        goal: Some(Goal::AtMost(most)),
        busy: 0.0,
        worst_is_low: false,
    };
    Ok(vec![
        row("relay.start.cold_to_echo", cold, 3.0),
        row("relay.start.after_kill_to_echo", after, 10.0),
    ])
}

/// A file with a million messages; and beside it what a kill leaves of one that was written to a
/// moment ago.
async fn prepare(file: &Path) -> anyhow::Result<([u8; 32], PathBuf)> {
    let data = Data::File(file.to_owned());
    let mut past = Past::open(&data, 0).await?;
    past.arrive(VISITORS).await?;
    for _ in 1..EACH {
        past.say(VISITORS).await?;
    }
    let (key, commands) = (past.store.token_key(), past.commands());
    drop(past);

    let killed = file.with_file_name("killed.db");
    std::fs::copy(file, &killed)?;
    let mut past = Past::open(&Data::File(killed.clone()), commands).await?;
    // Somebody who reads keeps the log from beginning again.
    let reader = rusqlite::Connection::open(&killed)?;
    reader.execute_batch("BEGIN; SELECT count(*) FROM sites")?;
    // Its file is shorter than this at first, and grows only when all of it is used.
    while std::fs::metadata(log_of(&killed))?.len() < LOG {
        past.say(1_024).await?;
    }
    let copy = file.with_file_name("left.db");
    std::fs::copy(&killed, &copy)?;
    std::fs::copy(log_of(&killed), log_of(&copy))?;
    drop(reader);
    Ok((key, copy))
}

fn log_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// Lays out what the kill left, once more.
fn lay_out(killed: &Path) -> anyhow::Result<PathBuf> {
    let again = killed.with_extension("again");
    std::fs::copy(killed, &again)?;
    std::fs::copy(log_of(killed), log_of(&again))?;
    // The last start's notes on the log are not this one's; there are none the first time.
    let mut notes = again.clone().into_os_string();
    notes.push("-shm");
    match std::fs::remove_file(notes) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(again),
    }
}

/// Milliseconds until the echo upgrades.
async fn echo() -> anyhow::Result<f64> {
    let began = Instant::now();
    let server = Server::launch_echo()?;
    server.up(Duration::ZERO).await?;
    Wire::open(server.address, None, "/ws/visitor", false).await?;
    Ok(began.elapsed().as_secs_f64() * 1_000.0)
}

/// Milliseconds until a visitor who was here before is let in.
async fn relay(file: &Path, key: &[u8; 32]) -> anyhow::Result<f64> {
    let token = heard_relay::auth::mint(key, site(), contact(7));
    let began = Instant::now();
    let server = Server::launch_relay(file)?;
    server.up(Duration::ZERO).await?;
    Client::open(server.address, None, Some(token)).await?;
    Ok(began.elapsed().as_secs_f64() * 1_000.0)
}
