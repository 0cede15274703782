//! The outbox, from submission to answer.

use heard_client::{Config, Effect, Input, Limits, Update};
use heard_protocol::{ClientFrame, RefusalCode, SiteId, VisitorCredential, VisitorSignal};

use crate::rig::{
    Rig, ack, command, commands, envelope, frames, receipt, refused, updates, visitor,
};

#[test]
fn commands_wait_for_the_welcome_and_leave_in_order() {
    let mut rig = visitor();
    for id in [3, 1, 2] {
        let effects = rig.say(id);
        assert_eq!(effects, [Effect::Keep(envelope(id))]);
    }
    assert_eq!(commands(&rig.go_live()), [3, 1, 2].map(command));
    let waiting: Vec<_> = rig.session.outbox().map(|item| item.id).collect();
    assert_eq!(waiting, [3, 1, 2].map(command));
}

#[test]
fn an_answer_ends_a_command_once() {
    let mut rig = visitor();
    rig.go_live();
    rig.say(1);
    let effects = rig.hear(ack(1));
    assert!(effects.contains(&Effect::Drop(command(1))));
    let sent = Update::Sent {
        id: command(1),
        receipt: receipt(),
    };
    assert_eq!(updates(&effects), [sent]);
    assert!(rig.hear(ack(1)).is_empty());
    assert_eq!(rig.session.outbox().count(), 0);
}

#[test]
fn what_was_not_answered_is_sent_again_under_the_same_ids() {
    let mut rig = visitor();
    rig.go_live();
    for id in 1..=3 {
        rig.say(id);
    }
    rig.hear(ack(2));
    rig.close(1006);
    rig.say(4);
    assert_eq!(commands(&rig.go_live()), [1, 3, 4].map(command));
}

#[test]
fn no_more_than_the_window_is_on_its_way() {
    let mut rig = visitor();
    rig.go_live();
    let sent: usize = (1..=40).map(|id| commands(&rig.say(id)).len()).sum();
    assert_eq!(sent, Limits::default().window);
    assert_eq!(commands(&rig.hear(ack(1))), [command(33)]);
}

#[test]
fn a_passing_refusal_holds_the_line() {
    let mut rig = visitor();
    rig.go_live();
    for id in 1..=4 {
        rig.say(id);
    }
    rig.hear(ack(1));
    let held = rig.hear(refused(2, RefusalCode::TooFast, 2_000));
    assert!(matches!(
        updates(&held).as_slice(),
        [Update::Held { id, .. }] if *id == command(2)
    ));
    assert!(rig.hear(refused(3, RefusalCode::TooFast, 2_000)).is_empty());
    assert!(rig.hear(refused(4, RefusalCode::TooFast, 2_000)).is_empty());
    assert_eq!(commands(&rig.say(5)), []);

    assert_eq!(commands(&rig.pass(1_999)), []);
    // One goes ahead; the rest follow when it is through.
    assert_eq!(commands(&rig.pass(600)), [command(2)]);
    assert_eq!(commands(&rig.hear(ack(2))), [3, 4, 5].map(command));
}

#[test]
fn a_hold_outlives_the_connection() {
    let mut rig = visitor();
    rig.go_live();
    rig.say(1);
    rig.hear(refused(1, RefusalCode::Unavailable, 60_000));
    rig.close(1006);
    assert_eq!(commands(&rig.go_live()), []);
}

#[test]
fn a_final_refusal_is_told_and_lets_the_next_pass() {
    let mut rig = visitor();
    rig.go_live();
    rig.say(1);
    rig.say(2);
    let effects = rig.hear(refused(1, RefusalCode::TextTooLong, 0));
    assert!(effects.contains(&Effect::Drop(command(1))));
    assert!(matches!(
        updates(&effects).as_slice(),
        [Update::Refused { id, refusal }]
            if *id == command(1) && refusal.code == RefusalCode::TextTooLong
    ));
    assert_eq!(rig.session.outbox().count(), 1);
}

#[test]
fn a_lost_answer_is_asked_for_again() {
    let mut rig = visitor();
    rig.go_live();
    rig.say(1);
    rig.say(2);
    let again = commands(&rig.stay(20_000));
    assert_eq!(again, [command(1)], "one goes ahead");
    assert_eq!(commands(&rig.hear(ack(1))), [command(2)]);
}

#[test]
fn kept_commands_are_sent_before_new_ones_and_not_kept_again() {
    let mut config = Config::new(VisitorCredential {
        site: SiteId::from_bits(1),
        token: None,
        locale: String::new(),
        page: None,
    });
    config.outbox = vec![envelope(1), envelope(2), envelope(1)];
    let mut rig = Rig::new(config);
    rig.say(3);
    assert!(rig.say(2).is_empty(), "it waits already");
    let mut effects = rig.go_live();
    effects.extend(rig.hear(ack(1)));
    effects.extend(rig.hear(ack(2)));
    assert_eq!(commands(&effects), [1, 2, 3].map(command), "one by one");
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Keep(_)))
    );
}

#[test]
fn a_cancelled_command_is_forgotten() {
    let mut rig = visitor();
    rig.say(1);
    rig.say(2);
    assert_eq!(
        rig.give(Input::Cancel(command(1))),
        [Effect::Drop(command(1))]
    );
    assert!(rig.give(Input::Cancel(command(1))).is_empty());
    assert_eq!(commands(&rig.go_live()), [command(2)]);
}

#[test]
fn a_full_outbox_says_so() {
    let mut rig = visitor();
    let room = Limits::default().outbox as u128;
    for id in 0..room {
        rig.say(id);
    }
    let effects = rig.say(room);
    assert!(matches!(
        updates(&effects).as_slice(),
        [Update::Refused { id, refusal }]
            if *id == command(room) && refusal.code == RefusalCode::TooFast
    ));
    assert_eq!(effects.len(), 1);
}

#[test]
fn signals_are_said_live_or_never() {
    let mut rig = visitor();
    assert!(rig.give(Input::Signal(VisitorSignal::Typing)).is_empty());
    assert!(!frames(&rig.go_live()).contains(&ClientFrame::Signal(VisitorSignal::Typing)));
    let effects = rig.give(Input::Signal(VisitorSignal::Typing));
    assert_eq!(
        frames(&effects),
        [ClientFrame::Signal(VisitorSignal::Typing)]
    );
}
