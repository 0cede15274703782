//! Those who talk to the relay, and what they are told of the one call there is.

mod agent;
mod visitor;

use std::fmt::Debug;
use std::time::Duration;

use heard_protocol::CommandId;
use heard_tests::real::{Party, Recorded};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::steps::Step;

pub(crate) use agent::Agent;
pub(crate) use visitor::Visitor;

/// How long anything that is waited for may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// Where the call is and was, as somebody is told.
type Told<S> = watch::Receiver<Vec<S>>;

/// Waits until the call is like this, and returns how it is then.
async fn until<S: Clone + Debug>(told: &Told<S>, is: impl Fn(&S) -> bool) -> S {
    let mut changes = told.clone();
    let wanted = |all: &Vec<S>| all.last().is_some_and(&is);
    let found = match timeout(PATIENCE, changes.wait_for(wanted)).await {
        Ok(Ok(all)) => all.last().cloned(),
        _ => None,
    };
    found.unwrap_or_else(|| panic!("in vain, after {:?}", told.borrow()))
}

/// Waits until a command was carried out.
async fn done<R: Recorded>(party: &Party<R>, id: CommandId) {
    party
        .until("an answer", |seen| {
            seen.answers.iter().any(|(of, _)| *of == id)
        })
        .await;
    let answer = party.look(|seen| {
        let found = seen.answers.iter().find(|(of, _)| *of == id);
        found.map(|(_, answer)| *answer)
    });
    assert!(matches!(answer, Some(Ok(_))), "{answer:?}");
}

/// Waits until somebody has read so many entries of the one conversation there is, and returns what
/// they say.
async fn reads<R: Recorded>(
    party: &Party<R>,
    count: usize,
    step: impl Fn(&R::Entry) -> Step,
) -> Vec<Step> {
    party
        .until("reads the log", |seen| seen.entries >= count)
        .await;
    party.look(|seen| seen.logs.values().flatten().map(step).collect())
}
