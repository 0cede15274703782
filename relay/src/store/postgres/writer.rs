//! The writer: a thread that takes whatever requests have gathered, carries them out in one
//! transaction, and answers after its commit.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::batch::Session;
use super::fault;
use super::keys::alone;
use crate::store::writer::{self, Job, Jobs, Waiting, Writer};
use crate::store::{Listener, Request, StoreError};

/// Starts the writer. It has a runtime of its own, so that a busy relay does not come between two
/// statements of a transaction.
pub(super) fn start(
    session: Session,
    listener: Arc<dyn Listener>,
    limit: usize,
) -> std::io::Result<Writer> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Writer::start(move |jobs| runtime.block_on(run(session, jobs, &*listener, limit)))
}

async fn run(mut session: Session, mut queue: Jobs, listener: &dyn Listener, limit: usize) {
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

/// Writes a batch and answers. Where something is wrong with one of its requests, the others are
/// written without it.
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
    writer::answer(listener, told);
}
