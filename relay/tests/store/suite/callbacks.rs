//! Requests to be called.

use heard_protocol::{
    CallbackAct, CallbackAsk, CallbackForm, CallbackId, CallbackState, CallbackTold, CallbackWhen,
    Consent, Disposition, PublicBody, RefusalCode, Seq, StaffCommand, VisitorCommand,
};
use heard_relay::store::{Fact, Request};

use crate::bench::{ANNA, Bench, Home, NOW, OLEG, SITE, asks, does, id};

fn form(phone: &str) -> VisitorCommand {
    VisitorCommand::Callback(CallbackAsk::Request(CallbackForm {
        phone: phone.to_owned(),
        name: "Саша".to_owned(),
        topic: String::new(),
        when: CallbackWhen::Asap,
        consent: Consent {
            given: true,
            wording: "Можно позвонить".to_owned(),
        },
    }))
}

fn call(from: u128, command: u128, phone: &str) -> Request {
    asks(from, command, form(phone), NOW)
}

pub(crate) async fn a_request_is_kept_once<H: Home>(bench: Bench<H>) {
    // Without a conversation: it gets one.
    let first = bench.ok(call(1, 1, "+7 912 345-67-89")).await;
    assert_eq!(first.seq, Seq(1));
    assert_eq!(first, bench.ok(call(1, 1, "+7 912 345-67-89")).await);
    assert_eq!(
        bench.refused(call(2, 1, "+7 912 345-67-00")).await,
        RefusalCode::IdTaken
    );
    // Out of one.
    let conversation = bench.said(3, 2, "hello").await;
    let second = bench.ok(call(3, 3, "+7 912 000-00-00")).await;
    assert_eq!(
        (second.conversation, second.seq),
        (Some(conversation), Seq(2))
    );
    assert_eq!(second, bench.ok(call(3, 3, "+7 912 000-00-00")).await);
    let overview = bench.store.overview(SITE, NOW).await.expect("an overview");
    let phones: Vec<_> = overview
        .callbacks
        .iter()
        .map(|one| one.form.phone.as_str())
        .collect();
    assert_eq!(phones, ["+79123456789", "+79120000000"]);
    let told = bench
        .notebook
        .take()
        .into_iter()
        .filter(|fact| matches!(fact, Fact::Callback { .. }));
    assert_eq!(told.count(), 2);
}

pub(crate) async fn one_open_request_per_number<H: Home>(bench: Bench<H>) {
    let calls: Vec<_> = (0..20_u128)
        .map(|n| {
            let store = std::sync::Arc::clone(&bench.store);
            tokio::spawn(async move { store.execute(call(n, 100 + n, "+79123456789")).await })
        })
        .collect();
    let mut kept = 0;
    for one in calls {
        match one.await.expect("no panic").expect("the store works") {
            heard_relay::store::Answer::Receipt(_) => kept += 1,
            heard_relay::store::Answer::Refused(refusal) => {
                assert_eq!(refusal.code, RefusalCode::CallbackExists);
            }
            other => panic!("neither kept nor refused: {other:?}"),
        }
    }
    assert_eq!(kept, 1);
    // Once it is closed, the number may ask again.
    let overview = bench.store.overview(SITE, NOW).await.expect("an overview");
    let callback = overview.callbacks[0].id;
    bench
        .ok(does(ANNA, 1, close(callback, Disposition::NoAnswer)))
        .await;
    bench.ok(call(50, 200, "+7 (912) 345-67-89")).await;
}

fn close(callback: CallbackId, disposition: Disposition) -> StaffCommand {
    StaffCommand::Callback {
        callback,
        act: CallbackAct::Close {
            disposition,
            note: " rang twice ".to_owned(),
        },
    }
}

pub(crate) async fn an_outcome_is_kept_once<H: Home>(bench: Bench<H>) {
    let conversation = bench.said(1, 1, "hello").await;
    bench.ok(call(1, 2, "+79123456789")).await;
    let callback = CallbackId::from_bytes(id(2).to_bytes());
    let first = bench
        .ok(does(ANNA, 3, close(callback, Disposition::Answered)))
        .await;
    assert_eq!(
        first,
        bench
            .ok(does(ANNA, 3, close(callback, Disposition::Answered)))
            .await
    );
    let late = bench
        .refused(does(OLEG, 4, close(callback, Disposition::Busy)))
        .await;
    assert_eq!(late, RefusalCode::WrongState);
    let none = CallbackId::from_bits(77);
    let missing = bench
        .refused(does(ANNA, 5, close(none, Disposition::Busy)))
        .await;
    assert_eq!(missing, RefusalCode::NotFound);
    let overview = bench.store.overview(SITE, NOW).await.expect("an overview");
    let state = CallbackState::Closed {
        by: ANNA,
        at: NOW,
        disposition: Disposition::Answered,
        note: "rang twice".to_owned(),
    };
    assert_eq!(overview.callbacks[0].state, state);
    let log = bench
        .store
        .read_public(conversation, Seq::START, 10)
        .await
        .expect("a log");
    let closed = PublicBody::Callback(CallbackTold::Closed {
        callback,
        disposition: Disposition::Answered,
    });
    assert!(log.entries.iter().any(|entry| entry.body == closed));
}
