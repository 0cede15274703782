//! A few threads that read, each with a connection of its own.
//!
//! Not a pool of connections lent to whatever thread is free: a connection's page cache would be
//! strewn over the heaps of all of them, and the process would grow with every wave of visitors.

use std::collections::VecDeque;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::schema;
use crate::store::StoreError;

/// The fewest and the most threads; as many as there are cores between the two. A long look-up must
/// not keep everybody waiting.
const THREADS: (usize, usize) = (2, 4);

type LookUp = Box<dyn FnOnce(&Connection) + Send>;

/// What waits for a thread.
#[derive(Default)]
struct Queue {
    look_ups: Mutex<(VecDeque<LookUp>, bool)>,
    changed: Condvar,
}

impl Queue {
    fn put(&self, look_up: LookUp) {
        self.look_ups.lock().0.push_back(look_up);
        self.changed.notify_one();
    }

    /// The next one; `None` when there will be no more.
    fn next(&self) -> Option<LookUp> {
        let mut look_ups = self.look_ups.lock();
        loop {
            if let Some(next) = look_ups.0.pop_front() {
                return Some(next);
            }
            if look_ups.1 {
                return None;
            }
            self.changed.wait(&mut look_ups);
        }
    }

    fn end(&self) {
        self.look_ups.lock().1 = true;
        self.changed.notify_all();
    }
}

/// The threads that read.
pub(super) struct Readers {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers")
            .field("threads", &self.threads.len())
            .finish_non_exhaustive()
    }
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let mut readers = Self {
            queue: Arc::default(),
            threads: Vec::new(),
        };
        for _ in 0..cores.clamp(THREADS.0, THREADS.1) {
            let connection = schema::open_reader(path)?;
            let queue = Arc::clone(&readers.queue);
            let thread = std::thread::Builder::new()
                .name("heard-reader".to_owned())
                .spawn(move || {
                    while let Some(look_up) = queue.next() {
                        look_up(&connection);
                    }
                })
                .map_err(|error| StoreError::Path {
                    path: path.to_owned(),
                    reason: error.to_string(),
                })?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Runs a look-up away from the sockets' threads.
    pub(super) async fn run<T, F>(&self, look_up: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (done, found) = oneshot::channel();
        self.queue.put(Box::new(move |connection| {
            // Whoever asked may have stopped waiting.
            let _ = done.send(at_once(connection, look_up));
        }));
        found.await.map_err(|_| StoreError::Stopped)?
    }
}

/// Runs a look-up as one: all its statements see the same state of the store, which is also found
/// only once.
fn at_once<T>(
    connection: &Connection,
    look_up: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.prepare_cached("BEGIN")?.execute([])?;
    let found = look_up(connection);
    connection.prepare_cached("COMMIT")?.execute([])?;
    found
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.end();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a reader panicked");
            }
        }
    }
}
