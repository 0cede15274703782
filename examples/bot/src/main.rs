//! The bot's command line.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use heard_example_bot::run::{Settings, run};
use heard_example_bot::words::Lang;
use heard_protocol::Secret;
use tracing_subscriber::EnvFilter;

const EXAMPLE: &str = "\
Example:
  heard-relay agent add --bot --name Robin --email robin@shop.example   # the second line is the token
  HEARD_BOT_TOKEN=… heard-example-bot ws://127.0.0.1:8080";

/// A bot that answers in Heard's chats and fetches a person when asked to.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLE, max_term_width = 100)]
struct Args {
    /// The relay.
    #[arg(value_name = "WS_URL", env = "HEARD_BOT_RELAY")]
    relay: String,
    /// The bot's token.
    #[arg(long, env = "HEARD_BOT_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// A file whose first line is the token, which keeps it from those who can list processes.
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    token_file: Option<PathBuf>,
    /// The language of the notes the bot leaves for colleagues. Visitors are answered in their own.
    #[arg(long, value_enum, default_value_t = Notes::En, env = "HEARD_BOT_NOTES")]
    notes: Notes,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Notes {
    /// English.
    En,
    /// Russian.
    Ru,
}

fn main() -> ExitCode {
    match start(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("heard-example-bot: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(args: Args) -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let settings = Settings {
        token: Secret(token(&args)?),
        url: args.relay,
        staff_lang: match args.notes {
            Notes::En => Lang::En,
            Notes::Ru => Lang::Ru,
        },
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    let interrupted = async {
        // A signal that cannot be listened to never comes; the process ends in the system's own
        // way.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    runtime.block_on(run(settings, interrupted))?;
    Ok(())
}

fn token(args: &Args) -> anyhow::Result<String> {
    let text = match (&args.token, &args.token_file) {
        (Some(token), _) => token.clone(),
        (None, Some(file)) => std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}", file.display()))?,
        (None, None) => anyhow::bail!("give the bot's token in HEARD_BOT_TOKEN or --token-file"),
    };
    let line = text.lines().next().unwrap_or_default().trim();
    anyhow::ensure!(!line.is_empty(), "the token is empty");
    Ok(line.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
