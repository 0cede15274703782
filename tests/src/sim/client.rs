//! The clients' end: what carries a session out.

use std::collections::BTreeMap;

use heard_client::{Config, Effect, IdSource, Input, LinkState, Session, SocketId};
use heard_protocol::{ClientFrame, CommandId, Envelope, RelayFrame, UnixMillis};

use super::Mutant;
use super::crowd::{Client, Lane, Line};
use super::event::On;
use super::part::Part;
use super::world::{World, say};
use crate::check::{Sender, Shown};

impl World<'_> {
    /// Opens another tab of a person, or starts another program of theirs.
    pub(super) fn open<S: Part>(&mut self, person: usize) -> usize {
        let sender = self.record.senders.len();
        let crowd = S::crowd(self);
        let who = &crowd.people[person];
        let tabs = crowd.clients.iter().filter(|one| one.person == person);
        let name = format!("{}.{}", who.name, 1 + tabs.count());
        let who = who.who;
        self.record.senders.push(Sender {
            name: name.clone(),
            who,
            submitted: Vec::new(),
        });
        let client = S::crowd(self).clients.len();
        let session = self.session::<S>(person, client);
        let ids = IdSource::after(session.outbox().map(|kept| kept.id));
        self.record.sessions += 1;
        let session_number = self.record.sessions;
        S::crowd(self).clients.push(Client {
            name,
            person,
            session,
            life: 1,
            session_number,
            ids,
            said: 0,
            line: None,
            timer: 0,
            asleep_until: 0,
            missed: Vec::new(),
            offline_until: 0,
            sender,
            shown: BTreeMap::new(),
            marks: BTreeMap::new(),
            screen: S::Screen::default(),
        });
        self.give::<S>(client, Input::Start);
        let pause = self.rng.between(1, self.plan.pause_ms);
        self.later(pause, On::<S>::Act(client));
        client
    }

    fn session<S: Part>(&mut self, person: usize, client: usize) -> Session<S> {
        let seed = self.rng.next();
        let credential = S::credential(self, person);
        let mut outbox: Vec<Envelope<S>> = Vec::new();
        if self.mutant != Some(Mutant::Forgetful) {
            outbox.extend(S::crowd(self).people[person].kept.values().cloned());
        }
        say!(self, "client {client} begins with {} kept", outbox.len());
        let config = Config {
            credential,
            limits: self.plan.limits,
            resume: None,
            outbox,
        };
        Session::new(config, seed)
    }

    /// The page is loaded anew: what was in memory is gone.
    pub(super) fn reload<S: Part>(&mut self, client: usize) {
        self.stats.reloads += 1;
        self.hang_up::<S>(client);
        let person = S::crowd(self).clients[client].person;
        let session = self.session::<S>(person, client);
        self.record.sessions += 1;
        let number = self.record.sessions;
        let one = &mut S::crowd(self).clients[client];
        one.session = session;
        one.life += 1;
        one.session_number = number;
        one.ids = IdSource::after(one.session.outbox().map(|kept| kept.id));
        one.timer += 1;
        one.shown.clear();
        one.marks.clear();
        one.screen = S::Screen::default();
        self.give::<S>(client, Input::Start);
    }

    /// What the machine's clock shows.
    fn client_clock<S: Part>(&mut self, client: usize) -> UnixMillis {
        let now = self.now;
        let crowd = S::crowd(self);
        let ahead = crowd.people[crowd.clients[client].person].ahead_ms;
        UnixMillis(now.saturating_add_signed(ahead))
    }

    /// Puts something off until the machine wakes up; false if it is awake.
    fn sleeps<S: Part>(&mut self, client: usize, on: impl FnOnce() -> On<S>) -> bool {
        let now = self.now;
        let one = &mut S::crowd(self).clients[client];
        let asleep = one.asleep_until > now;
        if asleep {
            one.missed.push(on());
            if one.missed.len() == 1 {
                let wait = one.asleep_until - now;
                self.later(wait, On::<S>::Wake(client));
            }
        }
        asleep
    }

    /// What the machine has slept through happens now, in the order in which it came.
    pub(super) fn wake<S: Part>(&mut self, client: usize) {
        let now = self.now;
        let one = &mut S::crowd(self).clients[client];
        if one.asleep_until > now {
            let wait = one.asleep_until - now;
            self.later(wait, On::<S>::Wake(client));
            return;
        }
        for on in std::mem::take(&mut one.missed) {
            self.happen_to(on);
        }
    }

    pub(super) fn give<S: Part>(&mut self, client: usize, input: Input<S>) {
        let clock = self.client_clock::<S>(client);
        let session = &mut S::crowd(self).clients[client].session;
        let mut effects = session.handle(input, clock);
        if self.mutant == Some(Mutant::Shuffled) {
            shuffle(&mut effects);
        }
        for effect in effects {
            self.carry_out(client, effect);
        }
    }

    fn carry_out<S: Part>(&mut self, client: usize, effect: Effect<S>) {
        match effect {
            Effect::Connect { socket } => self.connect::<S>(client, socket),
            Effect::Disconnect { .. } => self.hang_up::<S>(client),
            Effect::Transmit(frame) => self.transmit(client, frame),
            Effect::WakeAt(at) => {
                let wait = at.since(self.client_clock::<S>(client));
                let late = self.blink();
                let one = &mut S::crowd(self).clients[client];
                one.timer += 1;
                let on = On::<S>::Timer(client, one.timer);
                self.later(wait + late, on);
            }
            Effect::Keep(envelope) => {
                let crowd = S::crowd(self);
                let person = crowd.clients[client].person;
                crowd.people[person].kept.insert(envelope.id, envelope);
            }
            Effect::Drop(id) => {
                let crowd = S::crowd(self);
                let person = crowd.clients[client].person;
                crowd.people[person].kept.remove(&id);
            }
            Effect::Update(update) => {
                if self.aloud {
                    let name = self.client_name::<S>(client);
                    say!(self, "{name} hears {update:?}");
                }
                S::told(self, client, &update);
                let entries = matches!(update, heard_client::Update::Entries { .. });
                if !(entries && self.mutant == Some(Mutant::NoCursor)) {
                    self.note_update(client, &update);
                }
            }
        }
    }

    fn connect<S: Part>(&mut self, client: usize, socket: SocketId) {
        let offline = S::crowd(self).clients[client].offline_until > self.now;
        let up = self.relay.up && !offline;
        let crowd = S::crowd(self);
        let line = crowd.lines.len();
        crowd.clients[client].line = Some((socket, line));
        crowd.lines.push(Line {
            client,
            socket,
            open_at_client: true,
            to_relay: Lane::default(),
            to_client: Lane::default(),
            relay: None,
        });
        let way = self.delay();
        if up {
            self.later(way, On::<S>::Accepted(line));
        } else if self.rng.chance(700) {
            self.later(way, On::<S>::Closed(line, 1006));
        }
        // Otherwise nothing is heard of the attempt again.
    }

    /// The client closes its end.
    fn hang_up<S: Part>(&mut self, client: usize) {
        if let Some((_, line)) = S::crowd(self).clients[client].line.take() {
            S::crowd(self).lines[line].open_at_client = false;
            self.send_to_relay(line, On::<S>::Gone(line));
        }
    }

    fn transmit<S: Part>(&mut self, client: usize, mut frame: ClientFrame<S>) {
        let Some((_, line)) = S::crowd(self).clients[client].line else {
            return;
        };
        if let ClientFrame::Command(envelope) = &mut frame {
            self.stats.sent += 1;
            if self.mutant == Some(Mutant::FreshIds) && !self.seen.insert(envelope.id) {
                envelope.id = CommandId::from_bits(self.rng.bits());
            }
        }
        if let Some(codec) = self.plan.codec {
            let bytes = codec.encode(&frame).expect("every frame can be written");
            frame = codec.decode(&bytes).expect("what was written can be read");
        }
        self.send_to_relay(line, On::Received(line, Box::new(frame)));
    }

    pub(super) fn opened<S: Part>(&mut self, line: usize) {
        self.at_client::<S>(line, |socket| Input::Opened { socket }, || On::Opened(line));
    }

    pub(super) fn closed<S: Part>(&mut self, line: usize, code: u16) {
        let Line {
            client,
            socket,
            open_at_client,
            ..
        } = S::crowd(self).lines[line];
        if !open_at_client || self.sleeps::<S>(client, || On::Closed(line, code)) {
            return;
        }
        let crowd = S::crowd(self);
        crowd.lines[line].open_at_client = false;
        let one = &mut crowd.clients[client];
        if one.line.is_some_and(|(_, current)| current == line) {
            one.line = None;
        }
        self.give::<S>(client, Input::Closed { socket, code });
    }

    pub(super) fn arrived<S: Part>(&mut self, line: usize, frame: RelayFrame<S>) {
        if S::crowd(self).lines[line].to_client.cut {
            return;
        }
        let again = frame.clone();
        if self.mutant == Some(Mutant::NoCursor) {
            self.show_without_cursor(line, &frame);
        }
        self.at_client::<S>(
            line,
            |socket| Input::Frame { socket, frame },
            || On::Arrived(line, Box::new(again)),
        );
    }

    /// Passes on to the session what its socket says, if it still listens.
    fn at_client<S: Part>(
        &mut self,
        line: usize,
        input: impl FnOnce(SocketId) -> Input<S>,
        again: impl FnOnce() -> On<S>,
    ) {
        let Line {
            client,
            socket,
            open_at_client,
            ..
        } = S::crowd(self).lines[line];
        if open_at_client && !self.sleeps::<S>(client, again) {
            self.give(client, input(socket));
        }
    }

    pub(super) fn timer<S: Part>(&mut self, client: usize, number: u64) {
        let counts = S::crowd(self).clients[client].timer == number;
        if counts && !self.sleeps::<S>(client, || On::Timer(client, number)) {
            self.give::<S>(client, Input::Timer);
        }
    }

    pub(super) fn act<S: Part>(&mut self, client: usize) {
        if self.healed || self.sleeps::<S>(client, || On::Act(client)) {
            return;
        }
        S::act(self, client);
        let pause = self.rng.between(1, self.plan.pause_ms);
        self.later(pause, On::<S>::Act(client));
    }

    /// The person asks for something.
    pub(super) fn submit<S: Part>(&mut self, client: usize, command: S::Command) {
        let clock = self.client_clock::<S>(client);
        let random = self.rng.bits();
        let one = &mut S::crowd(self).clients[client];
        let id = one.ids.next(clock, random);
        let sender = one.sender;
        if self.aloud {
            let name = self.client_name::<S>(client);
            say!(self, "{name} asks for {command:?} as {id}");
        }
        self.record.submitted(sender, id, S::said(&command));
        self.stats.submitted += 1;
        self.give::<S>(client, Input::Submit(Envelope::new(id, command)));
    }

    pub(super) fn client_name<S: Part>(&mut self, client: usize) -> String {
        S::crowd(self).clients[client].name.clone()
    }

    /// Words that nobody else says.
    pub(super) fn words<S: Part>(&mut self, client: usize) -> String {
        let one = &mut S::crowd(self).clients[client];
        one.said += 1;
        format!("{} says {}", one.name, one.said)
    }

    /// How long something is under way between two machines, in milliseconds.
    pub(super) fn delay(&mut self) -> u64 {
        let most = self.plan.delay_ms;
        if self.rng.chance(20) {
            self.rng.between(most, most * 5)
        } else {
            self.rng.between(most / 4, most)
        }
    }

    /// A broken application that shows whatever frames it gets.
    fn show_without_cursor<S: Part>(&mut self, line: usize, frame: &RelayFrame<S>) {
        if let RelayFrame::Entries {
            conversation,
            entries,
            head,
        } = frame
        {
            let client = S::crowd(self).lines[line].client;
            let update = heard_client::Update::Entries {
                conversation: *conversation,
                entries: entries.clone(),
                head: *head,
            };
            self.note_update::<S>(client, &update);
        }
    }

    /// Closes the record of what is shown to whom.
    pub(super) fn close_screens<S: Part>(&mut self) -> Vec<Shown<S::Entry>> {
        let crowd = S::crowd(self);
        for client in &crowd.clients {
            if client.session.state() != LinkState::Live {
                continue;
            }
            for (conversation, place) in &client.shown {
                let followed = client.session.cursor(*conversation).is_some();
                crowd.shown[*place].to_the_end = followed;
            }
        }
        std::mem::take(&mut crowd.shown)
    }
}

/// A broken transport: of two commands in a row the second goes first.
fn shuffle<S: Part>(effects: &mut [Effect<S>]) {
    let commands: Vec<usize> = effects
        .iter()
        .enumerate()
        .filter(|(_, effect)| matches!(effect, Effect::Transmit(ClientFrame::Command(_))))
        .map(|(place, _)| place)
        .collect();
    for effect in effects.iter_mut() {
        if let Effect::Transmit(ClientFrame::Command(envelope)) = effect {
            envelope.after = None;
        }
    }
    for pair in commands.chunks_exact(2) {
        effects.swap(pair[0], pair[1]);
    }
}
