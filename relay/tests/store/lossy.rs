//! A line to a database server that breaks around commits.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};

/// What a client sends to commit.
const COMMIT: &[u8] = b"COMMIT\0";
/// Of so many commits each way to lose one happens once.
const EVERY: usize = 9;

/// Carries bytes back and forth. Once it has begun, some connections break at the worst moments:
/// before a commit reaches the server, while the server is at it, and when it has answered.
#[derive(Debug, Default)]
pub(crate) struct Lossy {
    begun: AtomicBool,
    commits: AtomicUsize,
    lost: [AtomicUsize; 3],
}

impl Lossy {
    /// Listens for clients of the server at `socket`; the database's address by way of here.
    pub(crate) fn listen(self: Arc<Self>, socket: PathBuf, url: &str) -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a setting");
        let port = listener.local_addr().expect("an address").port();
        let listener = TcpListener::from_std(listener).expect("a runtime");
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (lossy, socket) = (Arc::clone(&self), socket.clone());
                tokio::spawn(async move { lossy.carry(client, &socket).await });
            }
        });
        let (_, database) = url.rsplit_once('/').expect("the address names a database");
        format!("postgres://heard@127.0.0.1:{port}/{database}")
    }

    /// Connections break from now on.
    pub(crate) fn begin(&self) {
        self.begun.store(true, Ordering::Relaxed);
    }

    /// How many commits were lost, by the way they were.
    pub(crate) fn lost(&self) -> [usize; 3] {
        self.lost
            .each_ref()
            .map(|times| times.load(Ordering::Relaxed))
    }

    /// One connection, until either side or the line ends it.
    async fn carry(&self, mut client: TcpStream, socket: &Path) -> Option<()> {
        let mut server = UnixStream::connect(socket).await.ok()?;
        let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
        loop {
            tokio::select! {
                read = client.read(&mut asked) => {
                    let bytes = asked.get(..read.ok()?).filter(|bytes| !bytes.is_empty())?;
                    let commits = bytes.windows(COMMIT.len()).any(|window| window == COMMIT);
                    let way = if commits { self.way() } else { None };
                    if way == Some(0) {
                        return None;
                    }
                    server.write_all(bytes).await.ok()?;
                    if way == Some(2) {
                        // Whatever it says, and however much of it: nobody will hear.
                        let _answer = server.read(&mut answered).await.ok()?;
                    }
                    if way.is_some() {
                        return None;
                    }
                }
                read = server.read(&mut answered) => {
                    let bytes = answered.get(..read.ok()?).filter(|bytes| !bytes.is_empty())?;
                    client.write_all(bytes).await.ok()?;
                }
            }
        }
    }

    /// The way the next commit is lost, if it is.
    fn way(&self) -> Option<usize> {
        if !self.begun.load(Ordering::Relaxed) {
            return None;
        }
        let number = self.commits.fetch_add(1, Ordering::Relaxed);
        let way = (number % EVERY) / 3;
        if !number.is_multiple_of(3) {
            return None;
        }
        self.lost.get(way)?.fetch_add(1, Ordering::Relaxed);
        Some(way)
    }
}
