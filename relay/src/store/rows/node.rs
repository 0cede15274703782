//! Processes that have the store open, and who is connected to them.

use crate::store::table::{Column, Dialect, Index, Kind, Table};

pub(in crate::store) const NODES: Table = Table::new(
    "nodes",
    &[
        // A life of a process.
        Column::new("id", Kind::Id),
        // A number it raises while it lives.
        Column::new("beat", Kind::Number),
    ],
    &["id"],
)
.fill(50);

pub(in crate::store) const AGENT_SOCKETS: Table = Table::new(
    "agent_sockets",
    &[
        Column::new("agent", Kind::Id).of("agents"),
        // Where they have a socket open.
        Column::new("node", Kind::Id),
    ],
    &["agent", "node"],
)
.indexes(&[Index::new("by_node", "node").in_store(Dialect::Postgres)]);
