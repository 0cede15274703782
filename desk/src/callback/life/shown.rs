//! A request as people see it: staff, and the visitor.

use heard_protocol::{
    CallLeg, CallbackProgress, CallbackState, CallbackSummary, CallbackView, CallbackWhen,
};

use super::{Callback, Ending, Stage};

impl Callback {
    /// As staff see it.
    pub fn summary(&self) -> CallbackSummary {
        CallbackSummary {
            id: self.id,
            requested_at: self.requested_at,
            conversation: self.conversation,
            form: self.form.clone(),
            state: self.state(),
        }
    }

    fn state(&self) -> CallbackState {
        match &self.life.stage {
            Stage::Waiting => {
                self.life
                    .tries
                    .last()
                    .map_or(CallbackState::Open, |last| CallbackState::Again {
                        at: self.life.due,
                        tries: u8::try_from(self.life.tries.len()).unwrap_or(u8::MAX),
                        last: last.disposition,
                    })
            }
            Stage::Ringing { agent, until } => CallbackState::Ringing {
                agent: *agent,
                until: *until,
            },
            Stage::Calling {
                agent, since, leg, ..
            } => CallbackState::Calling {
                agent: *agent,
                since: *since,
                leg: *leg,
            },
            Stage::Ended { at, how } => match how {
                Ending::Closed {
                    by,
                    disposition,
                    note,
                } => CallbackState::Closed {
                    by: *by,
                    at: *at,
                    disposition: *disposition,
                    note: note.clone(),
                },
                Ending::Cancelled => CallbackState::Cancelled { at: *at },
                Ending::Expired => CallbackState::Expired { at: *at },
            },
        }
    }

    /// Where it is, as the visitor sees it.
    pub fn progress(&self) -> CallbackProgress {
        progress(&self.summary())
    }
}

/// Where a request is, as the visitor sees it.
fn progress(summary: &CallbackSummary) -> CallbackProgress {
    match &summary.state {
        CallbackState::Open => CallbackProgress::Waiting {
            due: match summary.form.when {
                CallbackWhen::At { at, .. } => at,
                CallbackWhen::Asap | CallbackWhen::Soon { .. } => summary.requested_at,
            },
        },
        CallbackState::Again { at, last, .. } => CallbackProgress::Again {
            at: *at,
            last: *last,
        },
        CallbackState::Ringing { .. }
        | CallbackState::Calling {
            leg: CallLeg::Agent | CallLeg::Other,
            ..
        } => CallbackProgress::Ringing,
        CallbackState::Calling {
            leg: CallLeg::Visitor,
            ..
        } => CallbackProgress::Calling,
        CallbackState::Calling {
            leg: CallLeg::Joined,
            ..
        } => CallbackProgress::Talking,
        CallbackState::Closed { disposition, .. } => CallbackProgress::Closed {
            disposition: *disposition,
        },
        CallbackState::Cancelled { .. } => CallbackProgress::Cancelled,
        CallbackState::Expired { .. } => CallbackProgress::Expired,
        CallbackState::Other => CallbackProgress::Other,
    }
}

/// A request as the visitor sees it; `path` leads to its page.
pub fn view(summary: &CallbackSummary, path: String) -> CallbackView {
    CallbackView {
        id: summary.id,
        phone: summary.form.phone.clone(),
        when: summary.form.when.clone(),
        progress: progress(summary),
        path,
    }
}
