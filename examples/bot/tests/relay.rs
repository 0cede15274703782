//! The bot against a real relay: a visitor writes, the bot answers, a person takes over.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;
use std::time::Duration;

use heard_client::native::{NativeClient, Options, Updates};
use heard_client::{Config, Update};
use heard_example_bot::run::{RunError, Settings, run};
use heard_example_bot::words::Lang;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, AssignmentTold, Author, Availability, Codec, MeAct, PublicBody,
    Secret, SiteId, Staff, StaffCommand, StaffCredential, Visitor, VisitorCommand,
    VisitorCredential,
};
use heard_relay::app::App;
use heard_relay::auth::{BOT_SESSION_MS, NewSession};
use heard_relay::clock::SystemClock;
use heard_relay::config;
use heard_relay::entropy::OsEntropy;
use heard_relay::server::Relay;
use heard_relay::store::{Edit, NewAgent, Request, SiteRecord};
use tokio::net::TcpListener;

/// A bound on failures; nothing waits this long otherwise.
const PATIENCE: Duration = Duration::from_secs(30);
const SITE: SiteId = SiteId::from_bits(1);

/// A relay with one site, which serves until the runtime ends.
struct Shop {
    app: Arc<App>,
    url: String,
    _data: tempfile::TempDir,
}

impl Shop {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = config::Config {
            data: folder.path().join("heard.db").into(),
            ..config::Config::default()
        };
        let entropy = Arc::new(OsEntropy::open().unwrap());
        let relay = Relay::open(config, Arc::new(SystemClock), entropy)
            .await
            .unwrap();
        let app = Arc::clone(relay.app());
        let site = SiteRecord {
            id: SITE,
            name: "Tea".to_owned(),
            origins: Vec::new(),
            policy: heard_desk::Policy::default(),
            calls: Arc::default(),
        };
        app.store
            .execute(Request::PutSite(site, Edit::default()))
            .await
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        tokio::spawn(relay.serve(listener, std::future::pending()));
        Self {
            app,
            url,
            _data: folder,
        }
    }

    /// Adds an agent; returns their token.
    async fn agent(&self, name: &str, kind: AgentKind) -> Secret {
        let now = self.app.clock.now();
        let card = AgentCard {
            id: AgentId::from_parts(now, self.app.entropy.bits()),
            name: name.to_owned(),
            kind,
        };
        let session = NewSession::draw(&*self.app.entropy, now, BOT_SESSION_MS);
        let sign_in = Request::SignIn {
            agent: card.id,
            token_hash: session.hash,
            expires_at: session.expires_at,
        };
        let agent = NewAgent {
            card,
            site: SITE,
            email: format!("{name}@tea.example"),
            password_hash: String::new(),
            capacity: 4,
        };
        self.app
            .store
            .execute(Request::PutAgent(agent, Edit::default()))
            .await
            .unwrap();
        self.app.store.execute(sign_in).await.unwrap();
        session.token
    }

    fn bot(&self, token: Secret) -> Settings {
        Settings {
            url: self.url.clone(),
            token,
            staff_lang: Lang::En,
        }
    }

    fn visitor(&self) -> (NativeClient<Visitor>, Updates<Visitor>) {
        let credential = VisitorCredential {
            site: SITE,
            token: None,
            locale: "en".to_owned(),
            page: None,
        };
        let options = Options::new(self.url.clone(), Config::new(credential)).codec(Codec::Json);
        NativeClient::start(options).unwrap()
    }
}

/// The visitor's log up to the first entry that is wanted, as lines.
async fn read_until(
    updates: &mut Updates<Visitor>,
    wanted: impl Fn(&PublicBody) -> bool,
) -> Vec<String> {
    let mut lines = Vec::new();
    let reading = async {
        loop {
            let Update::Entries { entries, .. } = updates.recv().await.unwrap() else {
                continue;
            };
            let mut found = false;
            for entry in entries {
                found |= wanted(&entry.body);
                lines.push(match entry.body {
                    PublicBody::Message {
                        author: Author::Visitor,
                        text,
                        ..
                    } => format!("visitor: {text}"),
                    PublicBody::Message { text, .. } => format!("agent: {text}"),
                    PublicBody::Assignment(AssignmentTold::Joined { agent }) => {
                        format!("{} joined, a {:?}", agent.name, agent.kind)
                    }
                    other => format!("{other:?}"),
                });
            }
            if found {
                return;
            }
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, reading).await;
    assert!(in_time.is_ok(), "waited in vain; so far: {lines:#?}");
    lines
}

fn says(body: &PublicBody, said: &str) -> bool {
    matches!(body, PublicBody::Message { text, .. } if text == said)
}

#[tokio::test]
async fn a_visitor_a_bot_and_a_person() {
    let shop = Shop::open().await;
    let token = shop.agent("Robin", AgentKind::Bot).await;
    // Two copies of one bot say everything once all the same.
    let copy = || tokio::spawn(run(shop.bot(token.clone()), std::future::pending()));
    let copies = [copy(), copy()];

    let (visitor, mut updates) = shop.visitor();
    let say = |text: &str| {
        visitor.submit(VisitorCommand::Send {
            text: text.to_owned(),
        })
    };
    say("Where is my order 1042?").await.unwrap();
    let answer = "Order 1042 is on its way to you.";
    let lines = read_until(&mut updates, |body| says(body, answer)).await;
    assert_eq!(
        lines,
        [
            "visitor: Where is my order 1042?".to_owned(),
            "Robin joined, a Bot".to_owned(),
            format!("agent: {}", Lang::En.greeting("Robin")),
            format!("agent: {answer}"),
        ]
    );

    let credential = StaffCredential {
        token: Some(shop.agent("Maria", AgentKind::Person).await),
    };
    let options = Options::<Staff>::new(shop.url.clone(), Config::new(credential));
    let (maria, _unread) = NativeClient::start(options).unwrap();
    let here = StaffCommand::Me(MeAct::SetAvailability {
        availability: Availability::Available,
    });
    maria.submit(here).await.unwrap();

    say("Get me a human, please").await.unwrap();
    let is_person = |body: &PublicBody| matches!(body, PublicBody::Assignment(AssignmentTold::Joined { agent }) if agent.kind == AgentKind::Person);
    let lines = read_until(&mut updates, is_person).await;
    assert_eq!(
        lines,
        [
            "visitor: Get me a human, please".to_owned(),
            format!("agent: {}", Lang::En.handing_over(Some("Maria"))),
            "Maria joined, a Person".to_owned(),
        ]
    );
    for copy in copies {
        assert!(!copy.is_finished());
        copy.abort();
    }
}

#[tokio::test]
async fn a_restarted_bot_takes_up_where_it_stopped() {
    let shop = Shop::open().await;
    let token = shop.agent("Robin", AgentKind::Bot).await;
    let (visitor, mut updates) = shop.visitor();
    let say = |text: &str| {
        visitor.submit(VisitorCommand::Send {
            text: text.to_owned(),
        })
    };
    let bot = tokio::spawn(run(shop.bot(token.clone()), std::future::pending()));
    say("When are you open?").await.unwrap();
    read_until(&mut updates, |body| says(body, Lang::En.hours())).await;
    bot.abort();
    assert!(bot.await.unwrap_err().is_cancelled());

    say("And where is 1043?").await.unwrap();
    let again = tokio::spawn(run(shop.bot(token), std::future::pending()));
    let lines = read_until(&mut updates, |body| {
        says(body, "Order 1043 is being packed.")
    })
    .await;
    assert_eq!(
        lines,
        [
            "visitor: And where is 1043?",
            "agent: Order 1043 is being packed."
        ]
    );
    again.abort();
}

#[tokio::test]
async fn a_wrong_token_is_said_so() {
    let shop = Shop::open().await;
    let result = run(shop.bot(Secret("wrong".to_owned())), std::future::pending());
    let result = tokio::time::timeout(PATIENCE, result).await.unwrap();
    assert!(matches!(result, Err(RunError::Token)), "{result:?}");
}

#[tokio::test]
async fn it_stops_when_told() {
    let shop = Shop::open().await;
    let token = shop.agent("Robin", AgentKind::Bot).await;
    assert!(run(shop.bot(token), std::future::ready(())).await.is_ok());
}
