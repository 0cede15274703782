//! A relay on a fresh data file, with a clock that stands still and randomness that replays.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use heard_protocol::{AgentCard, AgentId, AgentKind, CallbackSummary, SiteId, UnixMillis};
use heard_relay::app::App;
use heard_relay::clock::{Clock, ManualClock};
use heard_relay::config::Config;
use heard_relay::entropy::SeededEntropy;
use heard_relay::server::Relay;
use heard_relay::store::{self, Edit, NewAgent, SiteRecord};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

/// Where the relay is, to itself and to its pages.
pub(crate) const HOST: &str = "127.0.0.1:8080";
/// The origin of its own pages.
pub(crate) const OWN: &str = "http://127.0.0.1:8080";
/// The origin of the shop.
pub(crate) const SHOP: &str = "https://shop.example";
/// 2026-11-23 12:00 UTC.
pub(crate) const NOON: UnixMillis = UnixMillis(1_795_435_200_000);
pub(crate) const PASSWORD: &str = "anna-answers-everybody";

pub(crate) struct Rig {
    pub(crate) relay: Relay,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) site: SiteId,
    pub(crate) agent: AgentId,
    router: Router,
    _folder: TempDir,
}

/// What came back.
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The code of an error, after a look at its shape.
    pub(crate) fn code(&self) -> String {
        let json = self.json();
        assert!(json["message"].is_string(), "{}", self.text);
        json["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no code: {}", self.text))
            .to_owned()
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn policy(&self) -> &str {
        self.header(header::CONTENT_SECURITY_POLICY)
    }

    /// The cookie the relay gave, as a browser sends it back.
    pub(crate) fn cookie(&self) -> String {
        self.header(header::SET_COOKIE)
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    }
}

impl Rig {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(set: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config {
            data: folder.path().join("heard.db").into(),
            ..Config::default()
        };
        set(&mut config);
        let clock = Arc::new(ManualClock::new(NOON));
        let entropy = Arc::new(SeededEntropy::new(7));
        let relay = Relay::open(config, clock.clone(), entropy).await.unwrap();
        let (site, agent) = (SiteId::from_parts(NOON, 1), AgentId::from_parts(NOON, 2));
        let rig = Self {
            router: relay.router(),
            relay,
            clock,
            site,
            agent,
            _folder: folder,
        };
        rig.put_site(site, "Larch & <Kettle>").await;
        let hash = rig
            .app()
            .passwords
            .hash(PASSWORD, &SeededEntropy::new(8))
            .await
            .unwrap();
        rig.put_agent(agent, AgentKind::Person, "anna@shop.example", hash)
            .await;
        rig
    }

    pub(crate) fn app(&self) -> &Arc<App> {
        self.relay.app()
    }

    pub(crate) async fn put_site(&self, id: SiteId, name: &str) {
        let site = SiteRecord {
            id,
            name: name.to_owned(),
            origins: vec![SHOP.to_owned()],
            policy: heard_desk::Policy::default(),
            calls: Arc::default(),
        };
        self.app()
            .store
            .execute(store::Request::PutSite(site, Edit::default()))
            .await
            .unwrap();
    }

    pub(crate) async fn put_agent(&self, id: AgentId, kind: AgentKind, email: &str, hash: String) {
        let agent = NewAgent {
            card: AgentCard {
                id,
                name: "Anna".to_owned(),
                kind,
            },
            site: self.site,
            email: email.to_owned(),
            password_hash: hash,
            capacity: 4,
        };
        self.app()
            .store
            .execute(store::Request::PutAgent(agent, Edit::default()))
            .await
            .unwrap();
    }

    /// Every request to be called, as staff see them.
    pub(crate) async fn callbacks(&self) -> Vec<CallbackSummary> {
        self.app()
            .store
            .overview(self.site, self.clock.now())
            .await
            .unwrap()
            .callbacks
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Got {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, 1 << 22).await.unwrap().to_vec()).unwrap();
        Got {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Got {
        self.send(Method::GET, path, headers, Body::empty()).await
    }

    pub(crate) async fn post_json(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Got {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/json"));
        self.send(Method::POST, path, &headers, body.to_string())
            .await
    }

    pub(crate) async fn post_form(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Got {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", percent(value)))
            .collect();
        self.send(Method::POST, path, &headers, pairs.join("&"))
            .await
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
