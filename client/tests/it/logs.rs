//! Entries, holes, resets, read marks.

use heard_client::{Config, Effect, Input, Update};
use heard_protocol::limits::MAX_CURSORS;
use heard_protocol::{
    ClientFrame, Cursor, Epoch, RelayFrame, Resume, Seq, Staff, StaffCredential, Visitor,
    VisitorNotice,
};

use crate::rig::{
    Rig, conversation, cursor, entries, entry, frames, staff, told, updates, visitor,
};

fn follows<R: heard_client::ClientRole>(effects: &[Effect<R>]) -> Vec<Cursor> {
    let follows = frames(effects).into_iter().filter_map(|frame| match frame {
        ClientFrame::Follow(cursor) => Some(cursor),
        _ => None,
    });
    follows.collect()
}

#[test]
fn entries_are_told_once_and_in_order() {
    let mut rig = visitor();
    rig.go_live();
    assert_eq!(told(&rig.hear(entries(1, 1..=3))), [1, 2, 3]);
    assert_eq!(told(&rig.hear(entries(1, 2..=5))), [4, 5]);
    assert!(told(&rig.hear(entries(1, 1..=5))).is_empty());
    assert_eq!(rig.session.cursor(conversation(1)), Some(Seq(5)));
}

#[test]
fn a_hole_is_not_shown_and_asked_for_once() {
    let mut rig = visitor();
    rig.go_live();
    rig.hear(entries(1, 1..=2));
    let effects = rig.hear(entries(1, 5..=6));
    assert!(told(&effects).is_empty());
    assert_eq!(follows(&effects), [cursor(1, 2)]);
    assert_eq!(follows(&rig.hear(entries(1, 7..=7))), []);
    assert_eq!(told(&rig.hear(entries(1, 3..=7))), [3, 4, 5, 6, 7]);
    // Another hole is another question.
    assert_eq!(follows(&rig.hear(entries(1, 9..=9))), [cursor(1, 7)]);
}

#[test]
fn an_end_that_is_not_reached_is_asked_for() {
    let mut rig = visitor();
    rig.go_live();
    rig.hear(RelayFrame::Entries {
        conversation: conversation(1),
        entries: vec![entry(1)],
        head: Seq(4),
    });
    assert_eq!(follows(&rig.pass(4_999)), []);
    assert_eq!(follows(&rig.pass(1)), [cursor(1, 1)]);
    rig.hear(entries(1, 2..=4));
    assert_eq!(follows(&rig.pass(9_000)), [], "it has caught up");
}

#[test]
fn a_visitors_log_may_start_unasked() {
    let mut rig = visitor();
    rig.go_live();
    rig.hear(RelayFrame::Notice(VisitorNotice::Conversation {
        id: conversation(3),
    }));
    assert_eq!(rig.session.cursor(conversation(3)), Some(Seq::START));
    let effects = rig.hear(entries(4, 2..=3));
    assert!(told(&effects).is_empty());
    assert_eq!(follows(&effects), [cursor(4, 0)]);
}

#[test]
fn the_welcomes_conversation_is_awaited_unasked_and_asked_for_if_it_does_not_come() {
    let mut rig = visitor();
    let effects = rig.go_live_in(Some((conversation(1), Seq(3))));
    assert_eq!(follows(&effects), []);
    assert_eq!(follows(&rig.pass(5_000)), [cursor(1, 0)]);
}

#[test]
fn staff_entries_of_a_log_nobody_follows_are_leftovers() {
    let mut rig = staff();
    rig.go_live();
    rig.give(Input::Follow(conversation(1)));
    let effects = rig.give(Input::Unfollow(conversation(1)));
    let gone = ClientFrame::Unfollow {
        conversation: conversation(1),
    };
    assert_eq!(frames(&effects), [gone]);
    let late = RelayFrame::Entries {
        conversation: conversation(1),
        entries: Vec::new(),
        head: Seq(9),
    };
    assert!(rig.hear(late).is_empty());
    assert_eq!(rig.session.cursor(conversation(1)), None);
}

#[test]
fn a_follow_is_sent_now_or_after_the_welcome_and_resumed_later() {
    let mut rig = staff();
    rig.give(Input::Follow(conversation(1)));
    assert_eq!(follows(&rig.go_live()), [cursor(1, 0)]);
    let effects = rig.give(Input::Follow(conversation(2)));
    assert_eq!(follows(&effects), [cursor(2, 0)]);
    assert_eq!(follows(&rig.give(Input::Follow(conversation(2)))), []);
    rig.close(1006);
    assert_eq!(follows(&rig.go_live()), [], "the greeting resumes both");
}

#[test]
fn cursors_that_do_not_fit_the_greeting_are_followed_after_it() {
    let mut rig = staff();
    for id in 0..MAX_CURSORS as u128 + 2 {
        rig.give(Input::Follow(conversation(id)));
    }
    assert_eq!(follows(&rig.go_live()).len(), MAX_CURSORS + 2);
    rig.close(1006);
    assert_eq!(follows(&rig.go_live()).len(), 2);
}

#[test]
fn a_reset_starts_the_log_anew() {
    let mut rig = visitor();
    rig.go_live();
    rig.hear(entries(1, 1..=5));
    rig.give(Input::Read(cursor(1, 5)));
    let reset = RelayFrame::Reset {
        conversation: conversation(1),
    };
    let effects = rig.hear(reset.clone());
    assert_eq!(
        updates(&effects),
        [Update::Reset {
            conversation: conversation(1)
        }]
    );
    assert_eq!(follows(&effects), [cursor(1, 0)]);
    assert!(
        rig.hear(reset).is_empty(),
        "asked already, nothing to forget"
    );
    assert_eq!(told(&rig.hear(entries(1, 1..=2))), [1, 2]);
    let read = rig.give(Input::Read(cursor(1, 2)));
    assert_eq!(frames(&read), [ClientFrame::Read(cursor(1, 2))]);
}

#[test]
fn a_log_that_is_not_ours_is_left() {
    let mut rig = staff();
    rig.go_live();
    rig.give(Input::Follow(conversation(1)));
    let none = RelayFrame::NoSuchLog {
        conversation: conversation(1),
    };
    let effects = rig.hear(none.clone());
    assert_eq!(
        updates(&effects),
        [Update::NoSuchLog {
            conversation: conversation(1)
        }]
    );
    assert_eq!(rig.session.cursor(conversation(1)), None);
    assert!(rig.hear(none).is_empty());
}

#[test]
fn another_epoch_resets_everything() {
    let mut rig = visitor();
    rig.go_live();
    rig.hear(entries(1, 1..=5));
    rig.hear(entries(2, 1..=2));
    rig.close(4000);
    rig.epoch = 2;
    let effects = rig.go_live();
    assert_eq!(follows(&effects), [cursor(1, 0), cursor(2, 0)]);
    let resets = updates(&effects)
        .into_iter()
        .filter(|update| matches!(update, Update::Reset { .. }));
    assert_eq!(resets.count(), 2);
    // The relay says the same in its own words; the client has acted on it.
    let reset = RelayFrame::Reset {
        conversation: conversation(1),
    };
    assert!(rig.hear(reset).is_empty());
    assert_eq!(told(&rig.hear(entries(1, 1..=3))), [1, 2, 3]);
}

#[test]
fn a_program_can_go_on_where_an_earlier_life_left_off() {
    let mut config = Config::<Staff>::new(StaffCredential { token: None });
    let resume = Resume {
        epoch: Epoch(1),
        cursors: vec![cursor(9, 30), cursor(4, 12)],
    };
    config.resume = Some(resume);
    let mut rig = Rig::new(config);
    rig.give(Input::Start);
    match frames(&rig.opened()).as_slice() {
        [ClientFrame::Hello(hello)] => {
            let resume = hello.resume.as_ref().expect("it resumes");
            assert_eq!(resume.cursors, [cursor(4, 12), cursor(9, 30)]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn read_marks_only_go_forward_and_are_said_again() {
    let mut rig = visitor();
    let read = |after| Input::<Visitor>::Read(cursor(1, after));
    assert!(rig.give(read(3)).is_empty());
    assert!(frames(&rig.go_live()).contains(&ClientFrame::Read(cursor(1, 3))));
    assert!(rig.give(read(2)).is_empty());
    assert_eq!(
        frames(&rig.give(read(4))),
        [ClientFrame::Read(cursor(1, 4))]
    );
    rig.close(1006);
    assert!(frames(&rig.go_live()).contains(&ClientFrame::Read(cursor(1, 4))));
}
