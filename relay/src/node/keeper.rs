//! The task that keeps this node's lease, and looks after the others'.

use std::sync::Arc;
use std::time::Duration;

use heard_desk::lease::{BEAT_MS, Leases};
use tokio::time::MissedTickBehavior;

use super::NodeId;
use crate::socket::{self, Context};
use crate::store::{Answer, Request, StoreError};

/// Runs until the relay stops.
pub(crate) async fn keep(context: Arc<Context>) {
    let mut leases = Leases::default();
    let mut beat = tokio::time::interval(Duration::from_millis(BEAT_MS));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = context.stop.cancelled() => return,
            _ = beat.tick() => {}
        }
        match look(&context, &mut leases).await {
            Ok(()) => {}
            Err(StoreError::Stopped) => return,
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "this node could not say that it is alive"
            ),
        }
    }
}

async fn look(context: &Arc<Context>, leases: &mut Leases<NodeId>) -> Result<(), StoreError> {
    let node = context.node;
    let beat = context.store.execute(Request::Beat { node }).await?;
    if beat == (Answer::Beat { known: false }) {
        // It is new, or was silent for so long that it was forgotten, and its agents with it.
        socket::settle_everybody(context);
    }
    let beats = context.store.beats().await?;
    for (silent, beat) in leases.look(beats) {
        if silent == node {
            continue;
        }
        tracing::warn!(node.id = %silent, "a node has fallen silent");
        let now = context.clock.now();
        let gone = Request::NodeGone {
            node: silent,
            beat,
            now,
        };
        context.store.execute(gone).await?;
        // It may have known of what is due.
        context.duties.everywhere();
    }
    Ok(())
}
