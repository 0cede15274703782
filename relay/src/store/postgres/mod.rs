//! The store for many nodes: one PostgreSQL database, a writer with group commit on every node.
//!
//! A node remembers nothing that decides anything. A batch of requests names the rows it needs;
//! they are read many at a time and locked in one order, carried out in memory by the code that
//! every store shares, and written back many at a time. Whoever needs the same rows waits for the
//! commit; whoever comes to be twice (a contact, a command) is stopped by a unique index, and that
//! batch is decided anew.

mod batch;
mod calls;
mod connect;
mod copy;
mod fault;
mod keys;
mod load;
pub(super) mod moving;
mod read;
mod records;
mod row;
mod save;
mod schema;
mod tables;
mod value;
mod working_set;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use heard_desk::Voiced;
use heard_desk::callback::Callback;
use heard_protocol::{
    AgentId, CallbackId, Colleague, ContactId, ConversationId, ConversationSummary, Epoch,
    PublicEntry, Seq, SiteId, StaffEntry, UnixMillis,
};
use sqlx::Connection as _;
use sqlx::postgres::{PgConnection, PgPool};

use super::writer::Writer;
use connect::Address;

use crate::node::NodeId;

use super::{
    AgentRecord, Answer, Head, Listener, LogSlice, Lookup, Overview, Past, RecordRow, Request,
    SiteRecord, Store, StoreError, Table, VisitorView, Waiting,
};

/// The most requests in one transaction unless told otherwise.
pub const WRITE_BATCH: usize = 1_024;

/// How long a look-up may take. A server that restarts is back by then; a connection that was cut
/// without a word is given up.
const LOOK: Duration = Duration::from_secs(6);

/// A store in a PostgreSQL database. Dropping it waits until what was being written is on disk, or
/// has failed.
#[derive(Debug)]
pub struct PostgresStore {
    identity: schema::Identity,
    pool: PgPool,
    writer: Writer,
}

impl PostgresStore {
    /// Connects to the database (`postgres://user:password@host:port/database`), creates the tables
    /// or brings them up to date, and starts the writer. What this node's commits change is told to
    /// `listener`.
    ///
    /// # Errors
    /// [`StoreError::Address`] if that is not an address, [`StoreError::Server`] if the server
    /// can't be reached or doesn't let this program in, [`StoreError::Corrupt`] if the database
    /// holds something else, [`StoreError::Schema`] if a newer version wrote it.
    pub async fn open(url: &str, listener: Arc<dyn Listener>) -> Result<Self, StoreError> {
        Self::open_with(url, listener, WRITE_BATCH).await
    }

    /// As [`open`](Self::open), with at most `batch` requests in one transaction.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_with(
        url: &str,
        listener: Arc<dyn Listener>,
        batch: usize,
    ) -> Result<Self, StoreError> {
        let address = Address::read(url)?;
        let mut connection = PgConnection::connect_with(&address.options)
            .await
            .map_err(|error| address.fault(&error))?;
        let identity =
            schema::prepare(&mut connection, &address)
                .await
                .map_err(|error| match error {
                    StoreError::Postgres(error) => address.fault(&error),
                    other => other,
                })?;
        // It has done its work; a goodbye that is not heard changes nothing.
        let _ = connection.close().await;
        let pool = address.pool();
        let session = batch::Session::new(address.clone());
        let writer =
            writer::start(session, listener, batch.max(1)).map_err(|error| StoreError::Server {
                server: address.server,
                reason: error.to_string(),
            })?;
        Ok(Self {
            identity,
            pool,
            writer,
        })
    }
}

/// A look-up's answer, if it comes in time.
async fn within<T>(look: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match tokio::time::timeout(LOOK, look).await {
        Ok(answer) => answer,
        Err(_) => Err(StoreError::Unanswered),
    }
}

#[async_trait]
impl Store for PostgresStore {
    fn epoch(&self) -> Epoch {
        self.identity.epoch
    }

    fn token_key(&self) -> [u8; 32] {
        self.identity.token_key
    }

    fn execute(&self, request: Request) -> BoxFuture<'static, Result<Answer, StoreError>> {
        Box::pin(self.writer.execute(request))
    }

    async fn site(&self, id: SiteId) -> Result<Option<SiteRecord>, StoreError> {
        within(read::site(&self.pool, id)).await
    }

    async fn sites(&self) -> Result<Vec<SiteRecord>, StoreError> {
        within(read::sites(&self.pool)).await
    }

    async fn agent(&self, id: AgentId) -> Result<Option<AgentRecord>, StoreError> {
        within(read::agent(&self.pool, id)).await
    }

    async fn agent_by_email(&self, email: &str) -> Result<Option<AgentRecord>, StoreError> {
        within(read::agent_by_email(&self.pool, email)).await
    }

    async fn agent_by_session(
        &self,
        token_hash: [u8; 32],
        now: UnixMillis,
    ) -> Result<Option<AgentRecord>, StoreError> {
        within(read::agent_by_session(&self.pool, token_hash, now)).await
    }

    async fn visitor_view(&self, contact: ContactId) -> Result<VisitorView, StoreError> {
        within(read::visitor_view(&self.pool, contact)).await
    }

    async fn overview(&self, site: SiteId, _now: UnixMillis) -> Result<Overview, StoreError> {
        within(read::overview(&self.pool, site)).await
    }

    async fn colleagues(&self, site: SiteId) -> Result<Vec<Colleague>, StoreError> {
        within(read::colleagues(&self.pool, site)).await
    }

    async fn summary(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<ConversationSummary>, StoreError> {
        within(read::summary(&self.pool, conversation)).await
    }

    async fn head(&self, conversation: ConversationId) -> Result<Option<Head>, StoreError> {
        within(read::head(&self.pool, conversation)).await
    }

    async fn read_staff(
        &self,
        conversation: ConversationId,
        after: Seq,
        limit: usize,
    ) -> Result<LogSlice<StaffEntry>, StoreError> {
        within(read::read_staff(&self.pool, conversation, after, limit)).await
    }

    async fn read_public(
        &self,
        conversation: ConversationId,
        after: Seq,
        limit: usize,
    ) -> Result<LogSlice<PublicEntry>, StoreError> {
        within(read::read_public(&self.pool, conversation, after, limit)).await
    }

    async fn callback(&self, id: CallbackId) -> Result<Option<Callback>, StoreError> {
        within(calls::one(&self.pool, id)).await
    }

    async fn open_calls(&self, site: SiteId) -> Result<Vec<Callback>, StoreError> {
        within(calls::open(&self.pool, site)).await
    }

    async fn calls_of(&self, contact: ContactId) -> Result<Vec<Callback>, StoreError> {
        within(calls::of_contact(&self.pool, contact)).await
    }

    async fn calls_between(
        &self,
        site: SiteId,
        from: UnixMillis,
        to: UnixMillis,
    ) -> Result<Vec<Callback>, StoreError> {
        within(calls::between(&self.pool, site, from, to)).await
    }

    async fn voices_between(
        &self,
        site: SiteId,
        from: UnixMillis,
        to: UnixMillis,
    ) -> Result<Vec<Voiced>, StoreError> {
        within(calls::voices(&self.pool, site, from..to)).await
    }

    async fn queue(&self, site: SiteId) -> Result<Vec<Waiting>, StoreError> {
        within(read::queue(&self.pool, site)).await
    }

    async fn beats(&self) -> Result<Vec<(NodeId, u64)>, StoreError> {
        within(read::beats(&self.pool)).await
    }

    async fn rows(&self, lookup: Lookup) -> Result<Vec<RecordRow>, StoreError> {
        within(records::look(&self.pool, &lookup)).await
    }

    async fn past(
        &self,
        table: &'static Table,
        id: [u8; 16],
        limit: usize,
    ) -> Result<Vec<Past>, StoreError> {
        within(records::past(&self.pool, table, id, limit)).await
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.writer.check().await
    }
}
