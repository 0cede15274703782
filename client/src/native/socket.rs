//! A WebSocket that is read and written in one place, so that neither waits for the other.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_util::{FutureExt, Sink, Stream};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::http::Request;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// The buffers of a connection, in bytes: small, since thousands of clients may share a process.
const BUFFER_BYTES: usize = 4 * 1024;

/// What a close without a code counts as.
pub(super) const NO_CLOSE_FRAME: u16 = 1006;

type Wire = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Opening = Pin<Box<dyn Future<Output = Result<Wire, Error>> + Send>>;

/// What happened on a socket.
pub(super) enum Event {
    Opened,
    Message(Message),
    /// It is gone, with this code.
    Closed(u16),
}

/// A socket from the first packet to the last.
pub(super) struct Socket {
    state: State,
    outgoing: VecDeque<Message>,
    /// Writing has failed. Reading goes on: what the relay said before it closed is still to come.
    deaf: bool,
}

enum State {
    Opening(Opening),
    Open(Box<Wire>),
    Closed,
}

impl Socket {
    /// Starts to open a socket.
    pub(super) fn open(request: Request<()>) -> Self {
        let opening = async {
            let config = WebSocketConfig::default()
                .read_buffer_size(BUFFER_BYTES)
                .write_buffer_size(BUFFER_BYTES);
            let (stream, _) = connect_async_with_config(request, Some(config), true).await?;
            Ok(stream)
        };
        Self {
            state: State::Opening(Box::pin(opening)),
            outgoing: VecDeque::new(),
            deaf: false,
        }
    }

    /// Queues a message; it is written while the next event is awaited.
    pub(super) fn send(&mut self, message: Message) {
        self.outgoing.push_back(message);
    }

    /// Says goodbye if that is possible without waiting, and lets go.
    pub(super) fn close(self) {
        if let State::Open(mut stream) = self.state {
            // A close that cannot be written now is left out: the relay notices the lost
            // connection.
            let _ = stream.close(None).now_or_never();
        }
    }

    /// Writes what is queued and waits for what comes. After `Closed` it waits for ever.
    pub(super) fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        let event = match &mut self.state {
            State::Closed => return Poll::Pending,
            State::Opening(opening) => match std::task::ready!(opening.as_mut().poll(cx)) {
                Ok(stream) => {
                    self.state = State::Open(Box::new(stream));
                    Event::Opened
                }
                Err(_) => Event::Closed(NO_CLOSE_FRAME),
            },
            State::Open(stream) => {
                if !self.deaf
                    && let Poll::Ready(Err(_)) = write(stream, &mut self.outgoing, cx)
                {
                    self.deaf = true;
                }
                match std::task::ready!(pin!(stream).poll_next(cx)) {
                    Some(Ok(Message::Close(frame))) => {
                        Event::Closed(frame.map_or(NO_CLOSE_FRAME, |frame| frame.code.into()))
                    }
                    Some(Ok(message)) => Event::Message(message),
                    Some(Err(_)) | None => Event::Closed(NO_CLOSE_FRAME),
                }
            }
        };
        if let Event::Closed(_) = event {
            self.state = State::Closed;
        }
        Poll::Ready(event)
    }
}

/// Writes all that is queued with one flush.
fn write(
    stream: &mut Wire,
    outgoing: &mut VecDeque<Message>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Error>> {
    let mut stream = pin!(stream);
    while !outgoing.is_empty() {
        std::task::ready!(stream.as_mut().poll_ready(cx))?;
        if let Some(message) = outgoing.pop_front() {
            stream.as_mut().start_send(message)?;
        }
    }
    stream.poll_flush(cx)
}
