//! Visitors and agents who behave like people, as many as asked for, against a relay of its own on
//! this machine. Started by `cargo xtask load`.
//!
//! It says every few seconds how fast it goes and what the relay holds, and looks all the while
//! whether everybody is shown every entry once and in order; in the end the whole history is held
//! against the delivery contract.

mod meter;
mod people;
mod run;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};

/// What to do.
#[derive(Debug, Clone, Parser)]
#[command(about = "Visitors and agents who behave like people, against a relay of its own")]
struct Options {
    /// Visitors who write
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=15_000))]
    visitors: u32,
    /// Agents who answer
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    agents: u32,
    /// How long they talk, in seconds
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// How long a visitor thinks and types before each message, in milliseconds on average
    #[arg(long, default_value_t = 4_000, value_parser = clap::value_parser!(u64).range(10..=600_000))]
    think_ms: u64,
    /// Where the relay keeps everything
    #[arg(long, value_enum, default_value_t = Home::File)]
    data: Home,
    /// The people's think times are drawn from this
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Home {
    /// A file
    File,
    /// A PostgreSQL server, started for it
    Postgres,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let clean = run::run(Options::parse()).await?;
    Ok(if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
