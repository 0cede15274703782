//! A relay with two people who talk all the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use heard_client::native::Options;
use heard_client::{Config, Update};
use heard_protocol::entry::EntryBody;
use heard_protocol::{
    AssignmentAct, Author, Availability, ConversationAct, ConversationId, LogEntry, MeAct,
    PublicBody, Seq, Staff, StaffCommand, StaffCredential, StaffRow, Status, Visitor,
    VisitorCommand, VisitorCredential,
};
use heard_tests::check::{History, check};
use heard_tests::real::{Desk, Party, Relay, SITE, Start, Voice};

/// A relay, and two who talk through it from the beginning to the end.
pub(crate) struct Scene {
    desk: Desk,
    pub(crate) relay: Relay,
    visitor: Party<Visitor>,
    agent: Party<Staff>,
    over: Arc<AtomicBool>,
}

impl Scene {
    pub(crate) async fn new(env: &[(&str, &str)]) -> Self {
        let desk = Desk::new(2).await;
        let file = desk.file();
        let relay = Relay::start(Start {
            data: &file,
            listen: None,
            env,
        })
        .await;
        let over = Arc::new(AtomicBool::new(false));
        let agent = agent(&desk, &relay);
        agent.until("greeted", |seen| seen.greetings == 1).await;
        agent.voice().say(StaffCommand::Me(MeAct::SetAvailability {
            availability: Availability::Available,
        }));
        let visitor = visitor(&relay, Arc::clone(&over));
        visitor.voice().say(VisitorCommand::Send {
            text: "question 1".to_owned(),
        });
        let scene = Self {
            desk,
            relay,
            visitor,
            agent,
            over,
        };
        scene.all_is_well().await;
        scene
    }

    pub(crate) const fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The conversation of the two.
    pub(crate) fn theirs(&self) -> ConversationId {
        self.visitor
            .look(|seen| seen.logs.keys().next().copied())
            .expect("they talk")
    }

    /// The id of something the visitor has said.
    pub(crate) fn an_id_of_theirs(&self) -> heard_protocol::CommandId {
        self.visitor
            .look(|seen| seen.logs.values().flatten().find_map(LogEntry::command))
            .expect("they talk")
    }

    /// Waits until the two have got through another exchange, on the connections they began with.
    pub(crate) async fn all_is_well(&self) {
        let before = self.visitor.look(|seen| seen.entries);
        self.visitor
            .until("another exchange", |seen| seen.entries >= before + 4)
            .await;
        assert_eq!(self.visitor.look(|seen| seen.greetings), 1);
        assert_eq!(self.agent.look(|seen| seen.greetings), 1);
    }

    /// Lets the two finish, stops the relay, and looks at all they said and saw.
    pub(crate) async fn end(self) {
        self.all_is_well().await;
        self.over.store(true, Ordering::SeqCst);
        // The last question is answered, then nothing is said any more.
        let mut before = (0, 0);
        loop {
            let said = (self.visitor.voice().said(), self.agent.voice().said());
            self.visitor
                .until("answered", |seen| seen.answers.len() >= said.0)
                .await;
            self.agent
                .until("answered", |seen| seen.answers.len() >= said.1)
                .await;
            let all = self.agent.look(|seen| seen.entries);
            self.visitor
                .until("an answer to the last question", |seen| {
                    seen.logs
                        .values()
                        .flatten()
                        .next_back()
                        .is_some_and(|last| {
                            matches!(
                                last.body,
                                PublicBody::Message {
                                    author: Author::Agent(_),
                                    ..
                                }
                            )
                        })
                })
                .await;
            if before == said && all == self.agent.look(|seen| seen.entries) {
                break;
            }
            before = said;
        }
        let own = self.theirs();
        assert!(
            self.relay.stop().await.success(),
            "the relay stops in order"
        );
        let (visitor, to_visitor) = self.visitor.record(true);
        let (agent, to_agent) = self.agent.record(true);
        let history = History {
            senders: vec![visitor, agent],
            visitors: to_visitor,
            staff: to_agent
                .into_iter()
                .filter(|shown| shown.conversation == own)
                .collect(),
            logs: self.desk.logs([own]).await,
        };
        assert_eq!(check(&history), []);
        // Neither of the two has said how far they have read, and nobody else can.
        let head = self.desk.head(own).await.expect("it is there");
        assert_eq!(
            (head.visitor_read, head.staff_read),
            (Seq::START, Seq::START)
        );
    }
}

/// Asks the next question whenever the last one was answered.
fn visitor(relay: &Relay, over: Arc<AtomicBool>) -> Party<Visitor> {
    let credential = VisitorCredential {
        site: SITE,
        token: None,
        locale: String::new(),
        page: None,
    };
    let mut number = 1;
    Party::start(
        "bystanding visitor",
        Options::new(relay.url(), Config::new(credential)),
        move |voice: &Voice<Visitor>, update: &Update<Visitor>| {
            let Update::Entries { entries, .. } = update else {
                return;
            };
            let answers = entries.iter().filter(|entry| {
                let body = &entry.body;
                matches!(
                    body,
                    PublicBody::Message {
                        author: Author::Agent(_),
                        ..
                    }
                )
            });
            for _ in answers {
                if !over.load(Ordering::SeqCst) {
                    number += 1;
                    let text = format!("question {number}");
                    voice.say(VisitorCommand::Send { text });
                }
            }
        },
    )
}

/// Takes the first conversation there is, and answers every question in it.
fn agent(desk: &Desk, relay: &Relay) -> Party<Staff> {
    let credential = StaffCredential {
        token: Some(desk.token(0)),
    };
    let me = desk.agents()[0];
    let mut own: Option<ConversationId> = None;
    Party::start(
        "bystanding agent",
        Options::new(relay.url(), Config::new(credential)),
        move |voice: &Voice<Staff>, update: &Update<Staff>| match update {
            Update::Rows { rows, .. } => {
                for line in rows.iter().filter_map(StaffRow::conversation) {
                    match line.status {
                        Status::Offered { to, .. } if to == me && own.is_none() => {
                            own = Some(line.id);
                            let accept = ConversationAct::Assignment(AssignmentAct::Accept);
                            voice.say(accept.within(line.id));
                        }
                        Status::Assigned { agent, .. } if agent == me => {
                            voice.client().follow(line.id);
                        }
                        _ => {}
                    }
                }
            }
            Update::Entries {
                conversation,
                entries,
                ..
            } if own == Some(*conversation) => {
                for entry in entries {
                    if let EntryBody::Public {
                        body:
                            PublicBody::Message {
                                author: Author::Visitor,
                                text,
                                ..
                            },
                        ..
                    } = &entry.body
                    {
                        voice.say(StaffCommand::In {
                            conversation: *conversation,
                            act: ConversationAct::Send {
                                text: format!("answer to {text}"),
                            },
                        });
                    }
                }
            }
            _ => {}
        },
    )
}
