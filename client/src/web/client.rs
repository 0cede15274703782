//! A session in a browser.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use heard_protocol::codec::{from_postcard, to_postcard};
use heard_protocol::{
    ClientFrame, Codec, CommandId, ConversationId, Cursor, Envelope, Seq, UnixMillis,
};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, WebSocket, Window};

use super::browser::{now, random_bits, socket_url, window};
use super::socket::{self, Word};
use crate::ids::IdSource;
use crate::keeper::Keeper;
use crate::session::{ClientRole, Config, Effect, Input, LinkState, Session, SocketId, Update};

/// The browser's own words for a connection that ended without any.
const NO_CLOSE_FRAME: u16 = 1006;

/// The events after which a lost connection is best looked for.
const WINDOW_HINTS: [&str; 2] = ["online", "offline"];
const DOCUMENT_HINT: &str = "visibilitychange";

/// How to run a session in a browser.
#[derive(Debug)]
pub struct Options<R: ClientRole> {
    /// The socket's address; see [`socket_url`](super::socket_url).
    pub url: String,
    /// What the session starts with.
    pub config: Config<R>,
}

impl<R: ClientRole> Options<R> {
    /// The relay is where the page came from.
    pub fn same_origin(config: Config<R>) -> Self {
        Self {
            url: socket_url::<R>(),
            config,
        }
    }
}

/// A running session. Clones are handles to the same one; when the last is dropped, the socket is
/// closed and the listener forgotten.
///
/// The listener may call any method of the client. What it asks for is then done after it returns:
/// until that, the read methods answer as before.
pub struct WebClient<R: ClientRole>(Rc<Inner<R>>);

impl<R: ClientRole> Clone for WebClient<R> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<R: ClientRole> WebClient<R> {
    /// Starts a session: loads what the keeper kept, connects, and tells `on_update` everything
    /// from here on. `on_update` is first called before this returns.
    pub fn start(
        options: Options<R>,
        mut keeper: impl Keeper<R> + 'static,
        on_update: impl FnMut(Update<R>) + 'static,
    ) -> Self {
        let Options { url, mut config } = options;
        let mut kept = keeper.load();
        kept.append(&mut config.outbox);
        config.outbox = kept;
        let seed = random_bits().to_be_bytes();
        let seed = seed
            .iter()
            .fold(0, |seed, byte| seed << 8 | u64::from(*byte));
        let session = Session::new(config, seed);
        let client = Self(Rc::new_cyclic(|weak| {
            Inner::new(url, session, Box::new(keeper), Box::new(on_update), weak)
        }));
        client.0.listen_for_hints(true);
        client.0.give(Input::Start);
        client
    }

    /// Submits a command under a fresh id and returns the id.
    pub fn submit(&self, command: R::Command) -> CommandId {
        let id = self.new_id();
        self.0.give(Input::Submit(Envelope::new(id, command)));
        id
    }

    /// A fresh id, for an application that shows the command before it submits it with
    /// [`WebClient::give`].
    pub fn new_id(&self) -> CommandId {
        self.0.ids.borrow_mut().next(now(), random_bits())
    }

    /// Forgets a command that was not answered yet; see [`Input::Cancel`].
    pub fn cancel(&self, id: CommandId) {
        self.0.give(Input::Cancel(id));
    }

    /// Reads a log from its start.
    pub fn follow(&self, conversation: ConversationId) {
        self.0.give(Input::Follow(conversation));
    }

    /// Stops reading a log.
    pub fn unfollow(&self, conversation: ConversationId) {
        self.0.give(Input::Unfollow(conversation));
    }

    /// Says that the person has seen everything up to a position of the visitor's log.
    pub fn read(&self, conversation: ConversationId, after: Seq) {
        self.0.give(Input::Read(Cursor {
            conversation,
            after,
        }));
    }

    /// Says something in passing.
    pub fn signal(&self, signal: R::Signal) {
        self.0.give(Input::Signal(signal));
    }

    /// Connects now instead of later.
    pub fn retry_now(&self) {
        self.0.give(Input::RetryNow);
    }

    /// Is somebody else from the next greeting on.
    pub fn set_credential(&self, credential: R::Credential) {
        self.0.give(Input::SetCredential(credential));
    }

    /// Hangs up until [`Input::Start`] is given.
    pub fn stop(&self) {
        self.0.give(Input::Stop);
    }

    /// Gives the session any input; the methods above are shorter words for most.
    pub fn give(&self, input: Input<R>) {
        self.0.give(input);
    }

    /// How the session stands with the relay.
    pub fn state(&self) -> LinkState {
        self.0.session.borrow().state()
    }

    /// The commands that were not answered yet, oldest first.
    pub fn outbox(&self) -> Vec<Envelope<R>> {
        self.0.session.borrow().outbox().cloned().collect()
    }

    /// How far the application has been told of a log, if the session follows it.
    pub fn cursor(&self, conversation: ConversationId) -> Option<Seq> {
        self.0.session.borrow().cursor(conversation)
    }

    /// Who the client says it is: for a visitor, with the token of the last greeting.
    pub fn credential(&self) -> R::Credential {
        self.0.session.borrow().credential().clone()
    }
}

struct Inner<R: ClientRole> {
    url: String,
    session: RefCell<Session<R>>,
    ids: RefCell<IdSource>,
    keeper: RefCell<Box<dyn Keeper<R>>>,
    on_update: RefCell<Box<dyn FnMut(Update<R>)>>,
    /// What was given while another input was being worked off.
    waiting: RefCell<Vec<Input<R>>>,
    working: Cell<bool>,
    socket: RefCell<Option<(SocketId, WebSocket)>>,
    timer: Cell<Option<i32>>,
    on_socket: Closure<dyn FnMut(Event)>,
    on_timer: Closure<dyn FnMut()>,
    on_hint: Closure<dyn FnMut()>,
}

impl<R: ClientRole> Inner<R> {
    fn new(
        url: String,
        session: Session<R>,
        keeper: Box<dyn Keeper<R>>,
        on_update: Box<dyn FnMut(Update<R>)>,
        weak: &Weak<Self>,
    ) -> Self {
        let [of_socket, of_timer, of_hint] = [weak.clone(), weak.clone(), weak.clone()];
        let ids = IdSource::after(session.outbox().map(|kept| kept.id));
        Self {
            url,
            session: RefCell::new(session),
            ids: RefCell::new(ids),
            keeper: RefCell::new(keeper),
            on_update: RefCell::new(on_update),
            waiting: RefCell::default(),
            working: Cell::new(false),
            socket: RefCell::new(None),
            timer: Cell::new(None),
            on_socket: Closure::new(move |event| {
                if let Some(inner) = of_socket.upgrade() {
                    inner.hear(&event);
                }
            }),
            on_timer: Closure::new(move || {
                if let Some(inner) = of_timer.upgrade() {
                    inner.timer.set(None);
                    inner.give(Input::Timer);
                }
            }),
            on_hint: Closure::new(move || {
                if let Some(inner) = of_hint.upgrade() {
                    inner.take_hint();
                }
            }),
        }
    }

    fn give(&self, input: Input<R>) {
        self.waiting.borrow_mut().push(input);
        if self.working.replace(true) {
            return;
        }
        loop {
            let mut waiting = self.waiting.borrow_mut();
            if waiting.is_empty() {
                break;
            }
            let input = waiting.remove(0);
            drop(waiting);
            let effects = self.session.borrow_mut().handle(input, now());
            for effect in effects {
                self.carry_out(effect);
            }
        }
        self.working.set(false);
    }

    fn carry_out(&self, effect: Effect<R>) {
        match effect {
            Effect::Connect { socket } => self.connect(socket),
            Effect::Disconnect { .. } => self.disconnect(),
            Effect::Transmit(frame) => self.transmit(&frame),
            Effect::WakeAt(at) => self.wake_at(at),
            Effect::Keep(envelope) => self.keeper.borrow_mut().keep(&envelope),
            Effect::Drop(id) => self.keeper.borrow_mut().forget(id),
            Effect::Update(update) => (self.on_update.borrow_mut())(update),
        }
    }

    fn connect(&self, id: SocketId) {
        self.disconnect();
        let subprotocol = Codec::Postcard.subprotocol();
        match socket::open(&self.url, subprotocol, &self.on_socket) {
            Some(socket) => *self.socket.borrow_mut() = Some((id, socket)),
            None => self.give(Input::Closed {
                socket: id,
                code: NO_CLOSE_FRAME,
            }),
        }
    }

    fn disconnect(&self) {
        if let Some((_, socket)) = self.socket.borrow_mut().take() {
            socket::close(&socket);
        }
    }

    fn transmit(&self, frame: &ClientFrame<R>) {
        if let (Some((_, socket)), Ok(bytes)) = (&*self.socket.borrow(), to_postcard(frame)) {
            // Fails only while the socket opens, when the session sends nothing.
            let _ = socket.send_with_u8_array(&bytes);
        }
    }

    fn wake_at(&self, at: UnixMillis) {
        let Some(window) = window() else { return };
        self.cancel_timer(&window);
        let delay = i32::try_from(at.since(now())).unwrap_or(i32::MAX);
        let function = self.on_timer.as_ref().unchecked_ref();
        self.timer.set(
            window
                .set_timeout_with_callback_and_timeout_and_arguments_0(function, delay)
                .ok(),
        );
    }

    fn cancel_timer(&self, window: &Window) {
        if let Some(timer) = self.timer.take() {
            window.clear_timeout_with_handle(timer);
        }
    }

    fn hear(&self, event: &Event) {
        let target = event.target();
        let Some(socket) = self
            .socket
            .borrow()
            .as_ref()
            .and_then(|(id, socket)| (target.as_ref() == Some(socket.as_ref())).then_some(*id))
        else {
            return;
        };
        self.give(match Word::of(event) {
            Word::Opened => Input::Opened { socket },
            Word::Bytes(bytes) => match from_postcard(&bytes) {
                Ok(frame) => Input::Frame { socket, frame },
                Err(_) => Input::Garbled { socket },
            },
            Word::Text => Input::Garbled { socket },
            Word::Closed(code) => Input::Closed { socket, code },
        });
    }

    fn take_hint(&self) {
        let Some(window) = window() else { return };
        self.give(Input::Network {
            online: window.navigator().on_line(),
        });
        if window.document().is_some_and(|document| !document.hidden()) {
            self.give(Input::Visible);
        }
    }

    fn listen_for_hints(&self, listen: bool) {
        let Some(window) = window() else { return };
        let function = self.on_hint.as_ref().unchecked_ref();
        let turn = |target: &web_sys::EventTarget, event: &str| {
            // Neither can fail for these targets.
            let _ = if listen {
                target.add_event_listener_with_callback(event, function)
            } else {
                target.remove_event_listener_with_callback(event, function)
            };
        };
        for event in WINDOW_HINTS {
            turn(&window, event);
        }
        if let Some(document) = window.document() {
            turn(&document, DOCUMENT_HINT);
        }
    }
}

impl<R: ClientRole> Drop for Inner<R> {
    fn drop(&mut self) {
        self.listen_for_hints(false);
        self.disconnect();
        if let Some(window) = window() {
            self.cancel_timer(&window);
        }
    }
}
