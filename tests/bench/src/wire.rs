//! A WebSocket client with nothing to it, so that what is measured is the server: frames by hand,
//! one buffer each way.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context as _, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Says that the message's length follows in two bytes.
const LENGTH_IN_TWO_BYTES: u8 = 0x7e;

/// One connection.
pub(crate) struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
    start: usize,
    write: Vec<u8>,
}

impl Wire {
    /// Connects and upgrades.
    pub(crate) async fn open(
        server: SocketAddr,
        from: Option<IpAddr>,
        path: &str,
        bearer_of_json: bool,
    ) -> anyhow::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        if let Some(from) = from {
            socket.bind(SocketAddr::new(from, 0))?;
        }
        let mut stream = socket.connect(server).await.context("connect")?;
        stream.set_nodelay(true)?;
        let codec = if bearer_of_json {
            "heard.v1.json"
        } else {
            "heard.v1.postcard"
        };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: {codec}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut wire = Self {
            stream,
            read: Vec::new(),
            start: 0,
            write: Vec::new(),
        };
        let end = loop {
            if let Some(at) = wire.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            wire.fill().await?;
        };
        ensure!(
            wire.read.starts_with(b"HTTP/1.1 101"),
            "the server did not upgrade"
        );
        wire.read.drain(..end);
        Ok(wire)
    }

    /// Adds a binary message to what the next flush sends. The mask is zero: it is there for
    /// proxies, and none is here.
    pub(crate) fn put(&mut self, payload: &[u8]) {
        self.write.push(0x82);
        match payload.len() {
            len @ 0..=125 => self.write.push(0x80 | u8::try_from(len).unwrap_or(125)),
            len => {
                self.write.push(0x80 | LENGTH_IN_TWO_BYTES);
                self.write
                    .extend(u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes());
            }
        }
        self.write.extend([0; 4]);
        self.write.extend(payload);
    }

    /// Sends what was put.
    pub(crate) async fn flush(&mut self) -> anyhow::Result<()> {
        self.stream.write_all(&self.write).await?;
        self.write.clear();
        Ok(())
    }

    /// Puts and sends.
    pub(crate) async fn send(&mut self, payload: &[u8]) -> anyhow::Result<()> {
        self.put(payload);
        self.flush().await
    }

    /// The next message's payload.
    pub(crate) async fn next(&mut self) -> anyhow::Result<&[u8]> {
        let (from, to) = loop {
            if let Some((from, to)) = self.message()? {
                break (from, to);
            }
            self.fill().await?;
        };
        self.start = to;
        Ok(&self.read[from..to])
    }

    fn message(&self) -> anyhow::Result<Option<(usize, usize)>> {
        let bytes = &self.read[self.start..];
        let [first, second, ..] = bytes else {
            return Ok(None);
        };
        if first & 0x0f == 8 {
            let code = bytes
                .get(2..4)
                .map(|two| u16::from_be_bytes([two[0], two[1]]));
            bail!("the server closed: {code:?}");
        }
        let (length, head) = match (second & 0x7f, bytes) {
            (126, [_, _, a, b, ..]) => (usize::from(u16::from_be_bytes([*a, *b])), 4),
            (127, [_, _, rest @ ..]) if rest.len() >= 8 => {
                let eight = rest.first_chunk::<8>().copied().unwrap_or_default();
                (usize::try_from(u64::from_be_bytes(eight))?, 10)
            }
            (126 | 127, _) => return Ok(None),
            (short, _) => (usize::from(short), 2),
        };
        let from = self.start + head;
        Ok((self.read.len() >= from + length).then_some((from, from + length)))
    }

    async fn fill(&mut self) -> anyhow::Result<()> {
        if self.start > 0 {
            self.read.drain(..self.start);
            self.start = 0;
        }
        let mut chunk = [0; 4096];
        let count = self.stream.read(&mut chunk).await?;
        ensure!(count > 0, "the server hung up");
        self.read.extend_from_slice(&chunk[..count]);
        Ok(())
    }
}
