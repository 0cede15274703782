//! Logs, read marks and notices.

use heard_protocol::{ClientFrame, ConversationId, Cursor, Seq};

use super::clock::Tick;
use super::machine::{Effects, Phase, Session};
use super::{ClientRole, Effect, Update};

impl<R: ClientRole> Session<R> {
    pub(super) fn follow(&mut self, conversation: ConversationId, out: &mut Effects<R>) {
        let (log, new) = self.logs.begin(conversation);
        if new && matches!(self.phase, Phase::Live(_)) {
            let cursor = log.ask();
            self.transmit(ClientFrame::Follow(cursor), out);
        }
    }

    pub(super) fn unfollow(&mut self, conversation: ConversationId, out: &mut Effects<R>) {
        if self.logs.end(conversation) {
            self.transmit(ClientFrame::Unfollow { conversation }, out);
        }
    }

    pub(super) fn read(&mut self, mark: Cursor, out: &mut Effects<R>) {
        if self.marks.raise(mark) {
            self.transmit(ClientFrame::Read(mark), out);
        }
    }

    pub(super) fn noticed(&mut self, notice: R::Notice, out: &mut Effects<R>) {
        if let Some(conversation) = R::begun(&notice) {
            self.logs.begin(conversation);
        }
        out.push(Effect::Update(Update::Notice(notice)));
    }

    pub(super) fn entries(
        &mut self,
        conversation: ConversationId,
        mut entries: Vec<R::Entry>,
        head: Seq,
        out: &mut Effects<R>,
    ) {
        let log = if R::FOLLOWED_UNASKED {
            self.logs.begin(conversation).0
        } else if let Some(log) = self.logs.get_mut(conversation) {
            log
        } else {
            return;
        };
        let hole = log.take(&mut entries, head);
        let question = if hole { log.ask_once() } else { None };
        let head = log.head();
        let behind = log.is_behind();
        if !entries.is_empty() {
            out.push(Effect::Update(Update::Entries {
                conversation,
                entries,
                head,
            }));
        }
        if let Some(cursor) = question {
            self.transmit(ClientFrame::Follow(cursor), out);
        }
        if behind {
            self.watch_for_stalled();
        }
    }

    pub(super) fn reset(&mut self, conversation: ConversationId, out: &mut Effects<R>) {
        let Some(log) = self.logs.get_mut(conversation) else {
            return;
        };
        let told = log.reset();
        // Asked once and reset again, the relay has nothing of this log for us: asking on and on
        // would not help.
        let question = log.ask_once();
        self.marks.forget(conversation);
        if told {
            out.push(Effect::Update(Update::Reset { conversation }));
        }
        if let Some(cursor) = question {
            self.transmit(ClientFrame::Follow(cursor), out);
        }
    }

    pub(super) fn no_such_log(&mut self, conversation: ConversationId, out: &mut Effects<R>) {
        if self.logs.end(conversation) {
            self.marks.forget(conversation);
            out.push(Effect::Update(Update::NoSuchLog { conversation }));
        }
    }

    /// All positions are of another life of the store.
    pub(super) fn forget_positions(&mut self, out: &mut Effects<R>) {
        self.marks.clear();
        for log in self.logs.iter_mut() {
            let conversation = log.cursor().conversation;
            if log.reset() {
                out.push(Effect::Update(Update::Reset { conversation }));
            }
        }
    }

    /// Follows on a new connection what was followed before and the relay does not follow by
    /// itself.
    pub(super) fn follow_again(
        &mut self,
        other_life: bool,
        current: Option<(ConversationId, Seq)>,
        out: &mut Effects<R>,
    ) {
        let resumed = std::mem::take(&mut self.resumed);
        let mut unasked = None;
        if let Some((conversation, head)) = current {
            let (log, new) = self.logs.begin(conversation);
            log.ends_at(head);
            if new {
                unasked = Some(conversation);
            }
        }
        let mut questions = Vec::new();
        let mut behind = false;
        for log in self.logs.iter_mut() {
            let conversation = log.cursor().conversation;
            behind |= log.is_behind();
            if (other_life || !resumed.contains(&conversation)) && unasked != Some(conversation) {
                questions.push(log.ask());
            }
        }
        for cursor in questions {
            self.transmit(ClientFrame::Follow(cursor), out);
        }
        if behind {
            self.watch_for_stalled();
        }
    }

    pub(super) fn say_marks_again(&mut self, out: &mut Effects<R>) {
        for mark in self.marks.all() {
            self.transmit(ClientFrame::Read(mark), out);
        }
    }

    fn watch_for_stalled(&mut self) {
        let look_at: Tick = self.after(self.limits.catch_up_ms);
        if let Phase::Live(live) = &mut self.phase
            && live.catch_up.is_none()
        {
            live.catch_up = Some(look_at);
            self.logs.remember();
        }
    }

    /// Asks again for logs that stand still behind their end.
    pub(super) fn catch_up(&mut self, out: &mut Effects<R>) {
        let now = self.clock.now();
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        if live.catch_up.is_none_or(|at| now < at) {
            return;
        }
        let (stalled, any_behind) = self.logs.look_for_stalled();
        live.catch_up = any_behind.then_some(now.saturating_add(self.limits.catch_up_ms));
        for cursor in stalled {
            self.transmit(ClientFrame::Follow(cursor), out);
        }
    }
}
