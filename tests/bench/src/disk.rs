//! What the disk alone takes: three pages of a file written and synced for whatever is due, as a
//! commit of one message does, at the rhythm of the latency rows and on the servers' core. No relay
//! that answers after its fsync is faster.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::desk::scratch;
use crate::latency::{OFFERED, SPAN};
use crate::machine::pinned;
use crate::report::percentile;

/// A page of the relay's file, in bytes.
const PAGE: usize = 4_096;
/// How long the file is, in bytes: it is written over from the beginning, as the relay's log is.
const LENGTH: u64 = 32 * 1024 * 1024;

/// What the child is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Disk {
    /// The file it writes
    #[arg(long)]
    file: PathBuf,
}

/// Microseconds from the moment something is due until it is on disk: the p99.
pub(crate) async fn p99() -> anyhow::Result<f64> {
    let folder = tempfile::Builder::new()
        .prefix("heard-bench")
        .tempdir_in(scratch())?;
    let mut child = pinned(&std::env::current_exe()?)
        .arg("disk")
        .arg("--file")
        .arg(folder.path().join("synced"))
        .stdout(Stdio::piped())
        .spawn()?;
    // This core is as busy as it is while the others are measured.
    while child.try_wait()?.is_none() {
        tokio::task::yield_now().await;
    }
    let said = child.wait_with_output()?.stdout;
    String::from_utf8(said)?
        .trim()
        .parse()
        .context("the disk said something else")
}

/// Is the child.
pub(crate) fn be(disk: &Disk) -> anyhow::Result<()> {
    println!("{}", write(&disk.file)?);
    Ok(())
}

fn write(path: &Path) -> anyhow::Result<f64> {
    let mut file = File::create_new(path)?;
    let pages = [7; 3 * PAGE];
    while file.stream_position()? < LENGTH {
        file.write_all(&pages)?;
    }
    file.sync_all()?;
    let total = OFFERED * SPAN.as_secs();
    let (began, mut synced, mut times) = (Instant::now(), 0, Vec::new());
    while synced < total {
        let at = |message: u64| Duration::from_micros(message * 1_000_000 / OFFERED);
        std::thread::sleep(at(synced).saturating_sub(began.elapsed()));
        let due = (synced..total).take_while(|message| at(*message) <= began.elapsed());
        let due = due.count() as u64;
        if file.stream_position()? >= LENGTH {
            file.seek(SeekFrom::Start(0))?;
        }
        file.write_all(&pages)?;
        file.sync_data()?;
        let took =
            |message| began.elapsed().saturating_sub(at(message)).as_secs_f64() * 1_000_000.0;
        times.extend((synced..synced + due).map(took));
        synced += due;
    }
    Ok(percentile(&mut times, 99))
}
