//! What is moved: the tables, their columns, and the order in which they are read.

use serde::{Deserialize, Serialize};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Kind {
    Id,
    Bytes,
    /// A number of few bits, ...
    Small,
    /// ... of some, ...
    Middling,
    /// ... and of many.
    Number,
    Flag,
    Text,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Column {
    pub(in crate::store) name: &'static str,
    pub(in crate::store) kind: Kind,
    /// It follows from other rows. A store may keep it or work it out when it is read.
    pub(in crate::store) derived: bool,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    let derived = false;
    Column {
        name,
        kind,
        derived,
    }
}

const fn derived(name: &'static str, kind: Kind) -> Column {
    let derived = true;
    Column {
        name,
        kind,
        derived,
    }
}

/// One pass over a table. What a row refers to is moved before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::store) enum Step {
    Sites,
    Agents,
    Sessions,
    Contacts,
    /// The conversations that are not the latest of their contact: a store that goes by the order
    /// in which they came to be sees the latest last.
    EarlierConversations,
    LatestConversations,
    Entries,
    Deeds,
    /// By age.
    Refusals,
    Callbacks,
}

/// Every table that is moved.
pub(in crate::store) const TABLES: [&str; 9] = [
    "sites",
    "agents",
    "sessions",
    "contacts",
    "conversations",
    "entries",
    "deeds",
    "refusals",
    "callbacks",
];

const SITES: &[Column] = &[
    column("id", Kind::Id),
    column("name", Kind::Text),
    column("origins", Kind::Text),
    column("offer_ms", Kind::Number),
    column("grace_ms", Kind::Number),
    column("reopen_ms", Kind::Number),
    column("callback_ahead_ms", Kind::Number),
    column("calls", Kind::Text),
];
const AGENTS: &[Column] = &[
    column("id", Kind::Id),
    column("site", Kind::Id),
    column("name", Kind::Text),
    column("bot", Kind::Flag),
    column("email", Kind::Text),
    column("password_hash", Kind::Text),
    column("capacity", Kind::Middling),
    column("availability", Kind::Small),
    column("gone_since", Kind::Number),
    column("idle_since", Kind::Number),
    column("takes_calls", Kind::Flag),
    column("phone", Kind::Text),
    column("headset", Kind::Flag),
    column("called_at", Kind::Number),
    column("on_call", Kind::Small),
    column("skills", Kind::Text),
];
const SESSIONS: &[Column] = &[
    column("token_hash", Kind::Bytes),
    column("agent", Kind::Id),
    column("expires_at", Kind::Number),
];
const CONTACTS: &[Column] = &[
    column("id", Kind::Id),
    column("site", Kind::Id),
    column("name", Kind::Text),
    column("locale", Kind::Text),
    column("page_url", Kind::Text),
    column("page_title", Kind::Text),
    derived("latest", Kind::Id),
];
const CONVERSATIONS: &[Column] = &[
    column("id", Kind::Id),
    column("site", Kind::Id),
    column("contact", Kind::Id),
    column("status", Kind::Small),
    column("since", Kind::Number),
    column("agent", Kind::Id),
    column("until", Kind::Number),
    column("front", Kind::Flag),
    column("passed", Kind::Text),
    column("talk", Kind::Text),
    column("issue", Kind::Text),
    column("visitor_read", Kind::Number),
    column("staff_read", Kind::Number),
    derived("head", Kind::Number),
    derived("public_head", Kind::Number),
    derived("last_text", Kind::Text),
    derived("last_at", Kind::Number),
];
const ENTRIES: &[Column] = &[
    column("conversation", Kind::Id),
    column("seq", Kind::Number),
    column("public_seq", Kind::Number),
    column("at", Kind::Number),
    column("command", Kind::Id),
    column("actor", Kind::Id),
    column("body", Kind::Text),
];
const DEEDS: &[Column] = &[
    column("command", Kind::Id),
    column("agent", Kind::Id),
    column("at", Kind::Number),
];
const REFUSALS: &[Column] = &[
    column("command", Kind::Id),
    column("actor", Kind::Id),
    column("code", Kind::Text),
];
const CALLBACKS: &[Column] = &[
    column("id", Kind::Id),
    column("site", Kind::Id),
    column("contact", Kind::Id),
    column("conversation", Kind::Id),
    column("requested_at", Kind::Number),
    column("phone", Kind::Text),
    column("form", Kind::Text),
    column("closed_by", Kind::Id),
    column("closed_at", Kind::Number),
    column("disposition", Kind::Text),
    column("note", Kind::Text),
    column("life", Kind::Text),
    column("ended_at", Kind::Number),
];

impl Step {
    /// All of them, in their order.
    pub(in crate::store) const ALL: [Self; 10] = [
        Self::Sites,
        Self::Agents,
        Self::Sessions,
        Self::Contacts,
        Self::EarlierConversations,
        Self::LatestConversations,
        Self::Entries,
        Self::Deeds,
        Self::Refusals,
        Self::Callbacks,
    ];

    /// The table's name, in every store.
    pub(in crate::store) const fn table(self) -> &'static str {
        match self {
            Self::Sites => "sites",
            Self::Agents => "agents",
            Self::Sessions => "sessions",
            Self::Contacts => "contacts",
            Self::EarlierConversations | Self::LatestConversations => "conversations",
            Self::Entries => "entries",
            Self::Deeds => "deeds",
            Self::Refusals => "refusals",
            Self::Callbacks => "callbacks",
        }
    }

    pub(in crate::store) const fn columns(self) -> &'static [Column] {
        match self {
            Self::Sites => SITES,
            Self::Agents => AGENTS,
            Self::Sessions => SESSIONS,
            Self::Contacts => CONTACTS,
            Self::EarlierConversations | Self::LatestConversations => CONVERSATIONS,
            Self::Entries => ENTRIES,
            Self::Deeds => DEEDS,
            Self::Refusals => REFUSALS,
            Self::Callbacks => CALLBACKS,
        }
    }

    /// What the rows are read in order of. `age` is what a store numbers refusals by; the number
    /// itself is not moved, the order is.
    pub(in crate::store) const fn key(self) -> &'static [Column] {
        const ID: &[Column] = &[column("id", Kind::Id)];
        const TOKEN: &[Column] = &[column("token_hash", Kind::Bytes)];
        const PLACE: &[Column] = &[
            column("conversation", Kind::Id),
            column("seq", Kind::Number),
        ];
        const COMMAND: &[Column] = &[column("command", Kind::Id)];
        const AGE: &[Column] = &[column("age", Kind::Number)];
        match self {
            Self::Sites
            | Self::Agents
            | Self::Contacts
            | Self::EarlierConversations
            | Self::LatestConversations
            | Self::Callbacks => ID,
            Self::Sessions => TOKEN,
            Self::Entries => PLACE,
            Self::Deeds => COMMAND,
            Self::Refusals => AGE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_its_step() {
        let mut tables: Vec<_> = Step::ALL.map(Step::table).into();
        tables.dedup();
        assert_eq!(tables, TABLES);
    }
}
