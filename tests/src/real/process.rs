//! A relay in a process of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::binary;

/// How long a relay may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(30);
/// What it says before its address when it is ready.
const READY: &str = "Heard is ready: http://";

/// How to start a relay.
#[derive(Debug, Clone)]
pub struct Start<'a> {
    /// Its data file, or the address of its database.
    pub data: &'a Path,
    /// Where it listens; any free port if none is given.
    pub listen: Option<SocketAddr>,
    /// Settings, as variables of the environment.
    pub env: &'a [(&'a str, &'a str)],
}

/// A running relay; killed when this is dropped.
#[derive(Debug)]
pub struct Relay {
    child: Child,
    address: SocketAddr,
}

impl Relay {
    /// Starts one, and waits until it is ready.
    pub async fn start(how: Start<'_>) -> Self {
        Self::start_by(|program| std::process::Command::new(program), how).await
    }

    /// As [`start`](Self::start), with a command that runs the program somewhere.
    pub async fn start_by(
        run: impl FnOnce(&Path) -> std::process::Command,
        how: Start<'_>,
    ) -> Self {
        let listen = how
            .listen
            .map_or_else(|| "127.0.0.1:0".to_owned(), |at| at.to_string());
        let mut child = Command::from(run(binary::relay()))
            .args(["serve", "--listen", &listen, "--data"])
            .arg(how.data)
            .env("HEARD_LOG__LEVEL", "error")
            .envs(how.env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the relay can be started");
        let output = child.stdout.take().expect("its output is a pipe");
        let mut lines = BufReader::new(output).lines();
        let ready = async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(address) = line.strip_prefix(READY) {
                    return address.parse().ok();
                }
            }
            None
        };
        let address = timeout(PATIENCE, ready)
            .await
            .expect("the relay starts in time");
        Self {
            address: address.expect("the relay says where it listens"),
            child,
        }
    }

    /// Its process, while it runs.
    pub fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as a client is told it.
    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Ends it without a word, and returns where it listened.
    pub async fn kill(mut self) -> SocketAddr {
        self.child.kill().await.expect("it can be killed");
        self.address
    }

    /// The memory it holds, in bytes.
    #[cfg(target_os = "linux")]
    pub fn resident(&self) -> u64 {
        let pid = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: Option<u64> =
            line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        kib.unwrap_or_default() * 1024
    }

    /// How many files and connections it has open.
    #[cfg(target_os = "linux")]
    pub fn open_files(&self) -> usize {
        let pid = self.child.id().expect("it runs");
        let files = std::fs::read_dir(format!("/proc/{pid}/fd"));
        files.expect("its files can be listed").count()
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(self) -> ExitStatus {
        self.ask_to_stop();
        self.ended().await
    }

    /// Waits until it has ended by itself, or because it was asked to.
    pub async fn ended(mut self) -> ExitStatus {
        let ended = timeout(PATIENCE, self.child.wait()).await;
        ended
            .expect("the relay stops in time")
            .expect("it can be waited for")
    }

    /// Asks it to stop. Asked twice, it ends at once.
    pub fn ask_to_stop(&self) {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = pid.and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM).expect("it can be told to stop");
        }
    }
}
