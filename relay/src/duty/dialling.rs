//! Dialling: a call that an agent has taken.

use std::sync::Arc;

use async_trait::async_trait;
use heard_protocol::UnixMillis;

use super::{Due, Duty, Word};
use crate::clock::Clock;
use crate::dialer::{Dialers, Ordered};
use crate::store::Fact;

/// Has a call dialled that was taken on this node. Each is a task of its own: a dialer may be slow.
pub(super) struct Dialling {
    dialers: Arc<Dialers>,
    ordered: Vec<Ordered>,
}

impl Dialling {
    pub(super) const fn new(dialers: Arc<Dialers>) -> Self {
        let ordered = Vec::new();
        Self { dialers, ordered }
    }
}

#[async_trait]
impl Duty for Dialling {
    fn hear(&mut self, word: &Word, _: UnixMillis) {
        // What another node wrote is dialled there.
        if let Word::Wrote(Fact::Dial {
            site,
            callback,
            order,
        }) = word
        {
            self.ordered.push(Ordered {
                site: *site,
                callback: *callback,
                order: *order,
            });
        }
    }

    fn due(&self) -> Option<Due> {
        (!self.ordered.is_empty()).then_some(Due::Now)
    }

    async fn work(&mut self, _: &dyn Clock) {
        for ordered in self.ordered.drain(..) {
            tokio::spawn(Arc::clone(&self.dialers).dial(ordered));
        }
    }
}
