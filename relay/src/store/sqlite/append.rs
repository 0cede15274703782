//! Appending to a log.

use heard_desk::Write;
use heard_protocol::entry::EntryBody;
use heard_protocol::{AgentId, CommandId, PublicBody, Seq, StaffBody, StaffEntry, UnixMillis};
use rusqlite::params;

use super::column::{Col, StatusColumns, to_json};
use super::engine::{Actor, Engine, Failure, Known};
use super::read;
use crate::store::Fact;

/// Where a change landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    /// The first entry's position in the staff's log.
    pub(super) seq: Seq,
    /// The first entry's position in the visitor's log, if it is there.
    pub(super) public: Option<Seq>,
}

/// Appends `change` to the conversation and keeps `known.state` as its new state. Announces what follows from it.
pub(super) fn write(
    engine: &mut Engine,
    mut known: Known,
    change: heard_desk::Change,
    by: Option<(CommandId, Actor)>,
    now: UnixMillis,
) -> Result<Written, Failure> {
    let id = known.state.id;
    let before = engine
        .memory
        .conversations
        .get(&id)
        .map(|one| one.state.clone());
    let first = Written {
        seq: known.head.next(),
        public: None,
    };
    let mut written = first;
    let mut entries = Vec::with_capacity(change.len());
    let mut taken = None;
    for (place, one) in change.into_iter().enumerate() {
        known.head = known.head.next();
        let by = if place == 0 { by } else { None };
        let (position, body, text) = match one {
            Write::Public(body) => {
                known.public = known.public.next();
                let text = to_json("entry", &body)?;
                if place == 0 {
                    written.public = Some(known.public);
                }
                let position = known.public;
                (Some(position), EntryBody::Public { position, body }, text)
            }
            Write::Staff(body) => {
                taken = taken.or(taken_by(&body));
                let text = to_json("entry", &body)?;
                (None, EntryBody::Staff(body), text)
            }
        };
        engine.run(
            // Nothing here can be taken already. Left to itself, SQLite would prepare for undoing just this statement.
            "INSERT OR ROLLBACK INTO entries (conversation, seq, public_seq, at, command, actor, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                known.row,
                Col(known.head),
                position.map(Col),
                Col(now),
                by.map(|(command, _)| Col(command)),
                by.map(|(_, actor)| actor.bytes()),
                text
            ],
        )?;
        let row = engine.connection.last_insert_rowid();
        engine
            .places
            .put(&engine.connection, known.row, known.head, position, row)?;
        entries.push(StaffEntry {
            seq: known.head,
            at: now,
            body,
        });
    }

    let (site, contact) = (known.site, known.state.contact);
    let changed = before.as_ref() != Some(&known.state);
    if changed {
        save(engine, &known)?;
    }
    if !entries.is_empty() {
        engine.announce(Fact::Entries {
            site,
            contact,
            conversation: id,
            entries: entries.into(),
            head: known.head,
            public_head: known.public,
        });
    }
    let new_status = known.state.status.clone();
    engine.memory.conversations.insert(id, known);
    if before.as_ref().map(|one| &one.status) != Some(&new_status) {
        let owners = [
            before.and_then(|one| read::owned_by(&one.status)),
            read::owned_by(&new_status),
        ];
        engine.announce_summary(site, id)?;
        if owners[0] != owners[1] {
            for owner in owners.into_iter().flatten() {
                engine.run(
                    "UPDATE agents SET idle_since = ?2 WHERE id = ?1",
                    params![Col(owner), Col(now)],
                )?;
                engine.announce_colleague(site, owner)?;
            }
        }
        if let Some(agent) = taken {
            engine.announce(Fact::Taken {
                site,
                agent,
                at: now,
            });
        }
        engine.announce(Fact::Dispatch { site });
    }
    Ok(written)
}

/// Keeps a conversation's state in its row.
fn save(engine: &Engine, known: &Known) -> Result<(), Failure> {
    let status = StatusColumns::from(&known.state.status);
    engine.run(
        "UPDATE conversations SET status = ?2, since = ?3, agent = ?4, until = ?5, front = ?6, passed = ?7
         WHERE row = ?1",
        params![
            known.row,
            status.status,
            Col(status.since),
            status.agent.map(Col),
            status.until.map(Col),
            known.state.front,
            to_json("list of agents", &known.state.passed)?,
        ],
    )?;
    Ok(())
}

fn taken_by(body: &StaffBody) -> Option<AgentId> {
    match body {
        StaffBody::Assigned { agent } => Some(*agent),
        StaffBody::Note { .. }
        | StaffBody::Queued { .. }
        | StaffBody::Transferred { .. }
        | StaffBody::Declined { .. }
        | StaffBody::OfferMissed { .. } => None,
    }
}

/// What a message says, for the issue line; `None` for any other body.
pub(super) fn words(body: &PublicBody) -> Option<&str> {
    if let PublicBody::Message { text, .. } = body {
        Some(text)
    } else {
        None
    }
}
