//! The visitor's panel.
//!
//! * [`model`]: what the panel knows and shows, without a browser: it takes the session's updates
//!   and answers with rows.
//! * [`text`]: every word on the screen, in the language that the page brings.
//! * `host`: what the page around the wasm does for it (only on wasm).
//! * `view`: the components (only on wasm).

pub mod model;
pub mod text;

#[cfg(target_arch = "wasm32")]
mod host;
#[cfg(target_arch = "wasm32")]
mod view;

/// The panel's memory, by less code than the standard library brings for it.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Draws the panel into the page and connects. `page/boot.js` calls this once.
///
/// # Errors
/// If the page has no place for it, names no site or brings words for another module: then the
/// page's plain form is the way to go.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn start(host: host::Host) -> Result<(), wasm_bindgen::JsValue> {
    view::draw(host).map_err(Into::into)
}
