//! The object that `page/boot.js` hands over.

use heard_protocol::UnixMillis;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The page: in the loader's iframe, or one of its own.
    #[derive(Clone)]
    pub type Host;

    /// Where the panel is drawn.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn place(this: &Host) -> Option<web_sys::Element>;
    /// The site's id.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn site(this: &Host) -> String;
    /// The shop's name, until a greeting says it.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn name(this: &Host) -> String;
    /// The file of the words.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn words(this: &Host) -> String;
    /// The language asked for.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn lang(this: &Host) -> String;
    /// Whether a loader is there to close the panel.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn framed(this: &Host) -> bool;
    /// Whether fingers are the main pointer: then taking the focus would bring up a keyboard.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn coarse(this: &Host) -> bool;

    /// The address of the page the visitor is on, without its fragment.
    #[wasm_bindgen(method, js_name = pageUrl)]
    pub(crate) fn page_url(this: &Host) -> String;
    /// Its title.
    #[wasm_bindgen(method, js_name = pageTitle)]
    pub(crate) fn page_title(this: &Host) -> String;
    /// The visitor's name, if the page knows it.
    #[wasm_bindgen(method, js_name = personName)]
    pub(crate) fn person_name(this: &Host) -> String;
    /// The visitor's number, if the page knows it.
    #[wasm_bindgen(method, js_name = personPhone)]
    pub(crate) fn person_phone(this: &Host) -> String;
    /// Whether the visitor has the panel before their eyes now.
    #[wasm_bindgen(method)]
    pub(crate) fn watched(this: &Host) -> bool;

    /// What is kept under a key.
    #[wasm_bindgen(method)]
    pub(crate) fn kept(this: &Host, key: &str) -> Option<String>;
    /// Every key that something is kept under.
    #[wasm_bindgen(method, js_name = keptKeys)]
    pub(crate) fn kept_keys(this: &Host) -> Vec<String>;
    /// Keeps a value, or forgets it; for this tab alone if `tab_only`.
    #[wasm_bindgen(method)]
    pub(crate) fn keep(this: &Host, key: &str, value: Option<&str>, tab_only: bool);

    #[wasm_bindgen(method, js_name = listen)]
    fn listen_with(this: &Host, state: JsValue, token: JsValue);
    #[wasm_bindgen(method, js_name = later)]
    fn later_with(this: &Host, ms: u16, run: JsValue);
    /// Gives the element of this id the focus, if it is there.
    #[wasm_bindgen(method)]
    pub(crate) fn focus(this: &Host, id: &str);
    /// Shows the end of a list that is drawn in reverse.
    #[wasm_bindgen(method, js_name = scrollToEnd)]
    pub(crate) fn scroll_to_end(this: &Host, id: &str);
    /// How many pixels above its end such a list is scrolled.
    #[wasm_bindgen(method, js_name = scrolledUp)]
    pub(crate) fn scrolled_up(this: &Host, id: &str) -> f64;
    /// Says how many answers wait unseen.
    #[wasm_bindgen(method)]
    pub(crate) fn unread(this: &Host, count: u32);
    /// Tells the shop's page of an event.
    #[wasm_bindgen(method)]
    pub(crate) fn event(this: &Host, name: &str);
    /// Closes the panel.
    #[wasm_bindgen(method)]
    pub(crate) fn close(this: &Host);
    #[wasm_bindgen(method, js_name = openVoice)]
    fn open_voice_with(this: &Host, rejoin: bool, on: JsValue);
    /// Tells the bar of a call something: `ice`, `answered`, `rings`, `hear` or `ended`.
    #[wasm_bindgen(method, js_name = tellVoice)]
    pub(crate) fn tell_voice(this: &Host, what: &str, text: &str);
    /// Gets this page anew.
    #[wasm_bindgen(method)]
    pub(crate) fn reload(this: &Host);

    #[wasm_bindgen(method, js_name = dayNumber)]
    fn day_number_of(this: &Host, at: f64) -> i32;
    #[wasm_bindgen(method, js_name = time)]
    fn time_of(this: &Host, at: f64) -> String;
    #[wasm_bindgen(method, js_name = day)]
    fn day_of(this: &Host, at: f64) -> String;
    #[wasm_bindgen(method, js_name = moment)]
    fn moment_at(this: &Host, at: f64) -> String;
    /// The plural category of a number in the language of the words.
    #[wasm_bindgen(method)]
    pub(crate) fn plural(this: &Host, count: u32) -> String;
    /// The earliest moment worth asking for, as a `datetime-local` field writes it.
    #[wasm_bindgen(method)]
    pub(crate) fn soonest(this: &Host) -> String;
    #[wasm_bindgen(method, js_name = momentOf)]
    fn moment_of_local(this: &Host, local: &str) -> f64;

    /// The visitor's time zone by its IANA name; empty if the browser does not say.
    #[wasm_bindgen(method)]
    pub(crate) fn zone(this: &Host) -> String;

    /// Two letters of a name.
    #[wasm_bindgen(method)]
    pub(crate) fn initials(this: &Host, name: &str) -> String;

    #[wasm_bindgen(method)]
    fn book(
        this: &Host,
        id: &str,
        token: Option<&str>,
        phone: &str,
        name: &str,
        at: Option<f64>,
        wording: &str,
        answer: JsValue,
    );
}

/// A request to be called, as it goes over HTTP.
pub(crate) struct Booking {
    /// The command's id.
    pub(crate) id: String,
    /// The visitor's token, if they have one.
    pub(crate) token: Option<String>,
    /// The number as typed.
    pub(crate) phone: String,
    /// What to call the person.
    pub(crate) name: String,
    /// The moment in milliseconds since 1970; as soon as possible if there is none.
    pub(crate) at: Option<u64>,
    /// What was agreed to.
    pub(crate) wording: &'static str,
}

impl Host {
    /// Calls the first when the panel comes into or out of sight (with whether it should take the
    /// focus), the second when another tab was given a token.
    pub(crate) fn listen(
        &self,
        state: impl FnMut(bool, bool) + 'static,
        token: impl FnMut(String) + 'static,
    ) {
        let state: Box<dyn FnMut(bool, bool)> = Box::new(state);
        let token: Box<dyn FnMut(String)> = Box::new(token);
        self.listen_with(
            Closure::wrap(state).into_js_value(),
            Closure::wrap(token).into_js_value(),
        );
    }

    /// Gets a microphone and draws the bar of a call; `rejoin` says that it goes on already. `on`
    /// is told what the page has to say of it: `r`, it is ready; `s` and something for the agent's
    /// page; or `e` and the number of why it ended.
    pub(crate) fn open_voice(&self, rejoin: bool, on: impl FnMut(String) + 'static) {
        let on: Box<dyn FnMut(String)> = Box::new(on);
        self.open_voice_with(rejoin, Closure::wrap(on).into_js_value());
    }

    /// Runs something after so many milliseconds.
    pub(crate) fn later(&self, ms: u16, run: impl FnOnce() + 'static) {
        self.later_with(ms, Closure::once_into_js(run));
    }

    /// The day of the visitor's calendar, numbered.
    pub(crate) fn day_number(&self, at: UnixMillis) -> i32 {
        self.day_number_of(at.0 as f64)
    }

    /// The day in words.
    pub(crate) fn day(&self, at: UnixMillis) -> String {
        self.day_of(at.0 as f64)
    }

    /// The time of day.
    pub(crate) fn time(&self, at: UnixMillis) -> String {
        self.time_of(at.0 as f64)
    }

    /// Day and time.
    pub(crate) fn moment(&self, at: u64) -> String {
        self.moment_at(at as f64)
    }

    /// The moment a `datetime-local` field means; none if it is empty.
    pub(crate) fn moment_of(&self, local: &str) -> Option<u64> {
        let at = self.moment_of_local(local);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be a positive number of milliseconds"
        )]
        (at > 0.0).then_some(at as u64)
    }

    /// Books a call without a socket. `answer` gets the refusal's code, empty if there was none;
    /// nothing if the relay could not be reached.
    pub(crate) fn book_call(
        &self,
        booking: &Booking,
        answer: impl FnOnce(Option<String>) + 'static,
    ) {
        self.book(
            &booking.id,
            booking.token.as_deref(),
            &booking.phone,
            &booking.name,
            booking.at.map(|at| at as f64),
            booking.wording,
            Closure::once_into_js(answer),
        );
    }
}
