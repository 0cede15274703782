//! Conversations.

use std::sync::Arc;

use heard_desk::{Conversation, Talk};
use heard_protocol::facet::Attributes;
use heard_protocol::{AgentId, ConversationSummary, Marks, Seq, UnixMillis};
use serde::{Deserialize, Serialize};

use super::Profile;
use crate::store::StoreError;
use crate::store::ledger::{About, Known};
use crate::store::stored::{StatusColumns, from_json, to_json};
use crate::store::table::{Column, Dialect, Index, Kind, Row, Table, Value};

pub(in crate::store) const CONVERSATIONS: Table = Table::new(
    "conversations",
    &[
        Column::new("id", Kind::Id),
        Column::new("site", Kind::Id).of("sites"),
        Column::new("contact", Kind::Id).of("contacts"),
        // 0 waiting, 1 offered, 2 assigned, 3 resolved.
        Column::new("status", Kind::Number),
        // Waits since, assigned since, resolved at.
        Column::new("since", Kind::Number),
        // Offered to, owned by.
        Column::new("agent", Kind::Id).optional(),
        // The offer ends.
        Column::new("until", Kind::Number).optional(),
        Column::new("front", Kind::Flag),
        Column::new("document", Kind::Text),
        Column::new("visitor_read", Kind::Number),
        Column::new("staff_read", Kind::Number),
        // The ends of the staff's log and of the visitor's, and the last words.
        Column::new("head", Kind::Number).derived(),
        Column::new("public_head", Kind::Number).derived(),
        Column::new("last_text", Kind::Text).derived(),
        Column::new("last_at", Kind::Number).derived(),
    ],
    &["id"],
)
.indexes(&[
    Index::new("by_contact", "contact, row").in_store(Dialect::Sqlite),
    Index::new("open", "site, status, front DESC, since").only("status < 3"),
    Index::new("owned", "agent")
        .only("status = 2")
        .in_store(Dialect::Postgres),
    Index::new("resolved", "site, since").only("status = 3"),
])
.numbered()
// A message changes no indexed column: room for the new version on the same page.
.fill(80);

/// The columns that a changed state changes.
pub(in crate::store) const STATE: &[&str] =
    &["status", "since", "agent", "until", "front", "document"];

/// A conversation's document.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    passed: &'a [(AgentId, UnixMillis)],
    #[serde(skip_serializing_if = "Talk::is_empty")]
    talk: &'a Talk,
    about: &'a About,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    passed: Vec<(AgentId, UnixMillis)>,
    talk: Talk,
    about: About,
}

/// Where a conversation's logs end, and what was said last.
#[derive(Debug, Clone, Default)]
pub(in crate::store) struct Extent {
    pub(in crate::store) head: Seq,
    pub(in crate::store) public: Seq,
    pub(in crate::store) last_text: String,
    pub(in crate::store) last_at: UnixMillis,
}

impl Extent {
    /// As a row of PostgreSQL's says.
    pub(in crate::store) fn read(row: &impl Row) -> Result<Self, StoreError> {
        Ok(Self {
            head: row.field("head")?,
            public: row.field("public_head")?,
            last_text: row.field("last_text")?,
            last_at: row.field("last_at")?,
        })
    }
}

/// What was offered in a conversation, and its calls from page to page, of its document.
pub(in crate::store) fn talk(document: &str) -> Result<Talk, StoreError> {
    Ok(from_json::<Document>("conversation", document)?.talk)
}

fn parts(row: &impl Row) -> Result<(Conversation, About), StoreError> {
    let status = StatusColumns {
        status: row.field("status")?,
        since: row.field("since")?,
        agent: row.opt("agent")?,
        until: row.opt("until")?,
    };
    let document: Document = row.json("document")?;
    let state = Conversation {
        id: row.field("id")?,
        contact: row.field("contact")?,
        status: status.status()?,
        front: row.field("front")?,
        passed: document.passed,
        talk: document.talk,
    };
    Ok((state, document.about))
}

/// A conversation as the rules see it.
pub(in crate::store) fn state(row: &impl Row) -> Result<Conversation, StoreError> {
    Ok(parts(row)?.0)
}

/// A conversation whose logs end there.
pub(in crate::store) fn known(row: &impl Row, head: Seq, public: Seq) -> Result<Known, StoreError> {
    let (state, about) = parts(row)?;
    Ok(Known {
        site: row.field("site")?,
        state,
        about: Arc::new(about),
        head,
        public,
        visitor_read: row.field("visitor_read")?,
        staff_read: row.field("staff_read")?,
    })
}

/// The values of [`STATE`].
pub(in crate::store) fn state_values(known: &Known) -> Result<Vec<Value>, StoreError> {
    let status = StatusColumns::from(&known.state.status);
    let document = Written {
        passed: &known.state.passed,
        talk: &known.state.talk,
        about: &known.about,
    };
    Ok(vec![
        Value::Number(status.status),
        status.since.into(),
        Value::opt(status.agent),
        Value::opt(status.until),
        Value::Flag(known.state.front),
        Value::Text(to_json("conversation", &document)?),
    ])
}

/// The values of a conversation's row, as far as both stores keep it.
pub(in crate::store) fn values(known: &Known) -> Result<Vec<Value>, StoreError> {
    let mut values = vec![
        known.state.id.into(),
        known.site.into(),
        known.state.contact.into(),
    ];
    values.extend(state_values(known)?);
    values.extend([known.visitor_read.into(), known.staff_read.into()]);
    Ok(values)
}

/// The values of a conversation's row with what PostgreSQL keeps besides.
pub(in crate::store) fn whole(known: &Known, last: &Extent) -> Result<Vec<Value>, StoreError> {
    let mut values = values(known)?;
    values.extend([
        known.head.into(),
        known.public.into(),
        Value::text(&last.last_text),
        last.last_at.into(),
    ]);
    Ok(values)
}

/// A conversation's line in the lists.
pub(in crate::store) fn line(
    known: Known,
    extent: Extent,
    contact: Profile,
) -> ConversationSummary {
    ConversationSummary {
        id: known.state.id,
        contact: known.state.contact,
        status: known.state.status,
        head: extent.head,
        marks: Marks {
            public_head: extent.public,
            visitor_read: known.visitor_read,
            staff_read: known.staff_read,
        },
        facets: Attributes {
            name: contact.name,
            locale: contact.locale,
            page: contact.page,
            issue: known.about.issue.clone(),
            last: (extent.last_text, extent.last_at),
        }
        .facets(),
    }
}
