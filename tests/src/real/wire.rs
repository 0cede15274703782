//! A bare socket, for saying what a proper client cannot.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use heard_protocol::{
    ClientFrame, Codec, CommandId, Envelope, Hello, RelayFrame, Role, Secret, Staff,
    StaffCredential, VERSION, Visitor, VisitorCommand, VisitorCredential, Welcome,
};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::desk::SITE;

/// How long the relay may take to answer anything.
const PATIENCE: Duration = Duration::from_secs(40);
/// How much the system keeps for a socket that is not read, in bytes.
const RECEIVE_BUFFER: u32 = 16 * 1024;
/// The code of a connection that ended without one.
pub const NO_CODE: u16 = 1006;

/// A socket that sends whatever it is told.
#[derive(Debug)]
pub struct Wire {
    socket: WebSocketStream<TcpStream>,
    codec: Codec,
}

impl Wire {
    /// Opens one.
    pub async fn open<R: Role>(relay: SocketAddr, codec: Codec) -> Self {
        Self::open_with::<R>(relay, codec, &[]).await
    }

    /// Opens one with more headers.
    pub async fn open_with<R: Role>(
        relay: SocketAddr,
        codec: Codec,
        headers: &[(&'static str, &str)],
    ) -> Self {
        let url = format!("ws://{relay}{}", R::PATH);
        let mut request = url.into_client_request().expect("a proper address");
        let protocol = codec.subprotocol().parse().expect("a proper header");
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        for (name, value) in headers {
            let value = value.parse().expect("a proper header");
            request.headers_mut().insert(*name, value);
        }
        let stream = TcpSocket::new_v4().expect("another socket");
        // What is sent to a client that does not read should pile up at the relay, not here.
        stream
            .set_recv_buffer_size(RECEIVE_BUFFER)
            .expect("a buffer of that size");
        let opened = async {
            let stream = stream.connect(relay).await.expect("a connection");
            client_async(request, stream).await.expect("a socket")
        };
        let (socket, _) = timeout(PATIENCE, opened).await.expect("an answer in time");
        Self { socket, codec }
    }

    /// Sends a frame as it should be.
    pub async fn send<R: Role>(&mut self, frame: &ClientFrame<R>) {
        let bytes = self
            .codec
            .encode(frame)
            .expect("every frame can be written");
        self.send_bytes(bytes).await;
    }

    /// Sends bytes in a message of the codec's own kind, whatever they are.
    pub async fn send_bytes(&mut self, bytes: Vec<u8>) {
        let kind = match self.codec {
            Codec::Postcard => Data::Binary,
            Codec::Json => Data::Text,
        };
        self.send_as(kind, bytes).await;
    }

    /// Sends bytes in a message of this kind. Nothing looks at them before the relay does.
    pub async fn send_as(&mut self, kind: Data, bytes: Vec<u8>) {
        let frame = Frame::message(bytes, OpCode::Data(kind), true);
        match self.socket.send(Message::Frame(frame)).await {
            // The relay may have had enough already; what it said is still to be read.
            Ok(()) | Err(Error::Io(_) | Error::ConnectionClosed | Error::AlreadyClosed) => {}
            Err(error) => panic!("{error}"),
        }
    }

    /// The next frame.
    ///
    /// # Errors
    /// The code with which the relay ends the connection, if that comes instead.
    pub async fn next<R: Role>(&mut self) -> Result<RelayFrame<R>, u16> {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await;
            let bytes = match message.expect("the relay says something in time") {
                Some(Ok(Message::Binary(bytes))) => bytes.to_vec(),
                Some(Ok(Message::Text(text))) => text.as_bytes().to_vec(),
                Some(Ok(Message::Close(Some(frame)))) => return Err(frame.code.into()),
                Some(Ok(Message::Close(None)) | Err(_)) | None => return Err(NO_CODE),
                Some(Ok(_)) => continue,
            };
            return Ok(self.codec.decode(&bytes).expect("a proper frame"));
        }
    }

    /// The code with which the relay ends the connection, whatever it says before.
    pub async fn code<R: Role>(&mut self) -> u16 {
        loop {
            if let Err(code) = self.next::<R>().await {
                return code;
            }
        }
    }

    /// The answer to a ping, and what comes before it: the relay has dealt with all that was sent.
    pub async fn until_pong<R: Role>(&mut self) -> Vec<RelayFrame<R>> {
        self.send(&ClientFrame::<R>::Ping).await;
        let mut before = Vec::new();
        loop {
            match self.next().await.expect("the connection holds") {
                RelayFrame::Pong => return before,
                frame => before.push(frame),
            }
        }
    }

    /// Greets, and waits for the answer.
    pub async fn welcome<R: Role>(&mut self, hello: Hello<R>) -> Welcome<R> {
        self.send(&ClientFrame::Hello(hello)).await;
        match self.next::<R>().await.expect("the connection holds") {
            RelayFrame::Welcome(welcome) => *welcome,
            other => panic!("{other:?} instead of a welcome"),
        }
    }

    /// Ends the connection in order.
    pub async fn close(mut self) {
        // The relay may have closed it already.
        let _ = self.socket.close(None).await;
    }
}

/// A visitor's greeting.
pub fn visitor(token: Option<Secret>) -> Hello<Visitor> {
    Hello {
        version: VERSION,
        credential: VisitorCredential {
            site: SITE,
            token,
            locale: String::new(),
            page: None,
        },
        resume: None,
    }
}

/// An agent's greeting.
pub fn staff(token: Option<Secret>) -> Hello<Staff> {
    Hello {
        version: VERSION,
        credential: StaffCredential { token },
        resume: None,
    }
}

/// A visitor's message.
pub fn says(id: u128, text: impl Into<String>) -> ClientFrame<Visitor> {
    ClientFrame::Command(Envelope::new(
        CommandId::from_bits(id),
        VisitorCommand::Send { text: text.into() },
    ))
}
