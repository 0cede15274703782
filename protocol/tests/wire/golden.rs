//! The bytes of every released shape, kept in files under `tests/golden`.
//!
//! * A new sample is added to them with `HEARD_BLESS=1`.
//! * A file that is there is never changed, since programs out there speak it. While a shape has not
//!   been in any release, `HEARD_NEVER_RELEASED=1` on top of that says so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::{env, fs};

use heard_protocol::Codec;

use crate::kind::Kind;
use crate::samples::samples;

const ADD: &str = "HEARD_BLESS";
const CHANGE: &str = "HEARD_NEVER_RELEASED";

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn file_name(name: &str, codec: Codec) -> String {
    match codec {
        Codec::Postcard => format!("{name}.postcard.hex"),
        Codec::Json => format!("{name}.json"),
    }
}

/// A frame's bytes as the text of its file: hexadecimal, or JSON as it is; one line.
fn to_file(codec: Codec, bytes: &[u8]) -> String {
    match codec {
        Codec::Postcard => {
            use std::fmt::Write;
            let mut line = String::new();
            for byte in bytes {
                write!(line, "{byte:02x}").expect("a string takes anything");
            }
            line + "\n"
        }
        Codec::Json => String::from_utf8(bytes.to_vec()).expect("JSON is text") + "\n",
    }
}

fn from_file(codec: Codec, text: &str) -> Vec<u8> {
    let line = text.strip_suffix('\n').expect("a file is one line");
    match codec {
        Codec::Postcard => line
            .as_bytes()
            .chunks(2)
            .map(|pair| {
                let pair = str::from_utf8(pair).expect("hexadecimal is ASCII");
                u8::from_str_radix(pair, 16).expect("two hexadecimal digits")
            })
            .collect(),
        Codec::Json => line.as_bytes().to_vec(),
    }
}

/// The bytes of every golden file, with what kind of frame they are and how they are written.
pub(crate) fn goldens() -> Vec<(Kind, Codec, String, Vec<u8>)> {
    let mut all = Vec::new();
    for (file, text) in files() {
        let (codec, name) = match file.strip_suffix(".postcard.hex") {
            Some(name) => (Codec::Postcard, name),
            None => (
                Codec::Json,
                file.strip_suffix(".json")
                    .expect("of one codec or the other"),
            ),
        };
        let kind = Kind::of_name(name).expect("a name says what kind it is");
        all.push((kind, codec, name.to_owned(), from_file(codec, &text)));
    }
    assert!(!all.is_empty(), "there are no golden files");
    all
}

fn files() -> BTreeMap<String, String> {
    fs::read_dir(folder())
        .expect("the golden files are part of the repository")
        .map(|entry| {
            let entry = entry.expect("a folder can be read");
            let name = entry.file_name().into_string().expect("names are ASCII");
            let text = fs::read_to_string(entry.path()).expect("golden files are text");
            (name, text)
        })
        .collect()
}

/// What happens to one file.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Same,
    Write,
    Refuse(&'static str),
}

fn judge(kept: Option<&str>, now: &str, may_add: bool, may_change: bool) -> Verdict {
    match kept {
        Some(kept) if kept == now => Verdict::Same,
        None if may_add => Verdict::Write,
        Some(_) if may_add && may_change => Verdict::Write,
        None => Verdict::Refuse("has no golden file; HEARD_BLESS=1 adds it"),
        Some(_) => Verdict::Refuse(
            "is not written as it was. Programs out there speak the old bytes: append a variant instead",
        ),
    }
}

#[test]
fn no_byte_of_a_released_shape_moves() {
    let is_set = |name| env::var_os(name).is_some_and(|value| value == "1");
    let (may_add, may_change) = (is_set(ADD), is_set(CHANGE));
    let kept = files();
    let mut faults = Vec::new();
    let mut expected = BTreeSet::new();
    for sample in samples() {
        for codec in Codec::ALL {
            let file = file_name(&sample.name, codec);
            let now = to_file(codec, &sample.frame.encode(codec));
            match judge(
                kept.get(&file).map(String::as_str),
                &now,
                may_add,
                may_change,
            ) {
                Verdict::Same => {}
                Verdict::Write => {
                    fs::write(folder().join(&file), now).expect("the folder can be written to");
                }
                Verdict::Refuse(why) => faults.push(format!("{file} {why}")),
            }
            expected.insert(file);
        }
    }
    for file in kept.keys().filter(|file| !expected.contains(*file)) {
        if may_add && may_change {
            fs::remove_file(folder().join(file)).expect("the folder can be written to");
        } else {
            faults.push(format!("{file} has no sample any more"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn old_bytes_still_say_the_same() {
    let kept = files();
    for sample in samples() {
        for codec in Codec::ALL {
            let text = kept.get(&file_name(&sample.name, codec));
            let text = text.unwrap_or_else(|| panic!("{} has no golden file", sample.name));
            let read = sample.frame.kind().decode(codec, &from_file(codec, text));
            assert_eq!(read.expect(&sample.name), sample.frame, "{}", sample.name);
        }
    }
}

#[test]
fn a_frame_cut_short_is_no_frame() {
    for (kind, codec, name, bytes) in goldens() {
        for end in 0..bytes.len() {
            let cut = kind.decode(codec, &bytes[..end]);
            assert!(cut.is_err(), "{name}, {codec:?}, the first {end} bytes");
        }
    }
}

#[test]
fn a_frame_and_something_more_is_no_frame() {
    for (kind, codec, name, bytes) in goldens() {
        for more in [&b"\0"[..], b"x", b"\xff", b"{}", &bytes] {
            let longer = kind.decode(codec, &[&bytes, more].concat());
            assert!(longer.is_err(), "{name}, {codec:?}, and {more:?}");
        }
    }
}

#[test]
fn nothing_of_the_staffs_reads_as_a_visitors() {
    for (kind, codec, name, bytes) in goldens() {
        let visitors = match kind {
            Kind::ClientStaff if name.contains(".command.") => Kind::ClientVisitor,
            Kind::RelayStaff if name.contains(".entries.") => Kind::RelayVisitor,
            _ => continue,
        };
        // `send` has a field more for staff: JSON skips what it does not know, and what is left is a
        // visitor's own message.
        if codec == Codec::Json
            && (name.ends_with(".command.send") || name.ends_with(".command.after"))
        {
            continue;
        }
        assert!(
            visitors.decode(codec, &bytes).is_err(),
            "{name}, {codec:?}, is read as a visitor's"
        );
    }
}

#[test]
fn blessing_adds_and_does_not_change() {
    assert_eq!(judge(Some("a"), "a", false, false), Verdict::Same);
    assert_eq!(judge(None, "a", true, false), Verdict::Write);
    assert!(matches!(judge(None, "a", false, false), Verdict::Refuse(_)));
    assert!(matches!(judge(None, "a", false, true), Verdict::Refuse(_)));
    assert!(matches!(
        judge(Some("b"), "a", true, false),
        Verdict::Refuse(_)
    ));
    assert!(matches!(
        judge(Some("b"), "a", false, true),
        Verdict::Refuse(_)
    ));
    assert_eq!(judge(Some("b"), "a", true, true), Verdict::Write);
}
