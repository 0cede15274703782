//! Calls from page to page: what is kept of them, and that there is one at a time.

use heard_desk::Voiced;
use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AssignmentAct, CallReason, ConversationAct, ConversationId, MeAct, PublicBody, RefusalCode,
    Seq, StaffCommand, VisitorCommand, VoiceAct, VoiceAsk, VoiceEnding, VoiceId, VoiceTold,
    WrapUpAct,
};
use heard_relay::store::Request;

use crate::bench::{ANNA, Bench, Home, NOW, OLEG, SITE, asks, does, id};

fn starts(command: u128) -> Request {
    let reason = CallReason::Visitor;
    asks(
        1,
        command,
        VisitorCommand::Voice(VoiceAsk::Start { reason }),
        NOW,
    )
}

/// What the log says of calls.
async fn calls<H: Home>(bench: &Bench<H>, conversation: ConversationId) -> Vec<PublicBody> {
    let log = bench.store.read_staff(conversation, Seq::START, 100).await;
    let entries = log.expect("a log").entries.into_iter();
    let call = |body: EntryBody| match body {
        EntryBody::Public { body, .. } => matches!(body, PublicBody::Voice(_)).then_some(body),
        EntryBody::Staff(_) => None,
    };
    entries.filter_map(|entry| call(entry.body)).collect()
}

pub(crate) async fn a_call_rings_is_handed_over_and_ends<H: Home>(bench: Bench<H>) {
    let conversation = bench.said(1, 1, "hello").await;
    bench
        .ok(does(
            ANNA,
            2,
            StaffCommand::In {
                conversation,
                act: ConversationAct::Assignment(AssignmentAct::Accept),
            },
        ))
        .await;
    // Nobody is called who can't talk.
    assert_eq!(bench.refused(starts(3)).await, RefusalCode::WrongState);
    for agent in [ANNA, OLEG] {
        let command = 4 + u128::from(agent == OLEG);
        bench
            .ok(does(
                agent,
                command,
                StaffCommand::Me(MeAct::SetHeadset { on: true }),
            ))
            .await;
    }
    let record = bench.store.agent(ANNA).await.expect("a read");
    assert!(record.expect("she is there").phone.headset);
    let receipt = bench.ok(starts(6)).await;
    assert_eq!(receipt, bench.ok(starts(6)).await, "a retry calls once");
    assert_eq!(bench.refused(starts(7)).await, RefusalCode::WrongState);
    let call = VoiceId::from_bytes(id(6).to_bytes());
    let answer = StaffCommand::In {
        conversation,
        act: ConversationAct::Voice(VoiceAct::Answer { call }),
    };
    let oleg = does(OLEG, 8, answer.clone());
    assert_eq!(bench.refused(oleg).await, RefusalCode::NotYours);
    bench.ok(does(ANNA, 9, answer.clone())).await;

    let bench = bench.restart().await;
    bench.at_desk(OLEG, NOW).await;
    let handed = StaffCommand::In {
        conversation,
        act: ConversationAct::Assignment(AssignmentAct::Transfer {
            to: OLEG,
            comment: String::new(),
        }),
    };
    bench.ok(does(ANNA, 10, handed)).await;
    bench.ok(does(OLEG, 11, answer)).await;
    let why = VoiceEnding::Agent;
    let late = StaffCommand::In {
        conversation,
        act: ConversationAct::Voice(VoiceAct::End { call, why }),
    };
    let anna = does(ANNA, 12, late.clone());
    assert_eq!(bench.refused(anna).await, RefusalCode::NotYours);
    let not_theirs = VisitorCommand::Voice(VoiceAsk::End { call, why });
    let refused = bench.refused(asks(1, 13, not_theirs, NOW)).await;
    assert_eq!(refused, RefusalCode::Invalid);
    let why = VoiceEnding::Visitor;
    let ends = VisitorCommand::Voice(VoiceAsk::End { call, why });
    bench.ok(asks(1, 14, ends, NOW)).await;
    let again = bench.refused(does(OLEG, 15, late)).await;
    assert_eq!(again, RefusalCode::WrongState);
    let reason = CallReason::Visitor;
    let expected = [
        PublicBody::Voice(VoiceTold::Asked { call, reason }),
        PublicBody::Voice(VoiceTold::Answered { call, agent: ANNA }),
        PublicBody::Voice(VoiceTold::Answered { call, agent: OLEG }),
        PublicBody::Voice(VoiceTold::Ended { call, why }),
    ];
    assert_eq!(calls(&bench, conversation).await, expected);

    // Who was on it last says what it came to, and reports know of it.
    let sums = |summary: &str| StaffCommand::In {
        conversation,
        act: ConversationAct::WrapUp(WrapUpAct::Sum {
            call,
            summary: summary.to_owned(),
        }),
    };
    let anna = bench.refused(does(ANNA, 16, sums("Done."))).await;
    assert_eq!(anna, RefusalCode::NotYours);
    let receipt = bench.ok(does(OLEG, 17, sums("Done."))).await;
    assert_eq!(receipt, bench.ok(does(OLEG, 17, sums("Done."))).await);
    let again = bench.refused(does(OLEG, 18, sums("Done twice."))).await;
    assert_eq!(again, RefusalCode::WrongState);
    let bench = bench.restart().await;
    let kept = Voiced {
        call,
        reason,
        asked_at: NOW,
        answered_at: Some(NOW),
        agent: Some(OLEG),
        ended: Some((NOW, why)),
        summed: true,
    };
    let during = |to| bench.store.voices_between(SITE, NOW, to);
    assert_eq!(during(NOW.plus(1)).await.expect("a read"), [kept]);
    assert_eq!(during(NOW).await.expect("a read"), []);
}
