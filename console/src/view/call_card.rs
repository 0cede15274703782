//! One request to be called.

use heard_protocol::{
    CallbackForm, CallbackId, CallbackState, CallbackSummary, CallbackWhen, Disposition,
    StaffCommand,
};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::words::{agent_name, app, stamp, words, written};
use crate::browser::{self, Form};
use crate::control::{App, Errand};
use crate::model::act::Place;
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

/// A request nobody has dealt with.
#[component]
pub(super) fn Open(id: CallbackId) -> impl IntoView {
    let app = app();
    let text = words();
    let call = untrack(|| app.board.with(|board| board.callbacks.get(&id).cloned()));
    call.map(|call| {
        let due = move |form: &CallbackForm| match form.when {
            CallbackWhen::Asap => None,
            CallbackWhen::At { at, .. } => Some(at),
        };
        let due = due(&call.form);
        let late = move || due.is_some_and(|due| due < app.now.get());
        let left = move || {
            let now = app.now.get();
            let wait = |millis| (text.wait)(Wait::of(millis));
            due.map(|due| {
                if due < now {
                    (text.calls.overdue)(&wait(now.since(due)))
                } else {
                    (text.calls.due)(&wait(due.since(now)))
                }
            })
        };
        view! {
            <article class="call">
                <Top form=call.form.clone()>
                    <span class="chip" class:warn=late hidden=due.is_none()>{left}</span>
                    <span class="muted">{(text.calls.asked)(&stamp(call.requested_at, text))}</span>
                </Top>
                <Details call/>
                <Outcome id/>
            </article>
        }
    })
}

/// A request that was dealt with.
#[component]
pub(super) fn Closed(id: CallbackId) -> impl IntoView {
    let app = app();
    let text = words();
    let call = untrack(|| app.board.with(|board| board.callbacks.get(&id).cloned()));
    call.map(|call| {
        let CallbackState::Closed {
            by,
            at,
            disposition,
            note,
        } = call.state.clone()
        else {
            return ().into_any();
        };
        view! {
            <article class="call closed">
                <Top form=call.form.clone()>
                    <span class="chip mine">{(text.disposition)(disposition)}</span>
                    <span class="muted">
                        {(text.calls.closed_by)(&agent_name(app, by, text), &stamp(at, text))}
                    </span>
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

#[component]
fn Top(form: CallbackForm, children: Children) -> impl IntoView {
    let text = words();
    let name = form.name.trim();
    let name = if name.is_empty() {
        text.calls.unnamed.to_owned()
    } else {
        name.to_owned()
    };
    let digits: String = form
        .phone
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect();
    view! {
        <div class="call-top">
            <h3>{name}</h3>
            <a class="call-phone" href=format!("tel:{digits}") aria-label=(text.calls.call)(&form.phone)>
                {form.phone.clone()}
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
fn when(when: &CallbackWhen, text: &Text) -> String {
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

#[component]
fn Outcome(id: CallbackId) -> impl IntoView {
    let app: App = app();
    let text = words();
    let picked = RwSignal::new(None::<Disposition>);
    let note = RwSignal::new(String::new());
    let wanting = RwSignal::new(false);
    let busy = Memo::new(move |_| {
        app.errands
            .with(|errands| errands.values().any(|it| *it == Errand::Callback(id)))
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(disposition) = picked.get_untracked() else {
            wanting.set(true);
            return;
        };
        let note = note.get_untracked().trim().to_owned();
        let command = StaffCommand::CloseCallback {
            callback: id,
            disposition,
            note,
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
                <span>{text.calls.note}</span>
                <input
                    class="input"
                    maxlength="500"
                    placeholder=text.calls.note_hint
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
