//! What the relay says last. It has a word of its own in a log (that a talk goes in circles), some
//! time after everybody's last one, so what it wrote as it stopped is read on its return.

use heard_protocol::{Staff, Visitor};
use heard_relay::store::Head;

use super::{Desk, Party, Seen};

/// The ends of the logs on disk that somebody has not read to, while no relay runs.
pub async fn unread(
    desk: &Desk,
    visitors: &[Party<Visitor>],
    agents: &[Party<Staff>],
) -> Vec<Head> {
    let mut which: Vec<_> = agents
        .iter()
        .flat_map(|agent| agent.look(|seen| seen.logs.keys().copied().collect::<Vec<_>>()))
        .collect();
    which.sort_unstable();
    which.dedup();
    let store = desk.store().await;
    let mut rest = Vec::new();
    for conversation in which {
        let end = store
            .head(conversation)
            .await
            .expect("the store can be read");
        let end = end.expect("it is there");
        let read = agents
            .iter()
            .all(|agent| agent.look(|seen| reads(seen, &end)))
            && visitors
                .iter()
                .all(|visitor| visitor.look(|seen| follows(seen, &end)));
        if !read {
            rest.push(end);
        }
    }
    rest
}

/// Waits until everybody has read up to these ends.
pub async fn read(visitors: &[Party<Visitor>], agents: &[Party<Staff>], ends: &[Head]) {
    for agent in agents {
        let all = |seen: &Seen<Staff>| ends.iter().all(|end| reads(seen, end));
        agent.until("reads what was said last", all).await;
    }
    for visitor in visitors {
        let all = |seen: &Seen<Visitor>| ends.iter().all(|end| follows(seen, end));
        visitor.until("reads what was said last", all).await;
    }
}

/// Whether an agent, who follows every conversation, has read this one.
fn reads(seen: &Seen<Staff>, end: &Head) -> bool {
    let read = seen.logs.get(&end.conversation).map_or(0, Vec::len);
    read as u64 >= end.staff.0
}

/// Whether a visitor has read this conversation, if it is theirs.
fn follows(seen: &Seen<Visitor>, end: &Head) -> bool {
    let read = seen.logs.get(&end.conversation).map(Vec::len);
    read.is_none_or(|read| read as u64 >= end.public.0)
}
