//! A visitor who wants to be called.

use heard_client::native::Options;
use heard_client::{Config, Update};
use heard_protocol::{
    CallbackAsk, CallbackForm, CallbackId, CallbackProgress, CallbackWhen, Consent,
    Visitor as Role, VisitorCommand, VisitorCredential, VisitorRow, VisitorSignal,
};
use heard_tests::real::{Party, Relay, SITE, Voice};
use tokio::sync::watch;

use super::{Told, done, reads, until};
use crate::rig::WRITTEN;
use crate::steps::{Step, public};

/// A visitor at the panel.
#[derive(Debug)]
pub(crate) struct Visitor {
    party: Party<Role>,
    told: Told<CallbackProgress>,
}

impl Visitor {
    /// Opens the panel.
    pub(crate) async fn comes(relay: &Relay) -> Self {
        let config = Config::new(VisitorCredential {
            site: SITE,
            token: None,
            locale: String::new(),
            page: None,
        });
        let (tell, told) = watch::channel(Vec::new());
        let reflex = move |voice: &Voice<Role>, update: &Update<Role>| match update {
            // As the panel does: how a call stands is not said unasked in a greeting.
            Update::Welcome(_) => {
                let zone = String::new();
                voice.client().signal(VisitorSignal::WatchCalls { zone });
            }
            Update::Rows { rows, .. } => {
                for VisitorRow::Callback(call) in rows {
                    tell.send_modify(|all| all.push(call.progress.clone()));
                }
            }
            _ => {}
        };
        let party = Party::start("visitor", Options::new(relay.url(), config), reflex);
        party.until("greeted", |seen| seen.greetings > 0).await;
        Self { party, told }
    }

    /// Asks to be called as soon as possible.
    pub(crate) async fn books(&self) -> CallbackId {
        let form = CallbackForm {
            phone: WRITTEN.to_owned(),
            name: "Ada".to_owned(),
            topic: "The order has not come".to_owned(),
            when: CallbackWhen::Asap,
            consent: Consent {
                given: true,
                wording: heard_desk::consent::shown("en").to_owned(),
            },
        };
        let voice = self.party.voice();
        let id = voice.say(VisitorCommand::Callback(CallbackAsk::Request(form)));
        done(&self.party, id).await;
        CallbackId::from_bytes(id.to_bytes())
    }

    /// Waits until they are told that the call is here.
    pub(crate) async fn is_told(&self, progress: &CallbackProgress) {
        self.until(|told| told == progress).await;
    }

    /// Waits until they are told that the call is like this.
    pub(crate) async fn until(&self, is: impl Fn(&CallbackProgress) -> bool) {
        until(&self.told, is).await;
    }

    /// What the log says once it says so much.
    pub(crate) async fn reads(&self, steps: usize) -> Vec<Step> {
        reads(&self.party, steps, public).await
    }

    /// What is written down of them.
    pub(crate) fn leaves(self) -> Party<Role> {
        self.party
    }
}
