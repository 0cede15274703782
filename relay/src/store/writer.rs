//! The way to a store's writing thread, and its way back to those who wait.

use std::io;
use std::thread::JoinHandle;

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use super::{Answer, Listener, Request, StoreError};

/// Somebody who waits for an answer.
pub(super) type Asker = oneshot::Sender<Result<Answer, StoreError>>;
/// A request, and who waits for what comes of it.
pub(super) type Waiting = (Request, Asker);

/// What the thread is to do.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every job is a write: boxing it would cost an allocation a message"
)]
pub(super) enum Job {
    /// Carry a request out.
    Write(Waiting),
    /// Find out whether the store can write now.
    Check(oneshot::Sender<Result<(), StoreError>>),
}

/// The jobs, in the order they were given. It ends when the store is dropped.
pub(super) type Jobs = mpsc::UnboundedReceiver<Job>;

/// A handle to the thread. Dropping it waits until what was being written is on disk, or has
/// failed.
#[derive(Debug)]
pub(super) struct Writer {
    /// Without a bound: what waits here would wait in its sender instead, and not in order.
    jobs: Option<mpsc::UnboundedSender<Job>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread, which runs `work` to its end.
    pub(super) fn start(work: impl FnOnce(Jobs) + Send + 'static) -> io::Result<Self> {
        let (jobs, queue) = mpsc::unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("heard-writer".to_owned())
            .spawn(move || work(queue))?;
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

    /// Whether the store can write now.
    pub(super) async fn check(&self) -> Result<(), StoreError> {
        let (done, answer) = oneshot::channel();
        self.send(Job::Check(done));
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    /// A thread that has ended drops the job, which whoever waits for its answer notices.
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

/// Answers those who asked, wherever the listener finds that best.
pub(super) fn answer(listener: &dyn Listener, told: Vec<(Asker, Result<Answer, StoreError>)>) {
    listener.answer(Box::new(move || {
        for (asker, answer) in told {
            // Whoever asked may have stopped waiting.
            let _ = asker.send(answer);
        }
    }));
}
