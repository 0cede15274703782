//! How fast the desk decides who is offered what, in turns with a scan of everybody that decides
//! the same.
//!
//! Nothing is served: this is the rule by itself.

mod day;
mod luck;
mod scan;
mod standing;
mod turns;

use crate::machine::{Neighbours, settle};
use crate::report::{Goal, Row};

/// Measures `reps` times and makes the rows.
pub(crate) async fn rows(reps: usize) -> anyhow::Result<Vec<Row>> {
    let (mut ratios, mut scans) = (vec![], vec![]);
    let (mut growths, mut smalls) = (vec![], vec![]);
    let mut rates = vec![];
    let mut busy = 0_f64;
    for (rep, seed) in (1..=reps).zip(1..) {
        settle().await;
        let neighbours = Neighbours::watch_alone();
        let costs = turns::measure(seed)?;
        busy = busy.max(neighbours.share_alone());
        eprintln!(
            "  {rep}/{reps}: {:.0} ns a decision among few, {:.0} among many, {:.0} by a scan",
            costs.small, costs.large, costs.scan
        );
        ratios.push(costs.scan / costs.large);
        scans.push(1e9 / costs.scan);
        rates.push(1e9 / costs.large);
        growths.push(costs.large / costs.small);
        smalls.push(costs.small);
    }
    let row = |name, unit, values, baselines, goal| Row {
        name,
        unit,
        values,
        baselines,
        goal: Some(goal),
        busy,
        worst_is_low: matches!(goal, Goal::AtLeast(_)),
    };
    Ok(vec![
        row(
            "routing.ratio_to_scan",
            "ratio",
            ratios,
            scans,
            Goal::AtLeast(20.0),
        ),
        row(
            "routing.decisions_per_second",
            "/s",
            rates,
            vec![],
            Goal::AtLeast(500_000.0),
        ),
        row(
            "routing.growth_ratio",
            "ratio",
            growths,
            smalls,
            Goal::AtMost(1.5),
        ),
    ])
}
