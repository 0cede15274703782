//! Sites, agents, sessions, presence.

use heard_protocol::{AgentId, RefusalCode};
use heard_relay::node::NodeId;
use heard_relay::store::{Answer, Edit, Fact, Request};

use crate::bench::{ANNA, Bench, Home, NODE, NOW, SITE, agent};

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
        bench
            .refused(Request::PutAgent(double, Edit::default()))
            .await,
        RefusalCode::IdTaken
    );
    let mut renamed = agent(ANNA, "Anna", SITE);
    "Anna Kotova".clone_into(&mut renamed.card.name);
    bench
        .done(Request::PutAgent(renamed, Edit::default()))
        .await;
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

fn socket(node: NodeId, online: bool) -> Request {
    Request::Presence {
        agent: ANNA,
        node,
        online,
        now: NOW,
    }
}

pub(crate) async fn an_agent_is_online_while_any_node_has_them<H: Home>(bench: Bench<H>) {
    let other = NodeId::from_bits(2);
    let here = async || {
        let team = bench.store.colleagues(SITE).await.expect("a read");
        team.iter().any(|one| one.card.id == ANNA && one.online)
    };
    bench.done(socket(NODE, true)).await;
    bench.done(socket(other, true)).await;
    bench.done(socket(NODE, false)).await;
    assert!(here().await);

    // What the node last said is what it must not have said anything since.
    bench.answer(Request::Beat { node: other }).await;
    let beats = bench.store.beats().await.expect("a read");
    let (_, beat) = beats
        .into_iter()
        .find(|(node, _)| *node == other)
        .expect("it is known");
    let gone = |beat| Request::NodeGone {
        node: other,
        beat,
        now: NOW,
    };
    bench.done(gone(beat - 1)).await;
    assert!(here().await);
    bench.notebook.take();
    bench.done(gone(beat)).await;
    assert!(!here().await);
    let facts = bench.notebook.take();
    assert!(facts.contains(&Fact::Dispatch { site: SITE }), "{facts:?}");
    // Everybody who noticed says so; the first one was enough.
    bench.done(gone(beat)).await;
    assert_eq!(bench.notebook.take(), []);
    let again = bench.answer(Request::Beat { node: other }).await;
    assert_eq!(again, Answer::Beat { known: false });
    let again = bench.answer(Request::Beat { node: other }).await;
    assert_eq!(again, Answer::Beat { known: true });
    assert!(!here().await);
}
