//! The native transport, against the model relay behind a real WebSocket.

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use heard_client::native::{NativeClient, Options, SubmitError, Updates};
use heard_client::{Config, LinkState, Update};
use heard_protocol::{
    ClientFrame, Codec, CommandId, ConversationAct, ConversationId, LogEntry, NextMove, Secret,
    Seq, Staff, StaffCommand, StaffCredential,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderMap;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use crate::model::Relay;

const CONVERSATION: ConversationId = ConversationId::from_bits(1);

/// What the test does to the connection that is open.
#[derive(Debug)]
enum Fault {
    /// Ends it without a word.
    Cut,
    /// Closes it with this code.
    Close(u16),
    /// Sends this instead of a frame.
    Say(Message),
}

/// A relay on a port of its own; one connection at a time.
struct Server {
    url: String,
    relay: Arc<Mutex<Relay>>,
    faults: mpsc::UnboundedSender<Fault>,
    /// The headers of every handshake.
    greeted: mpsc::UnboundedReceiver<HeaderMap>,
    /// Says when a client has hung up by itself.
    left: mpsc::UnboundedReceiver<()>,
}

impl Server {
    async fn start(codec: Codec) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let relay = Arc::new(Mutex::new(Relay::default()));
        let (faults, mut told) = mpsc::unbounded_channel();
        let (greets, greeted) = mpsc::unbounded_channel();
        let (leaves, left) = mpsc::unbounded_channel();
        let shared = Arc::clone(&relay);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (socket, headers) = shake_hands(stream).await;
                // The test may not care.
                let _ = greets.send(headers);
                if !serve(socket, codec, &shared, &mut told).await {
                    let _ = leaves.send(());
                }
            }
        });
        Self {
            url: format!("ws://{address}"),
            relay,
            faults,
            greeted,
            left,
        }
    }

    fn options(&self, codec: Codec) -> Options<Staff> {
        let mut config = Config::new(StaffCredential {
            token: Some(Secret("secret".into())),
        });
        config.limits.backoff_base_ms = 1;
        Options::new(&self.url, config).codec(codec)
    }

    fn client(&self, codec: Codec) -> (NativeClient<Staff>, Updates<Staff>) {
        NativeClient::start(self.options(codec)).expect("good options")
    }

    fn log(&self) -> Vec<CommandId> {
        let relay = self.relay.lock().expect("no test has panicked");
        let log = relay.log(CONVERSATION).iter();
        log.filter_map(LogEntry::command).collect()
    }
}

async fn shake_hands(stream: TcpStream) -> (WebSocketStream<TcpStream>, HeaderMap) {
    let mut headers = HeaderMap::new();
    #[expect(clippy::result_large_err, reason = "the type is tungstenite's own")]
    let answer = |request: &Request, mut response: Response| {
        headers.clone_from(request.headers());
        let name = "sec-websocket-protocol";
        let codec = request.headers()[name].clone();
        response.headers_mut().insert(name, codec);
        Ok(response)
    };
    let socket = accept_hdr_async(stream, answer).await.expect("a handshake");
    (socket, headers)
}

/// Serves one connection to its end; whether the end was the server's doing.
async fn serve(
    mut socket: WebSocketStream<TcpStream>,
    codec: Codec,
    relay: &Mutex<Relay>,
    faults: &mut mpsc::UnboundedReceiver<Fault>,
) -> bool {
    relay.lock().expect("no test has panicked").accept();
    loop {
        let frame = tokio::select! {
            fault = faults.recv() => match fault {
                Some(Fault::Say(message)) => {
                    socket.send(message).await.expect("it is open");
                    continue;
                }
                Some(Fault::Close(code)) => {
                    let frame = CloseFrame { code: code.into(), reason: "".into() };
                    socket.close(Some(frame)).await.expect("it is open");
                    return true;
                }
                Some(Fault::Cut) | None => return true,
            },
            message = socket.next() => match message {
                Some(Ok(Message::Binary(bytes))) => codec.decode(&bytes),
                Some(Ok(Message::Text(text))) => codec.decode(text.as_bytes()),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return false,
            },
        };
        let frame: ClientFrame<Staff> = frame.expect("a frame in the codec agreed on");
        relay.lock().expect("no test has panicked").hear(frame);
        while let Some(frame) = next(relay) {
            let bytes = codec.encode(&frame).expect("it can be written");
            let message = match codec {
                Codec::Postcard => Message::binary(bytes),
                Codec::Json => Message::text(String::from_utf8(bytes).expect("JSON")),
            };
            socket.send(message).await.expect("it is open");
        }
    }
}

fn next(relay: &Mutex<Relay>) -> Option<heard_protocol::RelayFrame<Staff>> {
    relay.lock().expect("no test has panicked").next()
}

fn message(text: &str) -> StaffCommand {
    StaffCommand::In {
        conversation: CONVERSATION,
        act: ConversationAct::Send {
            text: text.to_owned(),
        },
    }
}

/// The commands of the first `count` entries told.
async fn read(updates: &mut Updates<Staff>, count: usize) -> Vec<CommandId> {
    let mut read = Vec::new();
    while read.len() < count {
        let update = updates.recv().await.expect("the client runs");
        if let Update::Entries { entries, .. } = update {
            read.extend(entries.iter().filter_map(LogEntry::command));
        }
    }
    read
}

#[tokio::test]
async fn commands_and_entries_cross_in_either_codec() {
    for codec in Codec::ALL {
        let server = Server::start(codec).await;
        let (client, mut updates) = server.client(codec);
        client.follow(CONVERSATION);
        let (one, two) = tokio::join!(client.submit(message("one")), client.submit(message("two")));
        assert_eq!(one.expect("a receipt").seq, Seq(1));
        assert_eq!(two.expect("a receipt").seq, Seq(2));
        assert_eq!(read(&mut updates, 2).await, server.log());
        let cursor = client.look(|session| session.cursor(CONVERSATION)).await;
        assert_eq!(cursor, Ok(Some(Seq(2))));
    }
}

#[tokio::test]
async fn the_handshake_carries_codec_and_headers() {
    let mut server = Server::start(Codec::Json).await;
    let options = server
        .options(Codec::Json)
        .bearer(&Secret("abc".into()))
        .header("Origin", "https://shop.example");
    let (client, _updates) = NativeClient::start(options).expect("good options");
    let headers = server.greeted.recv().await.expect("a handshake");
    assert_eq!(headers["sec-websocket-protocol"], "heard.v1.json");
    assert_eq!(headers["authorization"], "Bearer abc");
    assert_eq!(headers["origin"], "https://shop.example");
    client.live().await.expect("it runs");
}

#[tokio::test]
async fn a_cut_connection_costs_nothing() {
    let mut server = Server::start(Codec::Postcard).await;
    let (client, mut updates) = server.client(Codec::Postcard);
    client.follow(CONVERSATION);
    client.live().await.expect("it runs");
    let mut posted = Vec::new();
    for round in 0..5 {
        server.greeted.recv().await.expect("a handshake");
        posted.push(client.post(message("before")));
        server.faults.send(Fault::Cut).expect("it serves");
        posted.push(client.post(message("after")));
        assert_eq!(posted.len(), 2 * (round + 1));
    }
    assert_eq!(read(&mut updates, posted.len()).await, posted);
    assert_eq!(server.log(), posted);
}

#[tokio::test]
async fn close_codes_reach_the_session() {
    let server = Server::start(Codec::Postcard).await;
    let (client, _updates) = server.client(Codec::Postcard);
    client.live().await.expect("it runs");
    server.faults.send(Fault::Close(4100)).expect("it serves");
    let stopped = |state| matches!(state, LinkState::Stopped(_));
    let state = client.state_is(stopped).await;
    assert_eq!(state, Ok(LinkState::Stopped(NextMove::Reauthenticate)));
    client.give(heard_client::Input::RetryNow);
    client.live().await.expect("it runs");
}

#[tokio::test]
async fn what_is_no_frame_asks_for_a_newer_program() {
    for message in [Message::binary(vec![255; 9]), Message::text("{}")] {
        let server = Server::start(Codec::Postcard).await;
        let (client, _updates) = server.client(Codec::Postcard);
        client.live().await.expect("it runs");
        server.faults.send(Fault::Say(message)).expect("it serves");
        let stopped = |state| matches!(state, LinkState::Stopped(_));
        let state = client.state_is(stopped).await;
        assert_eq!(state, Ok(LinkState::Stopped(NextMove::Reload)));
    }
}

#[tokio::test]
async fn a_client_nobody_holds_hangs_up() {
    let mut server = Server::start(Codec::Postcard).await;
    let (client, mut updates) = server.client(Codec::Postcard);
    client.live().await.expect("it runs");
    drop(client);
    server.left.recv().await.expect("it left");
    while updates.recv().await.is_some() {}
}

#[tokio::test]
async fn a_cancelled_command_is_not_waited_for() {
    // Nobody listens here.
    let options = Options::<Staff>::new(
        "ws://127.0.0.1:1",
        Config::new(StaffCredential { token: None }),
    );
    let (client, _updates) = NativeClient::start(options).expect("good options");
    let envelope = heard_protocol::Envelope::new(client.new_id(), message("never"));
    let id = envelope.id;
    let (answer, ()) = tokio::join!(client.submit_as(envelope), async { client.cancel(id) });
    assert_eq!(answer, Err(SubmitError::Unanswered));
}
