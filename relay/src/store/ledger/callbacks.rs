//! Requests to be called.

use std::sync::Arc;

use heard_desk::Write;
use heard_protocol::{
    CallbackForm, CallbackId, CallbackState, CallbackSummary, CommandId, ContactId, Disposition,
    PublicBody, Receipt, RefusalCode, Seq, SiteId, UnixMillis,
};

use super::carry::earlier;
use super::{Actor, KnownCallback, Ledger, Outcome, append, conversations, people};
use crate::store::{AgentRecord, Fact, VisitorProfile};

/// What became of a request of this id before, if there was one; it has no entry of its own unless it came out of a conversation.
fn earlier_request<L: Ledger>(
    ledger: &mut L,
    id: CommandId,
    contact: ContactId,
) -> Outcome<Option<Receipt>, L> {
    match ledger.callback(CallbackId::from_bytes(id.to_bytes()))? {
        None => Ok(None),
        Some(found) if found.contact != contact => Err(RefusalCode::IdTaken.into()),
        Some(found) => Ok(Some(Receipt {
            conversation: found.summary.conversation,
            seq: Seq::START,
            at: found.summary.requested_at,
        })),
    }
}

/// Takes a request to be called.
pub(super) fn request<L: Ledger>(
    ledger: &mut L,
    site: SiteId,
    contact: ContactId,
    profile: &Arc<VisitorProfile>,
    id: CommandId,
    form: &CallbackForm,
    now: UnixMillis,
) -> Outcome<Receipt, L> {
    let actor = Actor::Visitor(contact);
    if let Some(receipt) = earlier(ledger, id, actor)? {
        return Ok(receipt);
    }
    if let Some(receipt) = earlier_request(ledger, id, contact)? {
        return Ok(receipt);
    }
    let policy = ledger.policy(site)?.ok_or(RefusalCode::NotFound)?;
    let form = heard_desk::callback::check(form, &policy, now)?;
    let latest = conversations::meet(ledger, site, contact, profile)?;
    let known = latest
        .map(|latest| conversations::find(ledger, latest))
        .transpose()?
        .filter(|known| known.state.continues(&policy, now));
    let callback = CallbackId::from_bytes(id.to_bytes());
    let summary = CallbackSummary {
        id: callback,
        requested_at: now,
        conversation: known.as_ref().map(|known| known.state.id),
        form,
        state: CallbackState::Open,
    };
    let kept = KnownCallback {
        site,
        contact,
        summary,
    };
    if !ledger.put_callback(&kept)? {
        return Err(RefusalCode::CallbackExists.into());
    }
    announce(ledger, site, kept.summary);
    let Some(known) = known else {
        return Ok(Receipt {
            conversation: None,
            seq: Seq::START,
            at: now,
        });
    };
    let id_of = known.state.id;
    let change = vec![Write::Public(PublicBody::CallbackRequested { callback })];
    let written = append::write(ledger, known, change, Some((id, actor)), now)?;
    Ok(conversations::receipt(id_of, actor, written, now))
}

/// Keeps what came of a request.
pub(super) fn close<L: Ledger>(
    ledger: &mut L,
    agent: &AgentRecord,
    id: CommandId,
    callback: CallbackId,
    disposition: Disposition,
    note: &str,
    now: UnixMillis,
) -> Outcome<Receipt, L> {
    heard_desk::text::check_short(note)?;
    let before = people::deed(ledger, agent, id)?;
    let found = ledger.callback(callback)?.ok_or(RefusalCode::NotFound)?;
    if found.site != agent.site {
        return Err(RefusalCode::NotFound.into());
    }
    let conversation = found.summary.conversation;
    if let Some(at) = before {
        return Ok(Receipt {
            conversation,
            seq: Seq::START,
            at,
        });
    }
    if found.summary.state != CallbackState::Open {
        return Err(RefusalCode::WrongState.into());
    }
    ledger.put_deed(id, agent.card.id, now)?;
    let closed = CallbackSummary {
        state: CallbackState::Closed {
            by: agent.card.id,
            at: now,
            disposition,
            note: note.trim().to_owned(),
        },
        ..found.summary
    };
    ledger.close_callback(&closed)?;
    announce(ledger, found.site, closed);
    if let Some(conversation) = conversation {
        let known = conversations::find(ledger, conversation)?;
        let change = vec![Write::Public(PublicBody::CallbackClosed {
            callback,
            disposition,
        })];
        append::write(ledger, known, change, None, now)?;
    }
    Ok(Receipt {
        conversation,
        seq: Seq::START,
        at: now,
    })
}

fn announce<L: Ledger>(ledger: &mut L, site: SiteId, callback: CallbackSummary) {
    ledger.announce(Fact::Callback {
        site,
        callback: callback.into(),
    });
}
