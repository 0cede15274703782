//! The people.

use std::sync::Arc;
use std::time::Duration;

use heard_client::native::Options;
use heard_client::{Config, Limits, Update};
use heard_protocol::entry::EntryBody;
use heard_protocol::{
    Author, LogEntry, PublicBody, Staff, StaffCredential, Visitor, VisitorCommand,
    VisitorCredential,
};
use heard_tests::Rng;
use heard_tests::real::{Desk, Habits, Party, SITE};
use tokio::sync::watch;

use crate::meter::{Eye, Meter, Origin};

fn limits() -> Limits {
    Limits {
        outbox: 100_000,
        ..Limits::default()
    }
}

/// A visitor who connects.
pub(crate) fn visitor(number: u32, url: &str, meter: &Arc<Meter>) -> Party<Visitor> {
    let mut config = Config::new(VisitorCredential {
        site: SITE,
        token: None,
        locale: String::new(),
        page: None,
    });
    config.limits = limits();
    let (meter, mut eye) = (Arc::clone(meter), Eye::default());
    Party::start(
        format!("visitor {number}"),
        Options::new(url, config),
        move |_, update| {
            if let Update::Entries {
                conversation,
                entries,
                ..
            } = update
            {
                meter.shown(entries.len());
                for entry in entries {
                    if let Some(wrong) = eye.sees(*conversation, entry.seq()) {
                        meter.wrong(wrong);
                    }
                }
            }
        },
    )
}

/// An agent who takes what is offered and answers some of it.
pub(crate) fn agent(
    number: usize,
    desk: &Desk,
    url: &str,
    origin: Origin,
    meter: &Arc<Meter>,
) -> Party<Staff> {
    let mut config = Config::new(StaffCredential {
        token: Some(desk.token(number)),
    });
    config.limits = limits();
    let mut habits = Habits::new(desk.agents()[number], || {});
    let (meter, mut eye) = (Arc::clone(meter), Eye::default());
    Party::start(
        format!("agent {number}"),
        Options::new(url, config),
        move |voice, update| {
            habits.hear(voice, update);
            let Update::Entries {
                conversation,
                entries,
                ..
            } = update
            else {
                return;
            };
            meter.shown(entries.len());
            for entry in entries {
                if let Some(wrong) = eye.sees(*conversation, entry.seq()) {
                    meter.wrong(wrong);
                }
                // Everybody at the desk reads everything: one screen is enough.
                if number == 0
                    && let EntryBody::Public {
                        body:
                            PublicBody::Message {
                                author: Author::Visitor,
                                text,
                                ..
                            },
                        ..
                    } = &entry.body
                    && let Some(age) = origin.age(text)
                {
                    meter.screened(age);
                }
            }
        },
    )
}

/// Writes, waits for the receipt, thinks, and writes again, until told to stop; returns the
/// visitor.
pub(crate) async fn talk(
    visitor: Party<Visitor>,
    origin: Origin,
    think_ms: u64,
    mut rng: Rng,
    meter: Arc<Meter>,
    mut stop: watch::Receiver<bool>,
) -> Party<Visitor> {
    // They don't all begin at once.
    let mut pause = rng.between(0, think_ms);
    for number in 1.. {
        let stopped = stop.wait_for(|stop| *stop);
        if tokio::time::timeout(Duration::from_millis(pause), stopped)
            .await
            .is_ok()
        {
            break;
        }
        let text = origin.words(visitor.name(), number);
        let sent = tokio::time::Instant::now();
        visitor.voice().say(VisitorCommand::Send { text });
        let said = visitor.voice().said();
        visitor
            .until("a receipt", |seen| seen.answers.len() >= said)
            .await;
        meter.acked(Some(sent.elapsed()));
        // From half to one and a half: short answers and long ones.
        pause = rng.between(think_ms / 2, think_ms * 3 / 2);
    }
    visitor
}
