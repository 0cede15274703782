//! The agent's own phone.

use heard_protocol::MeAct;
use heard_protocol::StaffCommand;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::words::{app, words};
use crate::control::Errand;
use crate::model::board::Board;

/// Whether calls ring for the agent, and where their phone is.
#[component]
pub(super) fn MyPhone() -> impl IntoView {
    let app = app();
    let text = words();
    let known = Memo::new(move |_| app.board.with(Board::phone));
    let address = RwSignal::new(None::<String>);
    let written = move || {
        address.get().unwrap_or_else(|| {
            known.with(|known| {
                known
                    .as_ref()
                    .map(|(_, address)| address.clone())
                    .unwrap_or_default()
            })
        })
    };
    let takes = move || known.with(|known| known.as_ref().is_none_or(|(takes, _)| *takes));
    let set = move |takes: bool| {
        let address = untrack(written).trim().to_owned();
        app.ask(
            Errand::Phone,
            StaffCommand::Me(MeAct::SetPhone { takes, address }),
        );
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        set(untrack(takes));
    };
    view! {
        <form class="call-form my-phone" aria-label=text.calls.my_phone on:submit=submit>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=takes
                    on:change=move |event| set(event_target_checked(&event))
                />
                <span>{text.calls.takes}</span>
            </label>
            <label class="field">
                <span>{text.calls.address}</span>
                <input
                    class="input"
                    maxlength="200"
                    placeholder=text.calls.address_hint
                    prop:value=written
                    on:input=move |event| address.set(Some(event_target_value(&event)))
                />
            </label>
            <button class="btn" type="submit">{text.calls.save}</button>
        </form>
    }
}
