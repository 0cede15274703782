//! Who is in the demo.

use heard_protocol::SiteId;
use heard_relay::clock::Clock;
use heard_relay::config::PublicUrl;
use heard_relay::entropy::Entropy;
use heard_relay::store::{Edit, Request, Store};

use crate::cli::offline::{NewAccount, put_agent, put_site};

/// The shop's name, as on its pages.
const SHOP: &str = "Larch & Kettle";
/// How many conversations each of them takes.
const CAPACITY: u16 = 4;

/// An agent of the demo, with a password that everybody knows.
pub(super) struct Person {
    name: &'static str,
    pub(super) email: &'static str,
    pub(super) password: &'static str,
}

/// Everybody who answers in the demo.
pub(super) const TEAM: [Person; 2] = [
    Person {
        name: "Anna",
        email: "anna@demo.example",
        password: "anna-answers",
    },
    Person {
        name: "Oleg",
        email: "oleg@demo.example",
        password: "oleg-answers",
    },
];

/// Makes sure that there is a shop whose pages may show the chat, and its team. What is there
/// already stays.
pub(super) async fn seed(
    store: &dyn Store,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    shop_port: u16,
) -> anyhow::Result<SiteId> {
    let mut origins = Vec::new();
    for host in ["127.0.0.1", "localhost"] {
        origins.extend(PublicUrl::from_host(false, &format!("{host}:{shop_port}")));
    }
    let site = match store.sites().await?.into_iter().next() {
        None => put_site(store, clock, entropy, SHOP, &origins).await?.id,
        Some(mut site) => {
            let before = site.origins.len();
            for origin in origins.iter().map(ToString::to_string) {
                if !site.origins.contains(&origin) {
                    site.origins.push(origin);
                }
            }
            let id = site.id;
            if site.origins.len() > before {
                store
                    .execute(Request::PutSite(site, Edit::by_operator(clock.now())))
                    .await?;
            }
            id
        }
    };
    for person in TEAM {
        if store.agent_by_email(person.email).await?.is_none() {
            let account = NewAccount {
                site,
                name: person.name,
                email: person.email,
                password: Some(person.password),
                capacity: CAPACITY,
            };
            put_agent(store, clock, entropy, account).await?;
        }
    }
    Ok(site)
}
