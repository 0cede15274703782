//! Where everything that lasts is kept.
//!
//! [`Store`] is shaped by what the product does, not by SQL: carry a command out, read a log after
//! a cursor, run a dispatch round. Every write is one transaction that ends with an fsync before
//! its answer leaves; what it changed is announced as [`Fact`]s, in commit order, to the
//! [`Listener`] the store was opened with.
//!
//! There are two: [`sqlite`], one file for one relay, and [`postgres`], one database for many. What
//! a request does is decided by the same code in both.

mod error;
mod fact;
mod ledger;
pub mod moving;
mod open;
pub mod postgres;
mod query;
mod record;
mod request;
mod rows;
pub mod sqlite;
mod stored;
mod table;
mod writer;

pub use error::StoreError;
pub use fact::{Answers, Audience, Fact, Listener};
pub use open::open;
pub use query::{
    AgentPhone, AgentRecord, Arrival, Head, LogSlice, NewAgent, Overview, SiteRecord, Unseen,
    VisitorView, Waiting,
};
pub use record::{
    Edit, Editor, Find, Kept, Lookup, Past, Put, Record, RecordId, RecordRow, Version,
};
pub use request::{Answer, Request, VisitorProfile};
pub use rows::Account;
pub use table::{Table, Value};

use crate::node::NodeId;
use async_trait::async_trait;
use futures_util::future::BoxFuture;
use heard_desk::Voiced;
use heard_desk::callback::Callback;
use heard_protocol::limits::MAX_ENTRIES_PER_FRAME;
use heard_protocol::{
    AgentId, CallbackId, ContactId, ConversationId, Epoch, Resume, Seq, SiteId, UnixMillis,
};

/// What a relay keeps, and how it asks for it.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Which life of the store this is; see [`Epoch`].
    fn epoch(&self) -> Epoch;

    /// The secret that visitors' tokens are signed with: drawn when the store was created, the same
    /// on every node.
    fn token_key(&self) -> [u8; 32];

    /// Carries out a write. The answer means that it is on disk. Writes are carried out in the
    /// order of the calls, whenever their answers are first waited for: the request is taken in
    /// before this returns.
    ///
    /// # Errors
    /// [`StoreError`] if it could not be written; nothing of it is kept then. A rule's "no" is not
    /// an error but [`Answer::Refused`].
    fn execute(&self, request: Request) -> BoxFuture<'static, Result<Answer, StoreError>>;

    /// The site of this id, if there is one.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read; the same for every method below.
    async fn site(&self, id: SiteId) -> Result<Option<SiteRecord>, StoreError>;

    /// Every site.
    async fn sites(&self) -> Result<Vec<SiteRecord>, StoreError>;

    /// The agent of this id, if there is one.
    async fn agent(&self, id: AgentId) -> Result<Option<AgentRecord>, StoreError>;

    /// The agent who signs in with this e-mail address (compared without case), if there is one.
    async fn agent_by_email(&self, email: &str) -> Result<Option<AgentRecord>, StoreError>;

    /// The agent whose session has this token hash, unless it has expired by `now`.
    async fn agent_by_session(
        &self,
        token_hash: [u8; 32],
        now: UnixMillis,
    ) -> Result<Option<AgentRecord>, StoreError>;

    /// What a visitor sees when they come (back).
    async fn visitor_view(&self, contact: ContactId) -> Result<VisitorView, StoreError>;

    /// All that a visitor who comes (back) to a site is told at once: after a crash ten thousand
    /// ask for it in the same second.
    async fn arrival(
        &self,
        site: SiteId,
        contact: ContactId,
        resume: Option<Resume>,
    ) -> Result<Arrival, StoreError> {
        let site = self.site(site).await?.map(SiteRecord::card);
        let own = self.visitor_view(contact).await?.conversation;
        let mut unseen = None;
        if let Some(own) = own
            && let Some(after) = own.unseen(resume.as_ref(), self.epoch())
        {
            let slice = self.read_public(own.conversation, after, MAX_ENTRIES_PER_FRAME);
            unseen = Some((after, slice.await?));
        }
        Ok(Arrival { site, own, unseen })
    }

    /// What an agent sees when they come (back).
    async fn overview(&self, site: SiteId, now: UnixMillis) -> Result<Overview, StoreError>;

    /// The team of a site.
    async fn colleagues(&self, site: SiteId) -> Result<Vec<heard_protocol::Colleague>, StoreError>;

    /// One line of the lists; `None` if there is no such conversation.
    async fn summary(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<heard_protocol::ConversationSummary>, StoreError>;

    /// Whose a conversation is and where its two logs end; `None` if there is none.
    async fn head(&self, conversation: ConversationId) -> Result<Option<Head>, StoreError>;

    /// Up to `limit` entries of the staff's log after `after`, oldest first.
    async fn read_staff(
        &self,
        conversation: ConversationId,
        after: Seq,
        limit: usize,
    ) -> Result<LogSlice<heard_protocol::StaffEntry>, StoreError>;

    /// Up to `limit` entries of the visitor's log after `after`, oldest first.
    async fn read_public(
        &self,
        conversation: ConversationId,
        after: Seq,
        limit: usize,
    ) -> Result<LogSlice<heard_protocol::PublicEntry>, StoreError>;

    /// A request to be called, if there is one of this id.
    async fn callback(&self, id: CallbackId) -> Result<Option<Callback>, StoreError>;

    /// Every open request to be called of a site.
    async fn open_calls(&self, site: SiteId) -> Result<Vec<Callback>, StoreError>;

    /// The latest requests of a contact, newest first, at most three.
    async fn calls_of(&self, contact: ContactId) -> Result<Vec<Callback>, StoreError>;

    /// The requests of a site that were made from one moment until before another.
    async fn calls_between(
        &self,
        site: SiteId,
        from: UnixMillis,
        to: UnixMillis,
    ) -> Result<Vec<Callback>, StoreError>;

    /// The calls from page to page that were asked for on a site from one moment until before
    /// another, the earliest first.
    async fn voices_between(
        &self,
        site: SiteId,
        from: UnixMillis,
        to: UnixMillis,
    ) -> Result<Vec<Voiced>, StoreError>;

    /// Who waits on a site, first in line first.
    async fn queue(&self, site: SiteId) -> Result<Vec<Waiting>, StoreError>;

    /// Every node that is known, and its number: a [`Request::Beat`] raises it.
    async fn beats(&self) -> Result<Vec<(NodeId, u64)>, StoreError>;

    /// Records, whichever kind they are; [`dyn Store`](trait.Store.html#impl-dyn+Store) reads what
    /// they say.
    async fn rows(&self, lookup: Lookup) -> Result<Vec<RecordRow>, StoreError>;

    /// What a record said before, the latest first.
    async fn past(
        &self,
        table: &'static Table,
        id: [u8; 16],
        limit: usize,
    ) -> Result<Vec<Past>, StoreError>;

    /// Whether other processes may be writing to the store too.
    fn is_shared(&self) -> bool;

    /// Whether the store can write now; for readiness.
    async fn check(&self) -> Result<(), StoreError>;
}

impl dyn Store {
    /// A record.
    ///
    /// # Errors
    /// As every look-up's.
    pub async fn record<R: Record>(&self, id: R::Id) -> Result<Option<Kept<R>>, StoreError> {
        let lookup = Lookup::one(R::TABLE, id.bytes());
        self.rows(lookup).await?.first().map(Kept::read).transpose()
    }

    /// Records.
    ///
    /// # Errors
    /// As every look-up's.
    pub async fn records<R: Record>(&self, find: Find<R>) -> Result<Vec<Kept<R>>, StoreError> {
        let rows = self.rows(find.lookup).await?;
        rows.iter().map(Kept::read).collect()
    }

    /// What a record said before, the latest first.
    ///
    /// # Errors
    /// As every look-up's.
    pub async fn history<R: Record>(
        &self,
        id: R::Id,
        limit: usize,
    ) -> Result<Vec<Kept<R>>, StoreError> {
        let past = self.past(R::TABLE, id.bytes(), limit).await?;
        past.iter().map(Kept::of_past).collect()
    }
}
