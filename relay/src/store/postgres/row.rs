//! Rows as they are read, for the writer and for look-ups alike.

use heard_desk::Conversation;
use heard_protocol::facet::Attributes;
use heard_protocol::{
    AgentCard, ContactId, ConversationId, ConversationSummary, Marks, Page, SiteId, UnixMillis,
};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::types::Uuid;

use super::value::{Id, count, millis, seq};
use crate::store::ledger::Known;
use crate::store::stored::{StatusColumns, availability_from, from_json, kind_from, talk};
use crate::store::{AgentPhone, AgentRecord, Head, StoreError, VisitorProfile};

/// An id of a column.
pub(super) fn id<I: Id>(row: &PgRow, column: usize) -> Result<I, StoreError> {
    Ok(I::of(row.try_get::<Uuid, _>(column)?))
}

/// An id of a column that may be NULL.
pub(super) fn id_opt<I: Id>(row: &PgRow, column: usize) -> Result<Option<I>, StoreError> {
    Ok(row.try_get::<Option<Uuid>, _>(column)?.map(I::of))
}

/// A moment of a column.
pub(super) fn at(row: &PgRow, column: usize) -> Result<UnixMillis, StoreError> {
    millis(row.try_get(column)?)
}

/// A moment of a column that may be NULL.
pub(super) fn at_opt(row: &PgRow, column: usize) -> Result<Option<UnixMillis>, StoreError> {
    let value: Option<i64> = row.try_get(column)?;
    value.map(millis).transpose()
}

/// A page's address and title, in two columns.
pub(super) fn page(row: &PgRow, column: usize) -> Result<Option<Page>, StoreError> {
    let url: Option<String> = row.try_get(column)?;
    let title: Option<String> = row.try_get(column + 1)?;
    Ok(url.map(|url| Page {
        url,
        title: title.unwrap_or_default(),
    }))
}

/// Reads whole conversations; what follows says which.
macro_rules! conversations {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.site, c.contact, c.status, c.since, c.agent, c.until, c.front, c.passed,
                    c.head, c.public_head, c.visitor_read, c.staff_read, c.issue, c.last_text, c.last_at,
                    p.name, p.locale, p.page_url, p.page_title, c.talk
             FROM conversations c JOIN contacts p ON p.id = c.contact ",
            $rest
        )
    };
}
pub(super) use conversations;

/// Reads agents; what follows says which.
macro_rules! agents {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.name, a.bot, a.site, a.email, a.password_hash, a.capacity, a.availability,
                    a.gone_since, a.idle_since, a.takes_calls, a.phone, a.called_at, a.headset, a.on_call, a.skills
             FROM agents a ",
            $rest
        )
    };
}
pub(super) use agents;

/// A conversation with everything its line in the lists shows.
#[derive(Debug, Clone)]
pub(super) struct ConversationRow {
    pub(super) known: Known,
    pub(super) issue: String,
    pub(super) last_text: String,
    pub(super) last_at: UnixMillis,
    pub(super) name: String,
    pub(super) profile: VisitorProfile,
}

impl ConversationRow {
    pub(super) fn read(row: &PgRow) -> Result<Self, StoreError> {
        let status = StatusColumns {
            status: row.try_get::<i16, _>(3)?.into(),
            since: at(row, 4)?,
            agent: id_opt(row, 5)?,
            until: at_opt(row, 6)?,
        };
        let state = Conversation {
            id: id::<ConversationId>(row, 0)?,
            contact: id::<ContactId>(row, 2)?,
            status: status.status()?,
            front: row.try_get(7)?,
            passed: from_json("list of agents", row.try_get(8)?)?,
            talk: talk(row.try_get(20)?)?,
        };
        let known = Known {
            site: id::<SiteId>(row, 1)?,
            state,
            head: seq(row.try_get(9)?)?,
            public: seq(row.try_get(10)?)?,
            visitor_read: seq(row.try_get(11)?)?,
            staff_read: seq(row.try_get(12)?)?,
        };
        Ok(Self {
            known,
            issue: row.try_get(13)?,
            last_text: row.try_get(14)?,
            last_at: at(row, 15)?,
            name: row.try_get(16)?,
            profile: VisitorProfile {
                locale: row.try_get(17)?,
                page: page(row, 18)?,
            },
        })
    }

    /// Its line in the lists.
    pub(super) fn summary(self) -> ConversationSummary {
        let Known { state, .. } = self.known;
        ConversationSummary {
            id: state.id,
            contact: state.contact,
            status: state.status,
            head: self.known.head,
            marks: Marks {
                public_head: self.known.public,
                visitor_read: self.known.visitor_read,
                staff_read: self.known.staff_read,
            },
            facets: Attributes {
                name: self.name,
                locale: self.profile.locale,
                page: self.profile.page,
                issue: self.issue,
                last: (self.last_text, self.last_at),
            }
            .facets(),
        }
    }

    /// Whose it is and where its logs end.
    pub(super) fn head(&self) -> Head {
        Head {
            site: self.known.site,
            contact: self.known.state.contact,
            conversation: self.known.state.id,
            staff: self.known.head,
            public: self.known.public,
            visitor_read: self.known.visitor_read,
            staff_read: self.known.staff_read,
        }
    }
}

/// An agent as they are kept.
#[derive(Debug, Clone)]
pub(super) struct AgentRow {
    pub(super) record: AgentRecord,
    pub(super) gone_since: Option<UnixMillis>,
    pub(super) idle_since: UnixMillis,
    pub(super) called_at: UnixMillis,
    /// What [`CallLine`](crate::store::ledger::CallLine) marks.
    pub(super) on_call: i16,
    /// As JSON.
    pub(super) skills: String,
}

impl AgentRow {
    pub(super) fn read(row: &PgRow) -> Result<Self, StoreError> {
        let record = AgentRecord {
            card: AgentCard {
                id: id(row, 0)?,
                name: row.try_get(1)?,
                kind: kind_from(row.try_get(2)?),
            },
            site: id(row, 3)?,
            email: row.try_get(4)?,
            password_hash: row.try_get(5)?,
            capacity: count(row.try_get::<i32, _>(6)?.into()),
            availability: availability_from(row.try_get::<i16, _>(7)?.into()),
            phone: AgentPhone {
                takes: row.try_get(10)?,
                address: row.try_get(11)?,
                headset: row.try_get(13)?,
            },
        };
        Ok(Self {
            record,
            gone_since: at_opt(row, 8)?,
            idle_since: at(row, 9)?,
            called_at: at(row, 12)?,
            on_call: row.try_get(14)?,
            skills: row.try_get(15)?,
        })
    }
}
