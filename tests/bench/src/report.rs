//! What a run found: one row per name, with the figures it was compared to.

use std::path::Path;

use serde_json::{Map, Value, json};

/// One figure.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    /// One per repetition; the median is the value.
    pub(crate) values: Vec<f64>,
    /// What the ratio's other side measured, per repetition; empty for a figure that stands alone.
    pub(crate) baselines: Vec<f64>,
    /// The bound, and whether the value must stay above it.
    pub(crate) goal: Option<Goal>,
    /// The largest share of the machine that others used during a repetition.
    pub(crate) busy: f64,
    /// Which end is bad.
    pub(crate) worst_is_low: bool,
}

/// A bound.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    fn met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }

    fn words(self) -> String {
        match self {
            Self::AtLeast(bound) => format!("≥ {bound}"),
            Self::AtMost(bound) => format!("≤ {bound}"),
        }
    }
}

/// The middle value; the mean of the two middle ones of an even number.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// The value below which so many in a hundred of the values lie.
pub(crate) fn percentile(values: &mut [f64], in_a_hundred: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len() * in_a_hundred).div_ceil(100);
    values
        .get(at.saturating_sub(1))
        .copied()
        .unwrap_or(f64::NAN)
}

impl Row {
    fn worst(&self) -> f64 {
        let pick = if self.worst_is_low {
            f64::min
        } else {
            f64::max
        };
        self.values.iter().copied().reduce(pick).unwrap_or(f64::NAN)
    }

    /// Whether the row's bound is met.
    pub(crate) fn met(&self) -> bool {
        self.goal.is_none_or(|goal| goal.met(median(&self.values)))
    }

    fn json(&self) -> Value {
        json!({
            "value": median(&self.values),
            "unit": self.unit,
            "baseline": (!self.baselines.is_empty()).then(|| median(&self.baselines)),
            "worst": self.worst(),
            "repetitions": self.values.len(),
            "machine_too_busy": self.busy > crate::machine::BUSY,
        })
    }
}

/// Prints the rows as a table.
pub(crate) fn print(rows: &[Row]) {
    println!(
        "\n{:<40} {:>12} {:>12} {:>12}  {:<8} {:>10}",
        "name", "median", "worst", "baseline", "unit", "goal"
    );
    for row in rows {
        let baseline = if row.baselines.is_empty() {
            String::new()
        } else {
            figure(median(&row.baselines))
        };
        let goal = row.goal.map(Goal::words).unwrap_or_default();
        let verdict = match (row.goal, row.met()) {
            (None, _) => "",
            (_, true) => "met",
            (_, false) => "MISSED",
        };
        let busy = if row.busy > crate::machine::BUSY {
            format!(
                "  others used up to {:.0} % of the machine: not to be trusted",
                row.busy * 100.0
            )
        } else {
            String::new()
        };
        println!(
            "{:<40} {:>12} {:>12} {:>12}  {:<8} {:>10} {verdict}{busy}",
            row.name,
            figure(median(&row.values)),
            figure(row.worst()),
            baseline,
            row.unit,
            goal,
        );
    }
}

fn figure(value: f64) -> String {
    if value.abs() >= 1_000.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.3}")
    }
}

/// Writes the rows into a JSON file, keeping the names of other runs that are in it.
pub(crate) fn write(rows: &[Row], path: &Path) -> anyhow::Result<()> {
    let mut all: Map<String, Value> = match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Map::new(),
        Err(error) => return Err(error.into()),
    };
    for row in rows {
        all.insert(row.name.to_owned(), row.json());
    }
    std::fs::write(path, serde_json::to_vec_pretty(&all)?)?;
    Ok(())
}
