//! The processes under test, pinned to a core of their own, and what the machine says of them.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

/// The core servers run on; the load runs on the other.
const SERVER_CORE: &str = "0";
/// See above.
const LOAD_CORE: &str = "1";
/// How much of the machine others may use during a row before it is not to be trusted.
pub(crate) const BUSY: f64 = 0.06;

/// A server that is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Moves this process to the load's core.
pub(crate) fn pin_self() -> anyhow::Result<()> {
    let done = Command::new("taskset")
        .args(["-a", "-c", "-p", LOAD_CORE, &std::process::id().to_string()])
        .stdout(Stdio::null())
        .status()
        .context("`taskset` is part of util-linux; install it")?;
    ensure!(done.success(), "this process could not be pinned to a core");
    Ok(())
}

/// A port nobody listens on now.
pub(crate) fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// A program next to this one.
pub(crate) fn sibling(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    ensure!(
        path.exists(),
        "{} is not there: start this through `cargo xtask bench`",
        path.display()
    );
    Ok(path)
}

impl Server {
    /// Starts the bare echo.
    pub(crate) async fn echo() -> anyhow::Result<Self> {
        let server = Self::launch_echo()?;
        server.up(Duration::from_millis(5)).await?;
        Ok(server)
    }

    /// Starts the relay on a data file, with the bounds that are not measured out of the way.
    pub(crate) async fn relay(data: &Path, write_batch: usize) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = pinned(&sibling("heard-relay")?);
        command
            .args(["serve", "--listen", &address.to_string(), "--data"])
            .arg(data)
            .env("HEARD_LIMITS__MESSAGES_PER_SECOND", "1000000")
            .env("HEARD_LIMITS__BURST", "1000000")
            .env("HEARD_LIMITS__OUTGOING_QUEUE", "65536")
            .env("HEARD_LIMITS__WRITE_BATCH", write_batch.to_string())
            .env("HEARD_LOG__LEVEL", "warn");
        Self::start(command, address).await
    }

    /// Starts one of several relays on a database and a bus.
    pub(crate) async fn node(url: &str, bus: &str, idle_ms: u64) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = pinned(&sibling("heard-relay")?);
        command
            .args(["serve", "--listen", &address.to_string(), "--data", url])
            .args(["--bus", bus])
            .env("HEARD_LIMITS__MESSAGES_PER_SECOND", "1000000")
            .env("HEARD_LIMITS__BURST", "1000000")
            .env("HEARD_LIMITS__IDLE_MS", idle_ms.to_string())
            .env("HEARD_LOG__LEVEL", "error");
        Self::start(command, address).await
    }

    /// Starts the bare echo, and does not wait until it is there.
    pub(crate) fn launch_echo() -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = pinned(&std::env::current_exe()?);
        command.args(["echo", "--listen", &address.to_string()]);
        Self::launch(command, address)
    }

    /// Starts the relay on a data file, and does not wait until it is there.
    pub(crate) fn launch_relay(data: &Path) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = pinned(&sibling("heard-relay")?);
        command
            .args(["serve", "--listen", &address.to_string(), "--data"])
            .arg(data)
            .env("HEARD_LIMITS__HELLO_TIMEOUT_MS", "60000")
            .env("HEARD_LOG__LEVEL", "error");
        Self::launch(command, address)
    }

    /// Ends it without a word.
    pub(crate) fn kill(self) {
        drop(self);
    }

    fn launch(mut command: Command, address: SocketAddr) -> anyhow::Result<Self> {
        let child = command
            .stdout(Stdio::null())
            .spawn()
            .context("a server could not be started")?;
        Ok(Self { child, address })
    }

    async fn start(command: Command, address: SocketAddr) -> anyhow::Result<Self> {
        let server = Self::launch(command, address)?;
        server.up(Duration::from_millis(5)).await?;
        Ok(server)
    }

    /// Waits until it takes connections, trying again after each pause.
    pub(crate) async fn up(&self, pause: Duration) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while tokio::net::TcpStream::connect(self.address).await.is_err() {
            ensure!(Instant::now() < deadline, "a server did not come up");
            if pause.is_zero() {
                // Finer than the runtime's timer.
                tokio::task::yield_now().await;
            } else {
                tokio::time::sleep(pause).await;
            }
        }
        Ok(())
    }

    /// The memory the process holds, in bytes.
    pub(crate) fn rss(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: u64 = line
            .and_then(|line| line.trim().strip_suffix("kB"))
            .context("no VmRSS")?
            .trim()
            .parse()?;
        Ok(kib * 1024)
    }

    /// How many files and sockets the process has open.
    pub(crate) fn descriptors(&self) -> anyhow::Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// CPU time the process has used, in clock ticks; there are a hundred to a second.
    pub(crate) fn ticks(&self) -> u64 {
        process_ticks(&self.child.id().to_string())
    }
}

/// A program, to be started on the servers' core.
pub(crate) fn pinned(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER_CORE]).arg(program);
    command
}

fn process_ticks(id: &str) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or("")
        .split_whitespace()
        .collect();
    let field = |at: usize| {
        fields
            .get(at)
            .and_then(|text| text.parse::<u64>().ok())
            .unwrap_or(0)
    };
    field(11) + field(12)
}

/// How long the machine's cores had nothing to run since it started, in clock ticks, and how many
/// cores there are. What they ran is not read from there: the kernel samples it, while it measures
/// idleness and what a process took.
fn idleness() -> (u64, f64) {
    let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = stat.lines().next().unwrap_or("");
    let fields = line.split_whitespace().skip(1);
    // Idle, and waiting for a disk.
    let idle = fields
        .skip(3)
        .take(2)
        .filter_map(|text| text.parse::<u64>().ok());
    let cores = stat.lines().filter(|line| line.starts_with("cpu"));
    let cores = cores.count().saturating_sub(1).max(1);
    (idle.sum(), cores as f64)
}

/// Ticks in a second.
const TICKS: f64 = 100.0;

/// Watches how much of the machine others use while a row is measured.
pub(crate) struct Neighbours {
    mine: u64,
    idle: u64,
    since: Instant,
}

impl Neighbours {
    /// Watches everybody but a server and this process.
    pub(crate) fn watch(server: &Server) -> Self {
        Self::beside(server.ticks())
    }

    /// Watches everybody but this process.
    pub(crate) fn watch_alone() -> Self {
        Self::beside(0)
    }

    /// The share of the machine that others used since [`watch`](Self::watch).
    pub(crate) fn share(&self, server: &Server) -> f64 {
        self.share_beside(server.ticks())
    }

    /// The share of the machine that others used since [`watch_alone`](Self::watch_alone).
    pub(crate) fn share_alone(&self) -> f64 {
        self.share_beside(0)
    }

    fn beside(server: u64) -> Self {
        Self {
            mine: process_ticks("self") + server,
            idle: idleness().0,
            since: Instant::now(),
        }
    }

    fn share_beside(&self, server: u64) -> f64 {
        let (idle, cores) = idleness();
        let all = self.since.elapsed().as_secs_f64() * TICKS * cores;
        let mine = (process_ticks("self") + server).saturating_sub(self.mine);
        let idle = idle.saturating_sub(self.idle);
        ((all - (mine + idle) as f64) / all).max(0.0)
    }
}

/// Waits until others use little of the machine, for a while at most.
pub(crate) async fn settle() {
    for _ in 0..40 {
        let neighbours = Neighbours::watch_alone();
        tokio::time::sleep(Duration::from_millis(250)).await;
        if neighbours.share_alone() < BUSY {
            return;
        }
    }
}
