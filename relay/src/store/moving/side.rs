//! What a store offers to a move.

use async_trait::async_trait;
use heard_protocol::AgentId;
use serde::{Deserialize, Serialize};

use super::{Batch, Key, Row, Step};
use crate::node::NodeId;
use crate::store::StoreError;
use crate::store::stored::Identity;

/// How far a move has come. Kept in the target as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct Progress {
    /// Which store is moved.
    pub(super) store: String,
    /// What it looked like when the move began.
    pub(super) stamp: String,
    pub(super) step: Step,
    /// The last row of the step that is in the target.
    pub(super) after: Option<Key>,
    /// How many rows are in the target.
    pub(super) moved: u64,
}

/// What a target holds.
#[derive(Debug)]
pub(in crate::store) enum State {
    /// Nothing.
    Empty,
    /// A part of another store.
    Begun(Progress),
    /// What a relay would start on.
    Whole,
}

/// Processes that have the store open, and which agents are connected to them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store) struct Presence {
    pub(in crate::store) beats: Vec<(NodeId, u64)>,
    pub(in crate::store) sockets: Vec<(AgentId, NodeId)>,
}

/// A store that is read.
#[async_trait]
pub(in crate::store) trait Source: Send {
    /// Where it is, for people.
    fn place(&self) -> String;

    fn identity(&self) -> Identity;

    /// Whether a relay may have it open now.
    fn is_shared(&self) -> bool;

    /// What is read from here on is what is there now, whatever others write.
    async fn hold(&mut self) -> Result<(), StoreError>;

    /// What others have written may be read again.
    async fn release(&mut self) -> Result<(), StoreError>;

    /// How many rows a table has.
    async fn count(&mut self, table: &'static str) -> Result<u64, StoreError>;

    /// Up to `limit` rows after a key.
    async fn read(
        &mut self,
        step: Step,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Batch, StoreError>;

    async fn presence(&mut self) -> Result<Presence, StoreError>;
}

/// A store that is written.
#[async_trait]
pub(in crate::store) trait Target: Source {
    /// Whether the last words of a conversation are kept. If they are not, they are looked for when
    /// they are read, and only so far back.
    fn keeps_last_words(&self) -> bool;

    async fn state(&mut self) -> Result<State, StoreError>;

    /// Empties it, takes over the identity and marks it as half-moved, all in one transaction.
    async fn begin(&mut self, identity: Identity, progress: &Progress) -> Result<(), StoreError>;

    /// Adds rows, and keeps how far that is, in one transaction.
    async fn write(
        &mut self,
        step: Step,
        rows: &[Row],
        progress: &Progress,
    ) -> Result<(), StoreError>;

    /// Everything is written and will be read next.
    async fn written(&mut self) -> Result<(), StoreError>;

    /// Adds who was connected and takes the mark away, in one transaction: relays may start.
    async fn finish(&mut self, presence: &Presence) -> Result<(), StoreError>;
}
