//! Connecting, losing the connection, and coming back.

use heard_client::{Effect, Input, LinkState, SocketId, Update};
use heard_protocol::{
    ClientFrame, Epoch, Hello, NextMove, RelayFrame, Resume, Secret, StaffCredential, VERSION,
    Visitor,
};

use crate::rig::{
    IDLE_MS, Rig, commands, connects, cursor, disconnects, entries, frames, staff, updates, visitor,
};

const THIRD: u64 = IDLE_MS as u64 / 3;

fn hello(effects: &[Effect<Visitor>]) -> Hello<Visitor> {
    match frames(effects).as_slice() {
        [ClientFrame::Hello(hello)] => hello.clone(),
        other => panic!("expected one greeting, got {other:?}"),
    }
}

fn waiting(rig: &Rig<Visitor>) -> (u64, u32) {
    match rig.state() {
        LinkState::Waiting { retry_at, attempt } => (retry_at.0 - rig.now, attempt),
        other => panic!("expected to wait, got {other:?}"),
    }
}

#[test]
fn a_session_greets_first_and_is_live_after_the_welcome() {
    let mut rig = visitor();
    assert_eq!(rig.state(), LinkState::Idle);
    let started = rig.give(Input::Start);
    assert_eq!(connects(&started), 1);
    assert_eq!(rig.state(), LinkState::Connecting { attempt: 0 });
    assert!(rig.give(Input::Start).is_empty(), "it runs already");

    let hello = hello(&rig.opened());
    assert_eq!((hello.version, hello.resume), (VERSION, None));
    let live = updates(&rig.welcomed(None));
    assert!(matches!(
        live.as_slice(),
        [Update::Link(LinkState::Live), Update::Welcome(_)]
    ));
}

#[test]
fn nothing_counts_before_the_welcome() {
    let mut rig = visitor();
    rig.give(Input::Start);
    rig.opened();
    assert!(rig.hear(entries(1, 1..=3)).is_empty());
    assert!(rig.hear(RelayFrame::Pong).is_empty());
}

#[test]
fn the_next_greeting_carries_the_token_and_the_cursors() {
    let mut rig = visitor();
    rig.go_live();
    rig.hear(entries(7, 1..=3));
    rig.close(4000);
    rig.retry();
    let hello = hello(&rig.opened());
    assert_eq!(hello.credential.token, Some(Secret("token".into())));
    let resume = Resume {
        epoch: Epoch(1),
        cursors: vec![cursor(7, 3)],
    };
    assert_eq!(hello.resume, Some(resume.clone()));
    assert_eq!(rig.session.resume(), Some(resume));
}

#[test]
fn waits_grow_with_failures_and_shrink_after_a_good_connection() {
    let mut rig = visitor();
    rig.give(Input::Start);
    let mut longest = 0;
    for failures in 1..=12 {
        rig.close(1006);
        let (wait, attempt) = waiting(&rig);
        assert_eq!(attempt, failures);
        assert!(wait <= (500 << failures).min(30_000), "{failures}: {wait}");
        longest = longest.max(wait);
        rig.retry();
    }
    assert!(longest > 2_000, "the waits grow: {longest}");

    rig.go_live();
    rig.pass(1_000);
    rig.close(1006);
    assert_eq!(
        waiting(&rig).1,
        13,
        "a connection of a second proves nothing"
    );
    rig.go_live();
    rig.stay(20_000);
    rig.close(1006);
    let (wait, attempt) = waiting(&rig);
    assert_eq!(attempt, 0);
    assert!(wait <= 500, "{wait}");
}

#[test]
fn close_codes_say_what_comes_next() {
    for (code, next) in [
        (4100, NextMove::Reauthenticate),
        (4200, NextMove::Reload),
        (4302, NextMove::Stop),
        (4399, NextMove::Stop),
    ] {
        let mut rig = visitor();
        rig.go_live();
        let effects = rig.close(code);
        let told = updates(&effects);
        assert_eq!(told, [Update::Link(LinkState::Stopped(next))], "{code}");
        assert_eq!(connects(&rig.pass(3_600_000)), 0, "{code}");
        assert_eq!(connects(&rig.give(Input::Visible)), 0, "{code}");
        assert_eq!(connects(&rig.give(Input::RetryNow)), 1, "{code}");
    }
}

#[test]
fn a_new_credential_ends_the_wait_for_one() {
    let mut rig = staff();
    rig.go_live();
    rig.close(4100);
    let credential = StaffCredential {
        token: Some(Secret("new".into())),
    };
    let effects = rig.give(Input::SetCredential(credential.clone()));
    assert_eq!(connects(&effects), 1);
    match frames(&rig.opened()).as_slice() {
        [ClientFrame::Hello(hello)] => assert_eq!(hello.credential, credential),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_full_node_is_left_alone_for_longer() {
    let waits = (0..40).map(|seed| {
        let mut rig = visitor();
        rig.give(Input::Start);
        for _ in 0..seed {
            // Draws another number each time.
            rig.close(1006);
            rig.give(Input::RetryNow);
        }
        rig.go_live();
        rig.stay(20_000);
        rig.close(4006);
        assert_eq!(rig.session.attempt(), 0);
        waiting(&rig).0
    });
    assert!(waits.max().is_some_and(|longest| longest > 500));
}

#[test]
fn a_socket_that_does_not_open_is_given_up() {
    let mut rig = visitor();
    rig.give(Input::Start);
    assert_eq!(disconnects(&rig.pass(9_999)), 0);
    assert_eq!(disconnects(&rig.pass(1)), 1);
    assert!(matches!(rig.state(), LinkState::Waiting { attempt: 1, .. }));
}

#[test]
fn a_relay_that_does_not_greet_is_given_up() {
    let mut rig = visitor();
    rig.give(Input::Start);
    rig.pass(9_000);
    rig.opened();
    assert_eq!(disconnects(&rig.pass(9_999)), 0);
    assert_eq!(disconnects(&rig.pass(1)), 1);
}

#[test]
fn what_a_given_up_socket_says_is_ignored() {
    let mut rig = visitor();
    rig.go_live();
    let old = rig.socket;
    rig.pass(THIRD);
    rig.pass(THIRD);
    assert!(matches!(rig.state(), LinkState::Waiting { .. }));
    let frame = entries(1, 1..=2);
    for input in [
        Input::Frame {
            socket: old,
            frame: frame.clone(),
        },
        Input::Closed {
            socket: old,
            code: 4300,
        },
        Input::Opened { socket: old },
        Input::Garbled { socket: old },
    ] {
        assert!(rig.give(input).is_empty());
    }
    rig.go_live();
    assert_ne!(rig.socket, old);
    assert!(rig.give(Input::Frame { socket: old, frame }).is_empty());
    rig.give(Input::Closed {
        socket: old,
        code: 1006,
    });
    assert_eq!(rig.state(), LinkState::Live);
    assert!(
        rig.give(Input::Opened {
            socket: SocketId(999)
        })
        .is_empty()
    );
}

#[test]
fn a_silent_relay_is_pinged_and_then_given_up() {
    let mut rig = visitor();
    rig.go_live();
    assert_eq!(frames(&rig.pass(THIRD - 1)), []);
    assert_eq!(frames(&rig.pass(1)), [ClientFrame::Ping]);
    rig.hear(RelayFrame::Pong);
    assert_eq!(frames(&rig.pass(THIRD)), [ClientFrame::Ping]);
    let effects = rig.pass(THIRD);
    assert_eq!(disconnects(&effects), 1);
    assert!(
        waiting(&rig).0 <= 500,
        "it was a good connection: retried at once"
    );
}

#[test]
fn hints_cut_a_wait_short() {
    for hint in [Input::Visible, Input::RetryNow] {
        let mut rig = visitor();
        rig.give(Input::Start);
        rig.close(1006);
        assert_eq!(connects(&rig.give(hint)), 1);
    }
}

#[test]
fn hints_make_a_live_session_look_whether_it_is() {
    for hint in [Input::Visible, Input::RetryNow] {
        let mut rig = visitor();
        rig.go_live();
        assert_eq!(frames(&rig.give(hint)), [ClientFrame::Ping]);
        assert_eq!(disconnects(&rig.pass(4_999)), 0);
        assert_eq!(disconnects(&rig.pass(1)), 1);
    }
}

#[test]
fn an_offline_machine_is_said_so_and_believed_only_when_silence_proves_it() {
    let mut rig = visitor();
    rig.go_live();
    let effects = rig.give(Input::Network { online: false });
    assert_eq!(disconnects(&effects), 0);
    assert_eq!(frames(&effects), [ClientFrame::Ping]);
    assert_eq!(rig.state(), LinkState::Offline { attempt: 0 });
    rig.hear(RelayFrame::Pong);
    assert_eq!(rig.state(), LinkState::Live, "the hint was wrong");

    rig.give(Input::Network { online: false });
    assert_eq!(disconnects(&rig.pass(5_000)), 1);
    assert!(matches!(rig.state(), LinkState::Offline { .. }));
}

#[test]
fn back_online_it_connects_at_once() {
    let mut rig = visitor();
    rig.give(Input::Start);
    rig.give(Input::Network { online: false });
    rig.close(1006);
    assert_eq!(rig.state(), LinkState::Offline { attempt: 1 });
    assert_eq!(connects(&rig.give(Input::Network { online: true })), 1);
    assert_eq!(rig.state(), LinkState::Connecting { attempt: 1 });

    // Lost again while an attempt is under way: that attempt is stuck.
    rig.give(Input::Network { online: false });
    let effects = rig.give(Input::Network { online: true });
    assert_eq!((disconnects(&effects), connects(&effects)), (1, 1));
    assert!(
        rig.give(Input::Network { online: true }).is_empty(),
        "no news"
    );
}

#[test]
fn a_stopped_session_stays_so_and_can_start_again() {
    let mut rig = visitor();
    rig.go_live();
    rig.say(1);
    let effects = rig.give(Input::Stop);
    assert_eq!(disconnects(&effects), 1);
    assert_eq!(rig.state(), LinkState::Idle);
    for input in [
        Input::Visible,
        Input::RetryNow,
        Input::Network { online: true },
    ] {
        assert!(rig.give(input).is_empty());
    }
    assert_eq!(connects(&rig.pass(3_600_000)), 0);
    assert_eq!(commands(&rig.go_live()).len(), 1);
}

#[test]
fn a_frame_that_cannot_be_read_asks_for_a_newer_program() {
    let mut rig = visitor();
    rig.go_live();
    let socket = rig.socket;
    let effects = rig.give(Input::Garbled { socket });
    assert_eq!(disconnects(&effects), 1);
    assert_eq!(rig.state(), LinkState::Stopped(NextMove::Reload));
}

#[test]
fn a_clock_that_is_set_back_stops_nothing() {
    let mut rig = visitor();
    rig.go_live();
    rig.now -= 500_000;
    let effects = rig.give(Input::Timer);
    assert!(frames(&effects).is_empty());
    assert!(rig.wake.is_some_and(|wake| wake <= rig.now + THIRD));
    assert_eq!(frames(&rig.pass(THIRD)), [ClientFrame::Ping]);
}
