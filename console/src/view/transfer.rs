//! Handing a conversation to a colleague who is there.

use heard_protocol::{
    AgentId, AssignmentAct, Availability, Colleague, ConversationAct, ConversationId, StaffCommand,
};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::account::dot;
use super::decline::cut;
use super::dialog::Modal;
use super::words::{app, words};
use crate::control::Errand;

/// The dialog.
#[component]
pub(super) fn Transfer(id: ConversationId) -> impl IntoView {
    let app = app();
    let text = words();
    // Those who take new chats first, the least loaded of them at the top.
    let team = Memo::new(move |_| {
        app.board.with(|board| {
            let me = board.my_id();
            let there = |it: &&Colleague| it.online && Some(it.card.id) != me;
            let mut team: Vec<_> = board.colleagues.values().filter(there).cloned().collect();
            team.sort_by_key(|it| (it.availability, it.load, it.card.name.clone()));
            team
        })
    });
    let first = team.with_untracked(|team| team.first().map(|it| it.card.id));
    let to = RwSignal::new(None::<AgentId>);
    let comment = RwSignal::new(String::new());
    let chosen = Memo::new(move |_| {
        let to = to.get()?;
        team.with(|team| team.iter().any(|it| it.card.id == to))
            .then_some(to)
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(to) = chosen.get_untracked() {
            let comment = cut(comment.get_untracked().trim());
            app.dialog.set(None);
            app.ask(
                Errand::Chat(id),
                StaffCommand::In {
                    conversation: id,
                    act: ConversationAct::Assignment(AssignmentAct::Transfer { to, comment }),
                },
            );
        }
    };
    view! {
        <Modal title=text.dialog.transfer>
            <form class="form" on:submit=submit>
                <fieldset class="choices">
                    <legend>{text.dialog.transfer_to}</legend>
                    <Show when=move || team.with(Vec::is_empty)>
                        <p>{text.dialog.transfer_nobody}</p>
                    </Show>
                    <For each=move || team.get() key=|it| it.card.id let:colleague>
                        {
                            let who = colleague.card.id;
                            let now = Memo::new(move |_| {
                                app.board.with(|board| board.colleagues.get(&who).cloned())
                            });
                            let word = move || {
                                now.with(|now| now.as_ref().map_or(Availability::Away, |it| it.availability))
                            };
                            let load = move || {
                                now.with(|now| {
                                    now.as_ref().map(|it| (text.dialog.colleague_load)(it.load.into(), it.capacity.into()))
                                })
                            };
                            view! {
                                <label class="choice">
                                    <input
                                        type="radio"
                                        name="to"
                                        autofocus=first == Some(who)
                                        prop:checked=move || to.get() == Some(who)
                                        on:change=move |_| to.set(Some(who))
                                    />
                                    <span class="grow">{colleague.card.name}</span>
                                    <span class=move || dot(word())></span>
                                    <span class="muted">
                                        {move || (text.availability)(word())} " · " {load}
                                    </span>
                                </label>
                            }
                        }
                    </For>
                </fieldset>
                <label class="field">
                    <span>{text.dialog.transfer_comment}</span>
                    <textarea
                        class="input"
                        placeholder=text.dialog.transfer_comment_hint
                        prop:value=move || comment.get()
                        on:input=move |event| comment.set(event_target_value(&event))
                    ></textarea>
                </label>
                <div class="dialog-acts">
                    <button class="btn" type="button" on:click=move |_| app.dialog.set(None)>
                        {text.dialog.cancel}
                    </button>
                    <button class="btn primary" type="submit" disabled=move || chosen.get().is_none()>
                        {text.dialog.transfer_submit}
                    </button>
                </div>
            </form>
        </Modal>
    }
}
