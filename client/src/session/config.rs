//! What a session starts with.

use heard_protocol::{Envelope, Resume, Role};

/// The bounds and delays a session keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The first retry comes after a random part of this, in milliseconds; every next one may take
    /// twice as long.
    pub backoff_base_ms: u64,
    /// The longest a retry may wait, in milliseconds.
    pub backoff_cap_ms: u64,
    /// A connection that lived this long counts as good: the next loss starts the back-off anew. In
    /// milliseconds.
    pub stable_ms: u64,
    /// How long a socket may take to open, and again how long the relay may take to greet, in
    /// milliseconds.
    pub connect_ms: u64,
    /// How long the relay may stay silent after a ping that a hint (back online, visible again)
    /// called for, in milliseconds.
    pub probe_ms: u64,
    /// How long a command may go unanswered on a live connection before it is sent again, in
    /// milliseconds.
    pub answer_ms: u64,
    /// How long a log may stand still behind its known end before it is asked for again, in
    /// milliseconds.
    pub catch_up_ms: u64,
    /// The most commands sent and not yet answered.
    pub window: usize,
    /// The most commands that wait; one more is refused on the spot.
    pub outbox: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            backoff_base_ms: 500,
            backoff_cap_ms: 30_000,
            stable_ms: 20_000,
            connect_ms: 10_000,
            probe_ms: 5_000,
            answer_ms: 20_000,
            catch_up_ms: 5_000,
            window: 32,
            outbox: 1_024,
        }
    }
}

/// What a session starts with.
#[derive(Debug, Clone)]
pub struct Config<R: Role> {
    /// Who the client says it is.
    pub credential: R::Credential,
    /// Bounds and delays.
    pub limits: Limits,
    /// Where an earlier life of the program left off, if it kept that; a browser starts without.
    pub resume: Option<Resume>,
    /// Commands an earlier life of the program kept and did not see answered, oldest first. A
    /// transport with a [`Keeper`](crate::Keeper) puts what it loads before these.
    pub outbox: Vec<Envelope<R>>,
}

impl<R: Role> Config<R> {
    /// The usual limits and nothing to resume.
    pub fn new(credential: R::Credential) -> Self {
        Self {
            credential,
            limits: Limits::default(),
            resume: None,
            outbox: Vec::new(),
        }
    }
}
