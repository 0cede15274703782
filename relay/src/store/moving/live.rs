//! Whether a relay has a store open.

use std::collections::BTreeMap;
use std::time::Duration;

use heard_desk::lease::{BEAT_MS, Leases};

use super::run::Watch;
use super::{Event, Source};
use crate::store::StoreError;

/// Refuses a store on which a relay is running. A relay that has ended leaves its number behind: it
/// is watched until nobody would take it for alive.
pub(super) async fn refuse(store: &mut dyn Source, watch: Watch<'_>) -> Result<(), StoreError> {
    if !store.is_shared() {
        return Ok(());
    }
    let mut leases = Leases::default();
    let mut before: Option<BTreeMap<_, _>> = None;
    loop {
        let beats: BTreeMap<_, _> = store.presence().await?.beats.into_iter().collect();
        let gone = leases.look(beats.clone()).len();
        if gone == beats.len() {
            return Ok(());
        }
        // One that is forgotten meanwhile is not alive, but whoever forgot it is.
        if before.as_ref().is_some_and(|before| *before != beats) {
            return Err(StoreError::InUse {
                path: store.place().into(),
            });
        }
        if before.replace(beats).is_none() {
            let place = store.place();
            watch(Event::Watching { place });
        }
        tokio::time::sleep(Duration::from_millis(BEAT_MS)).await;
    }
}
