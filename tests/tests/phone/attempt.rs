//! An attempt that comes to nothing, and what becomes of the call.

use heard_phones::{Phone, Visitor as VisitorPhone};
use heard_protocol::entry::EntryBody;
use heard_protocol::{CallbackProgress, CallbackState, CallbackTold, Disposition, PublicBody};

use crate::rig::{Rig, Setup};
use crate::steps::Step;

const MINUTE_MS: u64 = 60_000;

/// Whether it is over, and came to this.
pub(crate) fn is_closed(wanted: Disposition) -> impl Fn(&CallbackState) -> bool {
    move |state| matches!(state, CallbackState::Closed { disposition, .. } if *disposition == wanted)
}

/// The phone rings, and the agent picks up.
pub(crate) fn picks_up(phone: &mut Phone) {
    phone.until("CALL_INCOMING");
    phone.press("accept");
}

/// The trunk answers with `status`, after which there is nothing to try again: the call is over,
/// and everybody is told how.
pub(crate) async fn is_the_last(status: &str, disposition: Disposition) {
    let mut phone = Phone::start(false);
    let visitor = VisitorPhone::start("refuses", "udp", &[("status", status)]);
    let rig = Rig::start(Setup::new(visitor.port()), &[&phone.address()]).await;
    let call = rig.visitor.books().await;
    rig.agents[0].takes(call).await;
    picks_up(&mut phone);
    rig.agents[0].until(is_closed(disposition)).await;
    let closed = CallbackProgress::Closed { disposition };
    rig.visitor.is_told(&closed).await;
    visitor.is_content();
    phone.until("CALL_CLOSED");
    let steps = [
        Step::Requested,
        Step::Rung,
        Step::Calling,
        Step::Closed(disposition),
    ];
    let call = rig.ends(call, &steps).await;
    assert_eq!(call.life.tries.len(), 1);
}

/// The agent picks up, and the trunk brings nobody: everybody is told why, and that it is tried
/// again `after` so many minutes.
pub(crate) async fn is_tried_again(setup: Setup<'_>, last: Disposition, after: u64) {
    let mut phone = Phone::start(false);
    let rig = Rig::start(setup, &[&phone.address()]).await;
    let agent = &rig.agents[0];
    let call = rig.visitor.books().await;
    agent.takes(call).await;
    picks_up(&mut phone);
    let again = |state: &CallbackState| matches!(state, CallbackState::Again { .. });
    let CallbackState::Again {
        at,
        tries,
        last: why,
    } = agent.until(again).await
    else {
        unreachable!("it was waited for");
    };
    assert_eq!((tries, why), (1, last));
    let again = CallbackProgress::Again { at, last };
    rig.visitor.is_told(&again).await;
    phone.until("CALL_CLOSED");

    let steps = [
        Step::Requested,
        Step::Rung,
        Step::Calling,
        Step::Tried(last),
    ];
    rig.log_is(&steps).await;
    let entries = agent.log();
    let tried = entries.last().expect("it was read");
    let EntryBody::Public {
        body: PublicBody::Callback(CallbackTold::Tried { next, .. }),
        ..
    } = tried.body
    else {
        unreachable!("it is the last step");
    };
    assert_eq!(next, at);
    assert_eq!(next.since(tried.at), after * MINUTE_MS);

    let call = rig.ends(call, &steps).await;
    assert_eq!((call.life.due, call.life.ended_at()), (next, None));
    assert_eq!(call.life.agent(), None, "it is nobody's meanwhile");
    assert_eq!(call.life.tries.len(), 1);
}
