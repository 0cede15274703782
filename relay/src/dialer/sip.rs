//! Calls that the relay makes: it rings the agent's phone, then the visitor's through the trunk,
//! and joins them.

use std::time::Duration;

use heard_desk::callback::{DialEvent, without_extension};
use heard_protocol::{CallLeg, Disposition};
use heard_sip::{
    Ending, Gateway, Order as Ring, Outcome, Patience, Progress, Secret, Settings, Trunk,
};
use parking_lot::RwLock;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use super::{DialError, Order, Reports};
use crate::config::SipSettings;

/// How often it is looked whether a call that rings is still wanted. Whoever takes it back may do
/// so on another node.
const LOOK: Duration = Duration::from_secs(2);
/// How long a relay that stops waits until what came of its calls is kept.
const KEEPING: Duration = Duration::from_secs(5);

/// The way to the phones.
pub(super) struct Sip {
    /// Gone once it was stopped.
    gateway: RwLock<Option<Gateway>>,
    /// The orders under way: what came of them is still to be kept when the phones are hung up.
    orders: TaskTracker,
}

impl std::fmt::Debug for Sip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sip").finish_non_exhaustive()
    }
}

impl Sip {
    /// Opens the port the settings name.
    ///
    /// # Errors
    /// [`DialError::Settings`] if it can't be opened.
    pub(super) async fn start(settings: &SipSettings) -> Result<Self, DialError> {
        let seconds = |seconds: u16| Duration::from_secs(seconds.into());
        let settings = Settings {
            listen: settings.listen,
            advertise: settings.advertise.clone(),
            transport: settings.transport.into(),
            trunk: Trunk {
                proxy: settings.proxy.clone(),
                domain: settings.domain.clone(),
                username: settings.username.clone(),
                password: Secret::new(settings.password.reveal()),
                wants_offer: settings.wants_offer,
                caller: settings.caller.clone(),
            },
            ring_agent: seconds(settings.ring_agent_s),
            ring_visitor: seconds(settings.ring_visitor_s),
            longest: Duration::from_secs(60 * u64::from(settings.longest_minutes)),
            patience: Patience {
                silence: seconds(settings.silence_s),
                ..Patience::default()
            },
        };
        let gateway = Gateway::start(settings).await;
        let gateway = gateway.map_err(|error| DialError::Settings(error.to_string()))?;
        Ok(Self {
            gateway: RwLock::new(Some(gateway)),
            orders: TaskTracker::new(),
        })
    }

    /// Makes a call and says how far it is, until it is over.
    pub(super) async fn order(&self, order: &Order, reports: &Reports) -> Result<(), DialError> {
        let _under_way = self.orders.token();
        let agent = order.agent.phone.address.clone();
        if agent.is_empty() {
            return Err(DialError::NoPhone);
        }
        let ordered = order.ordered;
        let ring = Ring {
            id: format!("{}-{}", ordered.callback, ordered.order),
            agent,
            visitor: without_extension(&order.callback.form.phone).to_owned(),
        };
        let call = self.gateway.read().as_ref().map(|one| one.call(ring));
        let mut call = call.ok_or_else(|| DialError::Told("the relay stops".to_owned()))?;
        let mut joined = false;
        loop {
            let step = tokio::select! {
                step = call.next() => step,
                () = tokio::time::sleep(LOOK) => {
                    // The agent has said what came of it, or it was taken away from them: nobody's
                    // phone rings any longer. Who talks, talks on.
                    if !joined && !reports.is_wanted(ordered).await {
                        call.hang_up();
                    }
                    continue;
                }
            };
            let Some(step) = step else { break };
            joined |= matches!(step, Progress::Joined);
            let event = match step {
                Progress::RingingAgent => continue,
                Progress::AgentAnswered | Progress::RingingVisitor => {
                    DialEvent::Leg(CallLeg::Visitor)
                }
                Progress::Joined => DialEvent::Leg(CallLeg::Joined),
                Progress::Ended(ending) => event_of(&ending),
            };
            match reports.say(ordered, event).await {
                Ok(_) => {}
                // The phones go on; whatever is said next is said anew.
                Err(error) => {
                    tracing::error!(%error, callback.id = %ordered.callback, "how far a call is could not be kept");
                }
            }
        }
        Ok(())
    }

    /// Hangs up everything that is open, and waits until what came of it is kept.
    pub(super) async fn stop(&self) {
        let gateway = self.gateway.write().take();
        if let Some(gateway) = gateway {
            gateway.stop().await;
        }
        self.orders.close();
        if timeout(KEEPING, self.orders.wait()).await.is_err() {
            // The round finds an order that is never heard of.
            tracing::warn!("what came of some calls was not kept in time");
        }
    }
}

/// What the end of a call means.
fn event_of(ending: &Ending) -> DialEvent {
    let talked = !ending.talked.is_zero();
    let disposition = match ending.outcome {
        Outcome::AgentBusy
        | Outcome::AgentNoAnswer
        | Outcome::AgentRefused
        | Outcome::AgentUnreachable
        | Outcome::AgentLeft => return DialEvent::NoAgent,
        Outcome::Answered => Disposition::Answered,
        Outcome::HungUp if talked => Disposition::Answered,
        Outcome::Busy => Disposition::Busy,
        Outcome::NoAnswer => Disposition::NoAnswer,
        Outcome::Refused => Disposition::Refused,
        Outcome::WrongNumber => Disposition::WrongNumber,
        Outcome::TrunkRefusedUs | Outcome::TrunkDown => {
            tracing::warn!(outcome = ?ending.outcome, status = ?ending.status, "the trunk does not take calls");
            Disposition::Technical
        }
        Outcome::Technical | Outcome::HungUp => Disposition::Technical,
    };
    DialEvent::Ended {
        disposition,
        talked_ms: u64::try_from(ending.talked.as_millis()).unwrap_or(u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(outcome: Outcome, talked: u64) -> DialEvent {
        event_of(&Ending {
            outcome,
            talked: Duration::from_secs(talked),
            status: None,
        })
    }

    #[test]
    fn an_agent_who_is_not_there_is_no_attempt() {
        for outcome in [
            Outcome::AgentBusy,
            Outcome::AgentNoAnswer,
            Outcome::AgentRefused,
            Outcome::AgentUnreachable,
            Outcome::AgentLeft,
        ] {
            assert_eq!(event(outcome, 0), DialEvent::NoAgent);
        }
    }

    #[test]
    fn a_call_that_was_cut_was_a_call() {
        let ended = |disposition, talked_ms| DialEvent::Ended {
            disposition,
            talked_ms,
        };
        assert_eq!(
            event(Outcome::HungUp, 9),
            ended(Disposition::Answered, 9_000)
        );
        assert_eq!(event(Outcome::HungUp, 0), ended(Disposition::Technical, 0));
        assert_eq!(
            event(Outcome::TrunkDown, 0),
            ended(Disposition::Technical, 0)
        );
        assert_eq!(event(Outcome::Busy, 0), ended(Disposition::Busy, 0));
    }
}
