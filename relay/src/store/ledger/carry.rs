//! One request, from the first look-up to its answer.

use heard_protocol::{CommandId, Receipt, Refusal, RefusalCode, Wire as _};

use super::{
    Actor, Failure, Key, Ledger, Outcome, callbacks, conversations, people, records, rounds,
};
use crate::store::{Answer, Request};

/// Carries one request out. What the rules refuse is [`Answer::Refused`].
///
/// # Errors
/// Whatever the ledger could not do; the whole unit of work must be undone then.
pub(in crate::store) fn carry_out<L: Ledger>(
    ledger: &mut L,
    request: &Request,
) -> Result<Answer, L::Error> {
    let done = match command_of(request) {
        None => by_kind(ledger, request),
        Some(command) => commanded(ledger, request, &command),
    };
    match done {
        Ok(answer) => Ok(answer),
        Err(Failure::Refused(code)) => Ok(Answer::Refused(Refusal::from(code))),
        Err(Failure::Broken(error)) => Err(error),
    }
}

/// Whose command a request is, which, and after which.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Commanded {
    actor: Actor,
    pub(in crate::store) id: CommandId,
    pub(in crate::store) after: Option<CommandId>,
}

impl Commanded {
    fn key(&self) -> Key {
        (self.id, self.actor.bytes())
    }
}

/// The command a request is, if it is one.
pub(in crate::store) fn command_of(request: &Request) -> Option<Commanded> {
    match request {
        Request::Visitor {
            contact, id, after, ..
        } => Some(Commanded {
            actor: Actor::Visitor(*contact),
            id: *id,
            after: *after,
        }),
        Request::Staff {
            agent, id, after, ..
        } => Some(Commanded {
            actor: Actor::Agent(*agent),
            id: *id,
            after: *after,
        }),
        Request::VisitorRead { .. }
        | Request::StaffRead { .. }
        | Request::Presence { .. }
        | Request::Beat { .. }
        | Request::NodeGone { .. }
        | Request::Dispatch { .. }
        | Request::Calls { .. }
        | Request::Dialled { .. }
        | Request::Trouble { .. }
        | Request::EverybodyGone { .. }
        | Request::SignIn { .. }
        | Request::SignOut { .. }
        | Request::PutSite(..)
        | Request::PutAgent(..)
        | Request::PutSkills { .. }
        | Request::Put(_) => None,
    }
}

fn commanded<L: Ledger>(
    ledger: &mut L,
    request: &Request,
    command: &Commanded,
) -> Outcome<Answer, L> {
    if let Some(code) = turned_away(ledger, command)? {
        return Err(code.into());
    }
    let done = if asks_for_nothing(request) {
        Err(RefusalCode::Invalid.into())
    } else {
        by_kind(ledger, request)
    };
    if let Err(Failure::Refused(code)) = done {
        ledger.put_refusal(command.key(), code)?;
    }
    done
}

/// Whether a command holds a placeholder for what older clients do not know.
fn asks_for_nothing(request: &Request) -> bool {
    match request {
        Request::Visitor { command, .. } => command.has_other(),
        Request::Staff { command, .. } => command.has_other(),
        _ => false,
    }
}

/// Why a command is not even looked at: it was refused for good before, and a copy that was long
/// under way must not be carried out after its sender was told that it was not; or the one it
/// follows is not settled, and must not be overtaken.
fn turned_away<L: Ledger>(ledger: &mut L, command: &Commanded) -> Outcome<Option<RefusalCode>, L> {
    if let Some(code) = ledger.refusal(command.key())? {
        return Ok(Some(code));
    }
    let Some(before) = command.after else {
        return Ok(None);
    };
    let settled =
        ledger.refusal((before, command.actor.bytes()))?.is_some() || ledger.carried_out(before)?;
    Ok((!settled).then_some(RefusalCode::Unavailable))
}

fn by_kind<L: Ledger>(ledger: &mut L, request: &Request) -> Outcome<Answer, L> {
    match request {
        Request::Visitor {
            site,
            contact,
            profile,
            id,
            command,
            now,
            ..
        } => conversations::visitor(ledger, *site, *contact, profile, *id, command, *now)
            .map(Answer::Receipt),
        Request::Staff {
            agent,
            id,
            command,
            now,
            ..
        } => conversations::staff(ledger, *agent, *id, command, *now).map(Answer::Receipt),
        Request::VisitorRead { contact, upto } => {
            conversations::visitor_read(ledger, *contact, upto).map(|()| Answer::Done)
        }
        Request::StaffRead { agent, upto } => {
            conversations::staff_read(ledger, *agent, upto).map(|()| Answer::Done)
        }
        Request::Presence {
            agent,
            node,
            online,
            now,
        } => people::presence(ledger, *agent, *node, *online, *now).map(|()| Answer::Done),
        Request::Beat { node } => ledger.beat(*node).map(|known| Answer::Beat { known }),
        Request::NodeGone { node, beat, now } => {
            people::node_gone(ledger, *node, *beat, *now).map(|()| Answer::Done)
        }
        Request::EverybodyGone { now } => {
            people::everybody_gone(ledger, *now).map(|()| Answer::Done)
        }
        Request::Dispatch { site, now } => {
            let round = rounds::run(ledger, *site, *now)?;
            Ok(Answer::Round {
                wake_at: round.wake_at,
                moves: round.moves.len(),
            })
        }
        Request::Calls { site, now } => {
            let round = callbacks::round(ledger, *site, *now)?;
            Ok(Answer::Round {
                wake_at: round.wake_at,
                moves: round.moves.len(),
            })
        }
        Request::Trouble {
            conversation,
            seen,
            stance,
            now,
        } => conversations::troubled(ledger, *conversation, seen, *stance, *now)
            .map(|()| Answer::Done),
        Request::Dialled {
            site,
            callback,
            order,
            event,
            now,
        } => callbacks::dialled(ledger, *site, *callback, (*order, *event), *now)
            .map(|()| Answer::Done),
        Request::SignIn {
            agent,
            token_hash,
            expires_at,
        } => people::sign_in(ledger, *agent, token_hash, *expires_at).map(|()| Answer::Done),
        Request::SignOut { token_hash } => ledger.drop_session(token_hash).map(|()| Answer::Done),
        Request::PutSite(site, edit) => {
            people::put_site(ledger, site, *edit).map(|()| Answer::Done)
        }
        Request::PutAgent(agent, edit) => {
            people::put_agent(ledger, agent, *edit).map(|()| Answer::Done)
        }
        Request::PutSkills {
            agent,
            skills,
            edit,
        } => people::put_skills(ledger, *agent, skills, *edit).map(|()| Answer::Done),
        Request::Put(put) => records::edit(ledger, put).map(Answer::Kept),
    }
}

/// What became of a command that was carried out before, if it was.
pub(super) fn earlier<L: Ledger>(
    ledger: &mut L,
    id: CommandId,
    actor: Actor,
) -> Outcome<Option<Receipt>, L> {
    let Some(trace) = ledger.entry_of(id)? else {
        return Ok(None);
    };
    if trace.actor != actor.bytes() {
        return Err(RefusalCode::IdTaken.into());
    }
    Ok(Some(Receipt {
        conversation: Some(trace.conversation),
        seq: actor.position(trace.seq, trace.public),
        at: trace.at,
    }))
}
