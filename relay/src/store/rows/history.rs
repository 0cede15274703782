//! What records said before.

use crate::store::table::{Column, Kind, Table};

pub(in crate::store) const HISTORY: Table = Table::new(
    "history",
    &[
        // The record's table and id.
        Column::new("record", Kind::Text),
        Column::new("id", Kind::Id),
        Column::new("version", Kind::Number),
        // When this version was written, and by whom.
        Column::new("at", Kind::Number),
        Column::new("actor", Kind::Text),
        Column::new("document", Kind::Text),
    ],
    &["record", "id", "version"],
);
