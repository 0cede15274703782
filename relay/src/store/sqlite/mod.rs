//! The embedded store: one `SQLite` file, one writer with group commit, many readers.

mod calls;
mod checkpoint;
mod column;
mod desk;
mod engine;
mod floors;
mod load;
pub(super) mod moving;
mod places;
mod read;
mod readers;
mod records;
mod row;
mod schema;
mod select;
mod settled;
mod sim;
mod tables;
mod writer;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use heard_desk::Voiced;
use heard_desk::callback::Callback;
use heard_protocol::{
    AgentId, CallbackId, ContactId, ConversationId, Epoch, PublicEntry, Resume, Seq, SiteId,
    StaffEntry, UnixMillis,
};

use super::writer::Writer;
pub use engine::Engine;
use readers::Readers;

use crate::node::NodeId;

use super::{
    AgentRecord, Answer, Arrival, Head, Listener, LogSlice, Lookup, Overview, Past, RecordRow,
    Request, SiteRecord, Store, StoreError, Table, VisitorView, Waiting,
};

/// The most requests in one transaction unless told otherwise: past this the fsync is shared by
/// enough of them.
pub const WRITE_BATCH: usize = 1_024;

/// A store in one file. Dropping it waits until what was being written is on disk.
#[derive(Debug)]
pub struct SqliteStore {
    epoch: Epoch,
    token_key: [u8; 32],
    readers: Readers,
    writer: Writer,
}

impl SqliteStore {
    /// Opens the file, creating it if it is not there, and starts the writer. What commits change
    /// is told to `listener`.
    ///
    /// # Errors
    /// [`StoreError::Path`] if the file or folder can't be used, [`StoreError::Corrupt`] if it is
    /// not a database of Heard, [`StoreError::Schema`] if another version wrote it,
    /// [`StoreError::InUse`] if another relay has it open.
    pub fn open(path: &Path, listener: Arc<dyn Listener>) -> Result<Self, StoreError> {
        Self::open_with(path, listener, WRITE_BATCH)
    }

    /// As [`open`](Self::open), with at most `batch` requests in one transaction.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(
        path: &Path,
        listener: Arc<dyn Listener>,
        batch: usize,
    ) -> Result<Self, StoreError> {
        let lock = schema::lock(path)?;
        let engine = Engine::open(path)?;
        let (epoch, token_key) = (engine.epoch(), engine.token_key());
        let readers = Readers::open(path)?;
        let writer = writer::start(engine, lock, path, listener, batch.max(1))?;
        Ok(Self {
            epoch,
            token_key,
            readers,
            writer,
        })
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn token_key(&self) -> [u8; 32] {
        self.token_key
    }

    fn execute(&self, request: Request) -> BoxFuture<'static, Result<Answer, StoreError>> {
        Box::pin(self.writer.execute(request))
    }

    async fn site(&self, id: SiteId) -> Result<Option<SiteRecord>, StoreError> {
        self.readers
            .run(move |connection| read::site(connection, id))
            .await
    }

    async fn sites(&self) -> Result<Vec<SiteRecord>, StoreError> {
        self.readers.run(read::sites).await
    }

    async fn agent(&self, id: AgentId) -> Result<Option<AgentRecord>, StoreError> {
        self.readers
            .run(move |connection| read::agent(connection, id))
            .await
    }

    async fn agent_by_email(&self, email: &str) -> Result<Option<AgentRecord>, StoreError> {
        let email = email.to_owned();
        self.readers
            .run(move |connection| read::agent_by_email(connection, &email))
            .await
    }

    async fn agent_by_session(
        &self,
        token_hash: [u8; 32],
        now: UnixMillis,
    ) -> Result<Option<AgentRecord>, StoreError> {
        self.readers
            .run(move |connection| read::agent_by_session(connection, &token_hash, now))
            .await
    }

    async fn visitor_view(&self, contact: ContactId) -> Result<VisitorView, StoreError> {
        self.readers
            .run(move |connection| read::visitor_view(connection, contact))
            .await
    }

    async fn arrival(
        &self,
        site: SiteId,
        contact: ContactId,
        resume: Option<Resume>,
    ) -> Result<Arrival, StoreError> {
        let epoch = self.epoch;
        self.readers
            .run(move |connection| read::arrival(connection, site, contact, resume.as_ref(), epoch))
            .await
    }

    async fn overview(&self, site: SiteId, _now: UnixMillis) -> Result<Overview, StoreError> {
        self.readers
            .run(move |connection| read::overview(connection, site))
            .await
    }

    async fn colleagues(&self, site: SiteId) -> Result<Vec<heard_protocol::Colleague>, StoreError> {
        self.readers
            .run(move |connection| read::colleagues(connection, site, None))
            .await
    }

    async fn summary(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<heard_protocol::ConversationSummary>, StoreError> {
        self.readers
            .run(move |connection| read::summary(connection, conversation))
            .await
    }

    async fn head(&self, conversation: ConversationId) -> Result<Option<Head>, StoreError> {
        self.readers
            .run(move |connection| read::head(connection, conversation))
            .await
    }

    async fn read_staff(
        &self,
        conversation: ConversationId,
        after: Seq,
        limit: usize,
    ) -> Result<LogSlice<StaffEntry>, StoreError> {
        self.readers
            .run(move |connection| read::read_staff(connection, conversation, after, limit))
            .await
    }

    async fn read_public(
        &self,
        conversation: ConversationId,
        after: Seq,
        limit: usize,
    ) -> Result<LogSlice<PublicEntry>, StoreError> {
        self.readers
            .run(move |connection| read::read_public(connection, conversation, after, limit))
            .await
    }

    async fn callback(&self, id: CallbackId) -> Result<Option<Callback>, StoreError> {
        self.readers
            .run(move |connection| calls::one(connection, id))
            .await
    }

    async fn open_calls(&self, site: SiteId) -> Result<Vec<Callback>, StoreError> {
        self.readers
            .run(move |connection| calls::open(connection, site))
            .await
    }

    async fn calls_of(&self, contact: ContactId) -> Result<Vec<Callback>, StoreError> {
        self.readers
            .run(move |connection| calls::of_contact(connection, contact))
            .await
    }

    async fn calls_between(
        &self,
        site: SiteId,
        from: UnixMillis,
        to: UnixMillis,
    ) -> Result<Vec<Callback>, StoreError> {
        self.readers
            .run(move |connection| calls::between(connection, site, from, to))
            .await
    }

    async fn voices_between(
        &self,
        site: SiteId,
        from: UnixMillis,
        to: UnixMillis,
    ) -> Result<Vec<Voiced>, StoreError> {
        self.readers
            .run(move |connection| calls::voices(connection, site, &(from..to)))
            .await
    }

    async fn queue(&self, site: SiteId) -> Result<Vec<Waiting>, StoreError> {
        self.readers
            .run(move |connection| read::queue(connection, site))
            .await
    }

    async fn beats(&self) -> Result<Vec<(NodeId, u64)>, StoreError> {
        self.readers.run(read::beats).await
    }

    async fn rows(&self, lookup: Lookup) -> Result<Vec<RecordRow>, StoreError> {
        self.readers
            .run(move |connection| records::find(connection, &lookup))
            .await
    }

    async fn past(
        &self,
        table: &'static Table,
        id: [u8; 16],
        limit: usize,
    ) -> Result<Vec<Past>, StoreError> {
        self.readers
            .run(move |connection| records::past(connection, table, id, limit))
            .await
    }

    fn is_shared(&self) -> bool {
        false
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.writer.check().await
    }
}
