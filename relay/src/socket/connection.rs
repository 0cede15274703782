//! The IO around a [`Peer`]: one task per connection.
//!
//! Memory is what limits how many idle visitors a node carries, so buffers start empty, anything large is boxed, and nothing is kept
//! between frames that can be made again.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, SinkExt, StreamExt};
use heard_protocol::limits::MAX_CLIENT_FRAME_BYTES;
use heard_protocol::{
    CloseCode, Codec, CommandId, RefusalCode, RelayFrame, Secret, VisitorCommand,
};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::greet::Served;
use super::peer::{Bounds, Effect, Input, Peer};
use super::seat::Seat;
use crate::auth::{AddressKey, Throttle};
use crate::bus::Exchange;
use crate::clock::Clock;
use crate::config::VoiceSettings;
use crate::dispatch::DispatchHandle;
use crate::entropy::Entropy;
use crate::hub::{Hub, Mailbox};
use crate::node::NodeId;
use crate::store::{Answer, Request, Store};

/// How many inputs that are ready at once are taken before what they caused is flushed.
const TURN: usize = 64;
/// How long a client gets to take what was sent before its connection is given up.
const STALL: Duration = Duration::from_secs(20);
/// How long a client gets to answer a close.
const FAREWELL: Duration = Duration::from_secs(2);

/// What every connection shares.
pub struct Context {
    /// Where everything lasts.
    pub store: Arc<dyn Store>,
    /// Who is connected.
    pub hub: Arc<Hub>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The way to whoever is connected elsewhere.
    pub exchange: Arc<Exchange>,
    /// This node.
    pub node: NodeId,
    /// The dispatcher.
    pub dispatch: DispatchHandle,
    /// How often one caller may ask to be called.
    pub callbacks: Arc<Throttle>,
    /// How sound finds its way between two pages.
    pub voice: VoiceSettings,
    /// What each connection may do.
    pub bounds: Bounds,
    /// How much mail one connection may have waiting.
    pub outgoing_queue: usize,
    /// How many connections may be open at once.
    pub max_connections: usize,
    /// How many are.
    pub open: AtomicUsize,
    /// Cancelled when the relay stops.
    pub stop: CancellationToken,
    /// Every connection's task.
    pub tasks: TaskTracker,
}

/// What the handshake said about who is calling.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The agents' session cookie, if the page that opened the socket is the relay's own.
    pub cookie: Option<Secret>,
    /// Whether the page that opened the socket is somebody else's.
    pub foreign: bool,
    /// Where they call from, as limits see it.
    pub address: AddressKey,
}

/// What a piece of work that was waited for has led to.
pub(super) enum Done<S: Served> {
    Input(Input<S>),
    Seated(Input<S>, Box<Seat<S>>),
    Nothing,
}

type Work<S> = FuturesUnordered<BoxFuture<'static, Done<S>>>;

/// Counts a connection while it lives.
struct Counted(Arc<Context>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Serves one connection to its end.
///
/// Written as a block rather than an `async fn`, which would hold its arguments twice; what a connection holds while it is idle is
/// held ten thousand times.
pub(super) fn serve<S: Served>(
    mut socket: WebSocket,
    codec: Codec,
    context: Arc<Context>,
    caller: Caller,
) -> impl Future<Output = ()> + Send {
    let counted = Counted(Arc::clone(&context));
    let full = context.open.fetch_add(1, Ordering::Relaxed) >= context.max_connections;
    let mut line = Some(Box::new(Line::<S> {
        peer: Peer::new(context.bounds, context.clock.now()),
        mailbox: Arc::new(Mailbox::new(context.outgoing_queue)),
        work: None,
        seat: None,
        effects: Vec::new(),
        codec,
        caller,
        overflowed: false,
        left: false,
        context,
    }));
    async move {
        let code = match &mut line {
            Some(line) if !full => {
                let code = line.run(&mut socket).await;
                line.mourn(code);
                code
            }
            _ => Some(CloseCode::Full),
        };
        // The place in the hub is given up before the goodbye, which may take a while.
        line = None;
        if let Some(code) = code {
            Box::pin(farewell(&mut socket, code)).await;
        }
        drop((line, counted));
    }
}

/// Says why, and lets the client say goodbye: a socket that is dropped with unread data on it takes its last words along.
async fn farewell(socket: &mut WebSocket, code: CloseCode) {
    let frame = CloseFrame {
        code: code.code(),
        reason: Utf8Bytes::from_static(code.reason()),
    };
    let goodbye = async {
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    // Whoever does not answer is dropped.
    let _ = tokio::time::timeout(FAREWELL, goodbye).await;
}

/// Whether the connection is gone, rather than something wrong with what came over it.
fn is_lost(error: &axum::Error) -> bool {
    use std::error::Error as _;
    let error = error.source().and_then(|error| error.downcast_ref());
    matches!(
        error,
        Some(
            tungstenite::Error::Io(_)
                | tungstenite::Error::Protocol(
                    tungstenite::error::ProtocolError::ResetWithoutClosingHandshake
                )
        )
    )
}

/// What a client is told that sent something no message can be made of.
fn broken(error: axum::Error) -> CloseCode {
    match error.into_inner().downcast_ref::<tungstenite::Error>() {
        Some(tungstenite::Error::Capacity(_)) => CloseCode::TooBig,
        _ => CloseCode::BadFrame,
    }
}

/// The next piece of work that is done; what is left when none is, is given back.
async fn next<S: Served>(work: &mut Option<Work<S>>) -> Option<Done<S>> {
    let done = match work {
        Some(under_way) => under_way.next().await,
        None => None,
    };
    if done.is_none() {
        *work = None;
    }
    done
}

/// Waits until the client has taken something; `false` if it takes nothing any more.
async fn patiently(
    taken: impl Future<Output = Result<(), axum::Error>> + Send,
    mailbox: &Mailbox,
) -> Result<bool, Gone> {
    tokio::select! {
        biased;
        taken = tokio::time::timeout(STALL, taken) => match taken {
            Ok(Ok(())) => Ok(true),
            Ok(Err(_)) => Err(Gone),
            Err(_) => Ok(false),
        },
        () = mailbox.overflowed() => Ok(false),
    }
}

/// Queues a message, or gives it back if that would have to wait.
fn feed(socket: &mut WebSocket, message: Message) -> Result<Option<Message>, Gone> {
    match poll_fn(|context| socket.poll_ready_unpin(context)).now_or_never() {
        Some(Ok(())) => socket
            .start_send_unpin(message)
            .map(|()| None)
            .map_err(|_| Gone),
        Some(Err(_)) => Err(Gone),
        None => Ok(Some(message)),
    }
}

fn asks_for_a_call(request: &Request) -> bool {
    matches!(
        request,
        Request::Visitor {
            command: VisitorCommand::RequestCallback(_),
            ..
        }
    )
}

/// How far a turn has come.
enum Step {
    /// To its end; with a code if the connection ends as well.
    Done(Option<CloseCode>),
    /// Until this message, which the client has no room for yet.
    Blocked(Message),
}

/// Why a connection ends without a word from this side.
struct Gone;

struct Line<S: Served> {
    peer: Peer<S>,
    mailbox: Arc<Mailbox>,
    /// What is waited for; nothing at all on an idle connection.
    work: Option<Work<S>>,
    seat: Option<Box<Seat<S>>>,
    effects: Vec<Effect<S>>,
    codec: Codec,
    caller: Caller,
    overflowed: bool,
    /// The client has said goodbye.
    left: bool,
    context: Arc<Context>,
}

impl<S: Served> Line<S> {
    /// Runs until the connection ends; returns the code to close it with, unless the client has gone.
    async fn run(&mut self, socket: &mut WebSocket) -> Option<CloseCode> {
        let stop = self.context.stop.clone();
        let mut stopped = std::pin::pin!(stop.cancelled());
        let mailbox = Arc::clone(&self.mailbox);
        // Armed once and left alone: a frame only moves what is due, and the timer finds out when it fires.
        let mut timer = std::pin::pin!(tokio::time::sleep(self.until_due()));
        loop {
            tokio::select! {
                biased;
                () = stopped.as_mut() => return Some(CloseCode::Restarting),
                message = socket.recv() => match self.received(message) {
                    Ok(()) => {}
                    Err(Gone) => return None,
                },
                Some(done) = next(&mut self.work), if self.work.is_some() => self.done(done),
                () = mailbox.arrived(), if self.seat.is_some() => {}
                () = timer.as_mut() => {
                    self.handle(Input::Tick);
                    let due = tokio::time::Instant::now() + self.until_due();
                    timer.as_mut().reset(due);
                }
            }
            match self.turn(socket).await {
                Ok(None) => {}
                Ok(Some(code)) => return Some(code),
                Err(Gone) => return None,
            }
        }
    }

    /// Tells of a connection that ended without a word, from either side.
    fn mourn(&self, code: Option<CloseCode>) {
        let silent = matches!(code, Some(CloseCode::Idle)) || code.is_none() && !self.left;
        if silent && let Some(seat) = &self.seat {
            S::broke(&self.context, seat.identity());
        }
    }

    fn begin(&mut self, work: BoxFuture<'static, Done<S>>) {
        self.work.get_or_insert_default().push(work);
    }

    fn until_due(&self) -> Duration {
        Duration::from_millis(self.peer.due().since(self.context.clock.now()).max(1))
    }

    /// Takes whatever else is ready, does what it all leads to, and sends it in one go.
    ///
    /// Nearly always the client takes it at once. Only what waiting for it needs is boxed: a connection with nothing to do holds no room
    /// for that, and a turn without waiting costs no allocation.
    async fn turn(&mut self, socket: &mut WebSocket) -> Result<Option<CloseCode>, Gone> {
        let mut turns = 0;
        let code = loop {
            match self.quickly(socket, &mut turns)? {
                Step::Done(code) => break code,
                Step::Blocked(message) => {
                    if !Box::pin(patiently(socket.feed(message), &self.mailbox)).await? {
                        break Some(CloseCode::SlowConsumer);
                    }
                }
            }
        };
        let flushed = match socket.flush().now_or_never() {
            Some(flushed) => flushed.map(|()| true).map_err(|_| Gone)?,
            None => Box::pin(patiently(socket.flush(), &self.mailbox)).await?,
        };
        Ok(if flushed {
            code
        } else {
            Some(CloseCode::SlowConsumer)
        })
    }

    /// As much of a turn as can be done without waiting.
    fn quickly(&mut self, socket: &mut WebSocket, turns: &mut usize) -> Result<Step, Gone> {
        loop {
            if !self.mail() {
                return Ok(Step::Done(Some(CloseCode::SlowConsumer)));
            }
            match self.carry_out(socket)? {
                Step::Done(None) => {}
                step => return Ok(step),
            }
            *turns += 1;
            if *turns >= TURN {
                return Ok(Step::Done(None));
            }
            if let Some(message) = socket.recv().now_or_never() {
                self.received(message)?;
            } else if let Some(Some(done)) = next(&mut self.work).now_or_never() {
                self.done(done);
            } else {
                return Ok(Step::Done(None));
            }
        }
    }

    fn handle(&mut self, input: Input<S>) {
        let now = self.context.clock.now();
        self.peer.handle(input, now, &mut self.effects);
    }

    fn received(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), Gone> {
        let bytes: Bytes = match (message, self.codec) {
            (Some(Ok(Message::Close(_))), _) => {
                self.left = true;
                return Err(Gone);
            }
            (None, _) => return Err(Gone),
            (Some(Err(error)), _) if is_lost(&error) => {
                tracing::debug!(%error, "a connection broke");
                return Err(Gone);
            }
            (Some(Ok(Message::Ping(_) | Message::Pong(_))), _) => return Ok(()),
            (Some(Ok(Message::Binary(bytes))), Codec::Postcard) => bytes,
            (Some(Ok(Message::Text(text))), Codec::Json) => text.into(),
            (Some(Ok(Message::Binary(_) | Message::Text(_))), _) => {
                self.peer.close(CloseCode::BadFrame, &mut self.effects);
                return Ok(());
            }
            (Some(Err(error)), _) => {
                tracing::debug!(%error, "a connection broke");
                self.peer.close(broken(error), &mut self.effects);
                return Ok(());
            }
        };
        if bytes.len() > MAX_CLIENT_FRAME_BYTES {
            self.peer.close(CloseCode::TooBig, &mut self.effects);
            return Ok(());
        }
        match self.codec.decode(&bytes) {
            Ok(frame) => self.handle(Input::Frame(frame)),
            Err(error) => {
                tracing::debug!(%error, "a frame could not be read");
                self.peer.close(CloseCode::BadFrame, &mut self.effects);
            }
        }
        Ok(())
    }

    fn done(&mut self, done: Done<S>) {
        // What a command wrote is in the mail by the time it is answered, and goes out before the answer.
        self.overflowed |= !self.mail();
        match done {
            Done::Input(input) => self.handle(input),
            Done::Seated(input, seat) => {
                self.seat = Some(seat);
                self.handle(input);
            }
            Done::Nothing => {}
        }
    }

    /// Takes the mail in, if the client has been let in; `false` if there was too much of it.
    fn mail(&mut self) -> bool {
        if self.overflowed || self.seat.is_none() {
            return !self.overflowed;
        }
        let Some(mail) = self.mailbox.take() else {
            return false;
        };
        for one in mail {
            self.handle(Input::Mail(one));
        }
        true
    }

    fn carry_out(&mut self, socket: &mut WebSocket) -> Result<Step, Gone> {
        let mut effects = std::mem::take(&mut self.effects);
        let mut step = Step::Done(None);
        let mut drained = effects.drain(..);
        for effect in drained.by_ref() {
            match effect {
                Effect::Send(frame) => {
                    if let Some(blocked) = feed(socket, self.message(&frame)?)? {
                        step = Step::Blocked(blocked);
                        break;
                    }
                }
                Effect::Close(with) => {
                    step = Step::Done(Some(with));
                    break;
                }
                other => self.start(other),
            }
        }
        if matches!(step, Step::Blocked(_)) {
            self.effects = drained.collect();
        } else {
            drop(drained);
            // An idle connection keeps no room for effects.
            if effects.capacity() <= 16 {
                self.effects = effects;
            }
        }
        Ok(step)
    }

    fn execute(&mut self, id: CommandId, request: Request) {
        if asks_for_a_call(&request) && !self.may_ask() {
            // Not "later": what the visitor writes meanwhile would wait for it.
            let refused = Answer::Refused(RefusalCode::TooManyCalls.into());
            let refused = Done::Input(Input::Answered(id, Some(refused)));
            self.begin(Box::pin(std::future::ready(refused)));
            return;
        }
        // Now and not when the work is first polled: then a later command could come before it.
        let answer = self.context.store.execute(request);
        self.begin(Box::pin(async move {
            Done::Input(Input::Answered(id, answer.await.ok()))
        }));
    }

    /// Whether somebody from there may ask to be called once more.
    fn may_ask(&self) -> bool {
        let now = self.context.clock.now();
        self.context
            .callbacks
            .take(self.caller.address, now)
            .is_ok()
    }

    fn message(&self, frame: &RelayFrame<S>) -> Result<Message, Gone> {
        let bytes = self.codec.encode(frame).map_err(|error| {
            tracing::error!(%error, "a frame could not be written");
            Gone
        })?;
        Ok(match self.codec {
            Codec::Postcard => Message::Binary(bytes.into()),
            Codec::Json => Message::Text(Utf8Bytes::try_from(bytes).map_err(|_| Gone)?),
        })
    }

    fn start(&mut self, effect: Effect<S>) {
        let context = Arc::clone(&self.context);
        match effect {
            Effect::Send(_) | Effect::Close(_) => {}
            Effect::Greet(hello) => {
                let mailbox = Arc::clone(&self.mailbox);
                let caller = Caller {
                    cookie: self.caller.cookie.take(),
                    ..self.caller.clone()
                };
                self.begin(Box::pin(async move {
                    match S::greet(&context, *hello, caller, &mailbox).await {
                        Ok((greeting, seat)) => {
                            Done::Seated(Input::Greeted(Ok(Box::new(greeting))), Box::new(seat))
                        }
                        Err(code) => Done::Input(Input::Greeted(Err(code))),
                    }
                }));
            }
            Effect::Command(id, request) => self.execute(id, request),
            Effect::Write(request) => {
                let written = context.store.execute(request);
                self.begin(Box::pin(async move {
                    // Read marks are said again on the next connection.
                    let _ = written.await;
                    Done::Nothing
                }));
            }
            Effect::Read(cursor) => {
                let work = async move {
                    match S::read(&*context.store, cursor).await {
                        Ok(slice) => Done::Input(Input::Read(cursor.conversation, slice)),
                        Err(error) => {
                            tracing::error!(%error, "a log could not be read");
                            Done::Input(Input::Broken)
                        }
                    }
                };
                self.begin(Box::pin(work));
            }
            Effect::Own => {
                if let Some(seat) = &self.seat {
                    let seat = seat.place();
                    self.begin(Box::pin(async move {
                        match S::own(&*context.store, &seat.identity).await {
                            Ok(own) => Done::Input(Input::Own(own)),
                            Err(error) => {
                                tracing::error!(%error, "a visitor's log could not be looked up");
                                Done::Input(Input::Broken)
                            }
                        }
                    }));
                }
            }
            Effect::Lists => {
                if let Some(seat) = &self.seat {
                    let seat = seat.place();
                    self.begin(Box::pin(async move {
                        match S::lists(&context, &seat.identity).await {
                            Ok(rows) => Done::Input(Input::Lists(rows)),
                            Err(error) => {
                                tracing::error!(%error, "an agent's lists could not be read");
                                Done::Input(Input::Broken)
                            }
                        }
                    }));
                }
            }
            Effect::Follow(conversation) => {
                if let Some(seat) = &self.seat {
                    seat.follow(conversation);
                    let seat = seat.place();
                    self.begin(Box::pin(async move {
                        S::followed(&context, &seat, conversation).await;
                        Done::Nothing
                    }));
                }
            }
            Effect::Unfollow(conversation) => {
                if let Some(seat) = &self.seat {
                    seat.unfollow(conversation);
                }
            }
            Effect::Signal(signal) => {
                if let Some(seat) = &self.seat {
                    let seat = seat.place();
                    if S::about(&signal).is_none_or(|about| self.peer.follows(about)) {
                        self.begin(Box::pin(async move {
                            S::signal(&context, &seat, signal).await;
                            Done::Nothing
                        }));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::Visitor;

    use super::*;

    /// The size of what a function's future holds.
    fn held<F: Future>(_: fn(WebSocket, Codec, Arc<Context>, Caller) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn an_idle_connection_holds_little() {
        assert!(held(serve::<Visitor>) <= 1024, "{}", held(serve::<Visitor>));
        assert!(size_of::<Line<Visitor>>() <= 256);
    }
}
