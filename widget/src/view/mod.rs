//! The components. They hold nothing but what is on the screen: everything else is in the
//! [`model`](crate::model).

mod app;
mod banner;
mod call;
mod callback;
mod composer;
mod header;
mod icons;
mod kit;
mod log;
mod queue;
mod rows;
mod talk;
mod told;
mod voice;

use wasm_bindgen::JsCast;

use self::app::{App, Shared, part};
use self::kit::{El, el};
use crate::host::Host;
use crate::text::Strings;

/// Draws the panel into the page and connects.
///
/// # Errors
/// Says what the page lacks.
pub(crate) fn draw(host: Host) -> Result<(), &'static str> {
    let place = host.place().ok_or("the page has no #heard")?;
    let site = host.site().parse().map_err(|_| "the page names no site")?;
    let words = Strings::read(host.words().leak()).ok_or("the words are not for this module")?;
    kit::begin();
    let app = Shared::new(host, words);
    panel(app).stay_in(place);
    app.connect(site);
    Ok(())
}

fn panel(app: App) -> El {
    let on_key = move |event: web_sys::Event| {
        let escape = event
            .dyn_ref::<web_sys::KeyboardEvent>()
            .is_some_and(|event| event.key() == "Escape" && !event.is_composing());
        if escape {
            app.host.close();
        }
    };
    el("main", "chat")
        .set("id", part::PANEL)
        .set("tabindex", "-1")
        .on("keydown", on_key)
        .child(header::header(app))
        .child(banner::banner(app))
        .child(el("div", "").set("id", "voice"))
        .child(log::log(app))
        .child(composer::composer(app))
        .child(
            el("div", "sr")
                .set("aria-live", "polite")
                .live(move || app.log.read(|log| log.said.clone())),
        )
}
