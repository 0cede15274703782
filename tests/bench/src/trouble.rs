//! How well text trouble is told from none, in the dialogues of `tests/trouble`. No machine makes a difference here; it is among the figures because it is
//! one that a change of the rules can spoil.

use heard_dialogues::{Score, judge_all, tables};

use crate::report::{Goal, Row};

/// Precision and recall over all tables; those of each are printed.
pub(crate) fn rows() -> anyhow::Result<Vec<Row>> {
    let mut all = Score::default();
    for (name, path) in tables()? {
        let score = judge_all(&path, &mut std::io::sink())?;
        println!("  {name:<10} {score}");
        all = all.and(score);
    }
    Ok(vec![
        row("trouble.precision", all.precision(), 0.9),
        row("trouble.recall", all.recall(), 0.8),
    ])
}

fn row(name: &'static str, value: f64, least: f64) -> Row {
    Row {
        name,
        unit: "share",
        values: vec![value],
        baselines: Vec::new(),
        goal: Some(Goal::AtLeast(least)),
        busy: 0.0,
        worst_is_low: true,
    }
}
