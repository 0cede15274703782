//! What an agent does to a request to be called.

use heard_protocol::{AgentCard, CallbackAct, RefusalCode, UnixMillis};

use super::{CallPolicy, Callback};
use crate::Change;

impl Callback {
    /// An agent acts. `open` are the site's open requests.
    ///
    /// # Errors
    /// The act is malformed, or the request's state does not allow it.
    pub fn acts(
        &mut self,
        actor: &AgentCard,
        act: &CallbackAct,
        policy: &CallPolicy,
        open: &[Self],
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        match act {
            CallbackAct::Take => self.take(actor, policy, open, now),
            CallbackAct::Decline => self.decline(actor.id, now),
            CallbackAct::Report {
                disposition,
                summary,
            } => self.report(actor.id, *disposition, summary, policy, now),
            CallbackAct::Close { disposition, note } => {
                self.close(actor.id, *disposition, note, now)
            }
        }
    }
}
