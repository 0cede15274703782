//! An agent who takes calls.

use heard_client::native::Options;
use heard_client::{Config, Update};
use heard_protocol::{
    AgentId, Availability, CallbackAct, CallbackId, CallbackState, Disposition, MeAct, Secret,
    Staff, StaffCommand, StaffCredential, StaffEntry, StaffRow,
};
use heard_tests::real::{Party, Relay, Voice};
use tokio::sync::watch;

use super::{Told, done, reads, until};
use crate::steps::{Step, staff};

/// An agent at the console.
#[derive(Debug)]
pub(crate) struct Agent {
    me: AgentId,
    party: Party<Staff>,
    told: Told<CallbackState>,
}

impl Agent {
    /// Signs in, says where the phone is, and takes calls from there on.
    pub(crate) async fn signs_in(relay: &Relay, me: AgentId, token: Secret, phone: &str) -> Self {
        let config = Config::new(StaffCredential { token: Some(token) });
        let (tell, told) = watch::channel(Vec::new());
        let mut followed = None;
        let reflex = move |voice: &Voice<Staff>, update: &Update<Staff>| {
            let Update::Rows { rows, .. } = update else {
                return;
            };
            for call in rows.iter().filter_map(StaffRow::callback) {
                tell.send_modify(|all| all.push(call.state.clone()));
                if let Some(conversation) = call.conversation
                    && followed.replace(conversation).is_none()
                {
                    voice.client().follow(conversation);
                }
            }
        };
        let options = Options::new(relay.url(), config);
        let agent = Self {
            me,
            party: Party::start(me.to_string(), options, reflex),
            told,
        };
        let address = phone.to_owned();
        let takes = true;
        agent
            .does(StaffCommand::Me(MeAct::SetPhone { takes, address }))
            .await;
        let availability = Availability::Available;
        agent
            .does(StaffCommand::Me(MeAct::SetAvailability { availability }))
            .await;
        agent
    }

    /// Who they are.
    pub(crate) const fn me(&self) -> AgentId {
        self.me
    }

    async fn does(&self, command: StaffCommand) {
        done(&self.party, self.party.voice().say(command)).await;
    }

    /// Waits until the call rings in the console, and takes it.
    pub(crate) async fn takes(&self, callback: CallbackId) {
        let mine = |to: AgentId| to == self.me;
        self.until(|state| matches!(state, CallbackState::Ringing { agent, .. } if mine(*agent)))
            .await;
        self.does(StaffCommand::Callback {
            callback,
            act: CallbackAct::Take,
        })
        .await;
        // Said in passing, it may come after the answer.
        self.until(|state| !matches!(state, CallbackState::Ringing { .. }))
            .await;
    }

    /// Says what came of the call they make.
    pub(crate) async fn reports(&self, callback: CallbackId, disposition: Disposition) {
        let summary = String::new();
        self.does(StaffCommand::Callback {
            callback,
            act: CallbackAct::Report {
                disposition,
                summary,
            },
        })
        .await;
    }

    /// Waits until the call is like this, and returns how it is then.
    pub(crate) async fn until(&self, is: impl Fn(&CallbackState) -> bool) -> CallbackState {
        until(&self.told, is).await
    }

    /// What the log says once it says so much.
    pub(crate) async fn reads(&self, steps: usize) -> Vec<Step> {
        reads(&self.party, steps, staff).await
    }

    /// The log as far as they have read it.
    pub(crate) fn log(&self) -> Vec<StaffEntry> {
        self.party
            .look(|seen| seen.logs.values().flatten().cloned().collect())
    }

    /// What is written down of them.
    pub(crate) fn leaves(self) -> Party<Staff> {
        self.party
    }
}
