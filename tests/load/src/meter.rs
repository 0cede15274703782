//! What is counted while people talk.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use heard_protocol::{ConversationId, Seq};

/// Counts and times, shared by everybody.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    acked: u64,
    shown: u64,
    /// From a message's sending to its receipt, in microseconds, since the last look.
    receipts: Vec<u64>,
    /// From a message's sending to an agent's screen, likewise.
    screens: Vec<u64>,
    wrong: Vec<String>,
}

/// What a look at the meter shows.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub(crate) acked: u64,
    pub(crate) shown: u64,
    pub(crate) receipt: Spread,
    pub(crate) screen: Spread,
    pub(crate) wrong: usize,
}

/// How times are spread, in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spread {
    pub(crate) half: f64,
    pub(crate) most: f64,
    pub(crate) worst: f64,
}

impl Spread {
    fn of(mut micros: Vec<u64>) -> Self {
        micros.sort_unstable();
        let at = |per_mille: usize| {
            let place = (micros.len() * per_mille / 1_000).min(micros.len().saturating_sub(1));
            micros
                .get(place)
                .map_or(0.0, |micros| *micros as f64 / 1_000.0)
        };
        Self {
            half: at(500),
            most: at(990),
            worst: at(1_000),
        }
    }
}

impl Meter {
    /// A message was acknowledged, so long after it was sent.
    pub(crate) fn acked(&self, after: Option<Duration>) {
        self.with(|inner| {
            inner.acked += 1;
            inner.receipts.extend(after.map(micros));
        });
    }

    /// A message was shown to an agent, so long after it was sent.
    pub(crate) fn screened(&self, after: Duration) {
        self.with(|inner| inner.screens.push(micros(after)));
    }

    /// Entries were shown to somebody.
    pub(crate) fn shown(&self, entries: usize) {
        self.with(|inner| inner.shown += entries as u64);
    }

    /// Something that must not be.
    pub(crate) fn wrong(&self, what: String) {
        self.with(|inner| inner.wrong.push(what));
    }

    /// What happened since the last look; counts are of all time.
    pub(crate) fn look(&self) -> Look {
        self.with(|inner| Look {
            acked: inner.acked,
            shown: inner.shown,
            receipt: Spread::of(std::mem::take(&mut inner.receipts)),
            screen: Spread::of(std::mem::take(&mut inner.screens)),
            wrong: inner.wrong.len(),
        })
    }

    /// Everything that must not be.
    pub(crate) fn all_wrong(&self) -> Vec<String> {
        self.with(|inner| inner.wrong.clone())
    }

    fn with<T>(&self, what: impl FnOnce(&mut Inner) -> T) -> T {
        what(
            &mut self
                .inner
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        )
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Looks whether one reader is shown every entry once and in order.
#[derive(Debug, Default)]
pub(crate) struct Eye(BTreeMap<ConversationId, Seq>);

impl Eye {
    /// The reader was shown an entry; what is wrong with that, if anything.
    pub(crate) fn sees(&mut self, conversation: ConversationId, seq: Seq) -> Option<String> {
        let last = self.0.entry(conversation).or_default();
        let expected = last.next();
        *last = seq;
        (seq != expected).then(|| {
            format!(
                "{conversation}: {} was shown where {} was due",
                seq.0, expected.0
            )
        })
    }
}

/// Messages carry the moment they were sent, in microseconds since the run began, before their
/// number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin(pub(crate) Instant);

impl Origin {
    /// The words of a message that is sent now.
    pub(crate) fn words(self, who: &str, number: u64) -> String {
        format!("{who} says @{} {number}", self.0.elapsed().as_micros())
    }

    /// How long ago these words were sent.
    pub(crate) fn age(self, words: &str) -> Option<Duration> {
        let sent = words
            .split(' ')
            .find_map(|word| word.strip_prefix('@')?.parse().ok())?;
        self.0.elapsed().checked_sub(Duration::from_micros(sent))
    }
}
