use super::*;
use heard_client::Update;
use heard_protocol::{
    AgentCard, AgentId, AssignmentTold, ConversationId, PublicEntry, Refusal, Visitor,
};

const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
const ANNA: AgentId = AgentId::from_bits(7);

fn utc(at: UnixMillis) -> i32 {
    i32::try_from(at.0 / DAY_MS).expect("a day of this era")
}

fn at(seq: u64, minute: u64, body: PublicBody) -> PublicEntry {
    PublicEntry {
        seq: Seq(seq),
        at: UnixMillis(minute * MINUTE_MS),
        body,
    }
}

fn message(seq: u64, minute: u64, author: Author) -> PublicEntry {
    let id = CommandId::from_bits(u128::from(seq));
    let text = seq.to_string();
    at(seq, minute, PublicBody::Message { id, author, text })
}

fn model(entries: Vec<PublicEntry>) -> Model {
    let mut model = Model::new("Shop".to_owned(), []);
    model.apply(Update::<Visitor>::Entries {
        conversation: ConversationId::from_bits(1),
        head: Seq(entries.len() as u64),
        entries,
    });
    model
}

/// Rows in short: `D` a day, `m`/`a` a message of the visitor's or an agent's with its place in the
/// group, `.` a meta line, `!` a failure, `e` an event.
fn sketch(model: &Model) -> String {
    rows(model, utc)
        .iter()
        .map(|row| match row {
            Row::Day { .. } => "D".to_owned(),
            Row::Text {
                mine, first, last, ..
            } => {
                let who = if *mine { "m" } else { "a" };
                let place = match (first, last) {
                    (true, true) => "",
                    (true, false) => "<",
                    (false, false) => "-",
                    (false, true) => ">",
                };
                [who, place].concat()
            }
            Row::Meta { .. } => ".".to_owned(),
            Row::Failed { .. } => "!".to_owned(),
            Row::Event { .. } => "e".to_owned(),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn messages_are_grouped_by_author_and_minute() {
    let model = model(vec![
        message(1, 0, Author::Visitor),
        message(2, 0, Author::Visitor),
        message(3, 0, Author::Visitor),
        message(4, 1, Author::Visitor),
        message(5, 1, Author::Agent(ANNA)),
    ]);
    assert_eq!(sketch(&model), "D m< m- m> . m . a .");
}

#[test]
fn a_day_divides_even_one_authors_messages() {
    let model = model(vec![
        message(1, 0, Author::Visitor),
        message(2, 24 * 60, Author::Visitor),
    ]);
    assert_eq!(sketch(&model), "D m . D m .");
}

#[test]
fn an_event_divides_a_group() {
    let agent = AgentCard {
        id: ANNA,
        name: "Anna".to_owned(),
        kind: AgentKind::Bot,
    };
    let model = model(vec![
        message(1, 0, Author::Visitor),
        at(
            2,
            0,
            PublicBody::Assignment(AssignmentTold::Joined { agent }),
        ),
        message(3, 0, Author::Agent(ANNA)),
    ]);
    assert_eq!(sketch(&model), "D m . e a .");
    let author = rows(&model, utc)
        .into_iter()
        .rev()
        .find_map(|row| match row {
            Row::Meta { author, .. } => author,
            _ => None,
        });
    assert_eq!(author, Some(("Anna".to_owned(), AgentKind::Bot)));
}

fn deliveries(model: &Model) -> Vec<Delivery> {
    rows(model, utc)
        .into_iter()
        .filter_map(|row| match row {
            Row::Meta { delivery, .. } => delivery,
            _ => None,
        })
        .collect()
}

#[test]
fn the_visitors_messages_say_how_far_they_have_come() {
    let mut model = model(vec![
        message(1, 0, Author::Visitor),
        message(2, 1, Author::Visitor),
    ]);
    model.staff_read = Seq(1);
    let id = CommandId::from_parts(UnixMillis(5 * MINUTE_MS), 1);
    model.say(id, "and this");
    assert_eq!(
        deliveries(&model),
        [Delivery::Seen, Delivery::Sent, Delivery::Kept]
    );
    model.link = LinkState::Live;
    assert_eq!(deliveries(&model)[2], Delivery::Sending);
}

#[test]
fn a_failed_message_stands_alone() {
    let mut model = model(Vec::new());
    let ids: Vec<_> = (1..=3)
        .map(|random| CommandId::from_parts(UnixMillis(0), random))
        .collect();
    for id in &ids {
        model.say(*id, "x");
    }
    model.apply(Update::Refused {
        id: ids[1],
        refusal: Refusal::from(RefusalCode::TextTooLong),
    });
    assert_eq!(sketch(&model), "D m . m ! m .");
}

#[test]
fn a_row_that_looks_different_has_another_key() {
    let mut model = model(vec![message(1, 0, Author::Visitor)]);
    let keys = |model: &Model| rows(model, utc).iter().map(Row::key).collect::<Vec<_>>();
    let before = keys(&model);
    assert_eq!(keys(&model), before);
    model.staff_read = Seq(1);
    let after = keys(&model);
    assert_eq!(after[..2], before[..2]);
    assert_ne!(after[2], before[2]);
}
