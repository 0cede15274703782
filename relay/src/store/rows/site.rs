//! Sites: the first kind of record.

use heard_protocol::SiteId;

use crate::store::record::Record;
use crate::store::table::{Row, Table, record_columns};
use crate::store::{SiteRecord, StoreError};

pub(in crate::store) const SITES: Table =
    Table::new("sites", record_columns![], &["id"]).found_by(&[], &[]);

impl SiteRecord {
    pub(in crate::store) fn read(row: &impl Row) -> Result<Self, StoreError> {
        row.json("document")
    }
}

impl Record for SiteRecord {
    const TABLE: &'static Table = &SITES;
    type Id = SiteId;

    fn id(&self) -> SiteId {
        self.id
    }

    fn site(&self) -> SiteId {
        self.id
    }
}
