//! What waits to be sent on one connection.

use std::collections::VecDeque;
use std::sync::Arc;

use heard_protocol::{StaffNotice, VisitorNotice, VisitorRow};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::store::Fact;

/// One thing a connection should hear of.
#[derive(Debug, Clone)]
pub enum Mail {
    /// Something is on disk.
    Fact(Arc<Fact>),
    /// Something may have been missed: look into the store.
    CatchUp,
    /// In passing, for a visitor.
    ToVisitor(VisitorNotice),
    /// A row of a visitor's lists.
    VisitorRow(VisitorRow),
    /// In passing, for an agent.
    ToStaff(StaffNotice),
}

/// A bounded queue of mail. An idle one holds no memory. When it is full, its connection is too
/// slow to be kept: it is closed, and the client resumes from its cursors on another one.
#[derive(Debug)]
pub struct Mailbox {
    inner: Mutex<Inner>,
    arrived: Notify,
    limit: usize,
}

#[derive(Debug, Default)]
struct Inner {
    queue: VecDeque<Mail>,
    overflowed: bool,
}

impl Mailbox {
    /// An empty box for at most `limit` pieces of mail.
    pub fn new(limit: usize) -> Self {
        Self {
            inner: Mutex::default(),
            arrived: Notify::new(),
            limit,
        }
    }

    /// Puts a piece of mail in and wakes whoever waits for it.
    pub fn put(&self, mail: Mail) {
        self.put_quietly(mail);
        self.wake();
    }

    /// Wakes whoever waits for mail.
    pub fn wake(&self) {
        self.arrived.notify_one();
    }

    /// Puts a piece of mail in without waking anybody. A notice is dropped rather than overflow the
    /// box; a fact is not.
    pub fn put_quietly(&self, mail: Mail) {
        let mut inner = self.inner.lock();
        if inner.overflowed {
            return;
        }
        if inner.queue.len() < self.limit {
            inner.queue.push_back(mail);
        } else if matches!(mail, Mail::Fact(_) | Mail::CatchUp) {
            inner.overflowed = true;
            inner.queue = VecDeque::new();
        }
    }

    /// Takes everything out; `None` once the box has overflowed.
    pub fn take(&self) -> Option<VecDeque<Mail>> {
        let mut inner = self.inner.lock();
        if inner.overflowed {
            None
        } else {
            Some(std::mem::take(&mut inner.queue))
        }
    }

    /// Waits until something was put in since the last wait.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Waits until the box has overflowed.
    pub async fn overflowed(&self) {
        loop {
            let arrived = self.arrived.notified();
            if self.inner.lock().overflowed {
                // Whoever waits for mail must hear of it as well.
                self.arrived.notify_one();
                return;
            }
            arrived.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::SiteId;

    use super::*;

    fn fact() -> Mail {
        Mail::Fact(Arc::new(Fact::Dispatch {
            site: SiteId::from_bits(1),
        }))
    }

    fn notice() -> Mail {
        Mail::ToVisitor(VisitorNotice::Desk { open: true })
    }

    #[test]
    fn a_full_box_drops_notices_and_overflows_on_facts() {
        let mailbox = Mailbox::new(2);
        mailbox.put(fact());
        mailbox.put(notice());
        mailbox.put(notice());
        assert_eq!(mailbox.take().map(|mail| mail.len()), Some(2));
        for _ in 0..3 {
            mailbox.put(fact());
        }
        assert!(mailbox.take().is_none());
    }
}
