//! Commands and their answers.

use heard_protocol::{ClientFrame, CommandId, Envelope, Receipt, Refusal, RefusalCode};

use super::machine::{Effects, Phase, Session};
use super::{ClientRole, Effect, Update};

/// The relay's word on when to retry is taken within these bounds, in milliseconds.
const HOLD_MS: (u64, u64) = (100, 60_000);

impl<R: ClientRole> Session<R> {
    pub(super) fn submit(&mut self, envelope: Envelope<R>, out: &mut Effects<R>) {
        if self.outbox.len() >= self.limits.outbox {
            out.push(Effect::Update(Update::Refused {
                id: envelope.id,
                refusal: Refusal::from(RefusalCode::TooFast),
            }));
        } else if self.outbox.submit(envelope.clone()) {
            out.push(Effect::Keep(envelope));
            self.send_what_waits(out);
        }
    }

    pub(super) fn cancel(&mut self, id: CommandId, out: &mut Effects<R>) {
        if self.outbox.remove(id, self.clock.now()) {
            out.push(Effect::Drop(id));
        }
    }

    pub(super) fn acknowledged(&mut self, id: CommandId, receipt: Receipt, out: &mut Effects<R>) {
        if self.outbox.remove(id, self.clock.now()) {
            out.push(Effect::Drop(id));
            out.push(Effect::Update(Update::Sent { id, receipt }));
        }
    }

    pub(super) fn refused(&mut self, id: CommandId, refusal: Refusal, out: &mut Effects<R>) {
        if refusal.code.is_passing() {
            self.held(id, refusal, out);
        } else if self.outbox.remove(id, self.clock.now()) {
            out.push(Effect::Drop(id));
            out.push(Effect::Update(Update::Refused { id, refusal }));
        }
    }

    fn held(&mut self, id: CommandId, refusal: Refusal, out: &mut Effects<R>) {
        let (least, most) = HOLD_MS;
        let asked = u64::from(refusal.retry_after_ms).clamp(least, most);
        // Spread out, since what holds one back (a full disk) may hold all.
        let spread = self.jitter.up_to(asked / 4);
        let until = self.after(asked + spread);
        if self.outbox.hold(id, until) {
            out.push(Effect::Update(Update::Held {
                id,
                refusal,
                until: self.clock.outside(until),
            }));
        }
    }

    /// Sends the commands whose turn it is.
    pub(super) fn send_what_waits(&mut self, out: &mut Effects<R>) {
        if !matches!(self.phase, Phase::Live(_)) {
            return;
        }
        let now = self.clock.now();
        self.outbox.give_up_waiting(self.limits.answer_ms, now);
        while let Some(envelope) = self.outbox.next(now) {
            self.transmit(ClientFrame::Command(envelope), out);
        }
    }
}
