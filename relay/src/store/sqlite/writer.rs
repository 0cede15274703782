//! The writer: a thread that takes whatever requests have gathered, carries them out in one
//! transaction, and answers after its fsync.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc::error::TryRecvError;

use super::checkpoint::Checkpointer;
use super::engine::Engine;
use super::schema::WriteLock;
use crate::store::writer::{self, Job, Jobs, Waiting, Writer};
use crate::store::{Answer, Listener, StoreError};

/// Starts the writer.
pub(super) fn start(
    engine: Engine,
    lock: WriteLock,
    path: &Path,
    listener: Arc<dyn Listener>,
    limit: usize,
) -> Result<Writer, StoreError> {
    engine.fold_elsewhere()?;
    let checkpointer = Checkpointer::start(path)?;
    let work = move |jobs| {
        run(engine, jobs, checkpointer, &*listener, limit);
        drop(lock);
    };
    Writer::start(work).map_err(|error| StoreError::Path {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

fn run(
    mut engine: Engine,
    mut queue: Jobs,
    mut checkpointer: Checkpointer,
    listener: &dyn Listener,
    limit: usize,
) {
    let mut batch = Vec::new();
    let mut expected = 0;
    while let Some(first) = next(&mut queue, &mut checkpointer) {
        take(first, &mut batch, &mut engine);
        gather(&mut queue, &mut batch, &mut engine, limit);
        // Many are talking, and few of them have been heard yet: the sockets' thread may be waiting
        // for this very core. If it has nothing to bring, or is busy with something else, the few
        // do not wait for the many.
        let mut before = 0;
        while batch.len() < expected && batch.len() > before {
            before = batch.len();
            std::thread::yield_now();
            gather(&mut queue, &mut batch, &mut engine, limit);
        }
        if batch.is_empty() {
            continue;
        }
        expected = batch.len() - batch.len() / 8;
        let answers = write(&mut engine, &batch, listener);
        answer(&mut batch, answers, listener);
        // Now nobody of this batch waits for what it may do to the log.
        checkpointer.committed(&engine);
    }
    checkpointer.stop();
    engine.close();
}

/// What comes next; what can wait is done until then.
fn next(queue: &mut Jobs, checkpointer: &mut Checkpointer) -> Option<Job> {
    loop {
        match queue.try_recv() {
            Ok(job) => return Some(job),
            Err(TryRecvError::Empty) if checkpointer.lengthen() => {}
            Err(_) => return queue.blocking_recv(),
        }
    }
}

/// Takes what has come, up to the limit.
fn gather(queue: &mut Jobs, batch: &mut Vec<Waiting>, engine: &mut Engine, limit: usize) {
    while batch.len() < limit
        && let Ok(next) = queue.try_recv()
    {
        take(next, batch, engine);
    }
}

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
    let askers = batch.drain(..).map(|(_, asker)| asker);
    writer::answer(listener, askers.zip(answers).collect());
}
