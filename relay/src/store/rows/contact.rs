//! Contacts.

use std::sync::Arc;

use heard_protocol::{ContactId, ConversationId, Page};
use serde::{Deserialize, Serialize};

use crate::store::ledger::KnownContact;
use crate::store::stored::to_json;
use crate::store::table::{Column, Kind, Row, Table, Value};
use crate::store::{StoreError, VisitorProfile};

pub(in crate::store) const CONTACTS: Table = Table::new(
    "contacts",
    &[
        Column::new("id", Kind::Id),
        Column::new("site", Kind::Id).of("sites"),
        Column::new("document", Kind::Text),
        // The conversation begun last.
        Column::new("latest", Kind::Id).optional().derived(),
    ],
    &["id"],
)
.fill(80);

/// What is known about a contact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::store) struct Profile {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::store) name: String,
    pub(in crate::store) locale: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::store) page: Option<Page>,
}

impl KnownContact {
    /// A contact whose latest conversation is this.
    pub(in crate::store) fn read(
        row: &impl Row,
        latest: Option<ConversationId>,
    ) -> Result<Self, StoreError> {
        let Profile { name, locale, page } = row.json("document")?;
        Ok(Self {
            site: row.field("site")?,
            name: name.into(),
            profile: Arc::new(VisitorProfile { locale, page }),
            latest,
        })
    }

    pub(in crate::store) fn document(&self) -> Result<String, StoreError> {
        let profile = Profile {
            name: self.name.to_string(),
            locale: self.profile.locale.clone(),
            page: self.profile.page.clone(),
        };
        to_json("contact", &profile)
    }

    pub(in crate::store) fn values(&self, id: ContactId) -> Result<Vec<Value>, StoreError> {
        Ok(vec![
            id.into(),
            self.site.into(),
            Value::Text(self.document()?),
            Value::opt(self.latest),
        ])
    }
}
