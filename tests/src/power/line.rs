//! One line of what `strace -f -ttt -y -xx` writes.

use std::path::PathBuf;

/// A line that says something about a system call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Which thread.
    pub(super) thread: &'a str,
    /// When, in microseconds since 1970.
    pub(super) at: u64,
    /// What.
    pub(super) part: Part<'a>,
}

/// Which part of a call a line shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// All of it: name, arguments, result.
    Whole(&'a str, &'a str, i64),
    /// Its name and arguments: others did something before it ended, or it was killed and never
    /// did.
    Begins(&'a str, &'a str),
    /// The result of what the thread began before; none if it was killed.
    Ends(Option<i64>),
}

/// Reads a line; `None` if it is about something else (a signal, the end of a thread) or is not
/// one.
pub(super) fn read(line: &str) -> Option<Line<'_>> {
    let (thread, rest) = line.split_once(' ')?;
    let (at, rest) = rest.trim_start().split_once(' ')?;
    let (seconds, micros) = at.split_once('.')?;
    let at = seconds.parse::<u64>().ok()? * 1_000_000 + micros.parse::<u64>().ok()?;
    let part = if let Some(rest) = rest.strip_prefix("<... ") {
        match result(rest)? {
            "?" => Part::Ends(None),
            number => Part::Ends(Some(number.parse().ok()?)),
        }
    } else {
        let (name, rest) = rest.split_once('(')?;
        if let Some(arguments) = rest.strip_suffix(" <unfinished ...>") {
            Part::Begins(name, arguments)
        } else {
            let (arguments, _) = rest.rsplit_once(')')?;
            match result(rest)? {
                "?" => Part::Begins(name, arguments),
                number => Part::Whole(name, arguments, number.parse().ok()?),
            }
        }
    };
    Some(Line { thread, at, part })
}

/// The word behind the last ` = `: a number, or a question mark.
fn result(text: &str) -> Option<&str> {
    let (_, result) = text.rsplit_once(" = ")?;
    result.split(' ').next()
}

/// The file that a call's first argument names by its descriptor, and the arguments after it.
pub(super) fn file(arguments: &str) -> Option<(PathBuf, &str)> {
    let (_, rest) = arguments.split_once('<')?;
    let (path, rest) = rest.split_once('>')?;
    let path = String::from_utf8(bytes(path)?).ok()?;
    Some((path.into(), rest.strip_prefix(", ").unwrap_or(rest)))
}

/// A string among the arguments, whether all of it is shown, and the arguments after it.
pub(super) fn string(arguments: &str) -> Option<(Vec<u8>, bool, &str)> {
    let (text, rest) = arguments.strip_prefix('"')?.split_once('"')?;
    let all = !rest.starts_with("...");
    let rest = rest.strip_prefix("...").unwrap_or(rest);
    Some((bytes(text)?, all, rest.strip_prefix(", ")?))
}

/// Bytes that are all written as `\xhh`.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let mut bytes = Vec::with_capacity(text.len() / 4);
    for four in text.as_bytes().chunks(4) {
        let [b'\\', b'x', high, low] = *four else {
            return None;
        };
        bytes.push(u8::try_from(digit(high)? << 4 | digit(low)?).ok()?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_whole_and_in_halves() {
        let whole = r#"7 1795620888.499449 pwrite64(13<\x2f\x61>, "\x37\x7f"..., 32, 4096) = 32"#;
        let line = read(whole).unwrap();
        assert_eq!((line.thread, line.at), ("7", 1_795_620_888_499_449));
        let Part::Whole("pwrite64", arguments, 32) = line.part else {
            panic!("{line:?}");
        };
        let (path, rest) = file(arguments).unwrap();
        assert_eq!(path, PathBuf::from("/a"));
        assert_eq!(string(rest), Some((vec![0x37, 0x7f], false, "32, 4096")));
        assert_eq!(
            read(r"7 1.000001 fsync(13<\x2f> <unfinished ...>")
                .unwrap()
                .part,
            Part::Begins("fsync", r"13<\x2f>")
        );
        assert_eq!(
            read("7 1.000001 <... fsync resumed>) = -1 EIO (Input/output error)")
                .unwrap()
                .part,
            Part::Ends(Some(-1))
        );
        let killed = read(r"7 1.000001 fsync(13<\x2f>) = ?").unwrap();
        assert_eq!(killed.part, Part::Begins("fsync", r"13<\x2f>"));
    }

    #[test]
    fn whatever_else_is_said_is_no_call() {
        for line in [
            "",
            "7 1.000001 +++ exited with 0 +++",
            "7 1.0 --- SIGTERM {si_signo=SIGTERM} ---",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
