//! The loop that keeps all duties.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::sweep::Sweep;
use super::{Due, Duty, Word, Words};
use crate::clock::Clock;
use crate::store::Store;

/// Keeps the duties until `stop` is cancelled.
pub(crate) async fn run(
    mut words: Words,
    store: Arc<dyn Store>,
    duties: Vec<Box<dyn Duty>>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let mut rota = Rota {
        sweep: Sweep::new(store),
        duties,
        clock,
    };
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            word = words.recv() => match word {
                Some(word) => rota.hear(&word),
                None => return,
            },
            () = tokio::time::sleep(rota.pause()) => {}
        }
        while let Ok(word) = words.try_recv() {
            rota.hear(&word);
        }
        rota.work().await;
    }
}

/// The duties, and what they have in common.
pub(super) struct Rota {
    pub(super) sweep: Sweep,
    pub(super) duties: Vec<Box<dyn Duty>>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Rota {
    pub(super) fn hear(&mut self, word: &Word) {
        if matches!(word, Word::Everywhere) {
            self.sweep.hurry();
        }
        let now = self.clock.now();
        for duty in &mut self.duties {
            duty.hear(word, now);
        }
    }

    /// How long until there is something to do without a word.
    pub(super) fn pause(&self) -> Duration {
        let (now, moment) = (Instant::now(), self.clock.now());
        let until = |due| match due {
            Due::Now => Duration::ZERO,
            Due::At(at) => Duration::from_millis(at.since(moment)),
            Due::Then(at) => at.saturating_duration_since(now),
        };
        let duties = self.duties.iter().filter_map(|duty| duty.due()).map(until);
        duties.fold(
            self.sweep.due().saturating_duration_since(now),
            Duration::min,
        )
    }

    /// Does what is due. What the sweep finds comes first, since the others do it.
    pub(super) async fn work(&mut self) {
        for site in self.sweep.sites().await {
            self.hear(&Word::Look(site));
        }
        for duty in &mut self.duties {
            duty.work(&*self.clock).await;
        }
    }
}
