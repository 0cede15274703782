//! A move, from the first look to the last.

use sha2::{Digest as _, Sha256};

use super::digest::{digest, hex, sum};
use super::{Digest, MoveError, Presence, Progress, Source, State, Step, Target, live, open};
use crate::config::Data;
use crate::store::StoreError;
use crate::store::rows::TABLES;
use crate::store::stored::Identity;

/// How a store is moved.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether what the target holds is deleted first. An unfinished move of the same store is gone
    /// on with all the same.
    pub replace: bool,
    /// The most rows in one transaction.
    pub batch: usize,
}

/// What a move is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Finding out whether a relay is running on a store, which takes some seconds.
    Watching {
        /// Which.
        place: String,
    },
    /// An interrupted move goes on.
    Resumed,
    /// Rows are copied.
    Copied {
        /// How many there are in the target.
        rows: u64,
        /// How many there will be.
        of: u64,
    },
    /// Both sides are read again.
    Compared {
        /// How many rows have been read.
        rows: u64,
        /// How many there are on both sides.
        of: u64,
    },
}

/// What was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Each table, the same on both sides.
    pub tables: Vec<Digest>,
    /// One checksum over all of them, in hexadecimal. That of a move into a file leaves out what a
    /// file does not keep.
    pub sum: String,
}

/// Tells whoever runs the move what it is doing.
pub(super) type Watch<'a> = &'a mut (dyn FnMut(Event) + Send);

/// Copies everything from one store into another, or goes on with doing so, and compares the two.
///
/// # Errors
/// [`MoveError`]; the target is half-moved then or as it was.
pub async fn run(
    from: &Data,
    to: &Data,
    options: Options,
    watch: Watch<'_>,
) -> Result<Report, MoveError> {
    if from == to {
        return Err(MoveError::Same);
    }
    let mut source = open::source(from).await?;
    live::refuse(&mut *source, watch).await?;
    let mut target = open::target(to).await?;
    source.hold().await?;
    let census = Census::of(&mut *source).await?;
    let mut moving = Moving {
        source: &mut *source,
        target: &mut *target,
        census,
        limit: options.batch.max(1),
        watch,
    };
    moving.run(options.replace).await
}

/// What a store looks like from afar.
struct Census {
    rows: u64,
    presence: Presence,
    /// Another one if something came to be, or if a relay has run in the meantime.
    stamp: String,
}

impl Census {
    async fn of(source: &mut dyn Source) -> Result<Self, StoreError> {
        let (mut rows, mut hash) = (0, Sha256::new());
        for table in TABLES {
            let count = source.count(table.name).await?;
            rows += count;
            hash.update(count.to_be_bytes());
        }
        let presence = source.presence().await?;
        for (node, beat) in &presence.beats {
            hash.update(node.to_bytes());
            hash.update(beat.to_be_bytes());
        }
        Ok(Self {
            rows,
            presence,
            stamp: hex(&hash.finalize()),
        })
    }
}

struct Moving<'a> {
    source: &'a mut dyn Source,
    target: &'a mut dyn Target,
    census: Census,
    limit: usize,
    watch: Watch<'a>,
}

impl Moving<'_> {
    async fn run(&mut self, replace: bool) -> Result<Report, MoveError> {
        let identity = self.source.identity();
        let first = Step::all().next().ok_or(StoreError::Stopped)?;
        let fresh = Progress {
            store: name(identity),
            stamp: self.census.stamp.clone(),
            step: first,
            after: None,
            moved: 0,
        };
        let progress = match self.target.state().await? {
            State::Begun(found) if (&found.store, &found.stamp) == (&fresh.store, &fresh.stamp) => {
                (self.watch)(Event::Resumed);
                found
            }
            // Ended after the last transaction and before it could say so: nothing is left to do.
            State::Whole if self.target.identity() == identity => match self.compare().await {
                Err(MoveError::Differs { .. }) if replace => self.begin(identity, fresh).await?,
                Err(MoveError::Differs { .. }) => return Err(self.not_empty()),
                done => return done,
            },
            State::Empty => self.begin(identity, fresh).await?,
            _ if replace => self.begin(identity, fresh).await?,
            State::Whole => return Err(self.not_empty()),
            State::Begun(found) if found.store == fresh.store => return Err(self.changed()),
            State::Begun(_) => {
                let place = self.target.place();
                return Err(MoveError::OtherMove { place });
            }
        };
        self.copy(progress).await?;
        self.target.written().await?;
        let report = self.compare().await?;
        self.source.release().await?;
        if Census::of(self.source).await?.stamp != self.census.stamp {
            return Err(self.changed());
        }
        self.census.presence.name_every_node();
        self.target.finish(&self.census.presence).await?;
        Ok(report)
    }

    async fn begin(
        &mut self,
        identity: Identity,
        progress: Progress,
    ) -> Result<Progress, MoveError> {
        live::refuse(self.target, self.watch).await?;
        self.target.begin(identity, &progress).await?;
        Ok(progress)
    }

    async fn copy(&mut self, mut progress: Progress) -> Result<(), MoveError> {
        let begun = progress.step;
        for step in Step::all().skip_while(|step| *step != begun) {
            if progress.step != step {
                progress.step = step;
                progress.after = None;
            }
            loop {
                let after = progress.after.as_ref();
                let batch = self.source.read(step, after, self.limit).await?;
                if batch.last.is_none() {
                    break;
                }
                progress.after = batch.last;
                progress.moved += batch.rows.len() as u64;
                self.target.write(step, &batch.rows, &progress).await?;
                (self.watch)(Event::Copied {
                    rows: progress.moved,
                    of: self.census.rows,
                });
                // A file is read and written without ever waiting: whoever runs this has a word,
                // too.
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    async fn compare(&mut self) -> Result<Report, MoveError> {
        let (words, limit) = (self.target.keeps_last_words(), self.limit);
        let (watch, of) = (&mut *self.watch, self.census.rows * 2);
        let mut rows = 0;
        let mut read = |more: usize| {
            rows += more as u64;
            watch(Event::Compared { rows, of });
        };
        let there = digest(self.source, words, limit, &mut read).await?;
        let here = digest(self.target, words, limit, &mut read).await?;
        let differ: Vec<_> = there.iter().zip(&here).filter(|(a, b)| a != b).collect();
        if differ.is_empty() {
            let sum = sum(&here);
            return Ok(Report { tables: here, sum });
        }
        let tables: Vec<_> = differ
            .iter()
            .map(|(a, b)| format!("{} ({} rows and {})", a.table, a.rows, b.rows))
            .collect();
        let tables = tables.join(", ");
        Err(MoveError::Differs { tables })
    }

    fn not_empty(&self) -> MoveError {
        let place = self.target.place();
        MoveError::NotEmpty { place }
    }

    fn changed(&self) -> MoveError {
        let place = self.source.place();
        MoveError::Changed { place }
    }
}

impl Presence {
    /// Whoever is connected to a node that is not known would be so for ever: it is named, and will
    /// be found silent.
    fn name_every_node(&mut self) {
        for (_, node) in &self.sockets {
            if !self.beats.iter().any(|(known, _)| known == node) {
                self.beats.push((*node, 0));
            }
        }
    }
}

/// What tells a store from all others, without its secret.
fn name(identity: Identity) -> String {
    let mut hash = Sha256::new();
    hash.update(identity.epoch.0.to_be_bytes());
    hash.update(identity.token_key);
    hex(&hash.finalize())
}
