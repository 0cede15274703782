//! Whether the matter of a conversation is settled.

use heard_protocol::{
    AgentCard, AssignmentNoted, PublicBody, RefusalCode, ResolutionAct, ResolutionTold, StaffBody,
    Status, UnixMillis,
};

use super::{Change, Conversation, Write};
use crate::voice;

impl Conversation {
    pub(super) fn resolution(
        &mut self,
        actor: &AgentCard,
        act: &ResolutionAct,
        now: UnixMillis,
    ) -> Result<Change, RefusalCode> {
        match act {
            ResolutionAct::Resolve => {
                self.owned_by(actor.id)?;
                self.status = Status::Resolved { at: now };
                let resolved = PublicBody::Resolution(ResolutionTold::Resolved);
                let mut change = vec![Write::Public(resolved)];
                change.extend(voice::leave(&mut self.talk.voice));
                Ok(change)
            }
            ResolutionAct::Reopen => self.reopen(actor, now),
        }
    }

    fn reopen(&mut self, actor: &AgentCard, now: UnixMillis) -> Result<Change, RefusalCode> {
        if !matches!(self.status, Status::Resolved { .. }) {
            return Err(RefusalCode::WrongState);
        }
        let mut change = vec![Write::Public(PublicBody::Resolution(
            ResolutionTold::Reopened,
        ))];
        change.extend(self.assign(
            actor,
            StaffBody::Assignment(AssignmentNoted::Assigned { agent: actor.id }),
            now,
        ));
        Ok(change)
    }
}
