//! A relay that makes calls itself, the agents who take them, and a visitor who wants one.

use heard_desk::callback::Callback;
use heard_protocol::CallbackId;
use heard_tests::check::check;
use heard_tests::real::{Desk, Relay, Start, history, set_calls};

use crate::people::{Agent, Visitor};
use crate::steps::{Step, staff};

/// The number as the visitor writes it.
pub(crate) const WRITTEN: &str = "+49 30 123-45-67";
/// And as it is dialled.
pub(crate) const NUMBER: &str = "+49301234567";
/// What the trunk knows the relay by.
pub(crate) const PASSWORD: &str = "open sesame";

/// For every site. It is day whenever the test runs, and no call rings out in a console because the
/// machine is slow.
const POLICY: &str = r#"
dialer = "sip"
quiet_from = "00:00"
quiet_to = "00:00"
ring_agent_s = 600
"#;

/// How a relay is set up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup<'a> {
    /// The trunk's port.
    pub(crate) trunk: u16,
    /// By what the relay wants to be known to it.
    pub(crate) password: &'a str,
    /// How long an agent's phone rings, in seconds.
    pub(crate) ring_agent_s: u16,
    /// How long the visitor's does.
    pub(crate) ring_visitor_s: u16,
    /// How long nobody need say anything.
    pub(crate) silence_s: u16,
    /// What else is set about the site's calls.
    pub(crate) calls: &'a str,
}

impl Setup<'_> {
    /// With a trunk at this port, and as much time as anything may take.
    pub(crate) const fn new(trunk: u16) -> Self {
        Self {
            trunk,
            password: PASSWORD,
            ring_agent_s: 60,
            ring_visitor_s: 60,
            silence_s: 30,
            calls: "",
        }
    }
}

/// A relay and the people who talk to it.
#[derive(Debug)]
pub(crate) struct Rig {
    desk: Desk,
    relay: Relay,
    /// Those whose phones were named, in that order, which is the order in which they are rung.
    pub(crate) agents: Vec<Agent>,
    /// Who wants to be called.
    pub(crate) visitor: Visitor,
}

impl Rig {
    /// Starts a relay, and signs in an agent for each phone and a visitor.
    pub(crate) async fn start(setup: Setup<'_>, phones: &[&str]) -> Self {
        let desk = Desk::new(phones.len()).await;
        let file = desk.file();
        set_calls(&file, &format!("{POLICY}{}\n", setup.calls)).await;
        let settings = [
            ("LISTEN", "127.0.0.1:0".to_owned()),
            ("PROXY", format!("127.0.0.1:{}", setup.trunk)),
            ("DOMAIN", "example.org".to_owned()),
            ("USERNAME", "shop".to_owned()),
            ("PASSWORD", setup.password.to_owned()),
            ("CALLER", "+493012345".to_owned()),
            ("RING_AGENT_S", setup.ring_agent_s.to_string()),
            ("RING_VISITOR_S", setup.ring_visitor_s.to_string()),
            ("SILENCE_S", setup.silence_s.to_string()),
        ]
        .map(|(name, value)| (format!("HEARD_DIALER__SIP__{name}"), value));
        let env: Vec<_> = settings.iter().map(|(a, b)| (&**a, &**b)).collect();
        let relay = Relay::start(Start {
            data: &file,
            listen: None,
            env: &env,
        })
        .await;
        let mut agents = Vec::new();
        for (number, phone) in phones.iter().enumerate() {
            let (me, token) = (desk.agents()[number], desk.token(number));
            agents.push(Agent::signs_in(&relay, me, token, phone).await);
        }
        let visitor = Visitor::comes(&relay).await;
        Self {
            desk,
            relay,
            agents,
            visitor,
        }
    }

    /// Waits until everybody has read this of the call's conversation: the staff all of it, the
    /// visitor what is not the staff's alone.
    pub(crate) async fn log_is(&self, steps: &[Step]) {
        for agent in &self.agents {
            assert_eq!(agent.reads(steps.len()).await, steps);
        }
        let theirs: Vec<_> = steps.iter().filter(|step| step.is_public()).collect();
        let read = self.visitor.reads(theirs.len()).await;
        assert_eq!(read.iter().collect::<Vec<_>>(), theirs);
    }

    /// Stops the relay, checks that this is on disk and was shown to everybody, and returns the
    /// request as it is there.
    pub(crate) async fn ends(self, call: CallbackId, steps: &[Step]) -> Callback {
        self.log_is(steps).await;
        stop(self.relay).await;
        let agents = self.agents.into_iter().map(Agent::leaves).collect();
        let history = history(&self.desk, vec![self.visitor.leaves()], agents).await;
        assert_eq!(history.logs.len(), 1, "one conversation");
        let written: Vec<_> = history.logs[0].entries.iter().map(staff).collect();
        assert_eq!(written, steps);
        assert_eq!(check(&history), []);
        kept(&self.desk, call).await
    }

    /// Stops the relay once everybody has closed their page, whatever is under way, and returns the
    /// request as it is on disk.
    pub(crate) async fn stops(self, call: CallbackId) -> Callback {
        drop((self.agents, self.visitor));
        stop(self.relay).await;
        kept(&self.desk, call).await
    }
}

async fn stop(relay: Relay) {
    assert!(relay.stop().await.success(), "the relay stops in order");
}

async fn kept(desk: &Desk, call: CallbackId) -> Callback {
    let found = desk.store().await.callback(call).await;
    let found = found.expect("the store can be read");
    found.expect("the request is kept")
}
