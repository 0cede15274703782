//! Who answers.

use heard_protocol::{AgentKind, AssignmentNoted, AssignmentTold, QueueReason};

use super::{Say, Told};

pub(super) fn told(say: &Say, told: &AssignmentTold) -> Option<Told> {
    let talk = &say.text.talk;
    Some(match told {
        AssignmentTold::Joined { agent } if agent.kind == AgentKind::Person => {
            (talk.assigned)(&agent.name).into()
        }
        AssignmentTold::Joined { agent } => {
            (talk.assigned)(&format!("{} ({})", agent.name, talk.bot)).into()
        }
        AssignmentTold::Waiting => (talk.queued)(QueueReason::Returned).into(),
        AssignmentTold::Other => return None,
    })
}

pub(super) fn noted(say: &Say, noted: &AssignmentNoted) -> Option<Told> {
    let talk = &say.text.talk;
    Some(match noted {
        AssignmentNoted::Queued { reason } => (talk.queued)(*reason).into(),
        AssignmentNoted::Assigned { agent } if say.is_me(*agent) => talk.assigned_you.into(),
        AssignmentNoted::Assigned { agent } => (talk.assigned)(&say.name(*agent)).into(),
        AssignmentNoted::Transferred { from, to, comment } => Told {
            text: (talk.transferred)(&say.name(*from), &say.name(*to)),
            quote: comment.clone(),
        },
        AssignmentNoted::Declined { agent, reason } => Told {
            text: (talk.declined)(&say.name(*agent)),
            quote: reason.clone(),
        },
        AssignmentNoted::Missed { agent } => (talk.missed)(&say.name(*agent)).into(),
        AssignmentNoted::Other => return None,
    })
}
