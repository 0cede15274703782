//! How far something has come: a bar for somebody who watches, a line now and then for a log.

use std::io::{IsTerminal, Stderr, Write};

/// How many characters a bar is long.
const LENGTH: u64 = 30;
/// How often a bar is drawn on its way, and how often a line is written.
const STEPS: (u64, u64) = (1_000, 10);

/// Writes to standard error. What cannot be written is nobody's loss.
#[derive(Debug)]
pub(super) struct Progress<W = Stderr> {
    out: W,
    terminal: bool,
    /// What was shown last.
    shown: Option<(&'static str, u64)>,
    /// Whether there is a bar that the next line would be written over.
    open: bool,
}

impl Progress {
    pub(super) fn on_stderr() -> Self {
        let out = std::io::stderr();
        Self {
            terminal: out.is_terminal(),
            out,
            shown: None,
            open: false,
        }
    }
}

impl<W: Write> Progress<W> {
    /// Something to say in between.
    pub(super) fn line(&mut self, text: &str) {
        self.end();
        let _ = writeln!(self.out, "{text}");
    }

    /// So much of it is done.
    pub(super) fn at(&mut self, what: &'static str, done: u64, of: u64) {
        let of = of.max(1);
        let done = done.min(of);
        let steps = if self.terminal { STEPS.0 } else { STEPS.1 };
        let now = (what, done * steps / of);
        if self.shown == Some(now) {
            return;
        }
        if self.shown.is_some_and(|(before, _)| before != what) {
            self.end();
        }
        self.shown = Some(now);
        let percent = done * 100 / of;
        if self.terminal {
            let full = done * LENGTH / of;
            let bar: String = (0..LENGTH)
                .map(|place| if place < full { '█' } else { '░' })
                .collect();
            let _ = write!(
                self.out,
                "\r{what:<10} {bar} {percent:>3} %  {done} of {of} rows"
            );
            let _ = self.out.flush();
            self.open = true;
        } else {
            let _ = writeln!(self.out, "{what}: {percent} %, {done} of {of} rows");
        }
    }

    /// Whatever is written next begins on a line of its own.
    pub(super) fn end(&mut self) {
        if std::mem::take(&mut self.open) {
            let _ = writeln!(self.out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(terminal: bool) -> String {
        let mut progress = Progress {
            out: Vec::new(),
            terminal,
            shown: None,
            open: false,
        };
        for done in 0..=100_000 {
            progress.at("copying", done, 100_000);
        }
        progress.at("comparing", 1, 2);
        progress.line("done");
        String::from_utf8(progress.out).unwrap()
    }

    #[test]
    fn a_log_gets_a_line_now_and_then() {
        let text = shown(false);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 13, "{text}");
        assert_eq!(lines[1], "copying: 10 %, 10000 of 100000 rows");
        assert_eq!(lines[11..], ["comparing: 50 %, 1 of 2 rows", "done"]);
    }

    #[test]
    fn somebody_who_watches_gets_a_bar() {
        let text = shown(true);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3, "one for each bar, and what comes after");
        assert!(lines[0].ends_with(" 100 %  100000 of 100000 rows"));
        assert_eq!(lines[2], "done");
    }
}
