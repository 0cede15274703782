//! The sound of a call from page to page, and its bar: `page/console-boot.js` has them.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = heardVoice, js_name = open)]
    fn open_with(lang: &str, rejoin: bool, on: JsValue);
    /// Tells the bar something: `ice`, `answered`, `hear`, `ended` or `left`.
    #[wasm_bindgen(js_namespace = heardVoice, js_name = tell)]
    pub(crate) fn tell_voice(what: &str, text: &str);
    /// The place of the bar was drawn anew.
    #[wasm_bindgen(js_namespace = heardVoice, js_name = home)]
    pub(crate) fn place_voice();
}

/// Gets a microphone and draws the bar; `rejoin` says that the call goes on already. `on` is told
/// what the page has to say of it: `ready`, `say` (something to the visitor's page) or `end` (why).
pub(crate) fn open_voice(lang: &str, rejoin: bool, on: impl FnMut(String, String) + 'static) {
    let on: Box<dyn FnMut(String, String)> = Box::new(on);
    open_with(lang, rejoin, Closure::wrap(on).into_js_value());
}
