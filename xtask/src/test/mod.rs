//! `cargo xtask test`: everything that says whether the product works.

mod browser;
mod counts;
mod examples;
mod fuzz;
mod lint;
mod packages;
mod prose;
mod report;
mod tool;
mod unit;
mod watch;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use report::{Report, Tally};

use crate::{size, wasm};

/// What to test.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Run these alone; all unless said
    #[arg(value_enum)]
    sections: Vec<Section>,
    /// Also run what takes minutes: fuzzing, tests marked as ignored, and more seeds
    /// (`HEARD_LONG=1`)
    #[arg(long)]
    long: bool,
}

/// A part of the suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Section {
    /// Formatting, clippy for both targets, documentation, dependencies
    Lint,
    /// What browsers download, built and held against its budgets
    Size,
    /// Everything that runs without a browser
    Unit,
    /// The built relay, widget and console in Chromium
    Browser,
    /// The examples that are not in Rust, against the built relay
    Examples,
    /// Both decoders under a fuzzer, a minute each; runs with --long or by name
    Fuzz,
}

impl Section {
    fn run(self, options: &Options) -> Tally {
        match self {
            Self::Lint => lint::run(),
            Self::Size => report::check("sizes", size::run),
            Self::Unit => unit::run(options.long),
            Self::Browser => report::tally(browser::run(options.long)),
            Self::Examples => report::tally(examples::run()),
            Self::Fuzz => fuzz::run(),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Lint => "lint",
            Self::Size => "size",
            Self::Unit => "unit",
            Self::Browser => "browser",
            Self::Examples => "examples",
            Self::Fuzz => "fuzz",
        }
    }
}

/// Runs the sections, all of them even when one fails, and counts.
///
/// # Errors
/// If anything failed; what it was is printed before.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut sections = options.sections.clone();
    if sections.is_empty() {
        let all = Section::value_variants().iter().copied();
        sections.extend(all.filter(|section| options.long || *section != Section::Fuzz));
    }
    if [Section::Size, Section::Browser]
        .iter()
        .any(|section| sections.contains(section))
    {
        // What is not to be had is said, and the plain way is tested, unless that is forbidden.
        if let Err(error) = wasm::prepare_lean() {
            eprintln!("{error:#}");
        }
    }
    let mut report = Report::default();
    for section in sections {
        report.begin(section.name());
        let tally = section.run(options);
        report.end(tally);
    }
    report.print();
    if report.failed() {
        bail!("the tests failed");
    }
    Ok(())
}
