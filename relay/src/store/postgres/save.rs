//! Writing a working set's changes back, many rows a statement.

use std::sync::LazyLock;

use heard_protocol::CommandId;
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, query, raw_sql};

use super::copy::Copy;
use super::row::{bind, bind_many};
use super::value::{Id, number, text, uuids};
use super::working_set::{Changes, NewEntry, SessionChange, WorkingSet};
use super::{calls, records};
use crate::store::StoreError;
use crate::store::rows::{AGENTS, CONTACTS, CONVERSATIONS, HOT, conversation};
use crate::store::stored::to_json;
use crate::store::table::{Column, Table, Value, insert_many, update_many};

/// From so many entries on they are copied rather than inserted: below, the second round trip costs
/// more than it saves.
const COPY_FROM: usize = 16;

/// Writes everything that changed, in the transaction that is under way.
pub(super) async fn changes(
    connection: &mut PgConnection,
    set: &WorkingSet,
) -> Result<(), StoreError> {
    records::save(connection, &set.changes).await?;
    agents(connection, set).await?;
    nodes(connection, set).await?;
    contacts(connection, set).await?;
    conversations(connection, set).await?;
    entries(connection, &set.changes).await?;
    settled(connection, &set.changes).await?;
    calls::save(connection, &set.changes).await?;
    sessions(connection, &set.changes).await
}

/// Inserts or updates many rows of these columns.
async fn many(
    connection: &mut PgConnection,
    sql: &str,
    columns: &[&Column],
    rows: &[Vec<Value>],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut write = query(AssertSqlSafe(sql.to_owned()));
    for (place, column) in columns.iter().enumerate() {
        debug_assert!(rows.iter().all(|row| row.len() == columns.len()));
        let values = rows
            .iter()
            .map(|row| row.get(place).unwrap_or(&Value::Null));
        write = bind_many(write, column.kind, values);
    }
    write.execute(connection).await?;
    Ok(())
}

/// Inserts or updates one row of these columns.
pub(super) async fn one(
    connection: &mut PgConnection,
    sql: &str,
    columns: &[&Column],
    values: &[Value],
) -> Result<(), StoreError> {
    let write = query(AssertSqlSafe(sql.to_owned()));
    let write = columns
        .iter()
        .zip(values)
        .fold(write, |write, (column, value)| {
            bind(write, column.kind, value)
        });
    write.execute(connection).await?;
    Ok(())
}

/// The columns of these names, and a statement that is made of them.
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) columns: Vec<&'static Column>,
}

impl Statement {
    pub(super) fn new(
        table: &Table,
        names: &[&str],
        sql: impl FnOnce(&Table, &[&Column]) -> String,
    ) -> Self {
        let columns = names.iter().filter_map(|name| table.column(name));
        let columns: Vec<_> = columns.collect();
        debug_assert_eq!(columns.len(), names.len(), "{}", table.name);
        let sql = sql(table, &columns);
        Self { sql, columns }
    }

    /// Inserts many whole rows.
    pub(super) fn insert_many(table: &Table) -> Self {
        let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        Self::new(table, &names, insert_many)
    }

    pub(super) async fn many(
        &self,
        connection: &mut PgConnection,
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        many(connection, &self.sql, &self.columns, rows).await
    }
}

async fn agents(connection: &mut PgConnection, set: &WorkingSet) -> Result<(), StoreError> {
    static UPDATE: LazyLock<Statement> =
        LazyLock::new(|| Statement::new(&AGENTS, HOT, update_many));
    let changed = set.changes.agents.iter();
    let changed = changed.filter_map(|id| set.agents.get(id));
    let changed: Vec<_> = changed.map(|one| one.row.hot()).collect();
    UPDATE.many(connection, &changed).await?;
    if let Some(now) = set.changes.everybody_gone {
        query(
            "UPDATE agents SET gone_since = $1 WHERE id IN
               (SELECT id FROM agents WHERE gone_since IS NULL ORDER BY id FOR NO KEY UPDATE)",
        )
        .bind(number(now.0))
        .execute(&mut *connection)
        .await?;
        raw_sql("DELETE FROM agent_sockets; DELETE FROM nodes")
            .execute(&mut *connection)
            .await?;
        query("DELETE FROM sessions WHERE expires_at <= $1")
            .bind(number(now.0))
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn nodes(connection: &mut PgConnection, set: &WorkingSet) -> Result<(), StoreError> {
    let changes = &set.changes;
    if !changes.beaten.is_empty() {
        let beat = |node| number(set.nodes.get(node).copied().unwrap_or_default());
        query(
            "INSERT INTO nodes (id, beat) SELECT * FROM UNNEST($1::uuid[], $2::bigint[])
             ON CONFLICT (id) DO UPDATE SET beat = excluded.beat",
        )
        .bind(uuids(&changes.beaten))
        .bind(changes.beaten.iter().map(beat).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    }
    if !changes.forgotten.is_empty() {
        query("DELETE FROM nodes WHERE id = ANY($1)")
            .bind(uuids(&changes.forgotten))
            .execute(&mut *connection)
            .await?;
    }
    let insert =
        "INSERT INTO agent_sockets (agent, node) SELECT * FROM UNNEST($1::uuid[], $2::uuid[])
         ON CONFLICT DO NOTHING";
    let delete =
        "DELETE FROM agent_sockets s USING UNNEST($1::uuid[], $2::uuid[]) AS u (agent, node)
         WHERE s.agent = u.agent AND s.node = u.node";
    for (sql, sockets) in [(delete, &changes.closed), (insert, &changes.opened)] {
        if !sockets.is_empty() {
            query(sql)
                .bind(uuids(sockets.iter().map(|(agent, _)| agent)))
                .bind(uuids(sockets.iter().map(|(_, node)| node)))
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

async fn contacts(connection: &mut PgConnection, set: &WorkingSet) -> Result<(), StoreError> {
    // Without ON CONFLICT: a contact who came to be on another node meanwhile has a conversation
    // there, and all of this is decided anew.
    static INSERT: LazyLock<Statement> = LazyLock::new(|| Statement::insert_many(&CONTACTS));
    static UPDATE: LazyLock<Statement> =
        LazyLock::new(|| Statement::new(&CONTACTS, &["id", "document", "latest"], update_many));
    let mut rows = Vec::new();
    for id in &set.changes.new_contacts {
        if let Some(known) = set.contacts.get(id) {
            rows.push(known.values(*id)?);
        }
    }
    INSERT.many(connection, &rows).await?;
    rows.clear();
    for id in &set.changes.contacts {
        if let Some(known) = set.contacts.get(id) {
            let document = Value::Text(known.document()?);
            rows.push(vec![(*id).into(), document, Value::opt(known.latest)]);
        }
    }
    UPDATE.many(connection, &rows).await
}

async fn conversations(connection: &mut PgConnection, set: &WorkingSet) -> Result<(), StoreError> {
    static INSERT: LazyLock<Statement> = LazyLock::new(|| Statement::insert_many(&CONVERSATIONS));
    static UPDATE: LazyLock<Statement> = LazyLock::new(|| {
        let names: Vec<_> = CONVERSATIONS.columns.iter().map(|one| one.name).collect();
        Statement::new(&CONVERSATIONS, &names, update_many)
    });
    grown(connection, set).await?;
    for (statement, ids) in [
        (&INSERT, &set.changes.new_conversations),
        (&UPDATE, &set.changes.conversations),
    ] {
        let mut rows = Vec::with_capacity(ids.len());
        for talk in ids.iter().filter_map(|id| set.conversations.get(id)) {
            rows.push(conversation::whole(&talk.row.known, &talk.row.last)?);
        }
        statement.many(connection, &rows).await?;
    }
    Ok(())
}

/// Conversations whose logs grew and nothing else: nearly all of them, nearly always.
async fn grown(connection: &mut PgConnection, set: &WorkingSet) -> Result<(), StoreError> {
    let grown = &set.changes.grown;
    if grown.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = grown
        .iter()
        .filter_map(|id| set.conversations.get(id))
        .map(|talk| &talk.row)
        .collect();
    let numbers = |of: fn(&super::row::ConversationRow) -> u64| -> Vec<i64> {
        rows.iter().map(|row| number(of(row))).collect()
    };
    let texts: Vec<String> = rows.iter().map(|row| text(&row.last.last_text)).collect();
    query(
        "UPDATE conversations c SET head = u.head, public_head = u.public_head, last_text = u.last_text,
           last_at = u.last_at, visitor_read = u.visitor_read, staff_read = u.staff_read
         FROM UNNEST($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])
           AS u (id, head, public_head, last_text, last_at, visitor_read, staff_read)
         WHERE c.id = u.id",
    )
    .bind(uuids(grown))
    .bind(numbers(|row| row.known.head.0))
    .bind(numbers(|row| row.known.public.0))
    .bind(texts)
    .bind(numbers(|row| row.last.last_at.0))
    .bind(numbers(|row| row.known.visitor_read.0))
    .bind(numbers(|row| row.known.staff_read.0))
    .execute(connection)
    .await?;
    Ok(())
}

async fn entries(connection: &mut PgConnection, changes: &Changes) -> Result<(), StoreError> {
    let entries = &changes.entries;
    if entries.is_empty() {
        return Ok(());
    }
    if entries.len() >= COPY_FROM {
        return copied(connection, entries).await;
    }
    let numbers = |of: fn(&super::working_set::NewEntry) -> Option<u64>| -> Vec<Option<i64>> {
        entries.iter().map(|one| of(one).map(number)).collect()
    };
    let commands = entries.iter().map(|one| one.by.map(|(id, _)| id.uuid()));
    let actors = entries
        .iter()
        .map(|one| one.by.map(|(_, actor)| Uuid::from_bytes(actor)));
    let bodies: Vec<&str> = entries.iter().map(|one| one.body.as_str()).collect();
    query(
        "INSERT INTO entries (conversation, seq, public_seq, at, command, actor, body)
         SELECT * FROM UNNEST($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::uuid[], $6::uuid[], $7::text[])",
    )
    .bind(uuids(entries.iter().map(|one| &one.conversation)))
    .bind(numbers(|one| Some(one.seq.0)))
    .bind(numbers(|one| one.public.map(|at| at.0)))
    .bind(numbers(|one| Some(one.at.0)))
    .bind(commands.collect::<Vec<_>>())
    .bind(actors.collect::<Vec<_>>())
    .bind(bodies)
    .execute(connection)
    .await?;
    Ok(())
}

async fn copied(connection: &mut PgConnection, entries: &[NewEntry]) -> Result<(), StoreError> {
    let mut rows = Copy::of(7);
    for one in entries {
        let (command, actor) = one.by.unzip();
        rows.row()
            .uuid(Some(one.conversation.to_bytes()))
            .number(Some(number(one.seq.0)))
            .number(one.public.map(|at| number(at.0)))
            .number(Some(number(one.at.0)))
            .uuid(command.map(CommandId::to_bytes))
            .uuid(actor)
            .text(&one.body);
    }
    let into = "COPY entries (conversation, seq, public_seq, at, command, actor, body)
         FROM STDIN (FORMAT binary)";
    let mut copy = connection.copy_in_raw(into).await?;
    copy.send(rows.finish()).await?;
    copy.finish().await?;
    Ok(())
}

/// What became of commands that left no entry.
async fn settled(connection: &mut PgConnection, changes: &Changes) -> Result<(), StoreError> {
    if !changes.deeds.is_empty() {
        let deeds = &changes.deeds;
        let moments: Vec<i64> = deeds.iter().map(|(_, _, at)| number(at.0)).collect();
        query(
            "INSERT INTO deeds (command, agent, at) SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[])",
        )
        .bind(uuids(deeds.iter().map(|(command, ..)| command)))
        .bind(uuids(deeds.iter().map(|(_, agent, _)| agent)))
        .bind(moments)
        .execute(&mut *connection)
        .await?;
    }
    if !changes.refusals.is_empty() {
        let (mut commands, mut actors, mut codes) = (Vec::new(), Vec::new(), Vec::new());
        for ((command, actor), code) in &changes.refusals {
            commands.push(command.uuid());
            actors.push(Uuid::from_bytes(*actor));
            codes.push(to_json("refusal", code)?);
        }
        // A conflict is an error, as above: another node may have refused it for another reason,
        // and one answer is given for good.
        query(
            "INSERT INTO refusals (command, actor, code) SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::text[])",
        )
        .bind(commands)
        .bind(actors)
        .bind(codes)
        .execute(connection)
        .await?;
    }
    Ok(())
}

async fn sessions(connection: &mut PgConnection, changes: &Changes) -> Result<(), StoreError> {
    for change in &changes.sessions {
        match change {
            SessionChange::Put(token_hash, agent, expires_at) => {
                query(
                    "INSERT INTO sessions (token_hash, agent, expires_at) VALUES ($1, $2, $3)
                     ON CONFLICT (token_hash) DO UPDATE SET agent = $2, expires_at = $3",
                )
                .bind(&token_hash[..])
                .bind(agent.uuid())
                .bind(number(expires_at.0))
                .execute(&mut *connection)
                .await?;
            }
            SessionChange::Drop(token_hash) => {
                query("DELETE FROM sessions WHERE token_hash = $1")
                    .bind(&token_hash[..])
                    .execute(&mut *connection)
                    .await?;
            }
        }
    }
    Ok(())
}
