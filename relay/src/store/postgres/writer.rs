//! The writer: a thread that takes whatever requests have gathered, carries them out in one transaction, and answers after its commit.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use super::batch::Session;
use super::fault;
use super::keys::alone;
use crate::store::{Answer, Listener, Request, StoreError};

type Waiting = (Request, oneshot::Sender<Result<Answer, StoreError>>);

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
    /// Starts the thread. It has a runtime of its own, so that a busy relay does not come between two statements of a transaction.
    pub(super) fn start(
        session: Session,
        listener: Arc<dyn Listener>,
        limit: usize,
    ) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let thread = std::thread::Builder::new()
            .name("heard-writer".to_owned())
            .spawn(move || runtime.block_on(run(session, queue, &*listener, limit)))?;
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

async fn run(
    mut session: Session,
    mut queue: mpsc::UnboundedReceiver<Job>,
    listener: &dyn Listener,
    limit: usize,
) {
    let mut waiting = VecDeque::new();
    loop {
        if waiting.is_empty() {
            let Some(job) = queue.recv().await else {
                break;
            };
            waiting.push_back(job);
        }
        while waiting.len() < limit
            && let Ok(job) = queue.try_recv()
        {
            waiting.push_back(job);
        }
        match next(&mut waiting) {
            Next::Check(done) => {
                // Whoever asked may have stopped waiting.
                let _ = done.send(session.check().await);
            }
            Next::Batch(batch) => {
                write(&mut session, batch, listener).await;
                session.clear_refusals().await;
            }
        }
    }
    session.close().await;
}

enum Next {
    Check(oneshot::Sender<Result<(), StoreError>>),
    Batch(Vec<Waiting>),
}

/// The next transaction's requests, in the order they came: as many as can share one.
fn next(waiting: &mut VecDeque<Job>) -> Next {
    let mut batch = Vec::new();
    while let Some(job) = waiting.pop_front() {
        match job {
            Job::Check(done) if batch.is_empty() => return Next::Check(done),
            Job::Write(one) if batch.is_empty() && alone(&one.0) => return Next::Batch(vec![one]),
            Job::Write(one) if !alone(&one.0) => batch.push(one),
            other => {
                waiting.push_front(other);
                break;
            }
        }
    }
    Next::Batch(batch)
}

/// Writes a batch and answers. Where something is wrong with one of its requests, the others are written without it.
async fn write(session: &mut Session, batch: Vec<Waiting>, listener: &dyn Listener) {
    let requests: Vec<&Request> = batch.iter().map(|(request, _)| request).collect();
    let answers = match session.write(&requests, listener).await {
        Ok(answers) => answers.into_iter().map(Ok).collect(),
        Err(error @ StoreError::Unwritten { .. }) => vec![Err(error)],
        Err(error) if requests.len() > 1 && session.is_connected() => {
            let reason = fault::reason(&error);
            tracing::warn!(
                reason,
                requests = batch.len(),
                "a batch is written one by one"
            );
            let mut answers = Vec::with_capacity(requests.len());
            for request in &requests {
                let one = session.write(&[request], listener).await;
                answers.push(one.and_then(|all| all.into_iter().next().ok_or(StoreError::Stopped)));
            }
            answers
        }
        Err(error) => vec![Err(error)],
    };
    let mut answers = answers.into_iter();
    let mut failed: Option<String> = None;
    let told: Vec<_> = batch
        .into_iter()
        .map(|(_, done)| {
            let answer = match answers.next() {
                Some(Ok(answer)) => Ok(answer),
                Some(Err(error)) => {
                    let reason = fault::reason(&error);
                    tracing::error!(reason, "a batch could not be written");
                    failed = Some(reason.clone());
                    Err(StoreError::Unwritten { reason })
                }
                None => Err(StoreError::Unwritten {
                    reason: failed.clone().unwrap_or_default(),
                }),
            };
            (done, answer)
        })
        .collect();
    listener.answer(Box::new(move || {
        for (done, answer) in told {
            // Whoever asked may have stopped waiting.
            let _ = done.send(answer);
        }
    }));
}
