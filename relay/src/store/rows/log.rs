//! The log, and what became of commands that left nothing in it. These rows are written once, so
//! their columns are all there is: they have no document.

use crate::store::table::{Column, Index, Kind, Table};

/// SQLite finds entries by way of their places: see `sqlite/places.rs`.
pub(in crate::store) const ENTRIES: Table = Table::new(
    "entries",
    &[
        // No foreign key: whoever appends holds the lock on the conversation, and a check a row
        // would double the cost of appending.
        Column::new("conversation", Kind::Id),
        Column::new("seq", Kind::Number),
        // NULL: for staff alone.
        Column::new("public_seq", Kind::Number).optional(),
        Column::new("at", Kind::Number),
        // The command that wrote it, on the first entry it wrote, and whose it was.
        Column::new("command", Kind::Id).optional(),
        Column::new("actor", Kind::Id).optional(),
        // JSON of PublicBody or StaffBody. PostgreSQL's jsonb refuses a NUL that somebody typed.
        Column::new("body", Kind::Text),
    ],
    &["conversation", "seq"],
)
.indexes(&[Index::new("by_command", "command")
    .unique()
    .only("command IS NOT NULL")])
.by_hand();

/// Commands that leave no entry.
pub(in crate::store) const DEEDS: Table = Table::new(
    "deeds",
    &[
        Column::new("command", Kind::Id),
        Column::new("agent", Kind::Id).of("agents"),
        Column::new("at", Kind::Number),
    ],
    &["command"],
);

/// Commands that were refused for good: the latest ones.
pub(in crate::store) const REFUSALS: Table = Table::new(
    "refusals",
    &[
        Column::new("command", Kind::Id),
        Column::new("actor", Kind::Id),
        // JSON of RefusalCode.
        Column::new("code", Kind::Text),
    ],
    &["command", "actor"],
)
.aged();
