//! The agent's console: sign in, be offered conversations, answer several at once, leave notes,
//! hand over, resolve, and deal with requests to be called.
//!
//! * `model`: what the console knows and how it changes. No page, no network; tested natively.
//! * `feature`: the sentences of each feature, one module each.
//! * `lang`: the languages it speaks.
//! * `text`: every word a person reads, in each of them.
//! * `net`: the socket and the sign-in, turned into changes of the model.
//! * `browser`: what the page's machine offers: storage, sound, clock, time zones.
//! * `view`: components, one column or dialog per file.
//!
//! Everything but `model`, `lang` and `text` exists on wasm alone.

#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(
        dead_code,
        reason = "used by the views, which are built for wasm alone"
    )
)]
mod lang;
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(
        dead_code,
        reason = "used by the views, which are built for wasm alone"
    )
)]
mod model;
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(
        dead_code,
        reason = "used by the views, which are built for wasm alone"
    )
)]
mod text;

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod control;
#[cfg(target_arch = "wasm32")]
mod feature;
#[cfg(target_arch = "wasm32")]
mod net;
#[cfg(target_arch = "wasm32")]
#[expect(
    unreachable_pub,
    reason = "`#[component]` writes the types of its properties so"
)]
mod view;

/// Starts the console in the page's `#heard-console`; runs as soon as the wasm is loaded.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
    if let Some(root) = browser::root() {
        leptos::mount::mount_to(root, view::Root).forget();
    }
}
