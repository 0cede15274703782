//! The keys, in one table.

use leptos::prelude::*;

use super::dialog::Modal;
use super::icon::Key;
use super::words::words;
use crate::browser::is_mac;
use crate::model::act::Act;
use crate::model::keys::{hint, hint_in_text};

/// The dialog.
#[component]
pub(super) fn Keys() -> impl IntoView {
    let text = words();
    let mac = is_mac();
    let row = |name: &'static str, key: Option<&'static str>, in_text: Option<&'static str>| {
        view! {
            <tr>
                <td>{name}</td>
                <td>{spoken(key)}</td>
                <td>{spoken(in_text)}</td>
            </tr>
        }
    };
    let always = |act: Act| matches!(act, Act::Palette | Act::Resolve);
    view! {
        <Modal title=text.dialog.keys>
            <p class="muted">{text.dialog.keys_lead}</p>
            <div class="choices" tabindex="0" autofocus role="region" aria-label=text.dialog.keys>
                <table class="keys-table">
                    <thead>
                        <tr>
                            <th scope="col">{text.dialog.palette}</th>
                            <th scope="col">{text.dialog.keys_anywhere}</th>
                            <th scope="col">{text.dialog.keys_while_writing}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {Act::all()
                            .filter_map(|act| {
                                let key = hint(act, mac)?;
                                let in_text = if always(act) { Some(key) } else { hint_in_text(act, mac) };
                                Some(row((text.act)(act), Some(key), in_text))
                            })
                            .collect_view()}
                        {row(text.dialog.keys_send, None, Some("Enter"))}
                        {row(text.dialog.keys_newline, None, Some("⇧ Enter"))}
                        {row(text.dialog.keys_leave, None, Some("Esc"))}
                    </tbody>
                </table>
            </div>
        </Modal>
    }
}

fn spoken(key: Option<&'static str>) -> impl IntoView {
    key.map(|key| view! { <Key name=Some(key)/> <span class="sr">{key}</span> })
}
