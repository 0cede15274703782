//! A process full of visitors.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::desk::{Client, TEXT_BYTES, message, site};
use crate::past::contact;
use crate::wire::Wire;

/// Connections opened at once.
const AT_ONCE: usize = 100;

/// Which visitors a process is.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Part {
    /// The relay, or the bare echo
    #[arg(long)]
    server: SocketAddr,
    /// The number of the first visitor
    #[arg(long)]
    first: u32,
    /// How many there are
    #[arg(long)]
    count: u32,
    /// What visitors' tokens are signed with, in hexadecimal; without one the server is the bare
    /// echo
    #[arg(long)]
    key: Option<String>,
}

/// One of them.
enum Guest {
    Visitor(Client),
    /// Whose pings are messages that come back.
    Stranger(Wire),
}

impl Guest {
    async fn ping(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Visitor(client) => client.ping().await,
            Self::Stranger(wire) => {
                wire.send(&message(&"x".repeat(TEXT_BYTES))?).await?;
                wire.next().await.map(drop)
            }
        }
    }
}

/// Connects everybody, then does what it is told, line by line: `rest SECONDS EVERY` pings with
/// each connection every so many seconds, `talk MILLISECONDS` has a hundred of them write. Says
/// how much came of it.
pub(crate) async fn be(part: Part) -> anyhow::Result<()> {
    let key = part
        .key
        .map(|key| u256(&key).context("the key is not 32 bytes in hexadecimal"))
        .transpose()?;
    let mut guests = Vec::new();
    let numbers: Vec<u32> = (part.first..part.first + part.count).collect();
    for (group, chunk) in numbers.chunks(AT_ONCE).enumerate() {
        // One address has too few ports for all of them.
        let host = u8::try_from(group % 100 + 2).unwrap_or(254);
        let from = IpAddr::V4(Ipv4Addr::new(127, 0, 0, host));
        let opening = chunk.iter().map(|number| async {
            let mut guest = if let Some(key) = &key {
                let token = heard_relay::auth::mint(key, site(), contact(*number));
                Guest::Visitor(Client::open(part.server, Some(from), Some(token)).await?)
            } else {
                Guest::Stranger(Wire::open(part.server, Some(from), "/ws/visitor", false).await?)
            };
            guest.ping().await?;
            anyhow::Ok(guest)
        });
        guests.extend(futures_util::future::try_join_all(opening).await?);
    }
    say(0)?;
    // The connections have nothing to do while this waits.
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["rest", seconds, every] => {
                say(rest(&mut guests, seconds.parse()?, every.parse()?).await?)?;
            }
            ["talk", millis] => say(talk(&mut guests, millis.parse()?).await?)?,
            _ => anyhow::bail!("what is {line:?}?"),
        }
    }
    Ok(())
}

/// Everybody pings once in every `every` seconds, one after another and never all at once.
async fn rest(guests: &mut [Guest], seconds: u64, every: u64) -> anyhow::Result<u64> {
    let mut pings = 0;
    for _ in 0..seconds / every {
        let began = Instant::now();
        let count = guests.len();
        for (number, chunk) in guests.chunks_mut(20).enumerate() {
            let due = Duration::from_secs(every).mul_f64((number * 20) as f64 / count as f64);
            tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
            for guest in chunk {
                guest.ping().await?;
                pings += 1;
            }
        }
        tokio::time::sleep(Duration::from_secs(every).saturating_sub(began.elapsed())).await;
    }
    Ok(pings)
}

/// A hundred write, each waiting for the receipt.
async fn talk(guests: &mut [Guest], millis: u64) -> anyhow::Result<u64> {
    let text = "x".repeat(TEXT_BYTES);
    let (began, span) = (Instant::now(), Duration::from_millis(millis));
    let visitors = guests.iter_mut().filter_map(|guest| match guest {
        Guest::Visitor(client) => Some(client),
        Guest::Stranger(_) => None,
    });
    let talking = visitors.take(100).map(|client| {
        let text = &text;
        async move {
            let mut said = 0_u64;
            while began.elapsed() < span {
                client.say(text).await?;
                said += 1;
            }
            anyhow::Ok(said)
        }
    });
    Ok(futures_util::future::try_join_all(talking)
        .await?
        .iter()
        .sum())
}

fn say(number: u64) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{number}")?;
    Ok(out.flush()?)
}

fn u256(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// Such a process, seen from the one that measures.
pub(crate) struct People {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl People {
    /// Starts one; [`heard`](Self::heard) waits until everybody is connected. Without a key they
    /// are strangers on the bare echo.
    pub(crate) fn start(
        server: SocketAddr,
        first: u32,
        count: u32,
        key: Option<[u8; 32]>,
    ) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["crowd", "--server", &server.to_string()])
            .args(["--first", &first.to_string(), "--count", &count.to_string()]);
        if let Some(key) = key {
            let mut hex = String::new();
            for byte in key {
                write!(hex, "{byte:02x}")?;
            }
            command.args(["--key", &hex]);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = child.stdin.take().context("its input is a pipe")?;
        let answers = BufReader::new(child.stdout.take().context("its output is a pipe")?);
        Ok(Self {
            child,
            orders,
            answers,
        })
    }

    /// Tells them to do something.
    pub(crate) fn tell(&mut self, order: &str) -> anyhow::Result<()> {
        Ok(writeln!(self.orders, "{order}")?)
    }

    /// Waits until they have; what came of it.
    pub(crate) fn heard(&mut self) -> anyhow::Result<f64> {
        let mut line = String::new();
        ensure!(self.answers.read_line(&mut line)? > 0, "a crowd has ended");
        Ok(line.trim().parse()?)
    }
}

impl Drop for People {
    fn drop(&mut self) {
        // They may have ended by themselves; either way they are gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
