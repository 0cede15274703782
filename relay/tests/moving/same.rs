//! Two stores that say the same.

use std::fmt::Debug;

use futures_util::StreamExt as _;
use futures_util::stream;
use heard_protocol::{ConversationSummary, Seq, UnixMillis};
use heard_relay::store::{Overview, Store};

use crate::content::{AGENTS, SITES, TOKEN, contact, conversations};

/// How many visitors are looked at at once.
const AT_ONCE: usize = 16;

/// What a reader sees of both; a database has no room for a NUL outside of the log.
fn equal<T: Debug>(one: &T, other: &T) {
    let shown = |value: &T| format!("{value:#?}").replace("\\0", "\u{fffd}");
    let (one, other) = (shown(one), shown(other));
    // All of it would be too much to read.
    let differ = one.lines().zip(other.lines()).find(|(a, b)| a != b);
    assert!(one == other, "{differ:?}");
}

/// Compares everything that can be read. Returns how many entries there are.
pub(crate) async fn compare(one: &dyn Store, other: &dyn Store, visitors: u128) -> usize {
    assert_eq!(one.epoch(), other.epoch());
    assert_eq!(one.token_key(), other.token_key());
    let now = UnixMillis(1);
    for site in SITES {
        let (mine, theirs) = (
            one.overview(site, now).await,
            other.overview(site, now).await,
        );
        let (mine, theirs): (Overview, Overview) = (mine.expect("read"), theirs.expect("read"));
        assert!(!mine.conversations.is_empty());
        equal(&mine, &theirs);
        equal(
            &one.queue(site).await.expect("read"),
            &other.queue(site).await.expect("read"),
        );
    }
    equal(
        &one.sites().await.expect("read"),
        &other.sites().await.expect("read"),
    );
    for agent in AGENTS {
        let (mine, theirs) = (one.agent(agent).await, other.agent(agent).await);
        equal(&mine.expect("read"), &theirs.expect("read"));
    }
    let mine = one.agent_by_session(TOKEN, now).await.expect("read");
    let theirs = other.agent_by_session(TOKEN, now).await.expect("read");
    assert!(mine.is_some());
    equal(&mine, &theirs);
    equal(
        &one.beats().await.expect("read"),
        &other.beats().await.expect("read"),
    );
    stream::iter(0..visitors)
        .map(|visitor| talk(one, other, visitor))
        .buffer_unordered(AT_ONCE)
        .fold(0, |sum, entries| async move { sum + entries })
        .await
}

/// Compares what a visitor and an agent see of one visitor's conversations.
async fn talk(one: &dyn Store, other: &dyn Store, visitor: u128) -> usize {
    let view = one.visitor_view(contact(visitor)).await.expect("read");
    assert!(view.conversation.is_some());
    equal(
        &view,
        &other.visitor_view(contact(visitor)).await.expect("read"),
    );
    let mut entries = 0;
    for id in conversations(visitor) {
        let mine: Option<ConversationSummary> = one.summary(id).await.expect("read");
        equal(&mine, &other.summary(id).await.expect("read"));
        let mine = one
            .read_staff(id, Seq::START, usize::MAX)
            .await
            .expect("read");
        let theirs = other
            .read_staff(id, Seq::START, usize::MAX)
            .await
            .expect("read");
        // The log is the same to the last byte.
        assert_eq!(mine, theirs);
        entries += mine.entries.len();
        let mine = one
            .read_public(id, Seq::START, usize::MAX)
            .await
            .expect("read");
        let theirs = other
            .read_public(id, Seq::START, usize::MAX)
            .await
            .expect("read");
        assert_eq!(mine, theirs);
    }
    entries
}
