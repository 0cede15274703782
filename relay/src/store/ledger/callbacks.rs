//! Calls: asked for, moved, taken, made. What a step means is the desk's; here it is carried out
//! under the site's lock on calls.

use std::sync::Arc;

use heard_desk::callback::{
    Asked, CallMove, CallPolicy, CallRound, Callback, DialEvent, Dialer, Stage, number,
};
use heard_desk::{Change, Conversation, Write};
use heard_protocol::{
    AgentId, CallbackForm, CallbackId, CommandId, ContactId, ConversationId, PublicBody, Receipt,
    RefusalCode, Seq, SiteId, StaffCommand, UnixMillis,
};

use super::carry::earlier;
use super::{About, Actor, CallLine, Known, Ledger, Outcome, append, conversations, people};
use crate::store::{AgentPhone, AgentRecord, Fact, VisitorProfile};

const DAY_MS: u64 = 24 * 3_600_000;

/// What became of a request of this id before, if there was one.
fn earlier_request<L: Ledger>(
    ledger: &mut L,
    id: CommandId,
    contact: ContactId,
) -> Outcome<Option<Receipt>, L> {
    match ledger.callback(CallbackId::from_bytes(id.to_bytes()))? {
        None => Ok(None),
        Some(found) if found.contact != contact => Err(RefusalCode::IdTaken.into()),
        Some(found) => Ok(Some(Receipt {
            conversation: found.conversation,
            seq: Seq::START,
            at: found.requested_at,
        })),
    }
}

/// A site's rules for calls, and its open requests.
fn desk<L: Ledger>(ledger: &mut L, site: SiteId) -> Outcome<(Arc<CallPolicy>, Vec<Callback>), L> {
    let policy = ledger.call_policy(site)?.ok_or(RefusalCode::NotFound)?;
    let open = ledger.call_desk(site)?;
    Ok((policy, open))
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
    let rules = ledger.policy(site)?.ok_or(RefusalCode::NotFound)?;
    let (policy, open) = desk(ledger, site)?;
    let phone = number::read(&form.phone, &policy)?;
    let yesterday = UnixMillis(now.0.saturating_sub(DAY_MS));
    let lately = ledger.asked_since(site, &phone.e164, yesterday)?;
    let asked = Asked {
        id: CallbackId::from_bytes(id.to_bytes()),
        site,
        contact,
        conversation: None,
        form,
        language: &profile.locale,
        page: profile.page.as_ref().map_or("", |page| &page.url),
    };
    let (mut callback, change) = heard_desk::callback::Desk {
        policy: &policy,
        ahead_ms: rules.callback_ahead_ms,
        open: &open,
        lately,
    }
    .book(&asked, now)?;
    let latest = conversations::meet(ledger, site, contact, profile)?;
    let known = latest
        .map(|latest| conversations::find(ledger, latest))
        .transpose()?
        .filter(|known| known.state.continues(&rules, now));
    let known = match known {
        Some(known) => known,
        None => begin(
            ledger,
            &callback,
            ConversationId::from_bytes(id.to_bytes()),
            now,
        )?,
    };
    let conversation = known.state.id;
    callback.conversation = Some(conversation);
    callback.life.reason = Some(known.state.talk.comes_of());
    keep(ledger, &callback, None)?;
    let written = append::write(ledger, known, change, Some((id, actor)), now)?;
    Ok(conversations::receipt(conversation, actor, written, now))
}

/// Begins a conversation that holds a call and nothing else yet. It takes the bits of a command, as
/// every conversation does.
fn begin<L: Ledger>(
    ledger: &mut L,
    callback: &Callback,
    id: ConversationId,
    now: UnixMillis,
) -> Outcome<Known, L> {
    let known = Known {
        site: callback.site,
        state: Conversation::quiet(id, callback.contact, now),
        head: Seq::START,
        public: Seq::START,
        visitor_read: Seq::START,
        staff_read: Seq::START,
        about: Arc::new(About {
            issue: heard_desk::text::preview(&callback.form.topic),
        }),
    };
    ledger.create(&known)?;
    Ok(known)
}

/// The conversation that holds a call. One that was asked for before every call had one gets its
/// contact's latest, or one of its own.
fn log_of<L: Ledger>(
    ledger: &mut L,
    callback: &mut Callback,
    now: UnixMillis,
) -> Outcome<Known, L> {
    if let Some(id) = callback.conversation {
        return conversations::find(ledger, id);
    }
    let contact = ledger.contact(callback.contact)?;
    let known = if let Some(latest) = contact.and_then(|contact| contact.latest) {
        conversations::find(ledger, latest)?
    } else {
        let id = ConversationId::from_bytes(callback.id.to_bytes());
        begin(ledger, callback, id, now)?
    };
    callback.conversation = Some(known.state.id);
    Ok(known)
}

/// Keeps a request as it is now, and says so. `was` is who made the call before.
fn keep<L: Ledger>(ledger: &mut L, callback: &Callback, was: Option<AgentId>) -> Outcome<(), L> {
    ledger.put_callback(callback)?;
    let line = (was, callback.life.caller());
    people::on_call(ledger, callback.site, CallLine::Phone, line)?;
    ledger.announce(Fact::Callback {
        site: callback.site,
        contact: callback.contact,
        callback: callback.summary().into(),
    });
    ledger.announce(Fact::Calls {
        site: callback.site,
    });
    Ok(())
}

/// Keeps what a command changed, in its conversation too. `was` is who made the call before.
fn commit<L: Ledger>(
    ledger: &mut L,
    (mut callback, was): (Callback, Option<AgentId>),
    change: Change,
    by: Option<(CommandId, Actor)>,
    now: UnixMillis,
) -> Outcome<Option<Receipt>, L> {
    let known = log_of(ledger, &mut callback, now)?;
    keep(ledger, &callback, was)?;
    let conversation = known.state.id;
    if change.is_empty() {
        return Ok(None);
    }
    let written = append::write(ledger, known, change, by, now)?;
    Ok(by.map(|(_, actor)| conversations::receipt(conversation, actor, written, now)))
}

/// What a visitor does to their own request.
pub(super) fn visitor<L: Ledger>(
    ledger: &mut L,
    (site, contact): (SiteId, ContactId),
    id: CommandId,
    callback: CallbackId,
    act: impl FnOnce(&mut Callback, &heard_desk::callback::Desk<'_>) -> Result<Change, RefusalCode>,
    now: UnixMillis,
) -> Outcome<Receipt, L> {
    let actor = Actor::Visitor(contact);
    if let Some(receipt) = earlier(ledger, id, actor)? {
        return Ok(receipt);
    }
    let rules = ledger.policy(site)?.ok_or(RefusalCode::NotFound)?;
    let (policy, open) = desk(ledger, site)?;
    let mut found = ledger
        .callback(callback)?
        .filter(|found| found.contact == contact && found.site == site)
        .ok_or(RefusalCode::NotFound)?;
    let desk = heard_desk::callback::Desk {
        policy: &policy,
        ahead_ms: rules.callback_ahead_ms,
        open: &open,
        lately: 0,
    };
    let was = found.life.caller();
    let change = act(&mut found, &desk)?;
    let receipt = commit(ledger, (found, was), change, Some((id, actor)), now)?;
    Ok(receipt.unwrap_or(Receipt {
        conversation: None,
        seq: Seq::START,
        at: now,
    }))
}

/// Keeps what the visitor says of a call.
pub(super) fn rate<L: Ledger>(
    ledger: &mut L,
    (site, contact): (SiteId, ContactId),
    id: CommandId,
    stars: u8,
    word: &str,
    now: UnixMillis,
) -> Outcome<Receipt, L> {
    let actor = Actor::Visitor(contact);
    if let Some(receipt) = earlier(ledger, id, actor)? {
        return Ok(receipt);
    }
    heard_desk::text::check_short(word)?;
    if !(1..=5).contains(&stars) {
        return Err(RefusalCode::Invalid.into());
    }
    let known = ledger.contact(contact)?;
    let latest = known.filter(|known| known.site == site);
    let latest = latest.and_then(|known| known.latest);
    let known = conversations::find(ledger, latest.ok_or(RefusalCode::NotFound)?)?;
    let conversation = known.state.id;
    let rated = Write::Public(PublicBody::CallRated {
        stars,
        word: word.trim().to_owned(),
    });
    let written = append::write(ledger, known, vec![rated], Some((id, actor)), now)?;
    Ok(conversations::receipt(conversation, actor, written, now))
}

/// What an agent does to a request of their site.
pub(super) fn staff<L: Ledger>(
    ledger: &mut L,
    agent: &AgentRecord,
    id: CommandId,
    command: &StaffCommand,
    now: UnixMillis,
) -> Outcome<Receipt, L> {
    let actor = Actor::Agent(agent.card.id);
    if let Some(receipt) = earlier(ledger, id, actor)? {
        return Ok(receipt);
    }
    let deed = people::deed(ledger, agent, id)?;
    let (StaffCommand::CloseCallback { callback, .. }
    | StaffCommand::TakeCallback { callback }
    | StaffCommand::DeclineCallback { callback }
    | StaffCommand::ReportCallback { callback, .. }) = command
    else {
        return Err(RefusalCode::Invalid.into());
    };
    let (policy, open) = desk(ledger, agent.site)?;
    let found = ledger.callback(*callback)?;
    let mut found = found
        .filter(|found| found.site == agent.site)
        .ok_or(RefusalCode::NotFound)?;
    let done = |conversation, at| Receipt {
        conversation,
        seq: Seq::START,
        at,
    };
    if let Some(at) = deed {
        return Ok(done(found.conversation, at));
    }
    let (me, was) = (agent.card.id, found.life.caller());
    let change = match command {
        StaffCommand::TakeCallback { .. } => {
            let change = found.take(&agent.card, &policy, &open, now)?;
            ledger.put_called(me, now)?;
            if policy.dialer != Dialer::Link {
                ledger.announce(Fact::Dial {
                    site: found.site,
                    callback: found.id,
                    order: found.life.taken,
                });
            }
            change
        }
        StaffCommand::DeclineCallback { .. } => found.decline(me, now)?,
        StaffCommand::ReportCallback {
            disposition,
            summary,
            ..
        } => found.report(me, *disposition, summary, &policy, now)?,
        StaffCommand::CloseCallback {
            disposition, note, ..
        } => found.close(me, *disposition, note, now)?,
        _ => return Err(RefusalCode::Invalid.into()),
    };
    let conversation = found.conversation;
    if change.is_empty() {
        // Nothing for the log; the command must leave a trace all the same.
        ledger.put_deed(id, me, now)?;
    }
    let receipt = commit(ledger, (found, was), change, Some((id, actor)), now)?;
    Ok(receipt.unwrap_or_else(|| done(conversation, now)))
}

/// Keeps whether, and where, calls ring for an agent.
pub(super) fn set_phone<L: Ledger>(
    ledger: &mut L,
    agent: &AgentRecord,
    id: CommandId,
    phone: &AgentPhone,
    now: UnixMillis,
) -> Outcome<Receipt, L> {
    heard_desk::text::check_short(&phone.address)?;
    if !phone.address.is_empty() && !heard_desk::callback::is_sip_address(&phone.address) {
        return Err(RefusalCode::Invalid.into());
    }
    let before = people::deed(ledger, agent, id)?;
    if before.is_none() {
        ledger.put_deed(id, agent.card.id, now)?;
        people::put_phone(ledger, agent.card.id, phone, now)?;
        ledger.announce(Fact::Phone {
            site: agent.site,
            agent: agent.card.id,
            phone: phone.clone(),
        });
        ledger.announce(Fact::Calls { site: agent.site });
    }
    Ok(Receipt {
        conversation: None,
        seq: Seq::START,
        at: before.unwrap_or(now),
    })
}

/// Keeps whether an agent has a headset on.
pub(super) fn set_headset<L: Ledger>(
    ledger: &mut L,
    agent: &AgentRecord,
    id: CommandId,
    on: bool,
    now: UnixMillis,
) -> Outcome<Receipt, L> {
    let before = people::deed(ledger, agent, id)?;
    if before.is_none() {
        ledger.put_deed(id, agent.card.id, now)?;
        ledger.put_headset(agent.card.id, on)?;
        ledger.announce(Fact::Headset {
            site: agent.site,
            agent: agent.card.id,
            on,
        });
    }
    Ok(Receipt {
        conversation: None,
        seq: Seq::START,
        at: before.unwrap_or(now),
    })
}

/// Looks at a site's calls and carries out what follows.
pub(super) fn round<L: Ledger>(
    ledger: &mut L,
    site: SiteId,
    now: UnixMillis,
) -> Outcome<CallRound, L> {
    let rules = ledger.policy(site)?.ok_or(RefusalCode::NotFound)?;
    let (policy, open) = desk(ledger, site)?;
    if open.is_empty() {
        return Ok(CallRound::default());
    }
    let callers = ledger.callers(site)?;
    let round = heard_desk::callback::round(&open, &callers, &policy, rules.grace_ms, now);
    let moved = round.moves.iter().map(CallMove::callback);
    let logs: Vec<_> = moved
        .filter_map(|id| open.iter().find(|one| one.id == id)?.conversation)
        .collect();
    ledger.read_ahead(&logs)?;
    for step in &round.moves {
        let Some(mut callback) = open.iter().find(|one| one.id == step.callback()).cloned() else {
            continue;
        };
        let was = callback.life.caller();
        let change = match step {
            CallMove::Ring { agent, until, .. } => callback.ring(*agent, *until),
            CallMove::Miss(_) => callback.miss(now),
            CallMove::Release(_) => callback.release(),
            CallMove::Lapse(_) => callback.lapse(&policy, now),
            CallMove::Expire(_) => callback.expire(now),
        };
        commit(ledger, (callback, was), change, None, now)?;
    }
    Ok(round)
}

/// Keeps what is heard of a call that is dialled.
pub(super) fn dialled<L: Ledger>(
    ledger: &mut L,
    site: SiteId,
    callback: CallbackId,
    (order, event): (u16, DialEvent),
    now: UnixMillis,
) -> Outcome<(), L> {
    let (policy, _) = desk(ledger, site)?;
    let found = ledger.callback(callback)?;
    let mut found = found
        .filter(|found| found.site == site)
        .ok_or(RefusalCode::NotFound)?;
    if matches!(found.life.stage, Stage::Ended { .. }) {
        return Err(RefusalCode::WrongState.into());
    }
    let was = found.life.caller();
    let change = found.dialled(order, event, &policy, now)?;
    commit(ledger, (found, was), change, None, now)?;
    Ok(())
}
