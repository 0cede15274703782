use super::*;
use crate::model::fixtures::{agent, colleague, command, public, said, staff};
use crate::model::log::Pending;

const ME: Author = Author::Agent(AgentId::from_bits(1));

fn show(entries: Vec<StaffEntry>) -> Vec<Row> {
    let mut log = Log::default();
    log.extend(entries, Seq(99));
    rows(&log, Some(agent(1)), |at| {
        i64::try_from(at.0 / 86_400_000).unwrap()
    })
}

fn bubbles(rows: &[Row]) -> Vec<&Bubble> {
    let bubble = |row: &'_ Row| matches!(row.body, RowBody::Said(_));
    rows.iter()
        .filter(|row| bubble(row))
        .map(|row| match &row.body {
            RowBody::Said(bubble) => bubble,
            _ => unreachable!("filtered above"),
        })
        .collect()
}

#[test]
fn a_day_is_told_once() {
    let day = 86_400;
    let rows = show(vec![
        said(1, 1, 0, Author::Visitor, "a"),
        said(2, 2, 60, Author::Visitor, "b"),
        said(3, 3, day, Author::Visitor, "c"),
    ]);
    let days = rows
        .iter()
        .filter(|row| matches!(row.body, RowBody::Day(_)))
        .count();
    assert_eq!(days, 2);
    assert!(matches!(rows[0].body, RowBody::Day(_)));
}

#[test]
fn bubbles_of_one_writer_and_minute_are_one_group() {
    let rows = show(vec![
        said(1, 1, 40, Author::Visitor, "a"),
        said(2, 2, 50, Author::Visitor, "b"),
        said(3, 3, 55, ME, "c"),
        said(4, 4, 120, ME, "d"),
    ]);
    let edges: Vec<_> = bubbles(&rows)
        .iter()
        .map(|it| (it.opens, it.closes))
        .collect();
    assert_eq!(
        edges,
        [(true, false), (false, true), (true, true), (true, true)]
    );
}

#[test]
fn one_event_told_by_both_faces_is_one_line() {
    let card = colleague(2, "Vera").card;
    let rows = show(vec![
        said(1, 1, 0, Author::Visitor, "a"),
        staff(
            2,
            0,
            StaffBody::Assignment(AssignmentNoted::Queued {
                reason: QueueReason::New,
            }),
        ),
        staff(
            3,
            5,
            StaffBody::Assignment(AssignmentNoted::Assigned { agent: agent(2) }),
        ),
        public(
            4,
            2,
            5,
            PublicBody::Assignment(AssignmentTold::Joined {
                agent: card.clone(),
            }),
        ),
        public(5, 3, 9, PublicBody::Assignment(AssignmentTold::Waiting)),
        staff(
            6,
            9,
            StaffBody::Assignment(AssignmentNoted::Queued {
                reason: QueueReason::AgentGone,
            }),
        ),
    ]);
    let lines: Vec<_> = rows
        .iter()
        .filter_map(|row| match &row.body {
            RowBody::Line(line, _) => Some(line.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(
        lines,
        [
            AssignmentNoted::Queued {
                reason: QueueReason::New
            },
            AssignmentNoted::Assigned { agent: agent(2) },
            AssignmentNoted::Queued {
                reason: QueueReason::AgentGone
            },
        ]
        .map(|noted| EntryBody::Staff(StaffBody::Assignment(noted)))
    );
    let alone = show(vec![public(
        1,
        1,
        0,
        PublicBody::Assignment(AssignmentTold::Joined {
            agent: card.clone(),
        }),
    )]);
    let joined = PublicBody::Assignment(AssignmentTold::Joined { agent: card });
    assert!(matches!(
        &alone[1].body,
        RowBody::Line(EntryBody::Public { body, .. }, _) if *body == joined
    ));
}

#[test]
fn a_visitor_who_comes_back_is_told_of_once() {
    let lines = |rows: Vec<Row>| {
        let count = |row: &&Row| matches!(row.body, RowBody::Line(..));
        rows.iter().filter(count).count()
    };
    let queued = staff(
        2,
        0,
        StaffBody::Assignment(AssignmentNoted::Queued {
            reason: QueueReason::Reopened,
        }),
    );
    let by_visitor = show(vec![
        public(1, 1, 0, PublicBody::Resolution(ResolutionTold::Reopened)),
        queued,
    ]);
    assert_eq!(lines(by_visitor), 1);
    let by_agent = show(vec![public(
        1,
        1,
        0,
        PublicBody::Resolution(ResolutionTold::Reopened),
    )]);
    assert_eq!(lines(by_agent), 1);
}

#[test]
fn what_the_visitor_read_is_seen() {
    let mut log = Log::default();
    log.extend(vec![said(1, 1, 0, ME, "a"), said(2, 2, 0, ME, "b")], Seq(2));
    log.reads(Seq(1), Seq(0));
    let rows = rows(&log, Some(agent(1)), |_| 0);
    let states: Vec<_> = bubbles(&rows).iter().map(|it| it.delivery).collect();
    assert_eq!(states, [Some(Delivery::Seen), Some(Delivery::Sent)]);
}

#[test]
fn a_message_keeps_its_key_when_it_reaches_the_log() {
    let mut log = Log::default();
    let sent = Pending {
        id: command(1),
        note: false,
        text: "a".to_owned(),
        refused: None,
    };
    log.pending.push(sent);
    let before = rows(&log, Some(agent(1)), |_| 0);
    log.extend(vec![said(1, 1, 0, ME, "a")], Seq(1));
    let after = rows(&log, Some(agent(1)), |_| 0);
    assert_eq!(before[0].key, after[1].key);
    assert_eq!(bubbles(&before)[0].delivery, Some(Delivery::Sending));
    assert_eq!(bubbles(&after)[0].delivery, Some(Delivery::Sent));
}

#[test]
fn a_refused_message_stands_alone() {
    let mut log = Log::default();
    for n in [1, 2] {
        let refused = Some(RefusalCode::NotYours);
        log.pending.push(Pending {
            id: command(n),
            note: false,
            text: "a".to_owned(),
            refused,
        });
    }
    let rows = rows(&log, Some(agent(1)), |_| 0);
    assert!(bubbles(&rows).iter().all(|it| it.opens && it.closes));
}
