//! Sites, agents, sessions, presence.

use heard_protocol::{AgentId, RefusalCode};
use heard_relay::store::Request;

use crate::bench::{ANNA, Bench, Home, NOW, SITE, agent};

pub(crate) async fn sessions_end<H: Home>(bench: Bench<H>) {
    let token_hash = [7; 32];
    let expires_at = NOW.plus(1_000);
    bench
        .done(Request::SignIn {
            agent: ANNA,
            token_hash,
            expires_at,
        })
        .await;
    let by = |now| bench.store.agent_by_session(token_hash, now);
    let found = by(NOW).await.expect("a read").expect("a session");
    assert_eq!((found.card.id, found.site), (ANNA, SITE));
    assert!(by(expires_at).await.expect("a read").is_none());
    bench.done(Request::SignOut { token_hash }).await;
    assert!(by(NOW).await.expect("a read").is_none());
}

pub(crate) async fn one_address_one_agent<H: Home>(bench: Bench<H>) {
    let found = bench
        .store
        .agent_by_email("ANNA@shop.example")
        .await
        .expect("a read");
    assert_eq!(found.map(|agent| agent.card.id), Some(ANNA));
    let double = agent(AgentId::from_bits(12), "anna", SITE);
    assert_eq!(
        bench.refused(Request::PutAgent(double)).await,
        RefusalCode::IdTaken
    );
    let mut renamed = agent(ANNA, "Anna", SITE);
    "Anna Kotova".clone_into(&mut renamed.card.name);
    bench.done(Request::PutAgent(renamed)).await;
    let found = bench
        .store
        .agent(ANNA)
        .await
        .expect("a read")
        .expect("she is there");
    assert_eq!(found.card.name, "Anna Kotova");
}

pub(crate) async fn a_restart_leaves_nobody_online<H: Home>(bench: Bench<H>) {
    bench.at_desk(ANNA, NOW).await;
    let online =
        |team: Vec<heard_protocol::Colleague>| team.iter().filter(|one| one.online).count();
    assert_eq!(
        online(bench.store.colleagues(SITE).await.expect("a read")),
        1
    );
    bench.done(Request::EverybodyGone { now: NOW }).await;
    assert_eq!(
        online(bench.store.colleagues(SITE).await.expect("a read")),
        0
    );
}
