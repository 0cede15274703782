//! Ringing a phone.

use std::time::Duration;

use bytes::Bytes;
use ezk_sip_types::uri::{NameAddr, SipUri};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::attempt::Attempt;
use super::dialog::Dialog;
use super::station::Station;
use crate::outcome::Failure;

/// What an answer is acknowledged with, and where to hand the dialog.
pub(super) type Taken = (Bytes, oneshot::Sender<Dialog>);

/// Whom to ring.
#[derive(Debug, Clone)]
pub(crate) struct Invitee {
    /// Who it is.
    pub(crate) uri: SipUri,
    /// Where the invitation is sent.
    pub(crate) hop: SipUri,
    /// Who is said to call.
    pub(crate) from: NameAddr,
    /// Whether it may be told who we are.
    pub(crate) known: bool,
}

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

impl Station {
    /// Rings a phone for `ring` at most, with an offer or without. `call` is the order's id, `leg`
    /// tells its two dialogs apart.
    pub(crate) fn invite(
        &self,
        invitee: Invitee,
        call: (&str, &str),
        offer: Bytes,
        ring: Duration,
    ) -> Invitation {
        let (say, heard) = mpsc::unbounded_channel();
        let withdrawn = CancellationToken::new();
        match Attempt::new(self, invitee, call, offer, say.clone()) {
            // It says itself how long it is to be waited for.
            Ok(attempt) => {
                self.spawn_apart(attempt.run(Instant::now() + ring, withdrawn.clone()));
            }
            Err(error) => {
                tracing::error!(%error, "the system gives no random bytes");
                let _ = say.send(Heard::Failed(Failure::Broken));
            }
        }
        Invitation {
            heard,
            _withdrawn: withdrawn.drop_guard(),
        }
    }
}
