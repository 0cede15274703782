//! Sites, agents, sessions and who is here.

use heard_desk::Skills;
use heard_protocol::{AgentId, CommandId, MeAct, Receipt, RefusalCode, Seq, SiteId, UnixMillis};

use super::append::announce_colleague;
use super::records::put_over;
use super::{CallLine, Ledger, Outcome};
use crate::node::NodeId;
use crate::store::record::Edit;
use crate::store::rows::Account;
use crate::store::{AgentPhone, AgentRecord, Fact, NewAgent, SiteRecord};

/// Creates a site or changes its settings.
pub(super) fn put_site<L: Ledger>(ledger: &mut L, site: &SiteRecord, edit: Edit) -> Outcome<(), L> {
    put_over(ledger, site, edit)?;
    ledger.announce(Fact::Dispatch { site: site.id });
    Ok(())
}

/// Creates an agent or changes everything but their id.
pub(super) fn put_agent<L: Ledger>(ledger: &mut L, agent: &NewAgent, edit: Edit) -> Outcome<(), L> {
    let NewAgent { card, .. } = agent;
    let before = ledger.record::<Account>(card.id)?;
    let before = before.map(|kept| kept.record);
    let account = Account {
        id: card.id,
        site: agent.site,
        name: card.name.clone(),
        kind: card.kind,
        email: agent.email.clone(),
        capacity: agent.capacity,
        takes_calls: before.as_ref().is_none_or(|one| one.takes_calls),
        phone: before
            .as_ref()
            .map(|one| one.phone.clone())
            .unwrap_or_default(),
        skills: before.map(|one| one.skills).unwrap_or_default(),
    };
    put_over(ledger, &account, edit)?;
    ledger.put_password(card.id, &agent.password_hash)?;
    announce_colleague(ledger, agent.site, card.id)?;
    ledger.announce(Fact::Dispatch { site: agent.site });
    Ok(())
}

/// Keeps what an agent is good at.
pub(super) fn put_skills<L: Ledger>(
    ledger: &mut L,
    agent: AgentId,
    skills: &Skills,
    edit: Edit,
) -> Outcome<(), L> {
    let account = change(ledger, agent, edit, |account| {
        account.skills = skills.clone();
    })?;
    ledger.announce(Fact::Calls { site: account.site });
    Ok(())
}

/// Keeps whether, and where, calls ring for an agent, who says so.
pub(super) fn put_phone<L: Ledger>(
    ledger: &mut L,
    agent: AgentId,
    phone: &AgentPhone,
    now: UnixMillis,
) -> Outcome<(), L> {
    let edit = Edit::by_agent(agent, now);
    change(ledger, agent, edit, |account| {
        account.takes_calls = phone.takes;
        account.phone.clone_from(&phone.address);
    })?;
    Ok(())
}

/// Changes what people set about an agent.
fn change<L: Ledger>(
    ledger: &mut L,
    agent: AgentId,
    edit: Edit,
    how: impl FnOnce(&mut Account),
) -> Outcome<Account, L> {
    let kept = ledger.record::<Account>(agent)?;
    let mut account = kept.ok_or(RefusalCode::NotFound)?.record;
    how(&mut account);
    put_over(ledger, &account, edit)?;
    Ok(account)
}

/// A call passed from one agent to another, or to nobody, or came from nobody. Whoever is on one is
/// offered no conversation.
pub(super) fn on_call<L: Ledger>(
    ledger: &mut L,
    site: SiteId,
    line: CallLine,
    (was, is): (Option<AgentId>, Option<AgentId>),
) -> Outcome<(), L> {
    if was == is {
        return Ok(());
    }
    for (agent, on) in [(was, false), (is, true)] {
        if let Some(agent) = agent {
            ledger.put_on_call(agent, line, on)?;
        }
    }
    ledger.announce(Fact::Dispatch { site });
    ledger.announce(Fact::Calls { site });
    Ok(())
}

/// Keeps a session.
pub(super) fn sign_in<L: Ledger>(
    ledger: &mut L,
    agent: AgentId,
    token_hash: &[u8; 32],
    expires_at: UnixMillis,
) -> Outcome<(), L> {
    ledger.agent(agent)?.ok_or(RefusalCode::NotFound)?;
    ledger.put_session(token_hash, agent, expires_at)
}

/// Carries out what an agent says of themself. A copy that comes late must not bring an older word
/// back, so each leaves a trace.
pub(super) fn me<L: Ledger>(
    ledger: &mut L,
    agent: &AgentRecord,
    id: CommandId,
    act: &MeAct,
    now: UnixMillis,
) -> Outcome<Receipt, L> {
    let before = deed(ledger, agent, id)?;
    if before.is_none() {
        set(ledger, agent, act, now)?;
        ledger.put_deed(id, agent.card.id, now)?;
    }
    Ok(Receipt {
        conversation: None,
        seq: Seq::START,
        at: before.unwrap_or(now),
    })
}

fn set<L: Ledger>(
    ledger: &mut L,
    agent: &AgentRecord,
    act: &MeAct,
    at: UnixMillis,
) -> Outcome<(), L> {
    let (site, me) = (agent.site, agent.card.id);
    let mut now = agent.clone();
    match act {
        MeAct::SetAvailability { availability } => {
            if agent.availability == *availability {
                return Ok(());
            }
            now.availability = *availability;
            ledger.put_availability(me, *availability)?;
            announce_colleague(ledger, site, me)?;
            ledger.announce(Fact::Dispatch { site });
        }
        MeAct::SetPhone { takes, address } => {
            now.phone.takes = *takes;
            now.phone.address = heard_desk::callback::agent_phone(address)?;
            put_phone(ledger, me, &now.phone, at)?;
            ledger.announce(Fact::Calls { site });
        }
        MeAct::SetHeadset { on } => {
            now.phone.headset = *on;
            ledger.put_headset(me, *on)?;
        }
    }
    ledger.announce(Fact::Mine {
        site,
        agent: me,
        mine: now.mine(),
    });
    Ok(())
}

/// When an agent's command was carried out that left no entry.
pub(super) fn deed<L: Ledger>(
    ledger: &mut L,
    agent: &AgentRecord,
    id: CommandId,
) -> Outcome<Option<UnixMillis>, L> {
    match ledger.deed(id)? {
        Some((by, _)) if by != agent.card.id => Err(RefusalCode::IdTaken.into()),
        found => Ok(found.map(|(_, at)| at)),
    }
}

/// An agent's first socket on a node opened or their last one there closed.
pub(super) fn presence<L: Ledger>(
    ledger: &mut L,
    agent: AgentId,
    node: NodeId,
    online: bool,
    now: UnixMillis,
) -> Outcome<(), L> {
    let site = ledger.agent(agent)?.ok_or(RefusalCode::NotFound)?.site;
    if online {
        // A node that has been forgotten must be known again, or nobody would notice when it falls
        // silent.
        ledger.beat(node)?;
    }
    let online = ledger.put_socket(agent, node, online)?;
    if ledger.put_presence(agent, (!online).then_some(now))? {
        announce_colleague(ledger, site, agent)?;
        ledger.announce(Fact::Dispatch { site });
    }
    Ok(())
}

/// A node has fallen silent.
pub(super) fn node_gone<L: Ledger>(
    ledger: &mut L,
    node: NodeId,
    beat: u64,
    now: UnixMillis,
) -> Outcome<(), L> {
    for agent in ledger.forget(node, beat)? {
        presence(ledger, agent, node, false, now)?;
    }
    Ok(())
}

/// Nobody is online; sessions that have ended are cleared away.
pub(super) fn everybody_gone<L: Ledger>(ledger: &mut L, now: UnixMillis) -> Outcome<(), L> {
    for site in ledger.everybody_gone(now)? {
        ledger.announce(Fact::Dispatch { site });
    }
    Ok(())
}
