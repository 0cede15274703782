//! The writer: a thread that takes whatever requests have gathered, carries them out in one transaction, and answers after its fsync.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Checkpointer;
use super::engine::Engine;
use super::schema::WriteLock;
use crate::store::{Answer, Listener, Request, StoreError};

/// How often the writer lets others run before it commits fewer than it did last. An fsync costs a hundred times as much.
const YIELDS: usize = 12;

#[expect(
    clippy::large_enum_variant,
    reason = "nearly every job is a write: boxing it would cost an allocation a message"
)]
enum Job {
    Write(Waiting),
    Check(oneshot::Sender<Result<(), StoreError>>),
}

/// A handle to the writing thread.
#[derive(Debug)]
pub(super) struct Writer {
    /// Without a bound: what waits here would wait in its sender instead, and not in order.
    jobs: Option<mpsc::UnboundedSender<Job>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(
        engine: Engine,
        lock: WriteLock,
        path: &Path,
        listener: Arc<dyn Listener>,
        limit: usize,
    ) -> Result<Self, StoreError> {
        engine.fold_elsewhere()?;
        let checkpointer = Checkpointer::start(path)?;
        let (jobs, queue) = mpsc::unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("heard-writer".to_owned())
            .spawn(move || {
                run(engine, queue, checkpointer, &*listener, limit);
                drop(lock);
            })
            .map_err(|error| StoreError::Path {
                path: path.to_owned(),
                reason: error.to_string(),
            })?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Takes a request in; the future is its answer.
    pub(super) fn execute(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Answer, StoreError>> + Send + use<> {
        let (done, answer) = oneshot::channel();
        self.send(Job::Write((request, done)));
        async { answer.await.map_err(|_| StoreError::Stopped)? }
    }

    pub(super) async fn check(&self) -> Result<(), StoreError> {
        let (done, answer) = oneshot::channel();
        self.send(Job::Check(done));
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    /// A writer that has stopped drops the job, which whoever waits for its answer notices.
    fn send(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.lock().take()
            && thread.join().is_err()
        {
            tracing::error!("the writer panicked");
        }
    }
}

fn run(
    mut engine: Engine,
    mut queue: mpsc::UnboundedReceiver<Job>,
    mut checkpointer: Checkpointer,
    listener: &dyn Listener,
    limit: usize,
) {
    let mut batch = Vec::new();
    let mut expected = 0;
    while let Some(first) = queue.blocking_recv() {
        take(first, &mut batch, &mut engine);
        gather(&mut queue, &mut batch, &mut engine, limit);
        for _ in 0..YIELDS {
            if batch.len() >= expected {
                break;
            }
            // Many are talking, and few of them have been heard yet: the sockets' thread may be waiting for this very core.
            std::thread::yield_now();
            gather(&mut queue, &mut batch, &mut engine, limit);
        }
        if batch.is_empty() {
            continue;
        }
        expected = batch.len() - batch.len() / 8;
        let answers = write(&mut engine, &batch, listener);
        checkpointer.committed(&engine);
        answer(&mut batch, answers, listener);
    }
    checkpointer.stop();
    engine.close();
}

/// Takes what has come, up to the limit.
fn gather(
    queue: &mut mpsc::UnboundedReceiver<Job>,
    batch: &mut Vec<Waiting>,
    engine: &mut Engine,
    limit: usize,
) {
    while batch.len() < limit
        && let Ok(next) = queue.try_recv()
    {
        take(next, batch, engine);
    }
}

type Waiting = (Request, oneshot::Sender<Result<Answer, StoreError>>);

fn take(job: Job, batch: &mut Vec<Waiting>, engine: &mut Engine) {
    match job {
        Job::Write(waiting) => batch.push(waiting),
        Job::Check(done) => {
            let checked = engine.begin().and_then(|()| engine.commit()).map(drop);
            // Whoever asked may have stopped waiting.
            let _ = done.send(checked);
        }
    }
}

fn write(
    engine: &mut Engine,
    batch: &[Waiting],
    listener: &dyn Listener,
) -> Result<Vec<Answer>, StoreError> {
    let answers = engine.begin().and_then(|()| {
        batch
            .iter()
            .map(|(request, _)| engine.apply(request))
            .collect::<Result<Vec<_>, _>>()
    });
    let answers = answers.inspect_err(|_| engine.rollback())?;
    listener.committed(engine.commit()?);
    Ok(answers)
}

fn answer(
    batch: &mut Vec<Waiting>,
    answers: Result<Vec<Answer>, StoreError>,
    listener: &dyn Listener,
) {
    let answers: Vec<_> = match answers {
        Ok(answers) => answers.into_iter().map(Ok).collect(),
        Err(error) => {
            tracing::error!(%error, source = ?std::error::Error::source(&error), requests = batch.len(), "a batch could not be written");
            let unwritten = |_: &Waiting| {
                let reason = error.to_string();
                Err(StoreError::Unwritten { reason })
            };
            batch.iter().map(unwritten).collect()
        }
    };
    let waiting: Vec<_> = batch.drain(..).map(|(_, done)| done).collect();
    listener.answer(Box::new(move || {
        for (done, answer) in waiting.into_iter().zip(answers) {
            // Whoever asked may have stopped waiting.
            let _ = done.send(answer);
        }
    }));
}
