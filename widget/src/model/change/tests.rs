use super::*;
use crate::model::Stage;
use crate::model::state::BadText;
use crate::model::state::sendable;
use heard_protocol::{
    AgentCard, AgentId, AgentKind, AssignmentTold, CommandId, ContactId, Epoch, Receipt, Refusal,
    RefusalCode, ResolutionTold, SiteCard, SiteId, UnixMillis, WaitEstimate, Welcome,
};

const CONVERSATION: ConversationId = ConversationId::from_bits(1);
const ANNA: AgentId = AgentId::from_bits(7);

fn entry(seq: u64, body: PublicBody) -> PublicEntry {
    PublicEntry {
        seq: Seq(seq),
        at: UnixMillis(60_000 * seq),
        body,
    }
}

fn message(seq: u64, author: Author, text: &str) -> PublicEntry {
    entry(
        seq,
        PublicBody::Message {
            id: CommandId::from_bits(u128::from(seq)),
            author,
            text: text.to_owned(),
        },
    )
}

fn joined(seq: u64) -> PublicEntry {
    entry(
        seq,
        PublicBody::Assignment(AssignmentTold::Joined {
            agent: AgentCard {
                id: ANNA,
                name: "Anna".to_owned(),
                kind: AgentKind::Person,
            },
        }),
    )
}

fn entries(entries: Vec<PublicEntry>) -> Update<Visitor> {
    Update::Entries {
        conversation: CONVERSATION,
        head: entries.last().map_or(Seq::START, LogEntry::seq),
        entries,
    }
}

fn welcome(visitor_read: u64) -> Update<Visitor> {
    Update::Welcome(Box::new(Welcome {
        version: 1,
        epoch: Epoch(1),
        now: UnixMillis(0),
        idle_ms: 60_000,
        body: VisitorWelcome {
            token: Secret("token".to_owned()),
            contact: ContactId::from_bits(3),
            site: SiteCard {
                id: SiteId::from_bits(4),
                name: "Shop".to_owned(),
            },
            conversation: Some((CONVERSATION, Seq(3))),
            staff_read: Seq::START,
            visitor_read: Seq(visitor_read),
            open: true,
        },
    }))
}

fn model() -> Model {
    Model::new("Shop".to_owned(), [])
}

#[test]
fn a_sent_message_gives_way_to_its_entry() {
    let mut model = model();
    let id = CommandId::from_bits(1);
    model.say(id, "hello");
    model.apply(Update::Sent {
        id,
        receipt: Receipt {
            conversation: Some(CONVERSATION),
            seq: Seq(1),
            at: UnixMillis(0),
        },
    });
    assert!(model.pending[0].sent);
    let news = model.apply(entries(vec![message(1, Author::Visitor, "hello")]));
    assert_eq!(news.answers, []);
    assert!(model.pending.is_empty());
    assert_eq!(&*model.logs[0].said[0].text, "hello");
    assert_eq!(model.thread.stage, Stage::Waiting);
}

#[test]
fn an_answer_is_news_until_it_was_read_in_some_tab() {
    let mut model = model();
    model.apply(welcome(2));
    let news = model.apply(entries(vec![
        joined(1),
        message(2, Author::Agent(ANNA), "seen before"),
        message(3, Author::Agent(ANNA), "new"),
    ]));
    assert_eq!(news.answers.len(), 1);
    assert_eq!(news.answers[0].name, "Anna");
    assert_eq!(&*news.answers[0].text, "new");
    assert_eq!(model.unread(), 1);
    model.apply(Update::Reads {
        conversation: CONVERSATION,
        visitor: Seq(3),
        staff: Seq::START,
    });
    assert_eq!(model.unread(), 0);
}

#[test]
fn looking_tells_the_relay_once() {
    let mut model = model();
    model.apply(entries(vec![
        joined(1),
        message(2, Author::Agent(ANNA), "hi"),
    ]));
    assert_eq!(model.unread(), 1);
    let cursor = model.look().expect("there is something new");
    assert_eq!((cursor.conversation, cursor.after), (CONVERSATION, Seq(2)));
    assert_eq!(model.unread(), 0);
    assert_eq!(model.look(), None);
}

#[test]
fn an_agent_ends_the_wait() {
    let mut model = model();
    model.apply(entries(vec![message(1, Author::Visitor, "hello")]));
    model.apply(Update::Notice(VisitorNotice::Queue {
        ahead: 2,
        wait: WaitEstimate::Unknown,
    }));
    assert_eq!(model.queue.map(|queue| queue.ahead), Some(2));
    model.apply(entries(vec![joined(2)]));
    assert_eq!(model.queue, None);
    assert_eq!(model.partner().name, "Anna");
    model.apply(entries(vec![entry(
        3,
        PublicBody::Resolution(ResolutionTold::Resolved),
    )]));
    assert_eq!(model.partner().name, "Shop");
    model.apply(entries(vec![message(4, Author::Visitor, "again")]));
    assert_eq!(model.thread.stage, Stage::Waiting);
}

#[test]
fn a_refused_message_stays_and_can_be_taken_back() {
    let mut model = model();
    let id = CommandId::from_bits(9);
    model.say(id, "too much");
    assert_eq!(model.take_back(id), None, "it may still go through");
    model.apply(Update::Refused {
        id,
        refusal: Refusal::from(RefusalCode::TextTooLong),
    });
    assert_eq!(model.take_back(id).as_deref(), Some("too much"));
    assert!(model.is_empty());
}

#[test]
fn a_reset_log_is_read_anew_without_doubles() {
    let mut model = model();
    model.apply(entries(vec![
        joined(1),
        message(2, Author::Agent(ANNA), "one"),
    ]));
    model.apply(Update::Reset {
        conversation: CONVERSATION,
    });
    assert_eq!(model.thread.stage, Stage::Fresh);
    model.apply(entries(vec![message(1, Author::Visitor, "other life")]));
    assert_eq!(model.logs.len(), 1);
    assert_eq!(model.logs[0].said.len(), 1);
}

#[test]
fn the_next_conversation_follows_the_one_before() {
    let mut model = model();
    model.apply(entries(vec![message(1, Author::Visitor, "first")]));
    model.apply(Update::Notice(VisitorNotice::Conversation {
        id: ConversationId::from_bits(2),
    }));
    assert_eq!(model.thread.stage, Stage::Fresh);
    assert_eq!(model.logs.len(), 2);
    assert!(!model.is_empty());
}

#[test]
fn losing_the_link_ends_the_typing_and_says_what_next() {
    let mut model = model();
    let typing = VisitorNotice::Typing {
        agent: ANNA,
        for_ms: 5_000,
    };
    assert_eq!(model.apply(Update::Notice(typing)).typing_for, Some(5_000));
    let news = model.apply(Update::Link(LinkState::Stopped(NextMove::Reload)));
    assert_eq!(news.next_move, Some(NextMove::Reload));
    assert_eq!(model.typing, None);
}

#[test]
fn texts_are_trimmed_and_bounded() {
    assert_eq!(sendable("  hi\n"), Ok("hi"));
    assert_eq!(sendable(" \n\t"), Err(BadText::Empty));
    let limit = heard_protocol::limits::MAX_TEXT_BYTES;
    assert_eq!(sendable(&"x".repeat(limit)).map(str::len), Ok(limit));
    // Half of these characters of two bytes fit.
    assert_eq!(
        sendable(&"я".repeat(limit)),
        Err(BadText::TooLong(limit / 2))
    );
    let one_over = ["x".repeat(limit - 1).as_str(), "я"].concat();
    assert_eq!(sendable(&one_over), Err(BadText::TooLong(1)));
}
