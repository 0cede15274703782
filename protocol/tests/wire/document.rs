//! `PROTOCOL.md` says what the code does: its examples are golden frames, its tables the code's
//! own.

use std::collections::BTreeSet;

use heard_protocol::limits::{
    MAX_CLIENT_FRAME_BYTES, MAX_CURSORS, MAX_ENTRIES_PER_FRAME, MAX_LIST_BYTES, MAX_SHORT_BYTES,
    MAX_TEXT_BYTES, MAX_TOPIC_BYTES,
};
use heard_protocol::*;
use serde_json::Value;

use crate::kind::{Frame, Kind};
use crate::types::{names, tag};

const DOCUMENT: &str = include_str!("../../PROTOCOL.md");

/// The fenced blocks of JSON: what each claims to be, and its text.
fn blocks() -> Vec<(Kind, String)> {
    let mut blocks = Vec::new();
    let mut lines = DOCUMENT.lines();
    while let Some(line) = lines.next() {
        if let Some(claim) = line.trim_start().strip_prefix("```") {
            let text: Vec<_> = lines
                .by_ref()
                .take_while(|line| line.trim_start() != "```")
                .collect();
            let kind = Kind::ALL
                .into_iter()
                .find(|kind| claim == format!("json {}", kind.prefix()));
            let kind = kind.unwrap_or_else(|| panic!("a block that is not checked: {line}"));
            blocks.push((kind, text.join("\n")));
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

/// The names of a choice between features: `feature.verb` for each verb of theirs.
fn verbs<const N: usize>(outer: Vec<String>, inner: [(&str, Vec<String>); N]) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = outer.into_iter().collect();
    for (feature, names) in inner {
        assert!(all.remove(feature), "there is no {feature}");
        // What a reader does with the placeholder of a feature is what it does with any.
        let names = names.into_iter().filter(|name| name != "other");
        all.extend(names.map(|name| format!("{feature}.{name}")));
    }
    all
}

#[test]
fn every_example_is_a_frame_as_it_is_written() {
    for (kind, text) in blocks() {
        let read = kind.decode(Codec::Json, text.as_bytes());
        let frame = read.unwrap_or_else(|error| panic!("{error}: {text}"));
        // What is read may be more lenient than what is written: the example shows the latter.
        let shown: Value = serde_json::from_str(&text).expect("it is JSON");
        let mut written: Value =
            serde_json::from_slice(&frame.encode(Codec::Json)).expect("it is JSON");
        // A command that follows no other need not say so.
        if let Some(Value::Object(command)) = written.get_mut("command")
            && command["after"].is_null()
        {
            command.remove("after");
        }
        assert_eq!(shown, written, "{text}");
    }
}

#[test]
fn every_variant_of_a_frame_has_an_example() {
    let variant = |frame: &Frame| match frame {
        Frame::ClientVisitor(frame) => tag(frame),
        Frame::ClientStaff(frame) => tag(frame),
        Frame::RelayVisitor(frame) => tag(frame),
        Frame::RelayStaff(frame) => tag(frame),
    };
    let shown: BTreeSet<String> = blocks()
        .into_iter()
        .filter_map(|(kind, text)| kind.decode(Codec::Json, text.as_bytes()).ok())
        .map(|frame| variant(&frame))
        // It is shown in the text; it has nothing inside.
        .chain(["pong".to_owned()])
        .collect();
    for kind in Kind::ALL {
        for frame in kind.samples() {
            let name = variant(&frame);
            assert!(shown.contains(&name), "{name} has no example");
        }
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
    let listed: Vec<String> = rows.iter().map(|row| row[0].clone()).collect();
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
        first_cells("| act in a conversation | fields | does | is refused unless |"),
        verbs(
            names::<ConversationAct>(),
            [
                ("assignment", names::<AssignmentAct>()),
                ("resolution", names::<ResolutionAct>()),
                ("call_offer", names::<CallOfferAct>()),
                ("voice", names::<VoiceAct>()),
                ("wrap_up", names::<WrapUpAct>()),
            ]
        )
    );
    let listed = |heading| first_cells(heading);
    let all = |names: Vec<String>| names.into_iter().collect::<BTreeSet<_>>();
    assert_eq!(
        listed("| act on a request | fields | does | is refused unless |"),
        all(names::<CallbackAct>())
    );
    assert_eq!(
        listed("| about yourself | fields | does |"),
        all(names::<MeAct>())
    );
    assert_eq!(listed("| row | is |"), all(names::<StaffRow>()));
    assert_eq!(
        listed("| body | means |"),
        verbs(
            names::<PublicBody>(),
            [
                ("assignment", names::<AssignmentTold>()),
                ("resolution", names::<ResolutionTold>()),
                ("callback", names::<CallbackTold>()),
                ("call_offer", names::<CallOfferTold>()),
                ("voice", names::<VoiceTold>()),
                ("wrap_up", names::<WrapUpTold>()),
            ]
        )
    );
    assert_eq!(
        listed("| body of `staff` | means |"),
        verbs(
            names::<StaffBody>(),
            [
                ("assignment", names::<AssignmentNoted>()),
                ("callback", names::<CallbackNoted>()),
                ("call_offer", names::<CallOfferNoted>()),
            ]
        )
    );
    let asks = verbs(
        names::<VisitorCommand>(),
        [
            ("callback", names::<CallbackAsk>()),
            ("call_offer", names::<CallOfferAsk>()),
            ("voice", names::<VoiceAsk>()),
            ("wrap_up", names::<WrapUpAsk>()),
        ],
    );
    let spoken = [
        names::<Disposition>(),
        names::<QueueReason>(),
        names::<StaffNotice>(),
        names::<VisitorNotice>(),
        names::<StaffSignal>(),
        names::<VisitorSignal>(),
        names::<Facet>(),
        names::<Status>(),
        names::<CallEvidence>(),
    ];
    for name in asks.into_iter().chain(spoken.into_iter().flatten()) {
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
        (2, MAX_TOPIC_BYTES),
        (3, MAX_SHORT_BYTES),
        (4, MAX_CLIENT_FRAME_BYTES),
        (5, MAX_CURSORS),
        (6, MAX_ENTRIES_PER_FRAME),
        (7, MAX_LIST_BYTES),
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
