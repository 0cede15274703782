//! `heard-relay`: the command line around the library of the same name.

mod cli;
mod demo;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One sentence, with its causes; whoever wants to know more turns the log up.
            eprintln!("heard-relay: {error:#}");
            ExitCode::FAILURE
        }
    }
}
