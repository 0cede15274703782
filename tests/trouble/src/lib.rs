//! Written dialogues, and how well the desk's rules judge them.
//!
//! One JSON object a line comes in: `id`, `messages` of `from` (`visitor` or `agent`), `t` in
//! seconds, `text`, and perhaps `typed_s` and `deleted`. One goes out for each: `id`, `flagged_at`
//! (the place of the message, or null), `reason`, `offer_allowed_at_end`. Where dialogues say what
//! is expected of them (`expect` with `flag`, `reason`, `offer_allowed_at_end`), the verdicts are
//! scored.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use heard_desk::trouble::{self, Limits, Reason, Said, Speaker, Watch};
use serde::{Deserialize, Serialize};

/// The tables of this folder, by name.
///
/// # Errors
/// If the folder can't be read.
pub fn tables() -> Result<Vec<(String, PathBuf)>> {
    let mut tables = Vec::new();
    for entry in std::fs::read_dir(env!("CARGO_MANIFEST_DIR"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "jsonl") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            tables.push((name.into_owned(), path.clone()));
        }
    }
    tables.sort();
    Ok(tables)
}

#[derive(Debug, Deserialize)]
struct Dialogue {
    id: serde_json::Value,
    #[serde(default)]
    messages: Vec<Message>,
    expect: Option<Expected>,
}

#[derive(Debug, Deserialize)]
struct Message {
    from: String,
    #[serde(default)]
    t: f64,
    #[serde(default)]
    text: String,
    typed_s: Option<f64>,
    deleted: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Expected {
    flag: bool,
    reason: Option<String>,
    #[serde(default)]
    offer_allowed_at_end: bool,
}

/// What is said of a dialogue.
#[derive(Debug, Serialize)]
struct Verdict {
    id: serde_json::Value,
    flagged_at: Option<usize>,
    reason: Option<&'static str>,
    offer_allowed_at_end: bool,
}

/// Writes a verdict for each line of a file, and scores those that say what is expected.
///
/// # Errors
/// If the file can't be read or the verdicts can't be written; and after all of them, if some lines
/// are not dialogues.
pub fn judge_all(file: &Path, out: &mut dyn Write) -> Result<Score> {
    let name = file.display();
    let file = std::fs::File::open(file).with_context(|| format!("{name} can't be read"))?;
    let (mut score, mut bad) = (Score::default(), 0_u32);
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let place = number + 1;
        let line = line.with_context(|| format!("{name} can't be read"))?;
        if line.trim().is_empty() {
            continue;
        }
        let dialogue: Dialogue = match serde_json::from_str(&line) {
            Ok(dialogue) => dialogue,
            Err(error) => {
                eprintln!("line {place} of {name} is not a dialogue: {error}");
                bad += 1;
                continue;
            }
        };
        let verdict = judge(&dialogue);
        writeln!(out, "{}", serde_json::to_string(&verdict)?)?;
        if let Some(expected) = &dialogue.expect {
            score.messages += dialogue.messages.len();
            score.add(&verdict, expected);
        }
    }
    // All others are judged first.
    ensure!(bad == 0, "{bad} of the lines of {name} are not dialogues");
    Ok(score)
}

fn judge(dialogue: &Dialogue) -> Verdict {
    let mut watch = Watch::new(Limits::default());
    let mut first: Option<(usize, Reason)> = None;
    for (place, message) in dialogue.messages.iter().enumerate() {
        let by = match message.from.as_str() {
            "visitor" => Speaker::Visitor,
            "agent" => Speaker::Agent,
            // A bot, or the system: nobody whom the visitor could talk to.
            _ => continue,
        };
        let found = watch.hear(&Said {
            by,
            at: millis(message.t),
            text: &message.text,
            typed_ms: message.typed_s.map(millis),
            deleted: message.deleted.map(whole),
        });
        if let (None, Some(trouble)) = (first, found.first()) {
            first = Some((place, trouble.reason));
        }
    }
    Verdict {
        id: dialogue.id.clone(),
        flagged_at: first.map(|(place, _)| place),
        reason: first.map(|(_, reason)| trouble::name(reason)),
        offer_allowed_at_end: watch
            .reasons()
            .iter()
            .any(|reason| watch.may_offer(*reason)),
    }
}

/// Seconds in milliseconds; what is no time counts as none.
fn millis(seconds: f64) -> u64 {
    std::time::Duration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|time| u64::try_from(time.as_millis()).ok())
        .unwrap_or(0)
}

/// A count that came as any number.
fn whole(count: f64) -> u32 {
    // A thousandth is a whole one of milliseconds.
    u32::try_from(millis(count / 1_000.0)).unwrap_or(u32::MAX)
}

/// How well the verdicts agree with what was expected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Score {
    /// How many messages the dialogues have that say what is expected.
    pub messages: usize,
    /// How many of those dialogues there are.
    pub all: u32,
    /// Those with trouble that was found.
    pub right: u32,
    /// Those without in which some was found.
    pub wrong: u32,
    /// Those with trouble that was not found.
    pub missed: u32,
    same_reason: u32,
    same_offer: u32,
}

impl Score {
    fn add(&mut self, verdict: &Verdict, expected: &Expected) {
        self.all += 1;
        match (verdict.flagged_at.is_some(), expected.flag) {
            (true, true) => {
                self.right += 1;
                self.same_reason += u32::from(verdict.reason == expected.reason.as_deref());
            }
            (true, false) => self.wrong += 1,
            (false, true) => self.missed += 1,
            (false, false) => {}
        }
        self.same_offer += u32::from(verdict.offer_allowed_at_end == expected.offer_allowed_at_end);
    }

    /// Of those in which trouble was found, the share that has some.
    pub fn precision(&self) -> f64 {
        share(self.right, self.right + self.wrong)
    }

    /// Of those with trouble, the share in which it was found.
    pub fn recall(&self) -> f64 {
        share(self.right, self.right + self.missed)
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            messages: self.messages + other.messages,
            all: self.all + other.all,
            right: self.right + other.right,
            wrong: self.wrong + other.wrong,
            missed: self.missed + other.missed,
            same_reason: self.same_reason + other.same_reason,
            same_offer: self.same_offer + other.same_offer,
        }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} dialogues: precision {:.2}, recall {:.2}; the reason agrees in {:.2} of those found, the offer in {:.2} of all",
            self.all,
            self.precision(),
            self.recall(),
            share(self.same_reason, self.right),
            share(self.same_offer, self.all),
        )
    }
}

fn share(part: u32, of: u32) -> f64 {
    f64::from(part) / f64::from(of.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The goals: nine of ten calls offered are for a reason, and eight of ten reasons are found.
    fn holds(table: &str, least: u32) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let score = judge_all(&folder.join(table), &mut std::io::sink()).unwrap();
        assert!(score.all >= least, "{score:?}");
        assert!(
            score.precision() >= 0.9 && score.recall() >= 0.8,
            "{score:?}"
        );
    }

    #[test]
    fn the_dialogues_the_rules_were_made_with() {
        holds("known.jsonl", 50);
    }

    #[test]
    fn the_dialogues_that_others_wrote_later() {
        holds("second.jsonl", 40);
        holds("third.jsonl", 60);
    }

    #[test]
    fn the_dialogues_that_were_kept_aside() {
        holds("held-out.jsonl", 27);
    }
}
