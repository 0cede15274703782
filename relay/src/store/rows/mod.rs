//! The tables, and what their rows say. Each aggregate is declared, read and written here, once
//! for both stores.

mod agent;
pub(super) mod callback;
pub(super) mod contact;
pub(super) mod conversation;
mod history;
mod log;
mod node;
mod site;

pub use agent::Account;
pub(super) use agent::{
    AGENTS, ANSWERING, AgentRow, HOT, LOAD, SESSIONS, answering, caller, in_order,
};
pub(super) use callback::CALLBACKS;
pub(super) use contact::{CONTACTS, Profile};
pub(super) use conversation::{CONVERSATIONS, Extent};
pub(super) use history::HISTORY;
pub(super) use log::{DEEDS, ENTRIES, REFUSALS};
pub(super) use node::{AGENT_SOCKETS, NODES};
pub(super) use site::SITES;

use super::table::Table;

/// Every table that is moved. What a row refers to comes before it.
pub(super) const TABLES: &[&Table] = &[
    &SITES,
    &AGENTS,
    &SESSIONS,
    &CONTACTS,
    &CONVERSATIONS,
    &ENTRIES,
    &DEEDS,
    &REFUSALS,
    &CALLBACKS,
    &HISTORY,
];

/// What says which processes have the store open. A move tells it anew.
pub(super) const PRESENCE: &[&Table] = &[&NODES, &AGENT_SOCKETS];
