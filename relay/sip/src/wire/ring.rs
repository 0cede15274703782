//! Ringing a phone.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::attempt::Attempt;
use super::invitation::{Heard, Invitation};
use super::invitee::Invitee;
use super::station::Station;
use crate::outcome::Failure;

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
        Invitation::new(heard, withdrawn.drop_guard())
    }
}
