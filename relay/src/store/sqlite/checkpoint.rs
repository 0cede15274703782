//! Folding the write-ahead log into the main file, off the write path: inline checkpoints were measured to triple the p99.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::engine::Engine;
use crate::store::StoreError;

/// After how many requests the log is folded in.
const EVERY: usize = 4_000;
/// Past this size the writer itself restarts the log: a reader or a flood kept the folding from ever catching up. In bytes.
const TOO_LARGE: u64 = 64 * 1024 * 1024;

/// Counts what the writer wrote and wakes the thread that folds.
#[derive(Debug)]
pub(super) struct Checkpointer {
    since: usize,
    wal: PathBuf,
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(super) fn start(path: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_millis(100))?;
        let (wake, woken) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("heard-checkpoint".to_owned())
            .spawn(move || fold(&connection, &woken))
            .map_err(|error| StoreError::Path {
                path: path.to_owned(),
                reason: error.to_string(),
            })?;
        let mut wal = path.as_os_str().to_owned();
        wal.push("-wal");
        Ok(Self {
            since: 0,
            wal: wal.into(),
            wake: Some(wake),
            thread: Some(thread),
        })
    }

    /// The writer committed this many requests.
    pub(super) fn wrote(&mut self, requests: usize, engine: &Engine) {
        self.since += requests;
        if self.since < EVERY {
            return;
        }
        self.since = 0;
        if std::fs::metadata(&self.wal).is_ok_and(|wal| wal.len() > TOO_LARGE) {
            engine.restart_wal();
        } else if let Some(wake) = &self.wake
            && let Err(TrySendError::Disconnected(())) = wake.try_send(())
        {
            tracing::error!("the checkpoint thread has ended");
        }
    }

    /// Ends the thread.
    pub(super) fn stop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpoint thread panicked");
        }
    }
}

fn fold(connection: &Connection, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(error) = done {
            tracing::warn!(%error, "the write-ahead log could not be folded in");
        }
    }
}
