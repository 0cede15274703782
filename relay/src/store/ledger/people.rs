//! Sites, agents, sessions and who is here.

use heard_desk::Skills;
use heard_protocol::{AgentId, CommandId, MeAct, Receipt, RefusalCode, Seq, SiteId, UnixMillis};

use super::append::announce_colleague;
use super::{CallLine, Ledger, Outcome};
use crate::node::NodeId;
use crate::store::rows::Account;
use crate::store::{AgentPhone, AgentRecord, Fact, NewAgent, SiteRecord};

/// Creates a site or changes its settings.
pub(super) fn put_site<L: Ledger>(ledger: &mut L, site: &SiteRecord) -> Outcome<(), L> {
    ledger.put_site(site)?;
    ledger.announce(Fact::Dispatch { site: site.id });
    Ok(())
}

/// Creates an agent or changes everything but their id.
pub(super) fn put_agent<L: Ledger>(ledger: &mut L, agent: &NewAgent) -> Outcome<(), L> {
    ledger.policy(agent.site)?.ok_or(RefusalCode::NotFound)?;
    if let Some(holder) = ledger.agent_of_email(&agent.email)?
        && holder != agent.card.id
    {
        return Err(RefusalCode::IdTaken.into());
    }
    let NewAgent { card, .. } = agent;
    let before = ledger.account(card.id)?;
    let account = Account {
        id: card.id,
        site: agent.site,
        name: card.name.clone(),
        kind: card.kind,
        email: agent.email.clone(),
        capacity: agent.capacity,
        phone: AgentPhone::default(),
        skills: Skills::default(),
    };
    let account = match &before {
        None => account,
        Some(before) => Account {
            phone: before.phone.clone(),
            skills: before.skills.clone(),
            ..account
        },
    };
    ledger.put_account(&account, before.as_ref())?;
    ledger.put_password(card.id, &agent.password_hash)?;
    announce_colleague(ledger, agent.site, agent.card.id)?;
    ledger.announce(Fact::Dispatch { site: agent.site });
    Ok(())
}

/// Keeps what an agent is good at.
pub(super) fn put_skills<L: Ledger>(
    ledger: &mut L,
    agent: AgentId,
    skills: &Skills,
) -> Outcome<(), L> {
    let account = change(ledger, agent, |account| account.skills = skills.clone())?;
    ledger.announce(Fact::Calls { site: account.site });
    Ok(())
}

/// Keeps whether, and where, calls ring for an agent.
pub(super) fn put_phone<L: Ledger>(
    ledger: &mut L,
    agent: AgentId,
    phone: &AgentPhone,
) -> Outcome<(), L> {
    change(ledger, agent, |account| account.phone = phone.clone())?;
    Ok(())
}

/// Changes what people set about an agent.
fn change<L: Ledger>(
    ledger: &mut L,
    agent: AgentId,
    how: impl FnOnce(&mut Account),
) -> Outcome<Account, L> {
    let before = ledger.account(agent)?.ok_or(RefusalCode::NotFound)?;
    let mut account = before.clone();
    how(&mut account);
    ledger.put_account(&account, Some(&before))?;
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
        set(ledger, agent, act)?;
        ledger.put_deed(id, agent.card.id, now)?;
    }
    Ok(Receipt {
        conversation: None,
        seq: Seq::START,
        at: before.unwrap_or(now),
    })
}

fn set<L: Ledger>(ledger: &mut L, agent: &AgentRecord, act: &MeAct) -> Outcome<(), L> {
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
            put_phone(ledger, me, &now.phone)?;
            ledger.announce(Fact::Calls { site });
        }
        MeAct::SetHeadset { on } => {
            now.phone.headset = *on;
            put_phone(ledger, me, &now.phone)?;
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
