//! The engine's reads, for the simulation: the same functions the read connections run, on the
//! engine's own connection.

use heard_protocol::{
    AgentId, ContactId, ConversationId, PublicEntry, Resume, Seq, SiteId, StaffEntry, UnixMillis,
};

use super::floors::Floors;
use super::places::Places;
use super::settled::Refusals;
use super::{Engine, read};
use crate::store::{
    AgentRecord, Arrival, Head, LogSlice, Overview, StoreError, VisitorView, Waiting,
};

impl Engine {
    /// Forgets everything that is not on disk, as if another process had opened the file.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget(&mut self) -> Result<(), StoreError> {
        self.rollback();
        self.refusals = Refusals::load(&self.connection)?;
        self.places = Places::load(&self.connection)?;
        Ok(())
    }

    /// Whether the writer's memory of a site's desk decides as one that was read just now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn floor_is_true(&mut self, site: SiteId, now: UnixMillis) -> Result<bool, StoreError> {
        let Some(policy) = read::site(&self.connection, site)?.map(|site| site.policy) else {
            return Ok(true);
        };
        let known = self.memory.floors.of(&self.connection, site)?;
        let mut rounds = [
            known.round(&policy, now),
            Floors::default()
                .of(&self.connection, site)?
                .round(&policy, now),
        ];
        // Those who came at the same moment are in no order.
        for round in &mut rounds {
            round.moves.sort_by_key(|step| format!("{step:?}"));
        }
        Ok(rounds[0] == rounds[1])
    }

    /// As [`Store::visitor_view`](crate::store::Store::visitor_view).
    ///
    /// # Errors
    /// [`StoreError`], as every method here.
    pub fn visitor_view(&self, contact: ContactId) -> Result<VisitorView, StoreError> {
        read::visitor_view(self.connection(), contact)
    }

    /// As [`Store::overview`](crate::store::Store::overview).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn overview(&self, site: SiteId) -> Result<Overview, StoreError> {
        read::overview(self.connection(), site)
    }

    /// As [`Store::arrival`](crate::store::Store::arrival).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn arrival(
        &self,
        site: SiteId,
        contact: ContactId,
        resume: Option<&Resume>,
    ) -> Result<Arrival, StoreError> {
        read::arrival(self.connection(), site, contact, resume, self.epoch())
    }

    /// As [`Store::agent`](crate::store::Store::agent).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn agent(&self, id: AgentId) -> Result<Option<AgentRecord>, StoreError> {
        read::agent(self.connection(), id)
    }

    /// As [`Store::head`](crate::store::Store::head).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn head(&self, conversation: ConversationId) -> Result<Option<Head>, StoreError> {
        read::head(self.connection(), conversation)
    }

    /// As [`Store::read_staff`](crate::store::Store::read_staff).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_staff(
        &self,
        conversation: ConversationId,
        after: Seq,
        limit: usize,
    ) -> Result<LogSlice<StaffEntry>, StoreError> {
        read::read_staff(self.connection(), conversation, after, limit)
    }

    /// As [`Store::read_public`](crate::store::Store::read_public).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_public(
        &self,
        conversation: ConversationId,
        after: Seq,
        limit: usize,
    ) -> Result<LogSlice<PublicEntry>, StoreError> {
        read::read_public(self.connection(), conversation, after, limit)
    }

    /// As [`Store::queue`](crate::store::Store::queue).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn queue(&self, site: SiteId) -> Result<Vec<Waiting>, StoreError> {
        read::queue(self.connection(), site)
    }
}
