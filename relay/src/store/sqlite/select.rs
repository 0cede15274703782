//! What is read of each table.

use std::sync::LazyLock;

use crate::store::rows::{AGENTS, ANSWERING, CALLBACKS, CONTACTS, CONVERSATIONS, LOAD, SITES};
use crate::store::table::{Dialect, Select, Table};

fn of(table: &Table) -> Select {
    Select::of(table, Dialect::Sqlite)
}

pub(super) static SITE: LazyLock<Select> = LazyLock::new(|| of(&SITES));
pub(super) static AGENT: LazyLock<Select> = LazyLock::new(|| of(&AGENTS));
/// With how many conversations they own, as `load`.
pub(super) static TEAMMATE: LazyLock<Select> = LazyLock::new(|| of(&AGENTS).and("load", LOAD));
pub(super) static ANSWERS: LazyLock<Select> = LazyLock::new(|| Select::some(&AGENTS, ANSWERING));
pub(super) static CONTACT: LazyLock<Select> = LazyLock::new(|| of(&CONTACTS));
pub(super) static CALLBACK: LazyLock<Select> = LazyLock::new(|| of(&CALLBACKS));
/// With the number it is kept under, as `row`.
pub(super) static CONVERSATION: LazyLock<Select> =
    LazyLock::new(|| of(&CONVERSATIONS).and("row", "t.row"));
/// With its contact's document, as `person`.
pub(super) static LINE: LazyLock<Select> = LazyLock::new(|| {
    of(&CONVERSATIONS)
        .and("row", "t.row")
        .and("person", "p.document")
        .then("JOIN contacts p ON p.id = t.contact")
});
/// Whose a conversation is, how far it was read, and the number it is kept under.
pub(super) static HEAD: LazyLock<Select> = LazyLock::new(|| {
    let names = ["row", "id", "site", "contact", "visitor_read", "staff_read"];
    Select::some(&CONVERSATIONS, &names)
});
/// Who waits, and since when.
pub(super) static WAITING: LazyLock<Select> =
    LazyLock::new(|| Select::some(&CONVERSATIONS, &["contact", "id", "since"]));
/// Who owns which conversation.
pub(super) static OWNED: LazyLock<Select> =
    LazyLock::new(|| Select::some(&CONVERSATIONS, &["agent", "id"]));
