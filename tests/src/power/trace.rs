//! What a program did to its files, in the order in which the system saw it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::line::{self, Part};

/// The calls that change a file or make it last, whether or not they are understood: one that is
/// not ends the reading.
const CALLS: &str = "trace=pwrite64,pwritev,pwritev2,write,writev,fsync,fdatasync,sync_file_range,ftruncate,truncate,fallocate";
/// More than a page, which is what is written at once; of what is longer the beginning is shown.
const SHOWN: &str = "8192";

/// Why a trace could not be understood.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// It can't be read.
    #[error("a trace can't be read: {0}")]
    Io(#[from] std::io::Error),
    /// A line of it says something that this does not know.
    #[error("line {number} of a trace is not understood: {line}")]
    Line {
        /// Counted from zero.
        number: usize,
        /// Its ends.
        line: String,
    },
}

/// Something done to a file.
#[derive(Debug)]
pub(super) struct Step {
    /// Which, by its place in the list of files.
    pub(super) file: usize,
    pub(super) what: What,
    /// The events at which it began and ended; `usize::MAX` if it was not seen to end.
    pub(super) began: usize,
    pub(super) ended: usize,
    /// The event with which a change was made to last: the end of a sync of its file that began
    /// when the write had ended.
    pub(super) lasts: usize,
}

/// What was done.
#[derive(Debug)]
pub(super) enum What {
    /// Bytes were written at a position.
    Write(usize, Vec<u8>),
    /// The file was made so long.
    Length(usize),
    /// What was written before is on disk when this ends.
    Sync,
}

/// Everything done to some files.
#[derive(Debug, Default)]
pub struct Trace {
    pub(super) steps: Vec<Step>,
    /// When each event was, in microseconds since 1970.
    moments: Vec<u64>,
}

impl Trace {
    /// A command that runs a program and writes down what it does to files.
    pub fn command(program: &Path, files: &[PathBuf], output: &Path) -> Command {
        let tool = std::env::var_os("HEARD_STRACE").unwrap_or_else(|| "strace".into());
        let mut command = Command::new(tool);
        // As a grandchild: the program itself is what is killed.
        command.args(["-D", "-f", "-ttt", "-y", "-xx", "-s", SHOWN]);
        command.args(["--seccomp-bpf", "-e", CALLS]);
        for file in files {
            command.arg("-P").arg(file);
        }
        command.arg("-o").arg(output).arg(program);
        command
    }

    /// Waits until a process that was killed is written off, so that all it did is written down.
    ///
    /// # Panics
    /// After half a minute in vain.
    pub async fn complete(output: &Path, process: u32) {
        let end = format!("{process} ");
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let text = std::fs::read(output).unwrap_or_default();
            let tail = &text[text.len().saturating_sub(4_096)..];
            let tail = String::from_utf8_lossy(tail);
            let over = |line: &str| line.starts_with(&end) && line.contains("+++ killed by");
            if tail.ends_with('\n') && tail.lines().any(over) {
                return;
            }
            assert!(Instant::now() < deadline, "the trace does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Reads what was written down about these files, which were so long at first.
    ///
    /// # Errors
    /// [`TraceError`] for a line that is not understood.
    pub fn read(output: &Path, files: &[(PathBuf, usize)]) -> Result<Self, TraceError> {
        let mut reading = Reading {
            files,
            lengths: files.iter().map(|(_, length)| *length).collect(),
            begun: HashMap::new(),
            trace: Self::default(),
        };
        for (number, line) in BufReader::new(File::open(output)?).lines().enumerate() {
            let line = line?;
            if reading.line(&line).is_none() {
                // The bytes in the middle tell nothing.
                let end = line.chars().count().saturating_sub(60);
                let ends = line.chars().enumerate();
                let ends = ends.filter(|(place, _)| *place < 200 || *place >= end);
                let line = ends.map(|(_, letter)| letter).collect();
                return Err(TraceError::Line { number, line });
            }
        }
        reading.trace.settle();
        Ok(reading.trace)
    }

    /// Finds out what made each write last.
    fn settle(&mut self) {
        // From the back, the syncs of each file that began later, and the earliest end of those.
        let mut later: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
        for step in self.steps.iter_mut().rev() {
            let syncs = later.entry(step.file).or_default();
            match step.what {
                What::Sync => {
                    let earliest = syncs
                        .last()
                        .map_or(step.ended, |(_, end)| step.ended.min(*end));
                    syncs.push((step.began, earliest));
                }
                What::Write(..) | What::Length(_) => {
                    let after = syncs.partition_point(|(began, _)| *began > step.ended);
                    step.lasts = after
                        .checked_sub(1)
                        .map_or(usize::MAX, |last| syncs[last].1);
                }
            }
        }
    }

    /// How many events there are.
    pub const fn events(&self) -> usize {
        self.moments.len()
    }

    /// When the power goes off, in microseconds since 1970: so that this event does not happen any
    /// more.
    pub fn moment(&self, cut: usize) -> u64 {
        self.moments.get(cut).copied().unwrap_or(u64::MAX)
    }

    /// Whether a file, by its place in the list, was written from its front: a log does so when it
    /// begins again.
    pub fn begins_again(&self, file: usize) -> bool {
        let at_front = |step: &Step| step.file == file && matches!(step.what, What::Write(0, _));
        self.steps.iter().any(at_front)
    }

    /// The events at which something was made to last.
    pub fn syncs(&self) -> Vec<usize> {
        let syncs = self
            .steps
            .iter()
            .filter(|one| matches!(one.what, What::Sync));
        syncs
            .map(|one| one.ended)
            .filter(|at| *at < self.events())
            .collect()
    }
}

struct Reading<'a> {
    files: &'a [(PathBuf, usize)],
    lengths: Vec<usize>,
    /// The step each thread is in the middle of.
    begun: HashMap<String, usize>,
    trace: Trace,
}

impl Reading<'_> {
    /// Takes a line in; `None` if it is not understood.
    fn line(&mut self, line: &str) -> Option<()> {
        let Some(line) = line::read(line) else {
            // A signal, or the end of a thread.
            let other = line.contains(" +++ ") || line.contains(" --- ");
            return other.then_some(());
        };
        let now = self.trace.moments.len();
        self.trace.moments.push(line.at);
        match line.part {
            Part::Ends(result) => {
                let step = self.begun.remove(line.thread)?;
                let step = self.trace.steps.get_mut(step)?;
                let Some(result) = result else {
                    return Some(());
                };
                step.ended = now;
                went_well(&step.what, result)
            }
            Part::Begins(name, arguments) => {
                let step = self.step(name, arguments, now, usize::MAX)?;
                self.begun
                    .insert(line.thread.to_owned(), self.trace.steps.len());
                self.trace.steps.push(step);
                Some(())
            }
            Part::Whole(name, arguments, result) => {
                let step = self.step(name, arguments, now, now)?;
                went_well(&step.what, result)?;
                self.trace.steps.push(step);
                Some(())
            }
        }
    }

    fn step(&mut self, name: &str, arguments: &str, began: usize, ended: usize) -> Option<Step> {
        let (path, rest) = line::file(arguments)?;
        let file = self.files.iter().position(|(one, _)| *one == path)?;
        let what = match name {
            "fsync" | "fdatasync" => What::Sync,
            "pwrite64" => {
                let (bytes, true, rest) = line::string(rest)? else {
                    return None;
                };
                let (_, at) = rest.split_once(", ")?;
                What::Write(at.parse().ok()?, bytes)
            }
            "ftruncate" => What::Length(rest.parse().ok()?),
            // At the end of the file; and what is too long to be shown is zeros, or it would not be
            // understood.
            "write" => {
                let (mut bytes, all, rest) = line::string(rest)?;
                let length = rest.parse().ok()?;
                if !all && bytes.iter().any(|byte| *byte != 0) {
                    return None;
                }
                bytes.resize(length, 0);
                What::Write(self.lengths[file], bytes)
            }
            _ => return None,
        };
        match &what {
            What::Write(at, bytes) => {
                self.lengths[file] = self.lengths[file].max(at + bytes.len());
            }
            What::Length(length) => self.lengths[file] = *length,
            What::Sync => {}
        }
        Some(Step {
            file,
            what,
            began,
            ended,
            lasts: usize::MAX,
        })
    }
}

/// A write of everything, a sync, a cut: anything else is not understood.
fn went_well(what: &What, result: i64) -> Option<()> {
    let due = match what {
        What::Write(_, bytes) => bytes.len(),
        What::Length(_) | What::Sync => 0,
    };
    (usize::try_from(result).ok()? == due).then_some(())
}
