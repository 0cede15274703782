//! The commands.

mod agent;
pub(crate) mod args;
mod calls;
mod logging;
pub(crate) mod offline;
mod progress;
mod relocate;
pub(crate) mod serve;
pub(crate) mod settings;
mod site;

use clap::Parser;

use args::{AgentCommand, CallsCommand, Cli, Command, ConfigCommand, SiteCommand};

/// Does what the command line says.
pub(crate) fn run() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Serve(args) => serve::run(&args),
        Command::Demo(args) => crate::demo::run(&args),
        Command::Site(SiteCommand::Add(args)) => site::add(&args),
        Command::Site(SiteCommand::List(common)) => site::list(&common),
        Command::Agent(AgentCommand::Add(args)) => agent::add(&args),
        Command::Agent(AgentCommand::Skills(args)) => agent::skills(&args),
        Command::Calls(CallsCommand::Show(args)) => calls::show(&args),
        Command::Calls(CallsCommand::Set(args)) => calls::set(&args),
        Command::Calls(CallsCommand::Report(args)) => calls::tell(&args),
        Command::Move(args) => relocate::run(&args),
        Command::Config(ConfigCommand::Show(args)) => settings::show(&args),
    }
}
