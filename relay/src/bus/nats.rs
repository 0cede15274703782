//! The bus over a NATS server: its plain publish and subscribe, which loses what nobody is there
//! for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use heard_protocol::Epoch;
use tokio::sync::mpsc;

use super::{Bus, Heard, Line};

/// How many words wait for the line at most; what comes on top is lost.
const OUTGOING: usize = 16_384;
/// How often the server is asked whether it is there. A line that goes dead without a word is
/// noticed after two of these.
const PING: Duration = Duration::from_secs(2);
/// How long an attempt to connect takes at most.
const CONNECT: Duration = Duration::from_secs(2);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Why there is no line.
#[derive(Debug, thiserror::Error)]
pub enum NatsError {
    /// What was given is no address of a server.
    #[error("the address of the NATS server cannot be read: {0}")]
    Address(String),
    /// The client could not be started.
    #[error("the line to the NATS server could not be opened: {0}")]
    Open(String),
}

/// A line to a NATS server.
#[derive(Debug)]
struct Nats {
    words: mpsc::Sender<Bytes>,
    up: Arc<AtomicBool>,
}

/// Opens a line for the nodes of one store; `epoch` keeps those of another apart. A server that is
/// not there yet is waited for in the background: until then the bus is down.
///
/// # Errors
/// [`NatsError`] if the address is none.
pub async fn connect(url: &str, epoch: Epoch) -> Result<Line, NatsError> {
    let address: async_nats::ServerAddr = url
        .parse()
        .map_err(|error: std::io::Error| NatsError::Address(error.to_string()))?;
    let up = Arc::new(AtomicBool::new(false));
    let (ear, heard) = mpsc::unbounded_channel();
    let mut options = options(&up, &ear);
    // The client leaves those that stand in the address alone.
    if let Some(user) = address.username() {
        let password = address.password().unwrap_or_default();
        options = options.user_and_password(user.to_owned(), password.to_owned());
    }
    let client = options
        .connect(address)
        .await
        .map_err(|error| NatsError::Open(error.to_string()))?;
    let subject = format!("heard.{:08x}", epoch.0);
    let subscriber = client
        .subscribe(subject.clone())
        .await
        .map_err(|error| NatsError::Open(error.to_string()))?;
    let (words, queue) = mpsc::channel(OUTGOING);
    tokio::spawn(hear(subscriber, ear));
    tokio::spawn(say(client, subject, queue, Arc::clone(&up)));
    Ok((Arc::new(Nats { words, up }), heard))
}

fn options(up: &Arc<AtomicBool>, ear: &mpsc::UnboundedSender<Heard>) -> ConnectOptions {
    let (up, ear) = (Arc::clone(up), ear.clone());
    ConnectOptions::new()
        .name("heard-relay")
        .no_echo()
        .retry_on_initial_connect()
        .connection_timeout(CONNECT)
        .ping_interval(PING)
        .reconnect_delay_callback(|attempts| {
            let pause = Duration::from_millis(50) * u32::try_from(attempts.min(20)).unwrap_or(20);
            pause.min(LONGEST_PAUSE)
        })
        .event_callback(move |event| {
            let (up, ear) = (Arc::clone(&up), ear.clone());
            async move {
                match event {
                    Event::Connected => {
                        up.store(true, Ordering::Release);
                        // Whoever listens may be about to stop.
                        let _ = ear.send(Heard::Gap);
                    }
                    Event::Disconnected => {
                        if up.swap(false, Ordering::AcqRel) {
                            tracing::warn!("the line to other nodes is down");
                        }
                    }
                    // Words were thrown away because nobody took them.
                    Event::SlowConsumer(_) => {
                        let _ = ear.send(Heard::Gap);
                    }
                    other => tracing::debug!(%other, "the NATS client says"),
                }
            }
        })
}

async fn hear(mut subscriber: Subscriber, ear: mpsc::UnboundedSender<Heard>) {
    while let Some(message) = subscriber.next().await {
        if ear.send(Heard::Word(message.payload)).is_err() {
            return;
        }
    }
}

/// Sends what waits. While the line is down it is thrown away: the client would keep it, and it
/// would be old when it arrives.
async fn say(
    client: Client,
    subject: String,
    mut queue: mpsc::Receiver<Bytes>,
    up: Arc<AtomicBool>,
) {
    while let Some(word) = queue.recv().await {
        if up.load(Ordering::Acquire)
            && let Err(error) = client.publish(subject.clone(), word).await
        {
            tracing::debug!(%error, "a word was not sent");
        }
    }
}

impl Bus for Nats {
    fn send(&self, word: Bytes) {
        // A full queue loses it, and the hole in the numbers tells the others.
        let _ = self.words.try_send(word);
    }

    fn is_up(&self) -> bool {
        self.up.load(Ordering::Acquire)
    }
}
