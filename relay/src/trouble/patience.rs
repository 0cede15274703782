//! Waiting for longer than a site thinks is right is a reason to talk by itself.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use heard_desk::trouble::Limits;
use heard_protocol::{CallEvidence, CallReason, ConversationId, SiteId, UnixMillis, WaitEstimate};

use super::limits::SiteLimits;
use crate::hub::Hub;
use crate::store::{Request, Store, Waiting};

/// After how long a visitor is looked at again whose reason could not be kept, in milliseconds.
const RETRY_MS: u64 = 1_000;
/// How many are looked after at once; the others are a moment later.
const AT_ONCE: usize = 256;

/// Who was found to wait too long.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    limits: SiteLimits,
    /// Those of each site's line for whom it is kept.
    known: BTreeMap<SiteId, BTreeSet<ConversationId>>,
}

impl Patience {
    /// Looks at a site's line: everybody in it who is connected to this node, and what they are
    /// told of their wait. Returns when to look again if nothing happens before.
    pub(crate) async fn look(
        &mut self,
        store: &dyn Store,
        hub: &Hub,
        site: SiteId,
        line: &[(Waiting, WaitEstimate)],
        now: UnixMillis,
    ) -> Option<UnixMillis> {
        let mut known = self.known.remove(&site).unwrap_or_default();
        if line.is_empty() {
            return None;
        }
        let limits = self.limits.of(store, site).await?;
        let mut next: Option<UnixMillis> = None;
        let mut soonest = |at: UnixMillis| next = Some(next.map_or(at, |next| next.min(at)));
        let waiting: BTreeSet<_> = line.iter().map(|(one, _)| one.conversation).collect();
        known.retain(|known| waiting.contains(known));
        let here = line.iter().filter(|(one, _)| {
            !known.contains(&one.conversation) && hub.visitor_online(one.contact)
        });
        let mut asked = Vec::new();
        for (one, estimate) in here {
            match evidence(&limits, one.since, *estimate, now) {
                Some(_) if asked.len() == AT_ONCE => soonest(now.plus(RETRY_MS)),
                Some(evidence) => asked.push((one.conversation, evidence)),
                None => soonest(one.since.plus(limits.wait_ms)),
            }
        }
        let answers = join_all(asked.iter().map(|(conversation, evidence)| {
            store.execute(Request::Trouble {
                conversation: *conversation,
                seen: vec![(CallReason::NobodyFree, *evidence)],
                stance: None,
                now,
            })
        }));
        for ((conversation, _), answer) in asked.iter().zip(answers.await) {
            if let Err(error) = answer {
                tracing::warn!(%error, conversation.id = %conversation, "a long wait could not be kept");
                soonest(now.plus(RETRY_MS));
            } else {
                known.insert(*conversation);
            }
        }
        self.known.insert(site, known);
        next
    }
}

/// What says that somebody waits too long: that they have, or that they will.
fn evidence(
    limits: &Limits,
    since: UnixMillis,
    estimate: WaitEstimate,
    now: UnixMillis,
) -> Option<CallEvidence> {
    let waited = now.since(since);
    if waited >= limits.wait_ms {
        return Some(CallEvidence::Unanswered(waited));
    }
    let WaitEstimate::Minutes { low, .. } = estimate else {
        return None;
    };
    let expected = u64::from(low) * 60_000;
    (expected > limits.wait_ms).then_some(CallEvidence::Expected(expected))
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn too_long_is_over_the_sites_limit_or_going_to_be() {
        let limits = Limits::default();
        let ask = |now, estimate| evidence(&limits, UnixMillis(0), estimate, UnixMillis(now));
        let minutes = |low| WaitEstimate::Minutes { low, high: 9 };
        assert_eq!(ask(179_999, WaitEstimate::Unknown), None);
        assert_eq!(
            ask(180_000, WaitEstimate::NobodyHere),
            Some(CallEvidence::Unanswered(180_000))
        );
        assert_eq!(ask(0, minutes(3)), None);
        assert_eq!(ask(0, minutes(4)), Some(CallEvidence::Expected(240_000)));
        // Nobody here says nothing of how long it takes; the form that asks for a call is there
        // already.
        assert_eq!(ask(0, WaitEstimate::NobodyHere), None);
    }
}
