//! Commands on conversations: look up, let the desk decide, append.

use std::sync::Arc;

use heard_desk::callback::{Callback, Desk};
use heard_desk::conversation::Recipient;
use heard_desk::{Change, Conversation, Stance, Write};
use heard_protocol::{
    AgentId, AssignmentAct, CallEvidence, CallOfferAsk, CallReason, CallbackAsk, CommandId,
    ContactId, ConversationAct, ConversationId, Cursor, Receipt, RefusalCode, Seq, SiteId,
    StaffCommand, UnixMillis, VisitorCommand, VoiceAsk, VoiceId, WrapUpAsk,
};

use super::append::{self, Written, words};
use super::carry::earlier;
use super::{About, Actor, Known, KnownContact, Ledger, Outcome, callbacks, people};
use crate::store::{AgentRecord, Fact, VisitorProfile};

/// A conversation that there must be.
pub(super) fn find<L: Ledger>(ledger: &mut L, id: ConversationId) -> Outcome<Known, L> {
    Ok(ledger.conversation(id)?.ok_or(RefusalCode::NotFound)?)
}

/// Carries a visitor's command out.
pub(super) fn visitor<L: Ledger>(
    ledger: &mut L,
    site: SiteId,
    contact: ContactId,
    profile: &Arc<VisitorProfile>,
    id: CommandId,
    command: &VisitorCommand,
    now: UnixMillis,
) -> Outcome<Receipt, L> {
    match command {
        VisitorCommand::Send { text } => {
            let actor = Actor::Visitor(contact);
            if let Some(receipt) = earlier(ledger, id, actor)? {
                return Ok(receipt);
            }
            heard_desk::text::check(text)?;
            let (known, first) = target(ledger, site, contact, profile, id, now)?;
            say(ledger, known, id, text, first, now, contact)
        }
        VisitorCommand::Callback(CallbackAsk::Request(form)) => {
            callbacks::request(ledger, site, contact, profile, id, form, now)
        }
        VisitorCommand::Callback(CallbackAsk::Move { callback, when }) => {
            let act = |found: &mut Callback, desk: &Desk<'_>| desk.reschedule(found, when, now);
            callbacks::visitor(ledger, (site, contact), id, *callback, act, now)
        }
        VisitorCommand::Callback(CallbackAsk::Cancel { callback }) => {
            let act = |found: &mut Callback, _: &Desk<'_>| found.cancel(now);
            callbacks::visitor(ledger, (site, contact), id, *callback, act, now)
        }
        VisitorCommand::CallOffer(CallOfferAsk::Answer { reason, answer }) => {
            let actor = Actor::Visitor(contact);
            if let Some(receipt) = earlier(ledger, id, actor)? {
                return Ok(receipt);
            }
            let latest = meet(ledger, site, contact, profile)?;
            let mut known = find(ledger, latest.ok_or(RefusalCode::NotFound)?)?;
            let change = known.state.talk.answer(*reason, *answer, now)?;
            let conversation = known.state.id;
            let written = append::write(ledger, known, change, Some((id, actor)), now)?;
            Ok(receipt(conversation, actor, written, now))
        }
        VisitorCommand::Voice(VoiceAsk::Start { reason }) => {
            let act = |known: &mut Known, headset| {
                let call = VoiceId::from_bytes(id.to_bytes());
                known.state.starts_voice(call, *reason, headset)
            };
            voice(ledger, (site, contact), profile, id, act, now)
        }
        VisitorCommand::Voice(VoiceAsk::End { call, why }) => {
            let act = |known: &mut Known, _| known.state.ends_voice(*call, *why);
            voice(ledger, (site, contact), profile, id, act, now)
        }
        VisitorCommand::WrapUp(WrapUpAsk::Rate { stars, word }) => {
            rate(ledger, (site, contact), id, *stars, word, now)
        }
    }
}

/// Keeps what the visitor says of a call.
fn rate<L: Ledger>(
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
    let own = ledger.contact(contact)?.filter(|known| known.site == site);
    let latest = own.and_then(|known| known.latest);
    let known = find(ledger, latest.ok_or(RefusalCode::NotFound)?)?;
    let conversation = known.state.id;
    let change = known.state.rated(stars, word)?;
    let written = append::write(ledger, known, change, Some((id, actor)), now)?;
    Ok(receipt(conversation, actor, written, now))
}

/// A visitor does something about a call from page to page. `act` is told whether the agent has a
/// headset on.
fn voice<L: Ledger>(
    ledger: &mut L,
    (site, contact): (SiteId, ContactId),
    profile: &Arc<VisitorProfile>,
    id: CommandId,
    act: impl FnOnce(&mut Known, bool) -> Result<Change, RefusalCode>,
    now: UnixMillis,
) -> Outcome<Receipt, L> {
    let actor = Actor::Visitor(contact);
    if let Some(receipt) = earlier(ledger, id, actor)? {
        return Ok(receipt);
    }
    let latest = meet(ledger, site, contact, profile)?;
    let mut known = find(ledger, latest.ok_or(RefusalCode::NotFound)?)?;
    let owner = match known.state.owner() {
        Some(owner) => ledger.agent(owner)?,
        None => None,
    };
    let headset = owner.is_some_and(|agent| agent.phone.headset);
    let change = act(&mut known, headset)?;
    let conversation = known.state.id;
    let written = append::write(ledger, known, change, Some((id, actor)), now)?;
    Ok(receipt(conversation, actor, written, now))
}

fn say<L: Ledger>(
    ledger: &mut L,
    mut known: Known,
    id: CommandId,
    text: &str,
    first: bool,
    now: UnixMillis,
    contact: ContactId,
) -> Outcome<Receipt, L> {
    let change = known.state.visitor_says(id, text, first, now)?;
    let conversation = known.state.id;
    if first && let Some(said) = change.iter().find_map(said) {
        known.about = Arc::new(About {
            issue: heard_desk::text::preview(said),
        });
        ledger.create(&known)?;
    }
    let actor = Actor::Visitor(contact);
    let written = append::write(ledger, known, change, Some((id, actor)), now)?;
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

/// The conversation a visitor's next message belongs to, and whether it begins with it. A new one
/// takes the bits of the message's id, so that nothing has to be drawn here.
fn target<L: Ledger>(
    ledger: &mut L,
    site: SiteId,
    contact: ContactId,
    profile: &Arc<VisitorProfile>,
    id: CommandId,
    now: UnixMillis,
) -> Outcome<(Known, bool), L> {
    let policy = ledger.policy(site)?.ok_or(RefusalCode::NotFound)?;
    let latest = meet(ledger, site, contact, profile)?;
    if let Some(latest) = latest {
        let known = find(ledger, latest)?;
        if known.state.continues(&policy, now) {
            return Ok((known, false));
        }
    }
    let state = Conversation::start(ConversationId::from_bytes(id.to_bytes()), contact, now);
    let known = Known {
        site,
        state,
        head: Seq::START,
        public: Seq::START,
        visitor_read: Seq::START,
        staff_read: Seq::START,
        about: Arc::default(),
    };
    Ok((known, true))
}

/// Makes sure that the contact is kept as their browser describes them now; returns their latest
/// conversation. That there is such a site has been seen.
pub(super) fn meet<L: Ledger>(
    ledger: &mut L,
    site: SiteId,
    contact: ContactId,
    profile: &Arc<VisitorProfile>,
) -> Outcome<Option<ConversationId>, L> {
    let known = ledger.contact(contact)?;
    let (latest, name) = match known {
        Some(known) if known.site != site => return Err(RefusalCode::NotFound.into()),
        Some(known) if Arc::ptr_eq(&known.profile, profile) || known.profile == *profile => {
            return Ok(known.latest);
        }
        Some(known) => (known.latest, known.name),
        None => (None, Arc::default()),
    };
    let now_known = KnownContact {
        site,
        name,
        profile: Arc::clone(profile),
        latest,
    };
    ledger.put_contact(contact, &now_known)?;
    Ok(latest)
}

/// Carries an agent's command out.
pub(super) fn staff<L: Ledger>(
    ledger: &mut L,
    agent: AgentId,
    id: CommandId,
    command: &StaffCommand,
    now: UnixMillis,
) -> Outcome<Receipt, L> {
    let agent = ledger.agent(agent)?.ok_or(RefusalCode::NotFound)?;
    match command {
        StaffCommand::In { conversation, act } => {
            within(ledger, &agent, id, *conversation, act, now)
        }
        StaffCommand::Callback { callback, act } => {
            callbacks::staff(ledger, &agent, id, *callback, act, now)
        }
        StaffCommand::Me(act) => people::me(ledger, &agent, id, act, now),
    }
}

/// Carries out what an agent does in a conversation.
fn within<L: Ledger>(
    ledger: &mut L,
    agent: &AgentRecord,
    id: CommandId,
    conversation: ConversationId,
    act: &ConversationAct,
    now: UnixMillis,
) -> Outcome<Receipt, L> {
    let actor = Actor::Agent(agent.card.id);
    if let Some(receipt) = earlier(ledger, id, actor)? {
        return Ok(receipt);
    }
    let mut known = find(ledger, conversation)?;
    if known.site != agent.site {
        return Err(RefusalCode::NotFound.into());
    }
    let recipient = recipient(ledger, agent, act)?;
    let change = known
        .state
        .acts(&agent.card, id, act, recipient.as_ref(), now)?;
    let written = append::write(ledger, known, change, Some((id, actor)), now)?;
    Ok(receipt(conversation, actor, written, now))
}

fn recipient<L: Ledger>(
    ledger: &mut L,
    agent: &AgentRecord,
    act: &ConversationAct,
) -> Outcome<Option<Recipient>, L> {
    let ConversationAct::Assignment(AssignmentAct::Transfer { to, .. }) = act else {
        return Ok(None);
    };
    let colleague = ledger.colleague(agent.site, *to)?;
    Ok(colleague.map(|one| Recipient {
        card: one.card,
        online: one.online,
    }))
}

/// Keeps that there is a reason to talk rather than write, and offers it if that may be.
pub(super) fn troubled<L: Ledger>(
    ledger: &mut L,
    conversation: ConversationId,
    seen: &[(CallReason, CallEvidence)],
    stance: Option<Stance>,
    now: UnixMillis,
) -> Outcome<(), L> {
    let mut known = find(ledger, conversation)?;
    let before = known.state.talk.clone();
    let change = known.state.troubled(seen, stance);
    if !change.is_empty() || known.state.talk != before {
        append::write(ledger, known, change, None, now)?;
    }
    Ok(())
}

/// Moves the visitor's read mark; never back.
pub(super) fn visitor_read<L: Ledger>(
    ledger: &mut L,
    contact: ContactId,
    upto: &Cursor,
) -> Outcome<(), L> {
    let mut known = find(ledger, upto.conversation)?;
    if known.state.contact != contact {
        return Err(RefusalCode::NotFound.into());
    }
    let mark = upto.after.min(known.public);
    if mark <= known.visitor_read {
        return Ok(());
    }
    known.visitor_read = mark;
    save_marks(ledger, known)
}

/// Moves the staff's read mark; never back.
pub(super) fn staff_read<L: Ledger>(
    ledger: &mut L,
    agent: AgentId,
    upto: &Cursor,
) -> Outcome<(), L> {
    let agent = ledger.agent(agent)?.ok_or(RefusalCode::NotFound)?;
    let mut known = find(ledger, upto.conversation)?;
    if known.site != agent.site {
        return Err(RefusalCode::NotFound.into());
    }
    let mark = upto.after.min(known.public);
    if mark <= known.staff_read {
        return Ok(());
    }
    known.staff_read = mark;
    save_marks(ledger, known)
}

fn save_marks<L: Ledger>(ledger: &mut L, known: Known) -> Outcome<(), L> {
    ledger.announce(Fact::Reads {
        contact: known.state.contact,
        conversation: known.state.id,
        visitor: known.visitor_read,
        staff: known.staff_read,
    });
    ledger.save_marks(known)
}
