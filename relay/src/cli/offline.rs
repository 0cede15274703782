//! Changing the data behind a relay: a file while none is running on it, a database at any time.

use std::sync::Arc;

use anyhow::{anyhow, bail};
use heard_desk::account;
use heard_protocol::{AgentCard, AgentId, AgentKind, SiteId};
use heard_relay::auth::Passwords;
use heard_relay::clock::Clock;
use heard_relay::config::{Data, PublicUrl};
use heard_relay::entropy::{Entropy, OsEntropy};
use heard_relay::store::{self, Edit, Fact, Listener, NewAgent, Request, SiteRecord, Store};

/// Nobody is connected, so there is nobody to tell.
#[derive(Debug)]
struct Nobody;

impl Listener for Nobody {
    fn committed(&self, _: Vec<Fact>) {}
}

/// Opens the file or the database.
pub(super) async fn open(data: &Data) -> anyhow::Result<Arc<dyn Store>> {
    Ok(store::open(data, Arc::new(Nobody), 1).await?)
}

pub(super) fn entropy() -> anyhow::Result<OsEntropy> {
    OsEntropy::open().map_err(|error| anyhow!("the system has no randomness: {error}"))
}

/// Creates a site.
pub(crate) async fn put_site(
    store: &dyn Store,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    name: &str,
    origins: &[PublicUrl],
) -> anyhow::Result<SiteRecord> {
    let name = account::name(name)?;
    let site = SiteRecord {
        id: SiteId::from_parts(clock.now(), entropy.bits()),
        name: name.to_owned(),
        origins: origins.iter().map(ToString::to_string).collect(),
        policy: heard_desk::Policy::default(),
        calls: Arc::default(),
    };
    store
        .execute(Request::PutSite(
            site.clone(),
            Edit::by_operator(clock.now()),
        ))
        .await?;
    Ok(site)
}

/// Somebody who is to answer.
pub(crate) struct NewAccount<'a> {
    pub(crate) site: SiteId,
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
    /// None for a bot.
    pub(crate) password: Option<&'a str>,
    pub(crate) capacity: u16,
}

/// Creates an agent.
pub(crate) async fn put_agent(
    store: &dyn Store,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    new: NewAccount<'_>,
) -> anyhow::Result<AgentId> {
    let (email, name) = (account::email(new.email)?, account::name(new.name)?);
    let capacity = account::capacity(new.capacity)?;
    let password = new.password.map(account::password).transpose()?;
    if store.agent_by_email(&email).await?.is_some() {
        bail!("there is an agent with the e-mail address {email} already");
    }
    let (kind, password_hash) = match password {
        None => (AgentKind::Bot, String::new()),
        Some(password) => (
            AgentKind::Person,
            Passwords::new(entropy)?.hash(password, entropy).await?,
        ),
    };
    let id = AgentId::from_parts(clock.now(), entropy.bits());
    let agent = NewAgent {
        card: AgentCard {
            id,
            name: name.to_owned(),
            kind,
        },
        site: new.site,
        email,
        password_hash,
        capacity,
    };
    store
        .execute(Request::PutAgent(agent, Edit::by_operator(clock.now())))
        .await?;
    Ok(id)
}
