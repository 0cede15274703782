//! `cargo xtask …`: what is done with the workspace beyond what cargo does by itself.

mod bench;
mod demo;
mod load;
mod process;
mod progress;
mod project;
mod relay;
mod size;
mod test;
mod text_trouble;
mod toolchain;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Heard's tasks, started as `cargo xtask <task>`.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Build what browsers download into target/assets (quick when nothing changed)
    Wasm(wasm::Options),
    /// Print what browsers download, built as needed, and fail when it is over the budget
    Size,
    /// Check and test everything, in a real browser too; the last line counts
    Test(test::Options),
    /// Measure the relay against a bare echo server in the same run; fails when a bound is missed
    Bench(bench::Options),
    /// Let visitors and agents who behave like people talk through a relay; fails when the delivery
    /// contract was not kept
    Load(load::Options),
    /// Say of each dialogue of a table whether a call should be offered, and why
    TextTrouble(text_trouble::Options),
    /// Build everything and run a relay with a demo shop, two agents and a conversation window
    Demo(demo::Options),
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Wasm(options) => wasm::run(&options),
        Task::Size => size::run(),
        Task::Test(options) => test::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Load(options) => load::run(&options),
        Task::TextTrouble(options) => text_trouble::run(&options),
        Task::Demo(options) => demo::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
