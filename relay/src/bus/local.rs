//! A bus within one process, for nodes that share it: tests, mostly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::{Bus, Heard};

/// One bus; every node takes a [`line`](Self::line).
#[derive(Debug, Default)]
pub struct Local {
    lines: Mutex<Vec<mpsc::UnboundedSender<Heard>>>,
    cut: AtomicBool,
}

/// One node's line.
#[derive(Debug)]
struct End {
    bus: Arc<Local>,
}

impl Local {
    /// Another node's line: what it sends with, and what it hears.
    pub fn line(self: &Arc<Self>) -> super::Line {
        let (ear, heard) = mpsc::unbounded_channel();
        self.lines.lock().push(ear);
        let bus = Arc::clone(self);
        (Arc::new(End { bus }), heard)
    }

    /// Loses everything until it is [`mended`](Self::mend).
    pub fn cut(&self) {
        self.cut.store(true, Ordering::Release);
    }

    /// Carries words again.
    pub fn mend(&self) {
        self.cut.store(false, Ordering::Release);
    }
}

impl Bus for End {
    fn send(&self, word: Bytes) {
        if self.is_up() {
            let mut lines = self.bus.lines.lock();
            lines.retain(|line| line.send(Heard::Word(word.clone())).is_ok());
        }
    }

    fn is_up(&self) -> bool {
        !self.bus.cut.load(Ordering::Acquire)
    }
}
