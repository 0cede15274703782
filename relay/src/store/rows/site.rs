//! Sites.

use crate::store::stored::to_json;
use crate::store::table::{Column, Kind, Row, Table, Value};
use crate::store::{SiteRecord, StoreError};

pub(in crate::store) const SITES: Table = Table::new(
    "sites",
    &[
        Column::new("id", Kind::Id),
        Column::new("document", Kind::Text),
    ],
    &["id"],
);

impl SiteRecord {
    pub(in crate::store) fn read(row: &impl Row) -> Result<Self, StoreError> {
        row.json("document")
    }

    pub(in crate::store) fn values(&self) -> Result<Vec<Value>, StoreError> {
        Ok(vec![self.id.into(), Value::Text(to_json("site", self)?)])
    }
}
