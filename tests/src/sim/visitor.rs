//! Visitors: people who write, and how the relay greets them.

use std::sync::Arc;

use heard_client::{Input, Update};
use heard_protocol::{
    CallAnswer, CallOfferAsk, CallReason, CallbackAsk, CallbackForm, CallbackWhen, CloseCode,
    CommandId, Consent, ConversationId, Cursor, Hello, SiteCard, Visitor, VisitorCommand,
    VisitorCredential, VisitorWelcome,
};
use heard_relay::auth;
use heard_relay::entropy::SeededEntropy;
use heard_relay::socket::{Greeting, VisitorIdentity};
use heard_relay::store::sqlite::Engine;
use heard_relay::store::{Arrival, Head, StoreError, VisitorProfile};

use super::Mutant;
use super::crowd::{Crowd, End};
use super::event::{Event, On};
use super::part::{Looked, Part};
use super::relay::Then;
use super::world::World;
use crate::check::{Said, Who};

impl Part for Visitor {
    type Screen = ();

    fn crowd<'w>(world: &'w mut World<'_>) -> &'w mut Crowd<Self> {
        &mut world.visitors
    }

    fn event(on: On<Self>) -> Event {
        Event::Visitor(on)
    }

    fn credential(world: &mut World<'_>, person: usize) -> VisitorCredential {
        VisitorCredential {
            site: world.site,
            token: world.visitors.people[person].token.clone(),
            locale: String::new(),
            page: None,
        }
    }

    fn said(command: &VisitorCommand) -> Said {
        command.into()
    }

    fn act(world: &mut World<'_>, client: usize) {
        match world.rng.between(0, 99) {
            0..=69 => say_something(world, client, 1),
            70..=74 => {
                let most = if world.rng.chance(100) { 40 } else { 9 };
                let many = world.rng.between(2, most);
                say_something(world, client, many);
            }
            75..=84 => read(world, client),
            85..=87 => answer_an_offer(world, client),
            88 | 89 => ask_for_a_call(world, client),
            90..=93 => {
                let person = world.visitors.clients[client].person;
                let tabs = world.visitors.clients.iter();
                let tabs = tabs.filter(|one| one.person == person).count();
                if tabs < 3 && world.visitors.people[person].token.is_some() {
                    world.open::<Self>(person);
                }
            }
            94..=96 => world.give::<Self>(client, Input::RetryNow),
            _ => world.give::<Self>(client, Input::Visible),
        }
    }

    fn told(world: &mut World<'_>, client: usize, update: &Update<Self>) {
        if let Update::Welcome(welcome) = update {
            let one = &mut world.visitors.clients[client];
            let person = &mut world.visitors.people[one.person];
            let who = Who::Visitor(welcome.body.contact);
            if person.token.is_some() && person.who != Some(who) {
                let name = person.name.clone();
                world
                    .record
                    .odd(format!("{name} was taken for somebody else"));
                return;
            }
            let marks = (welcome.body.visitor_read, welcome.body.staff_read);
            if let Some((conversation, _)) = welcome.body.conversation {
                one.marks.insert(conversation, marks);
            }
            person.token = Some(welcome.body.token.clone());
            person.who = Some(who);
            world.record.senders[one.sender].who = Some(who);
        }
    }

    fn then(line: usize, id: CommandId) -> Then {
        Then::Visitor(line, id)
    }

    fn greet(world: &mut World<'_>, line: usize, hello: Box<Hello<Self>>) {
        let key = world.engine.token_key();
        let site = hello.credential.site;
        let contact = if let Some(token) = &hello.credential.token {
            auth::verify(&key, site, token)
        } else {
            let entropy = SeededEntropy::new(world.rng.next());
            Some(auth::new_contact(world.moment(), &entropy))
        };
        let Some(mut contact) = contact else {
            world.close_from_relay::<Self>(line, CloseCode::Unauthorised, true);
            return;
        };
        if world.mutant == Some(Mutant::WrongVisitor)
            && let Some(person) = world.visitors.people.first()
            && let Some(Who::Visitor(first)) = person.who
        {
            contact = first;
        }
        let identity = Arc::new(VisitorIdentity {
            site,
            contact,
            profile: Arc::new(VisitorProfile::default()),
        });
        if let Some(end) = &mut world.visitors.lines[line].relay {
            world.relay.hub.add_visitor(site, contact, &end.mailbox);
            end.seat = Some(identity);
            end.hello = Some(hello);
            let after = world.blink();
            world.later(after, On::<Self>::View(line));
        }
    }

    fn view(world: &mut World<'_>, line: usize) {
        let Some(end) = &world.visitors.lines[line].relay else {
            return;
        };
        let (Some(identity), Some(hello)) = (end.seat.clone(), &end.hello) else {
            return;
        };
        let Arrival { own, unseen, .. } = match hello.credential.token {
            Some(_) => {
                let resume = hello.resume.as_ref();
                let arrival = world
                    .engine
                    .arrival(identity.site, identity.contact, resume);
                arrival.expect("the store can be read")
            }
            None => Arrival::default(),
        };
        let token = hello.credential.token.clone().unwrap_or_else(|| {
            auth::mint(&world.engine.token_key(), identity.site, identity.contact)
        });
        let greeting = Greeting {
            welcome: VisitorWelcome {
                token,
                contact: identity.contact,
                site: SiteCard {
                    id: identity.site,
                    name: String::new(),
                },
                conversation: own.map(|own| (own.conversation, own.public)),
                staff_read: own.map(|own| own.staff_read).unwrap_or_default(),
                visitor_read: own.map(|own| own.visitor_read).unwrap_or_default(),
                open: false,
            },
            rows: Vec::new(),
            identity,
            own,
            unseen,
            epoch: world.engine.epoch(),
        };
        let after = world.blink();
        world.later(after, On::<Self>::Greeted(line, Box::new(greeting)));
    }

    fn look(engine: &Engine, cursor: Cursor) -> Result<Looked<Self>, StoreError> {
        let Some(head) = engine.head(cursor.conversation)? else {
            return Ok(None);
        };
        let limit = heard_protocol::limits::MAX_ENTRIES_PER_FRAME;
        let slice = engine.read_public(cursor.conversation, cursor.after, limit)?;
        Ok(Some((head, slice)))
    }

    fn own(engine: &Engine, identity: &Self::Identity) -> Result<Option<Head>, StoreError> {
        Ok(engine.visitor_view(identity.contact)?.conversation)
    }

    fn follow(_: &mut World<'_>, _: usize, _: ConversationId) {}

    fn rise(world: &mut World<'_>, identity: &Self::Identity, end: &End<Self>, _: bool) {
        world
            .relay
            .hub
            .remove_visitor(identity.contact, &end.mailbox);
    }
}

fn say_something(world: &mut World<'_>, client: usize, times: u64) {
    for _ in 0..times {
        let text = world.words::<Visitor>(client);
        world.submit::<Visitor>(client, VisitorCommand::Send { text });
    }
}

/// Whether there is one or not, and whether the same was said to it before: the relay must know.
fn answer_an_offer(world: &mut World<'_>, client: usize) {
    let command = VisitorCommand::CallOffer(CallOfferAsk::Answer {
        reason: CallReason::Agent,
        answer: if world.rng.chance(300) {
            CallAnswer::No
        } else {
            CallAnswer::Phone
        },
    });
    world.submit::<Visitor>(client, command);
}

/// Never twice for the same number.
fn ask_for_a_call(world: &mut World<'_>, client: usize) {
    let number = world.rng.between(1_000_000, 9_999_999_999);
    let form = CallbackForm {
        phone: format!("+1{number}"),
        name: String::new(),
        topic: String::new(),
        when: CallbackWhen::Asap,
        consent: Consent {
            given: true,
            wording: "Call me.".to_owned(),
        },
    };
    world.submit::<Visitor>(client, VisitorCommand::Callback(CallbackAsk::Request(form)));
}

fn read(world: &mut World<'_>, client: usize) {
    let one = &world.visitors.clients[client];
    let last = one.shown.iter().next_back().and_then(|(at, place)| {
        let last = world.visitors.shown[*place].entries.last()?;
        Some(Cursor {
            conversation: *at,
            after: last.seq,
        })
    });
    if let Some(upto) = last {
        world.give::<Visitor>(client, Input::Read(upto));
    }
}
