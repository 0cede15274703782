//! The connection.

use std::future::Future;

use heard_client::native::{NativeClient, Options, OptionsError};
use heard_client::{Config, Input, LinkState, Update};
use heard_protocol::{
    Availability, Codec, MeAct, NextMove, Secret, Staff, StaffCommand, StaffCredential,
};

use crate::agent::{Act, Agent};
use crate::words::Lang;

/// What the bot is told when it starts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The relay: `ws://host:port` or `wss://host`.
    pub url: String,
    /// The bot's bearer token.
    pub token: Secret,
    /// The language of its notes for colleagues.
    pub staff_lang: Lang,
}

/// Why the bot does not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It could not start.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The relay does not know the token.
    #[error("the relay does not accept the token: it is wrong, or has ended")]
    Token,
    /// The relay will not have this client at all.
    #[error("the relay does not serve this client ({0:?}); is the bot as old as the relay?")]
    Stopped(NextMove),
    /// The session has ended by itself.
    #[error("the session has ended")]
    Ended,
}

/// Answers until `stop` completes.
///
/// # Errors
/// If there is no use in trying on. A relay that is away is waited for.
pub async fn run(settings: Settings, stop: impl Future<Output = ()>) -> Result<(), RunError> {
    let credential = StaffCredential {
        token: Some(settings.token),
    };
    let options = Options::<Staff>::new(settings.url, Config::new(credential)).codec(Codec::Json);
    let (client, mut updates) = NativeClient::start(options)?;
    let mut agent = Agent::new(settings.staff_lang);
    let mut stop = std::pin::pin!(stop);
    loop {
        let update = tokio::select! {
            () = &mut stop => return Ok(()),
            update = updates.recv() => update.ok_or(RunError::Ended)?,
        };
        match &update {
            Update::Link(LinkState::Stopped(NextMove::Reauthenticate)) => {
                return Err(RunError::Token);
            }
            Update::Link(LinkState::Stopped(next)) => return Err(RunError::Stopped(*next)),
            Update::Link(state) => tracing::info!(?state, "connection"),
            Update::Refused { id, refusal } => {
                tracing::info!(command.id = %id, code = ?refusal.code, "refused");
            }
            _ => {}
        }
        for act in agent.hear(update) {
            carry_out(&client, act);
        }
    }
}

fn carry_out(client: &NativeClient<Staff>, act: Act) {
    match act {
        Act::Follow(conversation) => client.follow(conversation),
        Act::Unfollow(conversation) => client.unfollow(conversation),
        Act::Seen(mark) => client.give(Input::Read(mark)),
        Act::Do(envelope) => client.give(Input::Submit(envelope)),
        Act::BecomeAvailable => {
            client.post(StaffCommand::Me(MeAct::SetAvailability {
                availability: Availability::Available,
            }));
        }
    }
}
