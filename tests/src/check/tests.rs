//! A good history passes; each kind of bad one is caught.

use heard_protocol::{
    AgentCard, AgentId, AgentKind, AssignmentNoted, AssignmentTold, Author, CommandId, ContactId,
    ConversationId, LogEntry, PublicBody, Receipt, RefusalCode, ResolutionTold, Seq, StaffBody,
    StaffEntry, UnixMillis,
};
use heard_protocol::{EntryBody, QueueReason};

use super::*;

const CONVERSATION: ConversationId = ConversationId::from_bits(70);
const CONTACT: ContactId = ContactId::from_bits(80);
const ANN: AgentId = AgentId::from_bits(90);
const BOB: AgentId = AgentId::from_bits(91);

/// Writes a log down entry by entry.
struct Pen(Vec<StaffEntry>, u64);

impl Pen {
    fn write(&mut self, body: EntryBody) {
        let seq = Seq(self.0.len() as u64 + 1);
        self.0.push(StaffEntry {
            seq,
            at: UnixMillis(seq.0 * 10),
            body,
        });
    }

    fn public(&mut self, body: PublicBody) {
        self.1 += 1;
        self.write(EntryBody::Public {
            position: Seq(self.1),
            body,
        });
    }

    fn staff(&mut self, body: StaffBody) {
        self.write(EntryBody::Staff(body));
    }

    fn says(&mut self, id: u128, author: Author) {
        self.public(PublicBody::Message {
            id: CommandId::from_bits(id),
            author,
            text: id.to_string(),
        });
    }
}

/// A visitor says 1 and 2, an agent takes it, notes 3 and answers 4.
fn log() -> Vec<StaffEntry> {
    let mut pen = Pen(Vec::new(), 0);
    pen.says(1, Author::Visitor);
    pen.staff(StaffBody::Assignment(AssignmentNoted::Queued {
        reason: QueueReason::New,
    }));
    pen.says(2, Author::Visitor);
    pen.staff(StaffBody::Assignment(AssignmentNoted::Assigned {
        agent: ANN,
    }));
    pen.public(PublicBody::Assignment(AssignmentTold::Joined {
        agent: AgentCard {
            id: ANN,
            name: "Ann".to_owned(),
            kind: AgentKind::Person,
        },
    }));
    pen.staff(StaffBody::Note {
        id: CommandId::from_bits(3),
        author: ANN,
        text: "3".to_owned(),
    });
    pen.says(4, Author::Agent(ANN));
    pen.0
}

fn submitted(id: u128, said: Said, seq: u64, at: u64) -> Submitted {
    Submitted {
        id: CommandId::from_bits(id),
        said,
        told: vec![Told {
            session: 1,
            answer: Ok(Receipt {
                conversation: Some(CONVERSATION),
                seq: Seq(seq),
                at: UnixMillis(at),
            }),
        }],
        settled: true,
    }
}

fn message(id: u128, to: Option<ConversationId>) -> Said {
    Said::Message {
        conversation: to,
        text: id.to_string(),
    }
}

fn good() -> History {
    let log = log();
    let shown_by = |reader: &str, who| Shown {
        reader: reader.to_owned(),
        who: Some(who),
        conversation: CONVERSATION,
        entries: log.clone(),
        to_the_end: true,
    };
    History {
        senders: vec![
            Sender {
                name: "visitor".to_owned(),
                who: Some(Who::Visitor(CONTACT)),
                submitted: vec![
                    submitted(1, message(1, None), 1, 10),
                    submitted(2, message(2, None), 2, 30),
                ],
            },
            Sender {
                name: "ann".to_owned(),
                who: Some(Who::Agent(ANN)),
                submitted: vec![
                    submitted(9, Said::Act, 4, 40),
                    submitted(
                        3,
                        Said::Note {
                            conversation: CONVERSATION,
                            text: "3".to_owned(),
                        },
                        6,
                        60,
                    ),
                    submitted(4, message(4, Some(CONVERSATION)), 7, 70),
                ],
            },
        ],
        visitors: vec![Shown {
            reader: "visitor".to_owned(),
            who: Some(Who::Visitor(CONTACT)),
            conversation: CONVERSATION,
            entries: log.iter().filter_map(StaffEntry::public).collect(),
            to_the_end: true,
        }],
        staff: vec![
            shown_by("ann", Who::Agent(ANN)),
            shown_by("bob", Who::Agent(BOB)),
        ],
        logs: vec![FinalLog {
            conversation: CONVERSATION,
            contact: CONTACT,
            entries: log,
        }],
    }
}

/// What the checker finds after something was done to a good history.
fn found(harm: impl FnOnce(&mut History)) -> Vec<Violation> {
    let mut history = good();
    harm(&mut history);
    check(&history)
}

macro_rules! catches {
    ($pattern:pat, $harm:expr) => {
        let found = found($harm);
        assert!(
            found.iter().any(|one| matches!(one, $pattern)),
            "not caught, but {found:?}"
        );
    };
}

fn remove(history: &mut History, id: u128) {
    let gone = CommandId::from_bits(id);
    history.logs[0]
        .entries
        .retain(|entry| entry.command() != Some(gone));
}

#[test]
fn a_good_history_passes() {
    assert_eq!(check(&good()), []);
    assert_eq!(check(&History::default()), []);
}

#[test]
fn an_early_leaver_need_not_see_the_end_but_what_they_saw_must_be_right() {
    let leave = |history: &mut History| {
        history.staff[1].entries.truncate(3);
        history.staff[1].to_the_end = false;
    };
    assert_eq!(found(leave), []);
    catches!(Violation::ShownWrong { place: 2, .. }, |history| {
        leave(history);
        history.staff[1].entries.remove(1);
    });
}

#[test]
fn a_lost_message_is_caught() {
    catches!(Violation::Lost { .. }, |history| remove(history, 2));
    catches!(Violation::Hole { at: Seq(3), .. }, |history| {
        history.logs[0].entries.remove(1);
    });
}

#[test]
fn a_doubled_message_is_caught() {
    let again = |history: &mut History, id: u128| {
        let mut pen = Pen(history.logs[0].entries.clone(), 4);
        pen.public(PublicBody::Message {
            id: CommandId::from_bits(id),
            author: Author::Visitor,
            text: "1".to_owned(),
        });
        history.logs[0].entries = pen.0;
    };
    catches!(Violation::Doubled { .. }, |history| again(history, 1));
    // Under an id of its own it is as bad.
    catches!(Violation::Doubled { times: 2, .. }, |history| again(
        history, 5
    ));
    catches!(Violation::Unknown { at: Seq(8), .. }, |history| again(
        history, 5
    ));
}

#[test]
fn messages_that_changed_places_are_caught() {
    catches!(Violation::Reordered { .. }, |history| {
        history.senders[0].submitted.swap(0, 1);
    });
    catches!(Violation::ShownWrong { place: 1, .. }, |history| {
        history.visitors[0].entries.swap(0, 1);
    });
}

#[test]
fn a_repeat_and_a_gap_on_the_screen_are_caught() {
    catches!(Violation::ShownWrong { place: 2, .. }, |history| {
        let first = history.visitors[0].entries[0].clone();
        history.visitors[0].entries.insert(1, first);
    });
    catches!(Violation::ShownWrong { place: 3, .. }, |history| {
        history.staff[0].entries.remove(2);
    });
    catches!(
        Violation::Incomplete {
            shown: 6,
            all: 7,
            ..
        },
        |history| {
            history.staff[0].entries.pop();
        }
    );
}

#[test]
fn a_message_to_the_wrong_people_is_caught() {
    catches!(Violation::Misrouted { .. }, |history| {
        history.visitors[0].who = Some(Who::Visitor(ContactId::from_bits(81)));
    });
    catches!(Violation::Misrouted { .. }, |history| {
        history.staff[0].conversation = ConversationId::from_bits(71);
    });
    catches!(Violation::Altered { at: Seq(1), .. }, |history| {
        history.logs[0].contact = ContactId::from_bits(81);
    });
    catches!(Violation::Altered { at: Seq(7), .. }, |history| {
        let elsewhere = Some(ConversationId::from_bits(71));
        history.senders[1].submitted[2].said = message(4, elsewhere);
    });
}

#[test]
fn a_note_on_the_visitors_screen_is_caught() {
    catches!(Violation::NoteShown { .. }, |history| {
        let mut leaked = history.visitors[0].entries[0].clone();
        leaked.body = PublicBody::Message {
            id: CommandId::from_bits(3),
            author: Author::Agent(ANN),
            text: "3".to_owned(),
        };
        history.visitors[0].entries.push(leaked);
    });
}

#[test]
fn answers_that_do_not_hold_are_caught() {
    catches!(Violation::AnswerChanged { .. }, |history| {
        let told = &mut history.senders[0].submitted[0].told;
        let mut other = told[0].clone();
        other.session = 2;
        if let Ok(receipt) = &mut other.answer {
            receipt.at = UnixMillis(11);
        }
        told.push(other);
    });
    catches!(Violation::AnsweredTwice { .. }, |history| {
        let told = &mut history.senders[0].submitted[0].told;
        told.push(told[0].clone());
    });
    catches!(Violation::WrongReceipt { .. }, |history| {
        if let Ok(receipt) = &mut history.senders[0].submitted[0].told[0].answer {
            receipt.seq = Seq(3);
        }
    });
    catches!(Violation::WrongReceipt { .. }, |history| {
        if let Ok(receipt) = &mut history.senders[1].submitted[0].told[0].answer {
            receipt.seq = Seq(8);
        }
    });
    catches!(Violation::RefusedAndWritten { .. }, |history| {
        history.senders[0].submitted[0].told[0].answer = Err(RefusalCode::TextEmpty);
    });
    catches!(Violation::Unanswered { .. }, |history| {
        history.senders[0].submitted[0].told.clear();
    });
}

#[test]
fn a_second_owner_is_caught() {
    catches!(Violation::TwoOwners { at: Seq(8), .. }, |history| {
        let mut pen = Pen(history.logs[0].entries.clone(), 4);
        pen.staff(StaffBody::Assignment(AssignmentNoted::Assigned {
            agent: BOB,
        }));
        history.logs[0].entries = pen.0;
    });
    catches!(Violation::TwoOwners { at: Seq(8), .. }, |history| {
        let mut pen = Pen(history.logs[0].entries.clone(), 4);
        pen.says(6, Author::Agent(BOB));
        history.logs[0].entries = pen.0;
    });
    catches!(Violation::TwoOwners { at: Seq(9), .. }, |history| {
        let mut pen = Pen(history.logs[0].entries.clone(), 4);
        pen.public(PublicBody::Resolution(ResolutionTold::Resolved));
        pen.staff(StaffBody::Assignment(AssignmentNoted::Transferred {
            from: ANN,
            to: BOB,
            comment: String::new(),
        }));
        history.logs[0].entries = pen.0;
    });
}
