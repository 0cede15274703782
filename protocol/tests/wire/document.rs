//! `PROTOCOL.md` says what the code does: its examples are golden frames, its tables the code's
//! own.

use std::collections::BTreeSet;

use heard_protocol::limits::{
    MAX_CLIENT_FRAME_BYTES, MAX_CURSORS, MAX_ENTRIES_PER_FRAME, MAX_SHORT_BYTES, MAX_TEXT_BYTES,
};
use heard_protocol::{
    CloseCode, Codec, NextMove, RefusalCode, Role, Staff, StaffBody, StaffCommand, VERSION,
    Visitor, VisitorCommand, close,
};
use serde_json::Value;

use crate::coverage::Variants;
use crate::kind::Kind;
use crate::samples::{FIRST_VERSION, samples};

const DOCUMENT: &str = include_str!("../../PROTOCOL.md");

/// The fenced blocks of JSON: what each claims to be, and its text.
fn blocks() -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = DOCUMENT.lines();
    while let Some(line) = lines.next() {
        if let Some(claim) = line.strip_prefix("```") {
            let text: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            let name = claim.strip_prefix("json ");
            let name = name.unwrap_or_else(|| panic!("a block that is not checked: {line}"));
            blocks.push((name.to_owned(), text.join("\n")));
        }
    }
    blocks
}

/// The rows of a table, by its heading's first cell, as trimmed cells without back quotes.
fn table(heading: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        let inner = line.trim_matches('|').split('|');
        inner.map(|cell| cell.trim().replace('`', "")).collect()
    };
    let mut lines = DOCUMENT.lines();
    lines
        .find(|line| *line == heading)
        .unwrap_or_else(|| panic!("there is no table {heading}"));
    lines
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(cells)
        .collect()
}

fn first_cells(heading: &str) -> BTreeSet<String> {
    table(heading)
        .into_iter()
        .map(|row| row[0].clone())
        .collect()
}

fn names<T: Variants>() -> BTreeSet<String> {
    T::NAMES.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn every_example_is_a_golden_frame() {
    let samples = samples();
    for (name, mut text) in blocks() {
        // The document greets with the version it describes.
        if name.contains(".hello.") || name.contains(".welcome.") {
            let (now, first) = (VERSION, FIRST_VERSION);
            text = text.replacen(
                &format!(r#""version": {now},"#),
                &format!(r#""version": {first},"#),
                1,
            );
        }
        let sample = samples.iter().find(|sample| sample.name == name);
        let sample = sample.unwrap_or_else(|| panic!("{name} is no golden frame"));
        let read = sample.frame.kind().decode(Codec::Json, text.as_bytes());
        assert_eq!(read.expect(&name), sample.frame, "{name}");
        // What is read may be more lenient than what is written: the example shows the latter.
        let shown: Value = serde_json::from_str(&text).expect(&name);
        let mut written: Value =
            serde_json::from_slice(&sample.frame.encode(Codec::Json)).expect(&name);
        // A command that follows no other need not say so.
        if let Some(Value::Object(command)) = written.get_mut("command")
            && command["after"].is_null()
        {
            command.remove("after");
        }
        assert_eq!(shown, written, "{name}");
    }
}

#[test]
fn every_variant_of_a_frame_has_an_example() {
    let shown: BTreeSet<String> = blocks().into_iter().map(|(name, _)| name).collect();
    // `pong` is shown in the text; it has nothing inside.
    let spoken = ["relay.visitor.pong", "relay.staff.pong"];
    for sample in samples() {
        let kind = sample.frame.kind();
        let rest = sample.name.strip_prefix(kind.prefix()).unwrap_or_default();
        let variant = rest.split('.').nth(1).unwrap_or_default();
        let has_one = Kind::ALL.into_iter().any(|other| {
            let direction = |kind: Kind| kind.prefix().split('.').next();
            direction(kind) == direction(other)
                && shown
                    .iter()
                    .any(|name| name.starts_with(&format!("{}.{variant}", other.prefix())))
        });
        assert!(
            has_one || spoken.contains(&sample.name.as_str()),
            "{} has no example",
            sample.name
        );
    }
}

#[test]
fn the_close_codes_are_the_codes() {
    let next = |code| match close::next_move(code) {
        NextMove::Reconnect => "reconnect",
        NextMove::Reauthenticate => "reauthenticate",
        NextMove::Reload => "reload",
        NextMove::Stop => "stop",
    };
    let expected: Vec<_> = CloseCode::ALL
        .iter()
        .map(|one| {
            let code = one.code();
            vec![
                code.to_string(),
                one.reason().to_owned(),
                next(code).to_owned(),
            ]
        })
        .collect();
    assert_eq!(table("| code | means | next move |"), expected);
}

#[test]
fn the_refusals_are_the_refusals() {
    let rows = table("| code | passing | means |");
    let listed: BTreeSet<String> = rows.iter().map(|row| row[0].clone()).collect();
    assert_eq!(listed, names::<RefusalCode>());
    for row in rows {
        let name = Value::String(row[0].clone());
        let code: RefusalCode = serde_json::from_value(name).expect("it is listed");
        let passing = if code.is_passing() { "yes" } else { "no" };
        assert_eq!(row[1..], [passing, code.sentence()], "{code:?}");
    }
}

#[test]
fn the_lists_of_variants_are_complete() {
    assert_eq!(
        first_cells("| command | fields | does | is refused unless |"),
        names::<StaffCommand>()
    );
    assert_eq!(
        first_cells("| body | means |"),
        names::<heard_protocol::PublicBody>()
    );
    assert_eq!(
        first_cells("| body of `staff` | means |"),
        names::<StaffBody>()
    );
    let spoken = names::<VisitorCommand>()
        .into_iter()
        .chain(names::<heard_protocol::Disposition>())
        .chain(names::<heard_protocol::entry::QueueReason>())
        .chain(names::<heard_protocol::StaffNotice>())
        .chain(names::<heard_protocol::VisitorNotice>())
        .chain(names::<heard_protocol::Status>());
    for name in spoken {
        let said = [format!("`{name}`"), format!("\"{name}\"")];
        assert!(said.iter().any(|said| DOCUMENT.contains(said)), "{name}");
    }
}

#[test]
fn numbers_and_names_are_the_codes_own() {
    let limits = table("| what | limit | over it |");
    for (row, number) in [
        (0, MAX_TEXT_BYTES),
        (1, MAX_SHORT_BYTES),
        (2, MAX_SHORT_BYTES),
        (3, MAX_CLIENT_FRAME_BYTES),
        (4, MAX_CURSORS),
        (5, MAX_ENTRIES_PER_FRAME),
    ] {
        let said = limits[row][1].split(' ').next();
        assert_eq!(
            said,
            Some(number.to_string().as_str()),
            "{}",
            limits[row][0]
        );
    }
    assert!(DOCUMENT.contains(&format!("\nVersion {VERSION}. ")));
    assert_eq!(
        first_cells("| address | for | credential |"),
        [Visitor::PATH, Staff::PATH].map(str::to_owned).into()
    );
    assert_eq!(
        first_cells("| subprotocol | messages | for |"),
        Codec::ALL
            .map(|codec| codec.subprotocol().to_owned())
            .into()
    );
}
