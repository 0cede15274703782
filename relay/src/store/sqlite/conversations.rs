//! Commands on conversations: look up, let the desk decide, append.

use std::sync::Arc;

use heard_desk::conversation::Recipient;
use heard_desk::{Conversation, Write};
use heard_protocol::{
    AgentId, CommandId, ContactId, ConversationId, Cursor, Receipt, RefusalCode, Seq, SiteId,
    StaffCommand, UnixMillis, VisitorCommand,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::append::{Written, words};
use super::column::{Col, StatusColumns, from_json, get, get_opt, to_json};
use super::engine::{Actor, Engine, Failure, Known, KnownContact};
use super::{callbacks, people, read};
use crate::store::{AgentRecord, Fact, StoreError, VisitorProfile};

/// Carries a visitor's command out.
pub(super) fn visitor(
    engine: &mut Engine,
    site: SiteId,
    contact: ContactId,
    profile: &Arc<VisitorProfile>,
    id: CommandId,
    command: &VisitorCommand,
    now: UnixMillis,
) -> Result<Receipt, Failure> {
    match command {
        VisitorCommand::Send { text } => {
            let actor = Actor::Visitor(contact);
            if let Some(receipt) = engine.earlier(id, actor)? {
                return Ok(receipt);
            }
            heard_desk::text::check(text)?;
            let (known, first) = target(engine, site, contact, profile, id, now)?;
            say(engine, known, id, text, first, now, contact)
        }
        VisitorCommand::RequestCallback(form) => {
            callbacks::request(engine, site, contact, profile, id, form, now)
        }
    }
}

fn say(
    engine: &mut Engine,
    mut known: Known,
    id: CommandId,
    text: &str,
    first: bool,
    now: UnixMillis,
    contact: ContactId,
) -> Result<Receipt, Failure> {
    let change = known.state.visitor_says(id, text, first, now)?;
    let conversation = known.state.id;
    if first && let Some(said) = change.iter().find_map(said) {
        create(engine, &mut known, &heard_desk::text::preview(said))?;
    }
    let actor = Actor::Visitor(contact);
    let written = engine.write(known, change, Some((id, actor)), now)?;
    Ok(receipt(conversation, actor, written, now))
}

fn said(write: &Write) -> Option<&str> {
    if let Write::Public(body) = write {
        words(body)
    } else {
        None
    }
}

pub(super) fn receipt(
    conversation: ConversationId,
    actor: Actor,
    written: Written,
    at: UnixMillis,
) -> Receipt {
    let seq = actor.position(written.seq, written.public);
    Receipt {
        conversation: Some(conversation),
        seq,
        at,
    }
}

/// The conversation a visitor's next message belongs to, and whether it begins with it. A new one takes the bits of the message's id, so that
/// nothing has to be drawn here.
fn target(
    engine: &mut Engine,
    site: SiteId,
    contact: ContactId,
    profile: &Arc<VisitorProfile>,
    id: CommandId,
    now: UnixMillis,
) -> Result<(Known, bool), Failure> {
    let policy = engine.site(site)?.policy;
    let latest = meet(engine, site, contact, profile)?;
    if let Some(latest) = latest {
        let known = engine.conversation(latest)?;
        if known.state.continues(&policy, now) {
            return Ok((known, false));
        }
    }
    let state = Conversation::start(ConversationId::from_bytes(id.to_bytes()), contact, now);
    let known = Known {
        row: 0,
        site,
        state,
        head: Seq::START,
        public: Seq::START,
        visitor_read: Seq::START,
        staff_read: Seq::START,
    };
    Ok((known, true))
}

/// Makes sure that the contact is kept as their browser describes them now; returns their latest conversation.
pub(super) fn meet(
    engine: &mut Engine,
    site: SiteId,
    contact: ContactId,
    profile: &Arc<VisitorProfile>,
) -> Result<Option<ConversationId>, Failure> {
    if let Some(known) = engine.memory.contacts.get(&contact) {
        if known.site != site {
            return Err(RefusalCode::NotFound.into());
        }
        if Arc::ptr_eq(&known.profile, profile) || known.profile == *profile {
            return Ok(known.latest);
        }
    }
    engine.site(site)?;
    let page = profile.page.as_ref();
    engine.run(
        "INSERT INTO contacts (id, site, name, locale, page_url, page_title) VALUES (?1, ?2, '', ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET locale = ?3, page_url = ?4, page_title = ?5",
        params![
            Col(contact),
            Col(site),
            profile.locale,
            page.map(|page| &page.url),
            page.map(|page| &page.title),
        ],
    )?;
    let latest = read::latest_of(&engine.connection, contact)?;
    let known = KnownContact {
        site,
        profile: Arc::clone(profile),
        latest,
    };
    engine.memory.contacts.insert(contact, known);
    Ok(latest)
}

fn create(engine: &mut Engine, known: &mut Known, issue: &str) -> Result<(), Failure> {
    let status = StatusColumns::from(&known.state.status);
    engine.run(
        "INSERT INTO conversations (id, site, contact, status, since, front, passed, issue)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            Col(known.state.id),
            Col(known.site),
            Col(known.state.contact),
            status.status,
            Col(status.since),
            known.state.front,
            to_json("list of agents", &known.state.passed)?,
            issue,
        ],
    )?;
    known.row = engine.connection.last_insert_rowid();
    if let Some(contact) = engine.memory.contacts.get_mut(&known.state.contact) {
        contact.latest = Some(known.state.id);
    }
    Ok(())
}

/// Carries an agent's command out.
pub(super) fn staff(
    engine: &mut Engine,
    agent: AgentId,
    id: CommandId,
    command: &StaffCommand,
    now: UnixMillis,
) -> Result<Receipt, Failure> {
    let agent = read::agent(&engine.connection, agent)?.ok_or(RefusalCode::NotFound)?;
    let conversation = match command {
        StaffCommand::Send { conversation, .. }
        | StaffCommand::Note { conversation, .. }
        | StaffCommand::Accept { conversation }
        | StaffCommand::Decline { conversation, .. }
        | StaffCommand::Transfer { conversation, .. }
        | StaffCommand::Return { conversation }
        | StaffCommand::Resolve { conversation }
        | StaffCommand::Reopen { conversation } => *conversation,
        StaffCommand::SetAvailability { availability } => {
            let at = people::set_availability(engine, &agent, id, *availability, now)?;
            return Ok(Receipt {
                conversation: None,
                seq: Seq::START,
                at,
            });
        }
        StaffCommand::CloseCallback {
            callback,
            disposition,
            note,
        } => {
            return callbacks::close(engine, &agent, id, *callback, *disposition, note, now);
        }
    };
    let actor = Actor::Agent(agent.card.id);
    if let Some(receipt) = engine.earlier(id, actor)? {
        return Ok(receipt);
    }
    let mut known = engine.conversation(conversation)?;
    if known.site != agent.site {
        return Err(RefusalCode::NotFound.into());
    }
    let recipient = recipient(&engine.connection, &agent, command)?;
    let change = known
        .state
        .staff_acts(&agent.card, id, command, recipient.as_ref(), now)?;
    let written = engine.write(known, change, Some((id, actor)), now)?;
    Ok(receipt(conversation, actor, written, now))
}

fn recipient(
    connection: &Connection,
    agent: &AgentRecord,
    command: &StaffCommand,
) -> Result<Option<Recipient>, StoreError> {
    let StaffCommand::Transfer { to, .. } = command else {
        return Ok(None);
    };
    let colleague = read::colleagues(connection, agent.site, Some(*to))?.pop();
    Ok(colleague.map(|one| Recipient {
        card: one.card,
        online: one.online,
    }))
}

/// Moves the visitor's read mark; never back.
pub(super) fn visitor_read(
    engine: &mut Engine,
    contact: ContactId,
    upto: &Cursor,
) -> Result<(), Failure> {
    let known = engine.conversation(upto.conversation)?;
    if known.state.contact != contact {
        return Err(RefusalCode::NotFound.into());
    }
    let mark = upto.after.min(known.public);
    if mark <= known.visitor_read {
        return Ok(());
    }
    let sql = "UPDATE conversations SET visitor_read = ?2 WHERE row = ?1";
    engine.run(sql, params![known.row, Col(mark)])?;
    keep_marks(
        engine,
        Known {
            visitor_read: mark,
            ..known
        },
    );
    Ok(())
}

/// Moves the staff's read mark; never back.
pub(super) fn staff_read(
    engine: &mut Engine,
    agent: AgentId,
    upto: &Cursor,
) -> Result<(), Failure> {
    let agent = read::agent(&engine.connection, agent)?.ok_or(RefusalCode::NotFound)?;
    let known = engine.conversation(upto.conversation)?;
    if known.site != agent.site {
        return Err(RefusalCode::NotFound.into());
    }
    let mark = upto.after.min(known.public);
    if mark <= known.staff_read {
        return Ok(());
    }
    let sql = "UPDATE conversations SET staff_read = ?2 WHERE row = ?1";
    engine.run(sql, params![known.row, Col(mark)])?;
    keep_marks(
        engine,
        Known {
            staff_read: mark,
            ..known
        },
    );
    Ok(())
}

fn keep_marks(engine: &mut Engine, known: Known) {
    engine.announce(Fact::Reads {
        contact: known.state.contact,
        conversation: known.state.id,
        visitor: known.visitor_read,
        staff: known.staff_read,
    });
    engine.memory.conversations.insert(known.state.id, known);
}

/// Reads a conversation's row.
pub(super) fn load(
    connection: &Connection,
    id: ConversationId,
) -> Result<Option<Known>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT row, site, contact, status, since, agent, until, front, passed, visitor_read, staff_read
         FROM conversations WHERE id = ?1",
    )?;
    let found = statement
        .query_row([Col(id)], |row| {
            let status = StatusColumns {
                status: row.get(3)?,
                since: get(row, 4)?,
                agent: get_opt(row, 5)?,
                until: get_opt(row, 6)?,
            };
            let marks: (Seq, Seq) = (get(row, 9)?, get(row, 10)?);
            Ok((
                row.get::<_, i64>(0)?,
                get(row, 1)?,
                get(row, 2)?,
                status,
                row.get::<_, bool>(7)?,
                row.get::<_, String>(8)?,
                marks,
            ))
        })
        .optional()?;
    let Some((row, site, contact, status, front, passed, marks)) = found else {
        return Ok(None);
    };
    let (head, public) = read::ends(connection, row)?;
    let state = Conversation {
        id,
        contact,
        status: status.status()?,
        front,
        passed: from_json("list of agents", &passed)?,
    };
    let (visitor_read, staff_read) = marks;
    Ok(Some(Known {
        row,
        site,
        state,
        head,
        public,
        visitor_read,
        staff_read,
    }))
}
