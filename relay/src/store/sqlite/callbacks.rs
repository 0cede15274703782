//! Requests to be called.

use std::sync::Arc;

use heard_protocol::{
    CallbackForm, CallbackId, CommandId, ContactId, ConversationId, Disposition, PublicBody,
    Receipt, RefusalCode, Seq, SiteId, UnixMillis,
};
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use super::column::{Col, get, get_opt, to_json};
use super::engine::{Actor, Engine, Failure};
use super::{conversations, people, read};
use crate::store::{AgentRecord, Fact, VisitorProfile};
use heard_desk::Write;

/// What became of a request of this id before, if there was one.
pub(super) fn earlier(
    connection: &Connection,
    id: CommandId,
    contact: ContactId,
) -> Result<Option<Receipt>, Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT contact, conversation, requested_at FROM callbacks WHERE id = ?1",
    )?;
    let found = statement
        .query_row([Col(CallbackId::from_bytes(id.to_bytes()))], |row| {
            Ok((get::<ContactId>(row, 0)?, get_opt(row, 1)?, get(row, 2)?))
        })
        .optional()?;
    match found {
        None => Ok(None),
        Some((by, ..)) if by != contact => Err(RefusalCode::IdTaken.into()),
        Some((_, conversation, at)) => Ok(Some(Receipt {
            conversation,
            seq: Seq::START,
            at,
        })),
    }
}

/// Takes a request to be called.
pub(super) fn request(
    engine: &mut Engine,
    site: SiteId,
    contact: ContactId,
    profile: &Arc<VisitorProfile>,
    id: CommandId,
    form: &CallbackForm,
    now: UnixMillis,
) -> Result<Receipt, Failure> {
    let actor = Actor::Visitor(contact);
    if let Some(receipt) = engine.earlier(id, actor)? {
        return Ok(receipt);
    }
    if let Some(receipt) = engine.earlier_callback(id, contact)? {
        return Ok(receipt);
    }
    let policy = engine.site(site)?.policy;
    let form = heard_desk::callback::check(form, &policy, now)?;
    let latest = conversations::meet(engine, site, contact, profile)?;
    let known = latest
        .map(|latest| engine.conversation(latest))
        .transpose()?
        .filter(|known| known.state.continues(&policy, now));
    let callback = CallbackId::from_bytes(id.to_bytes());
    let conversation = known.as_ref().map(|known| known.state.id);
    insert(engine, callback, (site, contact, conversation), &form, now)?;
    announce(engine, site, callback)?;
    let Some(known) = known else {
        return Ok(Receipt {
            conversation: None,
            seq: Seq::START,
            at: now,
        });
    };
    let id_of = known.state.id;
    let change = vec![Write::Public(PublicBody::CallbackRequested { callback })];
    let written = engine.write(known, change, Some((id, actor)), now)?;
    Ok(conversations::receipt(id_of, actor, written, now))
}

fn insert(
    engine: &Engine,
    id: CallbackId,
    (site, contact, conversation): (SiteId, ContactId, Option<ConversationId>),
    form: &CallbackForm,
    now: UnixMillis,
) -> Result<(), Failure> {
    let done = engine.run(
        "INSERT INTO callbacks (id, site, contact, conversation, requested_at, phone, form)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            Col(id),
            Col(site),
            Col(contact),
            conversation.map(Col),
            Col(now),
            form.phone,
            to_json("callback", form)?,
        ],
    );
    match done {
        Ok(_) => Ok(()),
        // One open request per number: the index decides, so two at once can't both pass.
        Err(Failure::Broken(crate::store::StoreError::Database(error)))
            if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) =>
        {
            Err(RefusalCode::CallbackExists.into())
        }
        Err(other) => Err(other),
    }
}

/// Keeps what came of a request.
pub(super) fn close(
    engine: &mut Engine,
    agent: &AgentRecord,
    id: CommandId,
    callback: CallbackId,
    disposition: Disposition,
    note: &str,
    now: UnixMillis,
) -> Result<Receipt, Failure> {
    heard_desk::text::check_short(note)?;
    let before = people::deed(engine, agent, id)?;
    let found = engine
        .connection
        .prepare_cached(
            "SELECT site, conversation, closed_by IS NOT NULL FROM callbacks WHERE id = ?1",
        )?
        .query_row([Col(callback)], |row| {
            Ok((
                get::<SiteId>(row, 0)?,
                get_opt::<ConversationId>(row, 1)?,
                row.get::<_, bool>(2)?,
            ))
        })
        .optional()?;
    let Some((site, conversation, closed)) = found else {
        return Err(RefusalCode::NotFound.into());
    };
    if site != agent.site {
        return Err(RefusalCode::NotFound.into());
    }
    if let Some(at) = before {
        return Ok(Receipt {
            conversation,
            seq: Seq::START,
            at,
        });
    }
    if closed {
        return Err(RefusalCode::WrongState.into());
    }
    people::keep_deed(engine, agent, id, now)?;
    engine.run(
        "UPDATE callbacks SET closed_by = ?2, closed_at = ?3, disposition = ?4, note = ?5 WHERE id = ?1",
        params![
            Col(callback),
            Col(agent.card.id),
            Col(now),
            to_json("disposition", &disposition)?,
            note.trim(),
        ],
    )?;
    announce(engine, site, callback)?;
    if let Some(conversation) = conversation {
        let known = engine.conversation(conversation)?;
        let change = vec![Write::Public(PublicBody::CallbackClosed {
            callback,
            disposition,
        })];
        engine.write(known, change, None, now)?;
    }
    Ok(Receipt {
        conversation,
        seq: Seq::START,
        at: now,
    })
}

fn announce(engine: &mut Engine, site: SiteId, id: CallbackId) -> Result<(), Failure> {
    if let Some(callback) = read::callback(&engine.connection, id)? {
        engine.announce(Fact::Callback {
            site,
            callback: callback.into(),
        });
    }
    Ok(())
}
