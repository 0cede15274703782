//! Something that happened to a conversation, as a line between the bubbles.

use heard_protocol::{AgentKind, UnixMillis};
use leptos::prelude::*;

use super::words::{agent_name, app, stamp, words, written};
use crate::browser::Form;
use crate::control::App;
use crate::model::board::Board;
use crate::model::rows::Line;
use crate::text::Text;

/// The line.
#[component]
pub(super) fn Happened(line: Line, at: UnixMillis) -> impl IntoView {
    let app = app();
    let text = words();
    let comment = match &line {
        Line::Transferred { comment, .. } => comment.clone(),
        Line::Declined { reason, .. } => reason.clone(),
        Line::CallSummed(_, said) | Line::CallRated(_, said) | Line::TalkOffered(_, said) => {
            said.clone()
        }
        _ => String::new(),
    };
    let comment = comment.trim().to_owned();
    let said = sentence(app, text, line);
    let time = written(at, Form::Time, text);
    view! {
        <p class="line" title=written(at, Form::Full, text)>
            {said} {(!comment.is_empty()).then(|| view! { ": " <q>{comment}</q> })} " · " {time}
        </p>
    }
}

fn sentence(app: App, text: &'static Text, line: Line) -> String {
    let name = |agent| agent_name(app, agent, text);
    let me = app.board.with_untracked(Board::my_id);
    match line {
        Line::Assigned(agent) if Some(agent) == me => text.talk.assigned_you.to_owned(),
        Line::Assigned(agent) => (text.talk.assigned)(&name(agent)),
        Line::Joined(card) if card.kind == AgentKind::Bot => {
            (text.talk.assigned)(&format!("{} ({})", card.name, text.talk.bot))
        }
        Line::Joined(card) => (text.talk.assigned)(&card.name),
        Line::Transferred { from, to, .. } => (text.talk.transferred)(&name(from), &name(to)),
        Line::Queued(reason) => (text.talk.queued)(reason).to_owned(),
        Line::Resolved => text.talk.resolved.to_owned(),
        Line::Reopened => text.talk.reopened.to_owned(),
        Line::Declined { agent, .. } => (text.talk.declined)(&name(agent)),
        Line::OfferMissed(agent) => (text.talk.missed)(&name(agent)),
        Line::CallbackRequested => text.talk.callback_requested.to_owned(),
        Line::CallbackClosed(outcome) => (text.talk.callback_closed)((text.disposition)(outcome)),
        Line::CallbackMoved(Some(at)) => (text.calls.moved)(&stamp(at, text)),
        Line::CallbackMoved(None) => text.calls.moved_soon.to_owned(),
        Line::CallbackCancelled => text.calls.cancelled.to_owned(),
        Line::CallbackExpired => text.calls.expired.to_owned(),
        Line::Calling(agent) => (text.calls.dials)(&name(agent)),
        Line::CallTried(outcome, next) => {
            (text.calls.tried)((text.disposition)(outcome), &stamp(next, text))
        }
        Line::CallSummed(agent, _) => (text.calls.summed)(&name(agent)),
        Line::TroubleSeen(reason, evidence) => {
            (text.trouble.seen)((text.trouble.reason)(reason), &text.evidence(evidence))
        }
        Line::TalkOffered(reason, _) => (text.trouble.offered)((text.trouble.reason)(reason)),
        Line::TalkAnswered(answer) => (text.trouble.answered)(answer).to_owned(),
        Line::VoiceAsked => text.voice.asked.to_owned(),
        Line::VoiceAnswered(agent) => (text.voice.answered)(&name(agent)),
        Line::VoiceEnded(why) => (text.voice.ended)(why).to_owned(),
        Line::CallRated(stars, _) => (text.calls.rated)(stars.into()),
        Line::CallRung(agent) => (text.calls.rang)(&name(agent)),
        Line::CallMissed(agent) => (text.calls.missed)(&name(agent)),
        Line::CallDeclined(agent) => (text.calls.declined)(&name(agent)),
        Line::CallReleased(agent) => (text.calls.released)(&name(agent)),
    }
}
