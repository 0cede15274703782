//! An invitation to a call, and its answer.

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::DropGuard;

use super::dialog::Dialog;
use crate::outcome::Failure;

/// What an answer is acknowledged with, and where to hand the dialog.
pub(super) type Taken = (Bytes, oneshot::Sender<Dialog>);

/// What is heard of an invitation.
#[derive(Debug)]
pub(crate) enum Heard {
    /// It rings. Said once.
    Ringing,
    /// Somebody picked up.
    Answered(Answer),
    /// Nobody will. Said last.
    Failed(Failure),
}

/// An invitation under way. Dropping it withdraws it.
#[derive(Debug)]
pub(crate) struct Invitation {
    heard: mpsc::UnboundedReceiver<Heard>,
    _withdrawn: DropGuard,
}

/// Somebody picked up. Dropping this hangs up.
#[derive(Debug)]
pub(crate) struct Answer {
    /// What they say of their session.
    pub(crate) body: Bytes,
    pub(super) take: oneshot::Sender<Taken>,
}

impl Invitation {
    /// One that is heard of here, and withdrawn with the guard.
    pub(super) const fn new(heard: mpsc::UnboundedReceiver<Heard>, withdrawn: DropGuard) -> Self {
        Self {
            heard,
            _withdrawn: withdrawn,
        }
    }

    /// What is heard next.
    pub(crate) async fn next(&mut self) -> Heard {
        let heard = self.heard.recv().await;
        heard.unwrap_or(Heard::Failed(Failure::Broken))
    }
}

impl Answer {
    /// Acknowledges it, with an answer to what it offers if it does. Nothing if that cannot be
    /// sent.
    pub(crate) async fn take(self, body: Bytes) -> Option<Dialog> {
        let (give, taken) = oneshot::channel();
        self.take.send((body, give)).ok()?;
        taken.await.ok()
    }
}
