//! A NATS server for as long as a test runs.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::net::TcpStream;

/// A server that can be killed and started again at the same address.
#[derive(Debug)]
pub struct Nats {
    address: SocketAddr,
    child: Option<Child>,
}

/// Who signs in.
const USER: &str = "heard";
const PASSWORD: &str = "a-word-for-tests";

impl Nats {
    /// Starts one.
    ///
    /// # Panics
    /// If the program is not installed, or does not start.
    pub async fn start(address: SocketAddr) -> Self {
        let mut nats = Self {
            address,
            child: None,
        };
        nats.resume().await;
        nats
    }

    /// Its address, as a relay is told it.
    pub fn url(&self) -> String {
        format!("nats://{USER}:{PASSWORD}@{}", self.address)
    }

    /// Ends it without a word.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself; either way it is gone afterwards.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again, and waits until it lets clients in.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn resume(&mut self) {
        let program = std::env::var_os("HEARD_NATS").unwrap_or_else(|| "nats-server".into());
        let (ip, port) = (
            self.address.ip().to_string(),
            self.address.port().to_string(),
        );
        let child = Command::new(program)
            .args(["--addr", &ip, "--port", &port])
            .args(["--user", USER, "--pass", PASSWORD])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("NATS is needed: on Debian or Ubuntu, `apt-get install nats-server`; elsewhere, name the program in HEARD_NATS");
        self.child = Some(child);
        let up = async {
            while TcpStream::connect(self.address).await.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), up).await;
        assert!(waited.is_ok(), "the NATS server does not start");
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}
