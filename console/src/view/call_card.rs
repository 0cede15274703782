//! One request to be called.

use heard_protocol::{
    CallbackAct, CallbackForm, CallbackId, CallbackState, CallbackSummary, CallbackWhen,
    Disposition, StaffCommand,
};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::words::{agent_name, app, stamp, words, written};
use crate::browser::{self, Form};
use crate::control::{App, Errand};
use crate::model::act::Place;
use crate::model::board::Board;
use crate::model::calls;
use crate::model::wait::Wait;
use crate::text::Text;

const OUTCOMES: [Disposition; 7] = [
    Disposition::Answered,
    Disposition::NoAnswer,
    Disposition::Busy,
    Disposition::Voicemail,
    Disposition::WrongNumber,
    Disposition::Refused,
    Disposition::Technical,
];

/// A request that is still to lead to a call, or does so now.
#[component]
pub(super) fn Open(id: CallbackId) -> impl IntoView {
    let app = app();
    let text = words();
    let call = Memo::new(move |_| app.board.with(|board| board.callbacks.get(&id).cloned()));
    // What is being typed stays while the request changes: only what shows its state is drawn anew.
    let fixed = call.get_untracked();
    let state = move || call.with(|call| Some(call.as_ref()?.state.clone()));
    let me = move || app.board.with(Board::my_id);
    let mine = Memo::new(
        move |_| matches!(state(), Some(CallbackState::Calling { agent, .. }) if Some(agent) == me()),
    );
    let free = Memo::new(move |_| match state() {
        Some(CallbackState::Open | CallbackState::Again { .. }) => true,
        Some(CallbackState::Ringing { agent, .. }) => Some(agent) == me(),
        _ => false,
    });
    fixed.map(|fixed| {
        view! {
            <article class="call">
                <Top form=fixed.form.clone()>
                    <State call/>
                    <span class="muted">{(text.calls.asked)(&stamp(fixed.requested_at, text))}</span>
                </Top>
                {move || call.get().map(|call| view! { <Details call/> })}
                <Show when=move || free.get()>
                    <p>
                        <button class="btn primary" type="button" on:click=move |_| app.make_call(id)>
                            {text.calls.make}
                        </button>
                    </p>
                </Show>
                <Show when=move || free.get() || mine.get()>
                    <Outcome id making=mine/>
                </Show>
            </article>
        }
    })
}

/// Where a request is, in a few words.
#[component]
fn State(call: Memo<Option<CallbackSummary>>) -> impl IntoView {
    let app = app();
    let text = words();
    let name = move |agent| agent_name(app, agent, text);
    let due = move || {
        call.with(|call| {
            let call = call.as_ref()?;
            let timed = matches!(call.form.when, CallbackWhen::At { .. });
            (timed && call.state == CallbackState::Open).then(|| calls::due(call))
        })
    };
    let late = move || due().is_some_and(|due| due < app.now.get());
    let said = move || {
        let call = call.get()?;
        Some(match &call.state {
            CallbackState::Open => {
                let due = due()?;
                let now = app.now.get();
                let wait = |millis| text.wait(Wait::of(millis));
                if due < now {
                    (text.calls.overdue)(&wait(now.since(due)))
                } else {
                    (text.calls.due)(&wait(due.since(now)))
                }
            }
            CallbackState::Again { at, tries, .. } => {
                (text.calls.again)((*tries).into(), &stamp(*at, text))
            }
            CallbackState::Ringing { agent, .. } => (text.calls.rings_for)(&name(*agent)),
            CallbackState::Calling { agent, .. } => (text.calls.making)(&name(*agent)),
            CallbackState::Closed { .. }
            | CallbackState::Cancelled { .. }
            | CallbackState::Expired { .. }
            | CallbackState::Other => return None,
        })
    };
    view! {
        <span class="chip" class:warn=late hidden=move || said().is_none()>{said}</span>
    }
}

/// A request that is over.
#[component]
pub(super) fn Closed(id: CallbackId) -> impl IntoView {
    let app = app();
    let text = words();
    let call = untrack(|| app.board.with(|board| board.callbacks.get(&id).cloned()));
    call.map(|call| {
        let (outcome, who, note) = match call.state.clone() {
            CallbackState::Closed {
                by,
                at,
                disposition,
                note,
            } => (
                (text.disposition)(disposition),
                (text.calls.closed_by)(&agent_name(app, by, text), &stamp(at, text)),
                note,
            ),
            CallbackState::Cancelled { at } => {
                (text.calls.cancelled, stamp(at, text), String::new())
            }
            CallbackState::Expired { at } => (text.calls.expired, stamp(at, text), String::new()),
            _ => return ().into_any(),
        };
        view! {
            <article class="call closed">
                <Top form=call.form.clone()>
                    <span class="chip mine">{outcome}</span>
                    <span class="muted">{who}</span>
                </Top>
                {(!note.trim().is_empty())
                    .then(|| {
                        view! {
                            <dl class="facts">
                                <dt>{text.calls.note}</dt>
                                <dd>{note}</dd>
                            </dl>
                        }
                    })}
            </article>
        }
        .into_any()
    })
}

/// What the person is called.
pub(super) fn called(form: &CallbackForm, text: &Text) -> String {
    let name = form.name.trim();
    if name.is_empty() {
        text.calls.unnamed.to_owned()
    } else {
        name.to_owned()
    }
}

pub(super) fn is_busy(app: App, id: CallbackId) -> bool {
    app.errands
        .with(|errands| errands.values().any(|it| *it == Errand::Callback(id)))
}

/// Who, and the number as a link that dials.
#[component]
pub(super) fn Top(form: CallbackForm, children: Children) -> impl IntoView {
    let text = words();
    let name = called(&form, text);
    let digits: String = form
        .phone
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect();
    let label = (text.calls.call)(&form.phone);
    view! {
        <div class="call-top">
            <h3>{name}</h3>
            <a class="call-phone" href=format!("tel:{digits}") aria-label=label>
                {form.phone}
            </a>
            <span class="grow"></span>
            {children()}
        </div>
    }
}

#[component]
fn Details(call: CallbackSummary) -> impl IntoView {
    let app = app();
    let text = words();
    let topic = call.form.topic.trim().to_owned();
    view! {
        <dl class="facts">
            <dt>{text.calls.when}</dt>
            <dd>{when(&call.form.when, text)}</dd>
            {(!topic.is_empty()).then(|| view! { <dt>{text.calls.topic}</dt> <dd>{topic}</dd> })}
            <dt>{text.calls.consent}</dt>
            <dd>{(text.calls.consent_given)(&call.form.consent.wording)}</dd>
            <dt>{text.calls.conversation}</dt>
            <dd>
                {match call.conversation {
                    None => text.calls.no_conversation.into_any(),
                    Some(id) => {
                        view! {
                            <button
                                class="link-btn"
                                type="button"
                                on:click=move |_| app.go(Place::Chats, Some(id))
                            >
                                {text.calls.open_conversation}
                            </button>
                        }
                            .into_any()
                    }
                }}
            </dd>
        </dl>
    }
}

/// When to call: in the agent's time, and in the visitor's where that is another.
pub(super) fn when(when: &CallbackWhen, text: &Text) -> String {
    let CallbackWhen::At { at, zone } = when else {
        return text.calls.asap.to_owned();
    };
    let here = written(*at, Form::Moment, text);
    let there = (!zone.is_empty())
        .then(|| browser::format(text.tag, Form::Moment, Some(zone), *at))
        .flatten()
        .filter(|there| *there != here);
    let here = (text.calls.your_time)(&here);
    match there {
        None => here,
        Some(there) => {
            format!(
                "{here} · {}",
                (text.calls.their_time)(&there, &browser::zone_name(zone))
            )
        }
    }
}

/// What came of it.
#[component]
pub(super) fn Outcome(id: CallbackId, making: Memo<bool>) -> impl IntoView {
    let app: App = app();
    let text = words();
    let picked = RwSignal::new(None::<Disposition>);
    let note = RwSignal::new(String::new());
    let wanting = RwSignal::new(false);
    let busy = Memo::new(move |_| is_busy(app, id));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(disposition) = picked.get_untracked() else {
            wanting.set(true);
            return;
        };
        let note = note.get_untracked().trim().to_owned();
        let command = if making.get_untracked() {
            StaffCommand::Callback {
                callback: id,
                act: CallbackAct::Report {
                    disposition,
                    summary: note,
                },
            }
        } else {
            StaffCommand::Callback {
                callback: id,
                act: CallbackAct::Close { disposition, note },
            }
        };
        app.ask(Errand::Callback(id), command);
    };
    let pick = move |event| {
        let index: Option<usize> = event_target_value(&event).parse().ok();
        picked.set(index.and_then(|index| OUTCOMES.get(index).copied()));
        wanting.set(false);
    };
    view! {
        <form class="call-form" on:submit=submit>
            <label class="field">
                <span>{text.calls.outcome}</span>
                <select class="input" aria-invalid=move || wanting.get().to_string() on:change=pick>
                    <option value="">"—"</option>
                    {OUTCOMES
                        .iter()
                        .enumerate()
                        .map(|(index, outcome)| {
                            view! { <option value=index.to_string()>{(text.disposition)(*outcome)}</option> }
                        })
                        .collect_view()}
                </select>
            </label>
            <label class="field">
                <span>
                    {move || if making.get() { text.calls.summary } else { text.calls.note }}
                </span>
                <input
                    class="input"
                    maxlength="500"
                    placeholder=move || {
                        if making.get() { text.calls.summary_hint } else { text.calls.note_hint }
                    }
                    prop:value=move || note.get()
                    on:input=move |event| note.set(event_target_value(&event))
                />
            </label>
            <button class="btn primary" type="submit" disabled=move || busy.get()>
                {move || if busy.get() { text.calls.saving } else { text.calls.save }}
            </button>
            <p class="error" role="alert" hidden=move || !wanting.get()>{text.calls.pick_outcome}</p>
        </form>
    }
}
