//! Writing a working set's changes back, many rows a statement.

use heard_protocol::{AgentKind, CommandId, ContactId, ConversationId, UnixMillis};
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;
use sqlx::{query, raw_sql};

use super::calls;
use super::copy::Copy;
use super::value::{Id, number, small, text, uuids};
use super::working_set::{Changes, NewEntry, SessionChange, WorkingSet};
use crate::store::StoreError;
use crate::store::stored::{StatusColumns, availability_number, talk_json, to_json};

/// From so many entries on they are copied rather than inserted: below, the second round trip costs
/// more than it saves.
const COPY_FROM: usize = 16;

/// Writes everything that changed, in the transaction that is under way.
pub(super) async fn changes(
    connection: &mut PgConnection,
    set: &WorkingSet,
) -> Result<(), StoreError> {
    sites(connection, &set.changes).await?;
    agents(connection, set).await?;
    nodes(connection, set).await?;
    contacts(connection, set).await?;
    conversations(connection, set).await?;
    entries(connection, &set.changes).await?;
    settled(connection, &set.changes).await?;
    calls::save(connection, &set.changes).await?;
    sessions(connection, &set.changes).await
}

async fn sites(connection: &mut PgConnection, changes: &Changes) -> Result<(), StoreError> {
    for site in &changes.sites {
        query(
            "INSERT INTO sites (id, name, origins, offer_ms, grace_ms, reopen_ms, callback_ahead_ms, calls)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (id) DO UPDATE SET name = $2, origins = $3, offer_ms = $4, grace_ms = $5,
               reopen_ms = $6, callback_ahead_ms = $7, calls = $8",
        )
        .bind(site.id.uuid())
        .bind(text(&site.name))
        .bind(to_json("list of origins", &site.origins)?)
        .bind(number(site.policy.offer_ms))
        .bind(number(site.policy.grace_ms))
        .bind(number(site.policy.reopen_ms))
        .bind(number(site.policy.callback_ahead_ms))
        .bind(to_json("call policy", &site.calls)?)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn agents(connection: &mut PgConnection, set: &WorkingSet) -> Result<(), StoreError> {
    for agent in &set.changes.new_agents {
        query(
            "INSERT INTO agents (id, site, name, bot, email, password_hash, capacity)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (id) DO UPDATE SET site = $2, name = $3, bot = $4, email = $5,
               password_hash = $6, capacity = $7",
        )
        .bind(agent.card.id.uuid())
        .bind(agent.site.uuid())
        .bind(text(&agent.card.name))
        .bind(agent.card.kind == AgentKind::Bot)
        .bind(text(&agent.email))
        .bind(&agent.password_hash)
        .bind(i32::from(agent.capacity))
        .execute(&mut *connection)
        .await?;
    }
    let changed: Vec<_> = set
        .changes
        .agents
        .iter()
        .filter_map(|id| set.agents.get(id))
        .map(|one| &one.row)
        .collect();
    if !changed.is_empty() {
        let column = |of: fn(&super::row::AgentRow) -> Option<UnixMillis>| -> Vec<Option<i64>> {
            let moments = changed.iter().map(|row| of(row));
            moments.map(|at| at.map(|at| number(at.0))).collect()
        };
        let availability: Vec<i16> = changed
            .iter()
            .map(|row| small(availability_number(row.record.availability)))
            .collect();
        let phones = changed.iter().map(|row| &row.record.phone);
        let takes: Vec<bool> = phones.clone().map(|phone| phone.takes).collect();
        let headsets: Vec<bool> = phones.clone().map(|phone| phone.headset).collect();
        let on_call: Vec<i16> = changed.iter().map(|row| row.on_call).collect();
        let skills: Vec<&str> = changed.iter().map(|row| row.skills.as_str()).collect();
        let phones: Vec<&str> = phones.map(|phone| phone.address.as_str()).collect();
        query(
            "UPDATE agents a SET availability = u.availability, gone_since = u.gone_since, idle_since = u.idle_since,
               called_at = u.called_at, takes_calls = u.takes_calls, phone = u.phone,
               headset = u.headset, on_call = u.on_call, skills = u.skills
             FROM UNNEST($1::uuid[], $2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::text[],
                         $8::boolean[], $9::smallint[], $10::text[])
               AS u (id, availability, gone_since, idle_since, called_at, takes_calls, phone, headset, on_call, skills)
             WHERE a.id = u.id",
        )
        .bind(uuids(changed.iter().map(|row| &row.record.card.id)))
        .bind(availability)
        .bind(column(|row| row.gone_since))
        .bind(column(|row| Some(row.idle_since)))
        .bind(column(|row| Some(row.called_at)))
        .bind(takes)
        .bind(phones)
        .bind(headsets)
        .bind(on_call)
        .bind(skills)
        .execute(&mut *connection)
        .await?;
    }
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

/// The columns of contacts, one array each.
#[derive(Default)]
struct ContactColumns {
    id: Vec<Uuid>,
    site: Vec<Uuid>,
    name: Vec<String>,
    locale: Vec<String>,
    page_url: Vec<Option<String>>,
    page_title: Vec<Option<String>>,
    latest: Vec<Option<Uuid>>,
}

impl ContactColumns {
    fn of<'a>(set: &WorkingSet, ids: impl IntoIterator<Item = &'a ContactId>) -> Self {
        let mut columns = Self::default();
        for id in ids {
            let Some(person) = set.contacts.get(id) else {
                continue;
            };
            let page = person.known.profile.page.as_ref();
            columns.id.push(id.uuid());
            columns.site.push(person.known.site.uuid());
            columns.name.push(text(&person.name));
            columns.locale.push(text(&person.known.profile.locale));
            columns.page_url.push(page.map(|page| text(&page.url)));
            columns.page_title.push(page.map(|page| text(&page.title)));
            columns.latest.push(person.known.latest.map(Id::uuid));
        }
        columns
    }
}

async fn contacts(connection: &mut PgConnection, set: &WorkingSet) -> Result<(), StoreError> {
    // Without ON CONFLICT: a contact who came to be on another node meanwhile has a conversation
    // there, and all of this is decided anew.
    let insert = "INSERT INTO contacts (id, site, name, locale, page_url, page_title, latest)
         SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[])";
    let update = "UPDATE contacts c SET site = u.site, name = u.name, locale = u.locale, page_url = u.page_url,
           page_title = u.page_title, latest = u.latest
         FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[])
           AS u (id, site, name, locale, page_url, page_title, latest)
         WHERE c.id = u.id";
    for (sql, ids) in [
        (insert, &set.changes.new_contacts),
        (update, &set.changes.contacts),
    ] {
        if ids.is_empty() {
            continue;
        }
        let columns = ContactColumns::of(set, ids);
        query(sql)
            .bind(columns.id)
            .bind(columns.site)
            .bind(columns.name)
            .bind(columns.locale)
            .bind(columns.page_url)
            .bind(columns.page_title)
            .bind(columns.latest)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The columns of conversations, one array each.
#[derive(Default)]
struct ConversationColumns {
    id: Vec<Uuid>,
    site: Vec<Uuid>,
    contact: Vec<Uuid>,
    status: Vec<i16>,
    since: Vec<i64>,
    agent: Vec<Option<Uuid>>,
    until: Vec<Option<i64>>,
    front: Vec<bool>,
    passed: Vec<String>,
    issue: Vec<String>,
    head: Vec<i64>,
    public_head: Vec<i64>,
    last_text: Vec<String>,
    last_at: Vec<i64>,
    visitor_read: Vec<i64>,
    staff_read: Vec<i64>,
    talk: Vec<Option<String>>,
}

impl ConversationColumns {
    fn of<'a>(
        set: &WorkingSet,
        ids: impl IntoIterator<Item = &'a ConversationId>,
    ) -> Result<Self, StoreError> {
        let mut columns = Self::default();
        for id in ids {
            let Some(talk) = set.conversations.get(id) else {
                continue;
            };
            let (row, known) = (&talk.row, &talk.row.known);
            let status = StatusColumns::from(&known.state.status);
            columns.id.push(id.uuid());
            columns.site.push(known.site.uuid());
            columns.contact.push(known.state.contact.uuid());
            columns.status.push(small(status.status));
            columns.since.push(number(status.since.0));
            columns.agent.push(status.agent.map(Id::uuid));
            columns.until.push(status.until.map(|at| number(at.0)));
            columns.front.push(known.state.front);
            let passed = to_json("list of agents", &known.state.passed)?;
            columns.passed.push(passed);
            columns.issue.push(text(&row.issue));
            columns.head.push(number(known.head.0));
            columns.public_head.push(number(known.public.0));
            columns.last_text.push(text(&row.last_text));
            columns.last_at.push(number(row.last_at.0));
            columns.visitor_read.push(number(known.visitor_read.0));
            columns.staff_read.push(number(known.staff_read.0));
            columns.talk.push(talk_json(&known.state.talk)?);
        }
        Ok(columns)
    }
}

async fn conversations(connection: &mut PgConnection, set: &WorkingSet) -> Result<(), StoreError> {
    let insert = "INSERT INTO conversations (id, site, contact, status, since, agent, until, front, passed, issue,
           head, public_head, last_text, last_at, visitor_read, staff_read, talk)
         SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::bigint[], $6::uuid[],
           $7::bigint[], $8::boolean[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::text[],
           $14::bigint[], $15::bigint[], $16::bigint[], $17::text[])";
    let update = "UPDATE conversations c SET status = u.status, since = u.since, agent = u.agent, until = u.until,
           front = u.front, passed = u.passed, head = u.head, public_head = u.public_head,
           last_text = u.last_text, last_at = u.last_at, visitor_read = u.visitor_read, staff_read = u.staff_read,
           talk = u.talk
         FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::bigint[], $6::uuid[],
           $7::bigint[], $8::boolean[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::text[],
           $14::bigint[], $15::bigint[], $16::bigint[], $17::text[])
           AS u (id, site, contact, status, since, agent, until, front, passed, issue, head, public_head,
             last_text, last_at, visitor_read, staff_read, talk)
         WHERE c.id = u.id";
    grown(connection, set).await?;
    for (sql, ids) in [
        (insert, &set.changes.new_conversations),
        (update, &set.changes.conversations),
    ] {
        if ids.is_empty() {
            continue;
        }
        let columns = ConversationColumns::of(set, ids)?;
        query(sql)
            .bind(columns.id)
            .bind(columns.site)
            .bind(columns.contact)
            .bind(columns.status)
            .bind(columns.since)
            .bind(columns.agent)
            .bind(columns.until)
            .bind(columns.front)
            .bind(columns.passed)
            .bind(columns.issue)
            .bind(columns.head)
            .bind(columns.public_head)
            .bind(columns.last_text)
            .bind(columns.last_at)
            .bind(columns.visitor_read)
            .bind(columns.staff_read)
            .bind(columns.talk)
            .execute(&mut *connection)
            .await?;
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
    let texts: Vec<String> = rows.iter().map(|row| text(&row.last_text)).collect();
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
    .bind(numbers(|row| row.last_at.0))
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
