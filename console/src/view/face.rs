//! Faces: initials on a colour that stays with the person.

use heard_protocol::AgentKind;
use leptos::prelude::*;

const TINTS: [&str; 8] = [
    "tint-0", "tint-1", "tint-2", "tint-3", "tint-4", "tint-5", "tint-6", "tint-7",
];

/// A face. Without a name there is a question mark on grey.
#[component]
pub(super) fn Face(
    /// Decides the colour.
    seed: [u8; 16],
    /// Decides the initials.
    #[prop(into)]
    name: Signal<String>,
    #[prop(default = false)] large: bool,
    #[prop(default = AgentKind::Person)] kind: AgentKind,
) -> impl IntoView {
    let letters = Memo::new(move |_| name.with(|name| initials(name)));
    let class = move || {
        let known = letters.with(|letters| !letters.is_empty());
        let tint = if known { tint(seed) } else { "tint-none" };
        let size = if large { " large" } else { "" };
        let shape = if kind == AgentKind::Bot { " bot" } else { "" };
        ["avatar ", tint, size, shape].concat()
    };
    let shown = move || {
        letters.with(|letters| {
            if letters.is_empty() {
                "?".to_owned()
            } else {
                letters.clone()
            }
        })
    };
    view! { <span class=class aria-hidden="true">{shown}</span> }
}

fn tint(seed: [u8; 16]) -> &'static str {
    let sum = seed
        .iter()
        .fold(0_usize, |sum, byte| sum * 31 % 1_009 + usize::from(*byte));
    TINTS.get(sum % TINTS.len()).copied().unwrap_or("tint-0")
}

fn initials(name: &str) -> String {
    let firsts = name
        .split_whitespace()
        .filter_map(|word| word.chars().next());
    firsts
        .filter(|first| first.is_alphanumeric())
        .take(2)
        .flat_map(char::to_uppercase)
        .collect()
}
