//! The bytes of every released shape, kept in files under `tests/golden`: a file for a type and a
//! codec, a line for a sample.
//!
//! * A line for a new variant is added to a file, and a file for a new type, with `HEARD_BLESS=1`.
//! * A line that is there is never changed, since programs out there speak it. While a shape has
//!   not been in any release, `HEARD_NEVER_RELEASED=1` on top of that says so.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{env, fs};

use heard_protocol::{Codec, PublicBody, StaffBody, VisitorCommand};

use crate::kind::Kind;
use crate::types::{Type, from_hex, types};

const ADD: &str = "HEARD_BLESS";
const CHANGE: &str = "HEARD_NEVER_RELEASED";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn file(of: &Type, codec: Codec) -> (String, &[String]) {
    match codec {
        Codec::Postcard => (format!("{}.postcard", of.name), &of.postcard),
        Codec::Json => (format!("{}.json", of.name), &of.json),
    }
}

/// What happens to one file.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Same,
    Write,
    Refuse(&'static str),
}

/// Only an enum may grow, and only at its end.
fn judge(kept: &[&str], now: &[String], may_grow: bool, add: bool, change: bool) -> Verdict {
    let is_prefix = kept.len() <= now.len() && kept.iter().zip(now).all(|(old, new)| old == new);
    let grew = kept.is_empty() || may_grow && is_prefix;
    match (kept == now, grew) {
        (true, _) => Verdict::Same,
        (false, true) if add => Verdict::Write,
        (false, _) if add && change => Verdict::Write,
        (false, true) => Verdict::Refuse("has lines to add; HEARD_BLESS=1 adds them"),
        (false, false) => Verdict::Refuse(
            "is not written as it was. Programs out there speak the old bytes: append a variant",
        ),
    }
}

#[test]
fn no_byte_of_a_released_shape_moves() {
    let is_set = |name| env::var_os(name).is_some_and(|value| value == "1");
    let (add, change) = (is_set(ADD), is_set(CHANGE));
    let mut faults = Vec::new();
    let mut expected = BTreeSet::new();
    for one in types() {
        for codec in Codec::ALL {
            let (name, now) = file(&one, codec);
            let kept = fs::read_to_string(folder().join(&name)).unwrap_or_default();
            let lines: Vec<_> = kept.lines().collect();
            match judge(&lines, now, one.is_enum, add, change) {
                Verdict::Same => {}
                Verdict::Write => {
                    let text = now.join("\n") + "\n";
                    fs::write(folder().join(&name), text).expect("the folder can be written to");
                }
                Verdict::Refuse(why) => faults.push(format!("{name} {why}")),
            }
            expected.insert(name);
        }
    }
    for entry in fs::read_dir(folder()).expect("the golden files are part of the repository") {
        let name = entry.expect("a folder can be read").file_name();
        let name = name.into_string().expect("names are ASCII");
        if !expected.contains(&name) {
            faults.push(format!("{name} is of no type any more"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn old_bytes_still_say_the_same() {
    for one in types() {
        for codec in Codec::ALL {
            let (name, _) = file(&one, codec);
            let kept = fs::read_to_string(folder().join(&name)).expect("it has a golden file");
            for line in kept.lines() {
                let bytes = match codec {
                    Codec::Postcard => from_hex(line),
                    Codec::Json => line.as_bytes().to_vec(),
                };
                let again = (one.again)(codec, &bytes).expect("old bytes are still read");
                assert_eq!(again, bytes, "{name}: {line}");
            }
        }
    }
}

#[test]
fn nothing_of_the_staffs_reads_as_a_visitors() {
    let bodies = <StaffBody as heard_protocol::wire::Sample>::samples();
    for body in bodies.iter().filter(|body| **body != StaffBody::Other) {
        let bytes = Codec::Json.encode(body).expect("it can be written");
        let read = Codec::Json.decode::<PublicBody>(&bytes);
        assert!(read.is_err(), "{body:?} is read as {read:?}");
    }
    for frame in Kind::ClientStaff.samples() {
        let bytes = frame.encode(Codec::Json);
        let text = String::from_utf8_lossy(&bytes);
        if text.starts_with(r#"{"command""#) {
            assert!(Kind::ClientVisitor.decode(Codec::Json, &bytes).is_err());
        }
    }
    let note =
        br#"{"in":{"conversation":"cnv_00000000000000000000000001","act":{"note":{"text":"a"}}}}"#;
    assert!(Codec::Json.decode::<VisitorCommand>(note).is_err());
}

#[test]
fn blessing_adds_and_does_not_change() {
    let now = ["a".to_owned(), "b".to_owned()];
    let judged = |kept: &[&str], may_grow, add, change| judge(kept, &now, may_grow, add, change);
    assert_eq!(judged(&["a", "b"], true, false, false), Verdict::Same);
    assert_eq!(judged(&["a"], true, true, false), Verdict::Write);
    assert_eq!(judged(&[], false, true, false), Verdict::Write);
    let refused = |verdict| matches!(verdict, Verdict::Refuse(_));
    assert!(refused(judged(&["a"], true, false, true)));
    assert!(
        refused(judged(&["a"], false, true, false)),
        "a struct never grows"
    );
    assert!(refused(judged(&["b"], true, true, false)));
    assert!(refused(judged(&["a", "b", "c"], true, true, false)));
    assert_eq!(judged(&["b"], true, true, true), Verdict::Write);
}
