//! Requests to be called.

use heard_desk::callback::{Callback, Life, without_extension};
use heard_protocol::{CallbackForm, ConversationId};
use serde::{Deserialize, Serialize};

use crate::store::StoreError;
use crate::store::stored::to_json;
use crate::store::table::{Column, Index, Kind, Row, Table, Value};

pub(in crate::store) const CALLBACKS: Table = Table::new(
    "callbacks",
    &[
        // The bits of the command that asked for it.
        Column::new("id", Kind::Id),
        Column::new("site", Kind::Id).of("sites"),
        Column::new("contact", Kind::Id).of("contacts"),
        Column::new("requested_at", Kind::Number),
        // Without its extension.
        Column::new("phone", Kind::Text),
        // NULL while it is open.
        Column::new("ended_at", Kind::Number).optional(),
        Column::new("document", Kind::Text),
    ],
    &["id"],
)
.indexes(&[
    Index::new("one_open", "site, phone")
        .unique()
        .only("ended_at IS NULL"),
    Index::new("ended", "site, ended_at").only("ended_at IS NOT NULL"),
    Index::new("by_number", "site, phone, requested_at"),
    Index::new("by_contact", "contact, requested_at"),
    Index::new("by_time", "site, requested_at"),
]);

/// What changes of a request.
pub(in crate::store) const CHANGING: &[&str] = &["ended_at", "document"];

#[derive(Serialize)]
struct Written<'a> {
    conversation: Option<ConversationId>,
    form: &'a CallbackForm,
    life: &'a Life,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    conversation: Option<ConversationId>,
    form: CallbackForm,
    life: Life,
}

/// A request, from its row.
pub(in crate::store) fn read(row: &impl Row) -> Result<Callback, StoreError> {
    let Document {
        conversation,
        form,
        life,
    } = row.json("document")?;
    Ok(Callback {
        id: row.field("id")?,
        site: row.field("site")?,
        contact: row.field("contact")?,
        conversation,
        requested_at: row.field("requested_at")?,
        form,
        life,
    })
}

/// A request's row.
pub(in crate::store) fn values(callback: &Callback) -> Result<Vec<Value>, StoreError> {
    let document = Written {
        conversation: callback.conversation,
        form: &callback.form,
        life: &callback.life,
    };
    Ok(vec![
        callback.id.into(),
        callback.site.into(),
        callback.contact.into(),
        callback.requested_at.into(),
        Value::text(without_extension(&callback.form.phone)),
        Value::opt(callback.life.ended_at()),
        Value::Text(to_json("callback", &document)?),
    ])
}
