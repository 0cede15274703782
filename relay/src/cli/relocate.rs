//! `heard-relay move`

use heard_relay::store::moving::{self, Event, Options, Report};

use super::args::MoveArgs;
use super::progress::Progress;
use super::serve::runtime;

pub(super) fn run(args: &MoveArgs) -> anyhow::Result<()> {
    let options = Options {
        replace: args.replace,
        batch: args.batch.get(),
    };
    let mut progress = Progress::on_stderr();
    let mut watch = |event| show(&mut progress, &event);
    let moved = runtime()?.block_on(moving::run(&args.from, &args.to, options, &mut watch));
    progress.end();
    let report = moved?;
    print(&report);
    eprintln!(
        "\nBoth sides hold the same. Start the relay on the new one:\n\n  heard-relay serve --data {}",
        args.to
    );
    Ok(())
}

fn show(progress: &mut Progress, event: &Event) {
    match event {
        Event::Watching { place } => {
            progress.line(&format!("looking whether a relay is running on {place} …"));
        }
        Event::Resumed => progress.line("an interrupted move goes on"),
        Event::Copied { rows, of } => progress.at("copying", *rows, *of),
        Event::Compared { rows, of } => progress.at("comparing", *rows, *of),
    }
}

/// What was moved, on standard output: a line each table, and a line for all.
fn print(report: &Report) {
    for table in &report.tables {
        println!("{:<14}{:>12} rows", table.table, table.rows);
    }
    println!("sha256        {}", report.sum);
}
