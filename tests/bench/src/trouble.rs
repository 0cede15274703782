//! How well text trouble is told from none, in the dialogues of `tests/trouble`, and what listening
//! costs. No machine makes a difference to the first; it is among the figures because it is one
//! that a change of the rules can spoil.

use std::time::{Duration, Instant};

use heard_dialogues::{Score, judge_all, tables};

use crate::report::{Goal, Row};
use crate::throughput;

/// For how long the dialogues are listened to again and again.
const SPAN: Duration = Duration::from_secs(1);

/// Precision and recall over all tables, those of each are printed; and the time it takes to listen
/// to a message against the CPU time of a message of a bare echo, in a flood.
pub(crate) async fn rows(reps: usize) -> anyhow::Result<Vec<Row>> {
    let mut all = Score::default();
    for (name, path) in tables()? {
        let score = judge_all(&path, &mut std::io::sink())?;
        println!("  {name:<10} {score}");
        all = all.and(score);
    }
    let (mut ratios, mut echoes) = (Vec::new(), Vec::new());
    for _ in 0..reps {
        let echo = throughput::echo_cost(100).await?;
        ratios.push(cost()? / echo);
        echoes.push(echo);
    }
    Ok(vec![
        row("trouble.precision", all.precision(), 0.9),
        row("trouble.recall", all.recall(), 0.8),
        Row {
            name: "trouble.cost_to_echo",
            unit: "ratio",
            values: ratios,
            baselines: echoes,
            goal: Some(Goal::AtMost(2.0)),
            busy: 0.0,
            worst_is_low: false,
        },
    ])
}

/// Microseconds for each message of the dialogues, reading them included.
fn cost() -> anyhow::Result<f64> {
    let (began, mut messages) = (Instant::now(), 0);
    while began.elapsed() < SPAN {
        for (_, path) in tables()? {
            messages += judge_all(&path, &mut std::io::sink())?.messages;
        }
    }
    Ok(began.elapsed().as_secs_f64() * 1_000_000.0 / messages as f64)
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
