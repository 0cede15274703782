//! Records as rows, whichever kind they are.

use heard_protocol::{SiteId, UnixMillis};

use super::{Edit, Editor, Put, Version};
use crate::store::StoreError;
use crate::store::table::{Row, Table, Value};

/// A record, its document unread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    pub(in crate::store) id: [u8; 16],
    pub(in crate::store) site: SiteId,
    pub(in crate::store) version: Version,
    pub(in crate::store) edit: Edit,
    pub(in crate::store) due: Option<UnixMillis>,
    pub(in crate::store) document: String,
    /// In the order of the table's keys.
    pub(in crate::store) keys: Vec<Value>,
}

/// A version of a record that another one has replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Which.
    pub version: Version,
    /// Who wrote it, and when.
    pub edit: Edit,
    /// What it said, as JSON.
    pub document: String,
}

fn edit(row: &impl Row) -> Result<Edit, StoreError> {
    let by: &str = row.field("actor")?;
    let by: Editor = by.parse().map_err(|_| StoreError::Value {
        what: "actor",
        reason: format!("{by:?} is nobody"),
    })?;
    let at = row.field("at")?;
    Ok(Edit { by, at })
}

impl RecordRow {
    pub(in crate::store) fn read(table: &Table, row: &impl Row) -> Result<Self, StoreError> {
        let keys = table.keys().iter().filter_map(|name| table.column(name));
        let keys = keys.map(|column| Ok(row.raw(column.name, column.kind)?.into()));
        Ok(Self {
            id: row.field("id")?,
            site: row.field("site")?,
            version: Version(row.field("version")?),
            edit: edit(row)?,
            due: row.opt("due")?,
            document: row.field("document")?,
            keys: keys.collect::<Result<_, StoreError>>()?,
        })
    }

    /// What a change makes of a record that has this version.
    pub(in crate::store) fn of(put: &Put, version: Version) -> Self {
        Self {
            id: put.id,
            site: put.site,
            version,
            edit: put.edit,
            due: put.due,
            document: put.document.clone(),
            keys: put.keys.clone(),
        }
    }

    /// The values of [`Table::written`], in its order.
    pub(in crate::store) fn values(&self) -> Vec<Value> {
        let mut values = vec![
            Value::Id(self.id),
            self.site.into(),
            Value::number(self.version.0),
            self.edit.at.into(),
            Value::Text(self.edit.by.to_string()),
            Value::opt(self.due),
            Value::Text(self.document.clone()),
        ];
        values.extend(self.keys.iter().cloned());
        values
    }

    /// The row of the history that keeps it.
    pub(in crate::store) fn history(&self, table: &Table) -> Vec<Value> {
        vec![
            Value::text(table.name),
            Value::Id(self.id),
            Value::number(self.version.0),
            self.edit.at.into(),
            Value::Text(self.edit.by.to_string()),
            Value::Text(self.document.clone()),
        ]
    }

    /// The value of a column that records are found by.
    pub(in crate::store) fn key(&self, table: &Table, name: &str) -> Option<Value> {
        match name {
            "id" => Some(Value::Id(self.id)),
            "site" => Some(self.site.into()),
            name => {
                let place = table.keys().iter().position(|key| *key == name)?;
                self.keys.get(place).cloned()
            }
        }
    }
}

impl Past {
    pub(in crate::store) fn read(row: &impl Row) -> Result<Self, StoreError> {
        Ok(Self {
            version: Version(row.field("version")?),
            edit: edit(row)?,
            document: row.field("document")?,
        })
    }
}
