//! Folding the write-ahead log into the main file, off the write path: inline checkpoints were
//! measured to triple the p99.
//!
//! A thread folds nearly all of it while the writer goes on; the writer folds the little that was
//! added meanwhile, so that the log is empty for an instant and begins again at its front. Left to
//! the thread alone it would never be empty under load, and would only grow. A log that grows costs
//! more than one that is written over: every fsync must also wait for the file system's own log. So
//! the writer makes it as long as it usually gets, piece by piece, when nobody wants anything of
//! it.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::engine::Engine;
use crate::aside::step_back;
use crate::store::StoreError;

/// From this many pages on the log is folded in: 32 megabytes.
const FOLD: u32 = 8_192;
/// The writer folds in no more than this many pages by itself.
const TAIL: u32 = 512;
/// Past this many pages the writer restarts the log whatever it takes: a reader or a flood kept it
/// from ever being empty.
const TOO_LARGE: u32 = 16_384;
/// After how many commits the writer looks at the log.
const LOOK: u32 = 32;
/// How long the log is made, in bytes: room for what is written while the thread folds.
const LENGTH: u64 = 40 * 1024 * 1024;
/// How much is added at once, in bytes: whoever comes meanwhile waits for about a millisecond.
const PIECE: usize = 512 * 1024;

/// The write-ahead log, in pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Log {
    /// All of it.
    pub(super) pages: u32,
    /// What is in the main file already.
    pub(super) folded: u32,
}

/// Decides when the log is folded in, and by whom.
#[derive(Debug)]
pub(super) struct Checkpointer {
    /// Commits since the last look.
    commits: u32,
    /// The thread was woken and has not been seen to be done.
    folding: bool,
    wake: Option<SyncSender<()>>,
    done: Receiver<()>,
    thread: Option<JoinHandle<()>>,
    /// The log's file, while it is not yet as long as it should be.
    short: Option<File>,
}

impl Checkpointer {
    pub(super) fn start(path: &Path) -> Result<Self, StoreError> {
        let unusable = |error: io::Error| StoreError::Path {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let short = Some(log_of(path).map_err(unusable)?);
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_millis(100))?;
        let (wake, woken) = sync_channel(1);
        let (finished, done) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("heard-checkpoint".to_owned())
            .spawn(move || fold(&connection, &woken, &finished))
            .map_err(unusable)?;
        Ok(Self {
            commits: 0,
            folding: false,
            wake: Some(wake),
            done,
            thread: Some(thread),
            short,
        })
    }

    /// Nobody wants anything of the writer: makes the log longer by a piece, and says whether there
    /// was need to. Nobody but the writer may call this, since SQLite's own writing to the log is
    /// done by it alone.
    pub(super) fn lengthen(&mut self) -> bool {
        let Some(log) = &mut self.short else {
            return false;
        };
        match lengthen(log) {
            Ok(true) => return true,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "the write-ahead log stays short");
            }
        }
        self.short = None;
        false
    }

    /// The writer made a commit.
    pub(super) fn committed(&mut self, engine: &Engine) {
        self.commits += 1;
        if self.folding {
            if let Err(TryRecvError::Empty) = self.done.try_recv() {
                return;
            }
            // The sooner the writer follows, the less is left to it.
            self.folding = false;
            self.commits = LOOK;
        }
        if self.commits < LOOK {
            return;
        }
        self.commits = 0;
        match engine.log() {
            None => {}
            Some(log) if log.pages < FOLD => {}
            Some(log) if log.pages > TOO_LARGE => engine.restart_log(),
            Some(log) if log.pages - log.folded <= TAIL => engine.fold_log(),
            Some(_) => self.wake(),
        }
    }

    fn wake(&mut self) {
        let sent = self.wake.as_ref().map(|wake| wake.try_send(()));
        if let Some(Err(TrySendError::Disconnected(()))) = sent {
            tracing::error!("the checkpoint thread has ended");
        } else {
            self.folding = true;
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

fn fold(connection: &Connection, woken: &Receiver<()>, finished: &SyncSender<()>) {
    step_back();
    while woken.recv().is_ok() {
        let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(error) = done {
            tracing::warn!(%error, "the write-ahead log could not be folded in");
        }
        if finished.send(()).is_err() {
            return;
        }
    }
}

fn log_of(path: &Path) -> io::Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(PathBuf::from(name))
}

/// Makes the log's file longer by a piece, on disk; `false` if it is long enough. What is added is
/// zeros, which SQLite does not take for pages: theirs begin with a number of at least one and the
/// log's own salt.
fn lengthen(log: &mut File) -> io::Result<bool> {
    if log.seek(SeekFrom::End(0))? >= LENGTH {
        return Ok(false);
    }
    log.write_all(&vec![0; PIECE])?;
    // Else the next commit would wait until all that was added is there.
    log.sync_all()?;
    Ok(true)
}
