//! Rows of a database, by the names of their columns.

use std::sync::LazyLock;

use heard_protocol::ConversationSummary;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Executor, Postgres, Row as _};

use crate::store::ledger::Known;
use crate::store::rows::{
    AGENTS, ANSWERING, CALLBACKS, CONTACTS, CONVERSATIONS, Extent, LOAD, SITES, conversation,
};
use crate::store::stored::from_json;
use crate::store::table::{Dialect, Kind, Raw, Row, Select, Table, Value};
use crate::store::{Head, StoreError};

impl Row for PgRow {
    fn raw(&self, column: &'static str, kind: Kind) -> Result<Raw<'_>, StoreError> {
        let raw = match kind {
            Kind::Id => self
                .try_get::<Option<Uuid>, _>(column)?
                .map(|id| Raw::Id(id.into_bytes())),
            Kind::Bytes => self.try_get::<Option<_>, _>(column)?.map(Raw::Bytes),
            Kind::Number => self.try_get::<Option<_>, _>(column)?.map(Raw::Number),
            Kind::Flag => self.try_get::<Option<_>, _>(column)?.map(Raw::Flag),
            Kind::Text => self.try_get::<Option<_>, _>(column)?.map(Raw::Text),
        };
        Ok(raw.unwrap_or(Raw::Null))
    }
}

fn of(table: &Table) -> Select {
    Select::of(table, Dialect::Postgres)
}

pub(super) static SITE: LazyLock<Select> = LazyLock::new(|| of(&SITES));
pub(super) static AGENT: LazyLock<Select> = LazyLock::new(|| of(&AGENTS));
/// With how many conversations they own, as `load`.
pub(super) static TEAMMATE: LazyLock<Select> = LazyLock::new(|| of(&AGENTS).and("load", LOAD));
pub(super) static ANSWERS: LazyLock<Select> = LazyLock::new(|| Select::some(&AGENTS, ANSWERING));
pub(super) static CONTACT: LazyLock<Select> = LazyLock::new(|| of(&CONTACTS));
pub(super) static CALLBACK: LazyLock<Select> = LazyLock::new(|| of(&CALLBACKS));
/// Who waits, and since when.
pub(super) static WAITING: LazyLock<Select> =
    LazyLock::new(|| Select::some(&CONVERSATIONS, &["contact", "id", "since"]));
pub(super) static STATE: LazyLock<Select> = LazyLock::new(|| of(&CONVERSATIONS));
/// With its contact's document, as `person`.
pub(super) static CONVERSATION: LazyLock<Select> = LazyLock::new(|| {
    of(&CONVERSATIONS)
        .and("person", "p.document")
        .then("JOIN contacts p ON p.id = t.contact")
});

/// A statement that reads what a condition finds.
pub(super) fn find<'q>(select: &Select, condition: &str) -> Query<'q, Postgres, PgArguments> {
    sqlx::query(AssertSqlSafe(format!("{} {condition}", select.sql)))
}

/// Every row that a statement finds, read.
pub(super) async fn all<'e, T>(
    found: Query<'_, Postgres, PgArguments>,
    on: impl Executor<'e, Database = Postgres>,
    read: impl FnMut(&PgRow) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    found.fetch_all(on).await?.iter().map(read).collect()
}

/// The row that a statement finds, read.
pub(super) async fn first<'e, T>(
    found: Query<'_, Postgres, PgArguments>,
    on: impl Executor<'e, Database = Postgres>,
    read: impl FnOnce(&PgRow) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    found
        .fetch_optional(on)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Binds one value of a column.
pub(super) fn bind<'q>(
    query: Query<'q, Postgres, PgArguments>,
    kind: Kind,
    value: &'q Value,
) -> Query<'q, Postgres, PgArguments> {
    debug_assert!(value.fits(kind), "{value:?} is no {kind:?}");
    match kind {
        Kind::Id => query.bind(id(value)),
        Kind::Bytes => query.bind(bytes(value)),
        Kind::Number => query.bind(number(value)),
        Kind::Flag => query.bind(flag(value)),
        Kind::Text => query.bind(text(value)),
    }
}

/// Binds a column of many rows, as an array.
pub(super) fn bind_many<'q>(
    query: Query<'q, Postgres, PgArguments>,
    kind: Kind,
    values: impl Iterator<Item = &'q Value>,
) -> Query<'q, Postgres, PgArguments> {
    let values = values.inspect(|value| debug_assert!(value.fits(kind)));
    match kind {
        Kind::Id => query.bind(values.map(id).collect::<Vec<_>>()),
        Kind::Bytes => query.bind(values.map(bytes).collect::<Vec<_>>()),
        Kind::Number => query.bind(values.map(number).collect::<Vec<_>>()),
        Kind::Flag => query.bind(values.map(flag).collect::<Vec<_>>()),
        Kind::Text => query.bind(values.map(text).collect::<Vec<_>>()),
    }
}

fn id(value: &Value) -> Option<Uuid> {
    match value {
        Value::Id(bytes) => Some(Uuid::from_bytes(*bytes)),
        _ => None,
    }
}

fn bytes(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => Some(*number),
        _ => None,
    }
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Flag(flag) => Some(*flag),
        _ => None,
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// A conversation with everything its line in the lists shows.
#[derive(Debug, Clone)]
pub(super) struct ConversationRow {
    pub(super) known: Known,
    pub(super) last: Extent,
    /// Its contact's document, as it was when the row was read.
    pub(super) person: String,
}

impl ConversationRow {
    pub(super) fn read(row: &PgRow) -> Result<Self, StoreError> {
        let last = Extent::read(row)?;
        Ok(Self {
            known: conversation::known(row, last.head, last.public)?,
            last,
            person: row.field("person")?,
        })
    }

    /// Its line in the lists.
    pub(super) fn summary(self) -> Result<ConversationSummary, StoreError> {
        let Self {
            known,
            last,
            person,
        } = self;
        let extent = Extent {
            head: known.head,
            public: known.public,
            ..last
        };
        let person = from_json("contact", &person)?;
        Ok(conversation::line(known, extent, person))
    }

    /// Whose it is and where its logs end.
    pub(super) fn head(&self) -> Head {
        Head {
            site: self.known.site,
            contact: self.known.state.contact,
            conversation: self.known.state.id,
            staff: self.known.head,
            public: self.known.public,
            visitor_read: self.known.visitor_read,
            staff_read: self.known.staff_read,
        }
    }
}
