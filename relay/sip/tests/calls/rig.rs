//! A gateway, and what is heard of its calls.

use std::net::SocketAddr;
use std::time::Duration;

use heard_phones::{MOMENT, free_port};
use heard_sip::{
    Call, Ending, Gateway, Order, Outcome, Patience, Progress, Secret, Settings, Transport, Trunk,
};
use tokio::time::timeout;

/// The visitor's number.
pub(crate) const NUMBER: &str = "+4915112345678";
/// What the trunk knows us by.
pub(crate) const PASSWORD: &str = "open sesame";

/// Settings for a trunk at this port. Who is not there is waited for as long as anything else.
pub(crate) fn settings(trunk: u16) -> Settings {
    Settings {
        listen: SocketAddr::from(([127, 0, 0, 1], free_port())),
        advertise: None,
        transport: Transport::Udp,
        trunk: Trunk {
            proxy: format!("127.0.0.1:{trunk}"),
            domain: "example.org".into(),
            username: "shop".into(),
            password: Secret::new(PASSWORD),
            wants_offer: false,
            caller: "+493012345".into(),
        },
        ring_agent: MOMENT,
        ring_visitor: MOMENT,
        longest: Duration::from_mins(1),
        patience: Patience {
            silence: MOMENT,
            settling: Duration::from_secs(5),
        },
    }
}

/// How long to wait for those who are not there.
pub(crate) const SILENCE: Duration = Duration::from_secs(1);

/// A gateway for a trunk at this port.
pub(crate) async fn gateway(trunk: u16) -> Gateway {
    let started = Gateway::start(settings(trunk)).await;
    started.expect("a gateway starts")
}

/// An order to ring this agent and then the visitor.
pub(crate) fn order(agent: &str) -> Order {
    Order {
        id: "call-7.1".into(),
        agent: agent.into(),
        visitor: NUMBER.into(),
    }
}

/// What is heard next.
pub(crate) async fn next(call: &mut Call) -> Option<Progress> {
    let heard = timeout(MOMENT, call.next()).await;
    heard.expect("something is heard in time")
}

/// What is heard until it is over, and how it ended.
pub(crate) async fn to_the_end(call: &mut Call) -> (Vec<Progress>, Ending) {
    let mut heard = Vec::new();
    loop {
        match next(call).await {
            Some(Progress::Ended(ending)) => {
                assert_eq!(
                    next(call).await,
                    None,
                    "an ending is the last that is heard"
                );
                return (heard, ending);
            }
            Some(progress) => heard.push(progress),
            None => panic!("a call has an ending"),
        }
    }
}

/// Waits for this, which has to be heard before the end.
pub(crate) async fn until(call: &mut Call, progress: Progress) {
    loop {
        let heard = next(call).await;
        if heard == Some(progress) {
            return;
        }
        assert!(
            !matches!(heard, None | Some(Progress::Ended(_))),
            "{heard:?} came before {progress:?}"
        );
    }
}

/// An ending without talk.
pub(crate) fn ended(outcome: Outcome, status: Option<u16>) -> Ending {
    Ending {
        outcome,
        talked: Duration::ZERO,
        status,
    }
}
