//! The IO around a [`Peer`]: one task per connection.
//!
//! Memory is what limits how many idle visitors a node carries, so buffers start empty, anything
//! large is boxed, and nothing is kept between frames that can be made again.

mod work;

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use bytes::Bytes;
use futures_util::{FutureExt, SinkExt};
use heard_protocol::limits::MAX_CLIENT_FRAME_BYTES;
use heard_protocol::{CloseCode, Codec, RelayFrame};

use self::work::{Done, Work, next};
use super::context::{Caller, Context};
use super::greet::Served;
use super::peer::{Effect, Input, Peer};
use super::seat::Seat;
use crate::hub::Mailbox;

/// How many inputs that are ready at once are taken before what they caused is flushed.
const TURN: usize = 64;
/// How long a client gets to take what was sent before its connection is given up.
const STALL: Duration = Duration::from_secs(20);
/// How long a client gets to answer a close.
const FAREWELL: Duration = Duration::from_secs(2);

/// Counts a connection while it lives.
struct Counted(Arc<Context>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Serves one connection to its end.
///
/// Written as a block rather than an `async fn`, which would hold its arguments twice; what a
/// connection holds while it is idle is held ten thousand times.
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

/// Says why, and lets the client say goodbye: a socket that is dropped with unread data on it takes
/// its last words along.
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
    /// Runs until the connection ends; returns the code to close it with, unless the client has
    /// gone.
    async fn run(&mut self, socket: &mut WebSocket) -> Option<CloseCode> {
        let stop = self.context.stop.clone();
        let mut stopped = std::pin::pin!(stop.cancelled());
        let mailbox = Arc::clone(&self.mailbox);
        // Armed once and left alone: a frame only moves what is due, and the timer finds out when
        // it fires.
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

    fn until_due(&self) -> Duration {
        Duration::from_millis(self.peer.due().since(self.context.clock.now()).max(1))
    }

    /// Takes whatever else is ready, does what it all leads to, and sends it in one go.
    ///
    /// Nearly always the client takes it at once. Only what waiting for it needs is boxed: a
    /// connection with nothing to do holds no room for that, and a turn without waiting costs no
    /// allocation.
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
        // What a command wrote is in the mail by the time it is answered, and goes out before the
        // answer.
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
