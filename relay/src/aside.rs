//! Work that nobody waits for, on threads that let whoever else wants the core have it at once.

use std::io;
use std::sync::mpsc::{Sender, channel};

use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// A thread that does what it is given, one after another, when nobody else wants the core. It ends
/// when this is dropped.
#[derive(Debug)]
pub(crate) struct Aside {
    jobs: Sender<Job>,
}

impl Aside {
    /// Starts the thread.
    pub(crate) fn start(name: &str) -> io::Result<Self> {
        let (jobs, queue) = channel::<Job>();
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                step_back();
                for job in queue {
                    job();
                }
            })?;
        Ok(Self { jobs })
    }

    /// Has something done; `None` if it panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (done, result) = oneshot::channel();
        let job = move || {
            // Whoever asked may have stopped waiting.
            let _ = done.send(job());
        };
        self.jobs.send(Box::new(job)).ok()?;
        result.await.ok()
    }
}

/// Gives this thread the lowest priority. A thread of the usual one that has more to do keeps its
/// core for some milliseconds, whoever has become ready meanwhile: a writer whose fsync is done, a
/// socket with a message.
pub(crate) fn step_back() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{
            NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
            set_thread_priority_and_policy, thread_native_id,
        };
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        let done = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle);
        if let Err(error) = done {
            tracing::debug!(?error, "a thread keeps its priority");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_given_is_done_in_order_and_a_panic_is_no_answer() {
        let aside = Aside::start("aside").unwrap();
        let (first, second) = (aside.run(|| 1), aside.run(|| 2));
        assert_eq!(tokio::join!(first, second), (Some(1), Some(2)));
        assert_eq!(aside.run(|| panic!("on purpose")).await, None::<()>);
        assert_eq!(aside.run(|| 3).await, None, "its thread is gone");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_thread_steps_back() {
        let aside = Aside::start("aside").unwrap();
        // The 41st field is the policy; 5 is SCHED_IDLE. The name, the second, may hold anything.
        let stat = aside.run(|| std::fs::read_to_string("/proc/thread-self/stat").unwrap());
        let stat = stat.await.unwrap();
        let mut fields = stat.rsplit(')').next().unwrap().split_whitespace();
        assert_eq!(fields.nth(38), Some("5"));
    }
}
