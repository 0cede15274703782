//! The demo: everything built, then one relay that shows it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::progress::Progress;
use crate::toolchain::{self, WASM};
use crate::{process, relay, wasm};

/// How to run it.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where the relay listens
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where the shop listens; the port after the relay's unless said
    #[arg(long, value_name = "ADDRESS:PORT")]
    shop: Option<SocketAddr>,
    /// Where the demo keeps its data; a second run finds it there
    #[arg(long, default_value = ".demo")]
    data: PathBuf,
}

impl Options {
    /// Where the shop listens. Port 0 takes any free one, for both.
    fn shop(&self) -> SocketAddr {
        self.shop.unwrap_or_else(|| {
            let port = match self.listen.port() {
                0 => 0,
                port => port.checked_add(1).unwrap_or(port - 1),
            };
            SocketAddr::new(self.listen.ip(), port)
        })
    }
}

/// Builds and runs until the relay ends; Ctrl-C ends it.
///
/// # Errors
/// If something can't be built or the relay can't be started. The relay's own failures end in its
/// own exit code.
pub(crate) fn run(options: &Options) -> Result<()> {
    toolchain::ensure_wasm_target()?;
    let mut progress = Progress::new();
    for bundle in wasm::Bundle::ALL {
        progress.expect(bundle.part(), bundle.package(), Some(WASM))?;
    }
    progress.expect("relay", "heard-relay", None)?;
    wasm::build_with(&mut progress)?;
    let relay = relay::build(&mut progress)?;
    let mut command = Command::new(relay);
    command.arg("demo");
    command.args(["--listen", &options.listen.to_string()]);
    command.args(["--shop", &options.shop().to_string()]);
    command.arg("--data").arg(&options.data);
    become_it(command)
}

/// Turns this process into the relay, so that signals and the exit code are the relay's own.
#[cfg(unix)]
fn become_it(mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    let shown = process::show(&command);
    let error = command.exec();
    Err(anyhow::Error::new(error).context(format!("could not start `{shown}`")))
}

/// Waits for the relay; the console sends Ctrl-C to both.
#[cfg(not(unix))]
fn become_it(mut command: Command) -> Result<()> {
    let status = command.status()?;
    std::process::exit(status.code().unwrap_or(1));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop_of(listen: &str) -> String {
        let options = Options {
            listen: listen.parse().unwrap(),
            shop: None,
            data: PathBuf::new(),
        };
        options.shop().to_string()
    }

    #[test]
    fn the_shop_is_next_to_the_relay() {
        assert_eq!(shop_of("127.0.0.1:8080"), "127.0.0.1:8081");
        assert_eq!(shop_of("127.0.0.1:0"), "127.0.0.1:0");
        assert_eq!(shop_of("[::1]:65535"), "[::1]:65534");
    }
}
