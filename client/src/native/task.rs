//! The task that runs a session.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use heard_protocol::{
    ClientFrame, Codec, CommandId, Envelope, Receipt, Refusal, RelayFrame, UnixMillis,
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, Sleep, sleep};
use tokio_tungstenite::tungstenite::Message;

use super::ids::{now, random_bits};
use super::options::{Options, OptionsError, Target};
use super::socket::{Event, NO_CLOSE_FRAME, Socket};
use crate::ids::IdSource;
use crate::keeper::Keeper;
use crate::session::{ClientRole, Effect, Input, LinkState, Session, SocketId, Update};

/// How many asks are worked off before the socket is looked after again: their frames leave with
/// one flush.
const ASKS_AT_ONCE: usize = 64;

/// What a handle asks of the task.
pub(super) enum Ask<R: ClientRole> {
    Give(Input<R>),
    Submit {
        envelope: Envelope<R>,
        answer: Answer,
    },
    Look(Look<R>),
}

type Look<R> = Box<dyn FnOnce(&Session<R>) + Send>;
type Answer = oneshot::Sender<Result<Receipt, Refusal>>;

/// A session and all that carries it.
pub(super) struct Task<R: ClientRole> {
    session: Session<R>,
    target: Target,
    codec: Codec,
    keeper: Box<dyn Keeper<R> + Send>,
    asks: mpsc::UnboundedReceiver<Ask<R>>,
    updates: mpsc::UnboundedSender<Update<R>>,
    link: watch::Sender<LinkState>,
    answers: HashMap<CommandId, Answer>,
    socket: Option<(SocketId, Socket)>,
    timer: Option<Pin<Box<Sleep>>>,
    /// Whose turn it is to be looked at first; neither handles nor the relay can keep the other
    /// waiting for long.
    socket_first: bool,
}

/// What the task woke up for.
enum Wake<R: ClientRole> {
    Socket(SocketId, Event),
    Timer,
    Asked(Vec<Ask<R>>),
    /// Nobody is left to ask.
    Abandoned,
}

impl<R: ClientRole> Task<R> {
    pub(super) fn new(
        mut options: Options<R>,
        asks: mpsc::UnboundedReceiver<Ask<R>>,
        updates: mpsc::UnboundedSender<Update<R>>,
        link: watch::Sender<LinkState>,
    ) -> Result<Self, OptionsError> {
        let target = Target::new(&options)?;
        let mut kept = options.keeper.load();
        kept.append(&mut options.config.outbox);
        options.config.outbox = kept;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "half of the bits are enough for a seed"
        )]
        let seed = random_bits() as u64;
        Ok(Self {
            session: Session::new(options.config, seed),
            target,
            codec: options.codec,
            keeper: options.keeper,
            asks,
            updates,
            link,
            answers: HashMap::new(),
            socket: None,
            timer: None,
            socket_first: false,
        })
    }

    /// Where new ids come from: they follow those of the kept commands.
    pub(super) fn ids(&self) -> IdSource {
        IdSource::after(self.session.outbox().map(|kept| kept.id))
    }

    /// Runs until the last handle is dropped.
    pub(super) async fn run(mut self) {
        self.give(Input::Start);
        loop {
            match self.wake().await {
                Wake::Socket(socket, event) => self.hear(socket, event),
                Wake::Timer => self.give(Input::Timer),
                Wake::Asked(asks) => asks.into_iter().for_each(|ask| self.answer(ask)),
                Wake::Abandoned => break,
            }
        }
        self.give(Input::Stop);
    }

    async fn wake(&mut self) -> Wake<R> {
        poll_fn(|cx| {
            self.socket_first = !self.socket_first;
            let wake = if self.socket_first {
                self.poll_socket(cx).or_else(|| self.poll_asks(cx))
            } else {
                self.poll_asks(cx).or_else(|| self.poll_socket(cx))
            };
            match wake.or_else(|| self.poll_timer(cx)) {
                Some(wake) => Poll::Ready(wake),
                None => Poll::Pending,
            }
        })
        .await
    }

    fn poll_asks(&mut self, cx: &mut Context<'_>) -> Option<Wake<R>> {
        let mut asked = Vec::new();
        match self.asks.poll_recv_many(cx, &mut asked, ASKS_AT_ONCE) {
            Poll::Ready(0) => Some(Wake::Abandoned),
            Poll::Ready(_) => Some(Wake::Asked(asked)),
            Poll::Pending => None,
        }
    }

    fn poll_socket(&mut self, cx: &mut Context<'_>) -> Option<Wake<R>> {
        let (id, socket) = self.socket.as_mut()?;
        match socket.poll_event(cx) {
            Poll::Ready(event) => Some(Wake::Socket(*id, event)),
            Poll::Pending => None,
        }
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Option<Wake<R>> {
        let due = self.timer.as_mut()?.as_mut().poll(cx).is_ready();
        due.then(|| {
            self.timer = None;
            Wake::Timer
        })
    }

    fn answer(&mut self, ask: Ask<R>) {
        match ask {
            Ask::Give(input) => self.give(input),
            Ask::Submit { envelope, answer } => {
                self.answers.insert(envelope.id, answer);
                self.give(Input::Submit(envelope));
            }
            Ask::Look(look) => look(&self.session),
        }
    }

    fn hear(&mut self, socket: SocketId, event: Event) {
        let input = match event {
            Event::Opened => Input::Opened { socket },
            Event::Closed(code) => Input::Closed { socket, code },
            Event::Message(message) => match self.decode(&message) {
                Some(Ok(frame)) => Input::Frame { socket, frame },
                Some(Err(())) => Input::Garbled { socket },
                None => return,
            },
        };
        self.give(input);
    }

    /// The frame in a message; nothing for the transport's own messages.
    fn decode(&self, message: &Message) -> Option<Result<RelayFrame<R>, ()>> {
        let bytes: &[u8] = match (self.codec, message) {
            (Codec::Postcard, Message::Binary(bytes)) => bytes,
            (Codec::Json, Message::Text(text)) => text.as_bytes(),
            (_, Message::Binary(_) | Message::Text(_)) => return Some(Err(())),
            _ => return None,
        };
        Some(self.codec.decode(bytes).map_err(|_| ()))
    }

    fn give(&mut self, input: Input<R>) {
        if let Input::Cancel(id) = &input {
            self.answers.remove(id);
        }
        for effect in self.session.handle(input, now()) {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect<R>) {
        match effect {
            Effect::Connect { socket } => self.connect(socket),
            Effect::Disconnect { .. } => self.disconnect(),
            Effect::Transmit(frame) => self.transmit(&frame),
            Effect::WakeAt(at) => self.wake_at(at),
            Effect::Keep(envelope) => self.keeper.keep(&envelope),
            Effect::Drop(id) => self.keeper.forget(id),
            Effect::Update(update) => self.tell(update),
        }
    }

    fn connect(&mut self, id: SocketId) {
        self.disconnect();
        match self.target.request() {
            Ok(request) => self.socket = Some((id, Socket::open(request))),
            // Cannot happen: the same request was made at the start.
            Err(_) => self.give(Input::Closed {
                socket: id,
                code: NO_CLOSE_FRAME,
            }),
        }
    }

    fn disconnect(&mut self) {
        if let Some((_, socket)) = self.socket.take() {
            socket.close();
        }
    }

    fn transmit(&mut self, frame: &ClientFrame<R>) {
        if let (Some((_, socket)), Some(message)) = (&mut self.socket, encode(self.codec, frame)) {
            socket.send(message);
        }
    }

    fn wake_at(&mut self, at: UnixMillis) {
        let wait = Duration::from_millis(at.since(now()));
        match &mut self.timer {
            Some(timer) => timer.as_mut().reset(Instant::now() + wait),
            none => *none = Some(Box::pin(sleep(wait))),
        }
    }

    fn tell(&mut self, update: Update<R>) {
        match &update {
            Update::Sent { id, receipt } => self.resolve(*id, Ok(*receipt)),
            Update::Refused { id, refusal } => self.resolve(*id, Err(*refusal)),
            Update::Link(state) => drop(self.link.send_replace(*state)),
            _ => {}
        }
        // Nobody needs to listen.
        let _ = self.updates.send(update);
    }

    fn resolve(&mut self, id: CommandId, answer: Result<Receipt, Refusal>) {
        if let Some(waiting) = self.answers.remove(&id) {
            let _ = waiting.send(answer);
        }
    }
}

/// The message of a frame; every frame of the protocol can be written.
fn encode<R: ClientRole>(codec: Codec, frame: &ClientFrame<R>) -> Option<Message> {
    let bytes = codec.encode(frame).ok()?;
    match codec {
        Codec::Postcard => Some(Message::binary(bytes)),
        Codec::Json => String::from_utf8(bytes).ok().map(Message::text),
    }
}
