//! Measures the relay. Started by `cargo xtask bench`, which builds what it needs.
//!
//! Every figure that depends on the machine is a ratio to a bare baseline measured in the same run,
//! in turns with it. Servers run on one core, the load on the other.

mod crowd;
mod desk;
mod disk;
mod echo;
mod idle;
mod latency;
mod machine;
mod past;
mod postgres;
mod report;
mod routing;
mod start;
mod storm;
mod throughput;
mod trouble;
mod weight;
mod wire;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(about = "Measures the relay against a bare echo server in the same run")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure and print
    Run(Run),
    /// Be the baseline
    #[command(hide = true)]
    Echo {
        #[arg(long)]
        listen: SocketAddr,
    },
    /// Be what the disk alone takes
    #[command(hide = true)]
    Disk(disk::Disk),
    /// Be many visitors
    #[command(hide = true)]
    Crowd(crowd::Part),
}

#[derive(Debug, clap::Args)]
struct Run {
    /// Write the figures into this file as JSON
    #[arg(long)]
    json: Option<PathBuf>,
    /// Repetitions of each comparison
    #[arg(long, default_value_t = 5)]
    reps: usize,
    /// Connections in the throughput rows
    #[arg(long, default_value_t = 100)]
    connections: usize,
    /// Idle connections in the memory rows
    #[arg(long, default_value_t = 10_000)]
    idle: usize,
    /// Measure only these
    #[arg(long, value_enum)]
    only: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Throughput,
    Latency,
    Idle,
    Weight,
    Routing,
    Postgres,
    Crowd,
    Storm,
    Start,
    Trouble,
}

fn main() -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let local = tokio::task::LocalSet::new();
    match Cli::parse().command {
        Command::Echo { listen } => {
            runtime.block_on(echo::serve(listen))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Disk(disk) => {
            disk::be(&disk)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Crowd(part) => {
            runtime.block_on(crowd::be(part))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Run(options) => local.block_on(&runtime, run(options)),
    }
}

async fn run(options: Run) -> anyhow::Result<ExitCode> {
    let wanted = |part| options.only.is_empty() || options.only.contains(&part);
    let mut rows = Vec::new();
    if wanted(Part::Postgres) {
        eprintln!("messages a second on PostgreSQL");
        rows.extend(postgres::rows(options.reps).await?);
    }
    machine::pin_self()?;
    if wanted(Part::Weight) {
        eprintln!("what a visitor downloads");
        rows.extend(weight::rows().await?);
    }
    if wanted(Part::Idle) {
        eprintln!("{} idle visitors", options.idle);
        rows.extend(idle::rows(options.idle).await?);
    }
    if wanted(Part::Crowd) {
        eprintln!("tens of thousands of idle visitors");
        rows.extend(crowd::rows().await?);
    }
    if wanted(Part::Throughput) {
        eprintln!("messages a second over {} connections", options.connections);
        rows.extend(throughput::rows(options.connections, options.reps).await?);
    }
    if wanted(Part::Latency) {
        eprintln!("latency at a fixed load");
        rows.extend(latency::rows(options.reps).await?);
    }
    if wanted(Part::Routing) {
        eprintln!("decisions about who is offered what");
        rows.extend(routing::rows(options.reps).await?);
    }
    if wanted(Part::Storm) {
        eprintln!("everybody comes back at once");
        rows.extend(storm::rows(options.reps).await?);
    }
    if wanted(Part::Start) {
        eprintln!("from the start of the program to the first visitor");
        rows.extend(start::rows(options.reps).await?);
    }
    if wanted(Part::Trouble) {
        eprintln!("text trouble, told from none in written dialogues");
        rows.extend(trouble::rows(options.reps).await?);
    }
    report::print(&rows);
    if let Some(path) = &options.json {
        report::write(&rows, path)?;
        println!("\nwritten to {}", path.display());
    }
    let missed = rows.iter().filter(|row| !row.met()).count();
    Ok(if missed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
