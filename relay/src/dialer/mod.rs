//! What makes a call once an agent has taken it.
//!
//! There are three ways, and a site says which is its own ([`heard_desk::callback::Dialer`]):
//!
//! * *link*: nothing here. The console shows the number as a link, the agent dials on whatever
//!   phone they have, and says what came of it.
//! * [`webhook`]: a program of the site's own is told by a signed request, and says what happens by
//!   signed requests of its own.
//! * *sip*: the relay itself: it rings the agent's phone and the visitor's, and joins them.
//!
//! Whatever is heard of a call goes to the store ([`Request::Dialled`]) under the number it was
//! ordered under, where `desk` decides whether it still counts. So a dialer may speak twice, late
//! or never: what is said twice changes nothing, and an order that is not heard of in time counts
//! as failed.

mod sip;
pub mod webhook;

use std::sync::Arc;

use heard_desk::callback::{Callback, DialEvent, Dialer as Kind};
use heard_protocol::{CallbackId, Disposition, SiteId};

use crate::clock::Clock;
use crate::config::Config;
use crate::store::{AgentRecord, Answer, Request, SiteRecord, Store, StoreError};
use sip::Sip;
use webhook::Webhook;

/// A call that an agent has taken.
#[derive(Debug, Clone, Copy)]
pub struct Ordered {
    /// On which site.
    pub site: SiteId,
    /// Which request.
    pub callback: CallbackId,
    /// The number it is ordered under.
    pub order: u16,
}

/// Why a call could not be made, or a dialer not be started.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The site wants a dialer that this relay is not set up for.
    #[error(
        "this relay has no {0} dialer: set it up in the settings, or choose another for the site"
    )]
    NotSetUp(&'static str),
    /// The agent has not said where their phone is.
    #[error("the agent has no phone that could be rung")]
    NoPhone,
    /// The dialer could not be told, or would not do it.
    #[error("the dialer could not be told: {0}")]
    Told(String),
    /// Its settings make no sense.
    #[error("the dialer cannot be set up: {0}")]
    Settings(String),
}

/// Everything about a call that a dialer may need.
#[derive(Debug, Clone)]
pub struct Order {
    /// What it is about.
    pub ordered: Ordered,
    /// The site.
    pub site: SiteRecord,
    /// The request.
    pub callback: Callback,
    /// Who has taken it.
    pub agent: AgentRecord,
}

/// Says what is heard of a call.
#[derive(Clone)]
pub struct Reports {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl Reports {
    /// Keeps it. Returns whether it counts: something that was said before, or of a call that is
    /// over, does not.
    ///
    /// # Errors
    /// [`StoreError`] if it could not be kept; whoever said it should say it again.
    pub async fn say(&self, ordered: Ordered, event: DialEvent) -> Result<bool, StoreError> {
        let request = Request::Dialled {
            site: ordered.site,
            callback: ordered.callback,
            order: ordered.order,
            event,
            now: self.clock.now(),
        };
        Ok(matches!(self.store.execute(request).await?, Answer::Done))
    }

    /// Whether this attempt is still under way as far as the store knows; yes if it can't say.
    async fn is_wanted(&self, ordered: Ordered) -> bool {
        let Ok(found) = self.store.callback(ordered.callback).await else {
            return true;
        };
        found.is_some_and(|one| one.life.is_under_way(ordered.order))
    }
}

/// The dialers of this relay.
pub struct Dialers {
    store: Arc<dyn Store>,
    reports: Reports,
    webhook: Option<Webhook>,
    sip: Option<Sip>,
}

impl Dialers {
    /// Those the settings name.
    ///
    /// # Errors
    /// [`DialError::Settings`].
    pub async fn start(
        config: &Config,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, DialError> {
        let webhook = config.dialer.webhook.as_ref();
        let sip = match &config.dialer.sip {
            Some(settings) => Some(Sip::start(settings).await?),
            None => None,
        };
        Ok(Arc::new(Self {
            reports: Reports {
                store: Arc::clone(&store),
                clock,
            },
            store,
            webhook: webhook.map(Webhook::new).transpose()?,
            sip,
        }))
    }

    /// The webhook, if there is one.
    pub const fn webhook(&self) -> Option<&Webhook> {
        self.webhook.as_ref()
    }

    /// Where what is heard of calls goes.
    pub const fn reports(&self) -> &Reports {
        &self.reports
    }

    /// Ends what this relay has under way.
    pub(crate) async fn stop(&self) {
        if let Some(sip) = &self.sip {
            sip.stop().await;
        }
    }

    /// Makes a call. One that could not be made counts as an attempt that failed.
    pub(crate) async fn dial(self: Arc<Self>, ordered: Ordered) {
        let failed = match self.order(ordered).await {
            Ok(Some(order)) => self.make(&order).await,
            // It is over already, or nothing for a dialer.
            Ok(None) => return,
            Err(error) => Err(DialError::Told(error.to_string())),
        };
        let Err(error) = failed else { return };
        tracing::warn!(%error, callback.id = %ordered.callback, "a call could not be made");
        let event = match error {
            DialError::NoPhone => DialEvent::NoAgent,
            DialError::NotSetUp(_) | DialError::Told(_) | DialError::Settings(_) => {
                DialEvent::Ended {
                    disposition: Disposition::Technical,
                    talked_ms: 0,
                }
            }
        };
        if let Err(error) = self.reports.say(ordered, event).await {
            // The round finds an order that is never heard of.
            tracing::error!(%error, callback.id = %ordered.callback, "a failed call could not be kept");
        }
    }

    async fn order(&self, ordered: Ordered) -> Result<Option<Order>, StoreError> {
        let (site, callback) = (
            self.store.site(ordered.site).await?,
            self.store.callback(ordered.callback).await?,
        );
        let (Some(site), Some(callback)) = (site, callback) else {
            return Ok(None);
        };
        let Some(agent) = callback.life.agent() else {
            return Ok(None);
        };
        let agent = self.store.agent(agent).await?;
        Ok(agent.map(|agent| Order {
            ordered,
            site,
            callback,
            agent,
        }))
    }

    async fn make(&self, order: &Order) -> Result<(), DialError> {
        match order.site.calls.dialer {
            Kind::Link => Ok(()),
            Kind::Webhook => {
                let webhook = self.webhook.as_ref();
                webhook
                    .ok_or(DialError::NotSetUp("webhook"))?
                    .order(order, &*self.reports.clock)
                    .await
            }
            Kind::Sip => {
                let sip = self.sip.as_ref().ok_or(DialError::NotSetUp("sip"))?;
                sip.order(order, &self.reports).await
            }
        }
    }
}
