//! What is heard of a call.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::outcome::Outcome;

/// A step of a call. They come in this order; any may be left out but the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The agent's phone rings.
    RingingAgent,
    /// The agent has picked up.
    AgentAnswered,
    /// The visitor's phone rings.
    RingingVisitor,
    /// They hear each other.
    Joined,
    /// It is over. Said once, and last.
    Ended(Ending),
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// What came of it.
    pub outcome: Outcome,
    /// How long they were joined; zero if they never were.
    pub talked: Duration,
    /// The final SIP status that decided, if one did.
    pub status: Option<u16>,
}

impl Ending {
    /// They never talked.
    pub(crate) const fn without_talk(outcome: Outcome, status: Option<u16>) -> Self {
        Self {
            outcome,
            talked: Duration::ZERO,
            status,
        }
    }
}

/// A call under way. Dropping it hangs up.
#[derive(Debug)]
pub struct Call {
    heard: mpsc::UnboundedReceiver<Progress>,
    hung_up: CancellationToken,
    _guard: DropGuard,
}

/// The other end of a [`Call`]. However it goes away, an ending has been said.
#[derive(Debug)]
pub(crate) struct Reports(Option<mpsc::UnboundedSender<Progress>>);

impl Call {
    /// A call that `hung_up` ends, and where to report what becomes of it.
    pub(crate) fn new(hung_up: CancellationToken) -> (Self, Reports) {
        let (reports, heard) = mpsc::unbounded_channel();
        let call = Self {
            heard,
            _guard: hung_up.clone().drop_guard(),
            hung_up,
        };
        (call, Reports(Some(reports)))
    }

    /// The next step; none after [`Progress::Ended`].
    pub async fn next(&mut self) -> Option<Progress> {
        self.heard.recv().await
    }

    /// Ends it, whatever it is doing. [`Progress::Ended`] follows.
    pub fn hang_up(&self) {
        self.hung_up.cancel();
    }
}

impl Reports {
    /// Says it, if anybody still listens.
    pub(crate) fn say(&mut self, progress: Progress) {
        let last = matches!(progress, Progress::Ended(_));
        let to = if last { self.0.take() } else { self.0.clone() };
        if let Some(to) = to {
            let _ = to.send(progress);
        }
    }
}

impl Drop for Reports {
    fn drop(&mut self) {
        let lost = Ending::without_talk(Outcome::Technical, None);
        self.say(Progress::Ended(lost));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_ending_is_said_once_whatever_happens() {
        let (mut call, mut reports) = Call::new(CancellationToken::new());
        reports.say(Progress::RingingAgent);
        let ending = Ending::without_talk(Outcome::AgentBusy, Some(486));
        reports.say(Progress::Ended(ending));
        drop(reports);
        assert_eq!(call.next().await, Some(Progress::RingingAgent));
        assert_eq!(call.next().await, Some(Progress::Ended(ending)));
        assert_eq!(call.next().await, None);

        let (mut call, reports) = Call::new(CancellationToken::new());
        drop(reports);
        let lost = Ending::without_talk(Outcome::Technical, None);
        assert_eq!(call.next().await, Some(Progress::Ended(lost)));
        assert_eq!(call.next().await, None);
    }

    #[test]
    fn dropping_a_call_hangs_up() {
        let hung_up = CancellationToken::new();
        let (call, _reports) = Call::new(hung_up.clone());
        drop(call);
        assert!(hung_up.is_cancelled());
    }
}
