//! What lies between a client and the relay, and the relay's end of it.

use std::sync::Arc;

use heard_protocol::{ClientFrame, CloseCode, Cursor};
use heard_relay::hub::{Mail, Mailbox};
use heard_relay::socket::{Effect, Greeting, Input, Peer};

use super::crowd::End;
use super::event::On;
use super::part::Part;
use super::relay::Job;
use super::world::{World, say};

/// The close code of a connection that ended without one.
pub(super) const NO_CLOSE_FRAME: u16 = 1006;

impl World<'_> {
    /// Puts something on its way to the relay, behind everything sent before.
    pub(super) fn send_to_relay<S: Part>(&mut self, line: usize, on: On<S>) {
        let at = self.now + self.delay();
        let way = &mut S::crowd(self).lines[line].to_relay;
        if !way.cut {
            way.last = way.last.max(at);
            let at = way.last;
            self.queue.put(at, S::event(on));
        }
    }

    /// Puts something on its way to the client, behind everything sent before.
    pub(super) fn send_to_client<S: Part>(&mut self, line: usize, on: On<S>) {
        let at = self.now + self.delay();
        let way = &mut S::crowd(self).lines[line].to_client;
        if !way.cut {
            way.last = way.last.max(at);
            let at = way.last;
            self.queue.put(at, S::event(on));
        }
    }

    pub(super) fn accepted<S: Part>(&mut self, line: usize) {
        if !self.relay.up {
            self.send_to_client(line, On::<S>::Closed(line, NO_CLOSE_FRAME));
            return;
        }
        let peer = Peer::new(self.plan.bounds, self.moment());
        let due = peer.due();
        let limit = self.plan.mailbox;
        S::crowd(self).lines[line].relay = Some(End {
            peer,
            mailbox: Arc::new(Mailbox::new(limit)),
            hello: None,
            seat: None,
            greeted: false,
            mail_is_coming: false,
        });
        self.later(due.since(self.moment()), On::<S>::Tick(line));
        self.send_to_client(line, On::<S>::Opened(line));
    }

    pub(super) fn received<S: Part>(&mut self, line: usize, frame: ClientFrame<S>) {
        let one = &S::crowd(self).lines[line];
        if one.to_relay.cut {
            return;
        }
        if one.relay.is_none() {
            // Nobody is there: the machine says so.
            self.send_to_client(line, On::<S>::Closed(line, NO_CLOSE_FRAME));
            return;
        }
        if self.aloud {
            let client = S::crowd(self).lines[line].client;
            let name = self.client_name::<S>(client);
            say!(self, "relay, line {line} of {name}: {frame:?}");
        }
        self.feed(line, Input::Frame(frame));
    }

    /// The relay learns that the client is gone.
    pub(super) fn gone<S: Part>(&mut self, line: usize) {
        if let Some(end) = S::crowd(self).lines[line].relay.take() {
            self.rise(&end, true);
        }
    }

    /// Gives up the place an end had in the hub.
    pub(super) fn rise<S: Part>(&mut self, end: &End<S>, orderly: bool) {
        if let Some(identity) = &end.seat {
            S::rise(self, identity, end, orderly);
        }
    }

    pub(super) fn close_from_relay<S: Part>(
        &mut self,
        line: usize,
        code: CloseCode,
        orderly: bool,
    ) {
        say!(self, "relay closes line {line}: {code:?}");
        self.stats.closed += 1;
        if let Some(end) = S::crowd(self).lines[line].relay.take() {
            self.send_to_client(line, On::<S>::Closed(line, code.code()));
            self.rise(&end, orderly);
        }
    }

    /// Gives the relay's end something, and does what follows.
    pub(super) fn feed<S: Part>(&mut self, line: usize, input: Input<S>) {
        let now = self.moment();
        let Some(end) = &mut S::crowd(self).lines[line].relay else {
            return;
        };
        let mut effects = Vec::new();
        end.peer.handle(input, now, &mut effects);
        for effect in effects {
            match effect {
                Effect::Send(mut frame) => {
                    if let Some(codec) = self.plan.codec {
                        let bytes = codec.encode(&frame).expect("every frame can be written");
                        frame = codec.decode(&bytes).expect("what was written can be read");
                    }
                    self.send_to_client(line, On::Arrived(line, Box::new(frame)));
                }
                Effect::Close(code) => {
                    self.close_from_relay::<S>(line, code, true);
                    return;
                }
                Effect::Greet(hello) => {
                    let after = self.blink();
                    self.later(after, On::Greet(line, hello));
                }
                Effect::Command(id, request) => {
                    let then = S::then(line, id);
                    self.enqueue(Job { request, then });
                }
                Effect::Write(request) => self.enqueue(Job {
                    request,
                    then: super::relay::Then::Nothing,
                }),
                Effect::Read(cursor) => {
                    let after = self.blink();
                    self.later(after, On::<S>::Look(line, cursor));
                }
                Effect::Own => {
                    let after = self.blink();
                    self.later(after, On::<S>::LookForOwn(line));
                }
                Effect::Follow(conversation) => S::follow(self, line, conversation),
                Effect::Unfollow(conversation) => {
                    if let Some(end) = &S::crowd(self).lines[line].relay {
                        let mailbox = Arc::clone(&end.mailbox);
                        self.relay.hub.unfollow(conversation, &mailbox);
                    }
                }
                Effect::Lists => unreachable!("with one node, no line to others ever breaks"),
                Effect::Signal(_) => {}
            }
        }
    }

    pub(super) fn look<S: Part>(&mut self, line: usize, cursor: Cursor) {
        if S::crowd(self).lines[line].relay.is_some() {
            let slice = S::look(self.engine, cursor).expect("the store can be read");
            let after = self.blink();
            self.later(
                after,
                On::<S>::Slice(line, cursor.conversation, Box::new(slice)),
            );
        }
    }

    pub(super) fn look_for_own<S: Part>(&mut self, line: usize) {
        let Some(end) = &S::crowd(self).lines[line].relay else {
            return;
        };
        if let Some(identity) = end.seat.clone() {
            let own = S::own(self.engine, &identity).expect("the store can be read");
            self.feed::<S>(line, Input::Own(own));
        }
    }

    pub(super) fn greeted<S: Part>(&mut self, line: usize, greeting: Box<Greeting<S>>) {
        if let Some(end) = &mut S::crowd(self).lines[line].relay {
            end.greeted = true;
            self.feed(line, Input::Greeted(Ok(greeting)));
            // Mail that came while the greeting was looked at.
            self.mail_for::<S>(line);
        }
    }

    /// A line that has mail, or may have, looks into its box soon.
    pub(super) fn mail_for<S: Part>(&mut self, line: usize) {
        if let Some(end) = &mut S::crowd(self).lines[line].relay
            && end.seat.is_some()
            && !std::mem::replace(&mut end.mail_is_coming, true)
        {
            let after = self.blink();
            self.later(after, On::<S>::Mail(line));
        }
    }

    pub(super) fn read_mail<S: Part>(&mut self, line: usize) {
        let Some(end) = &mut S::crowd(self).lines[line].relay else {
            return;
        };
        end.mail_is_coming = false;
        if !end.greeted {
            return;
        }
        let Some(mail) = end.mailbox.take() else {
            self.stats.overflowed += 1;
            self.close_from_relay::<S>(line, CloseCode::SlowConsumer, true);
            return;
        };
        for one in mail {
            if matches!(one, Mail::Fact(_)) && self.rng.chance(self.plan.mail_lost) {
                self.stats.mail_lost += 1;
                continue;
            }
            if self.rng.chance(self.plan.mail_doubled) {
                self.stats.mail_doubled += 1;
                self.feed::<S>(line, Input::Mail(one.clone()));
            }
            self.feed::<S>(line, Input::Mail(one));
        }
    }

    pub(super) fn tick<S: Part>(&mut self, line: usize) {
        self.feed::<S>(line, Input::Tick);
        let now = self.moment();
        if let Some(end) = &S::crowd(self).lines[line].relay {
            let wait = end.peer.due().since(now).max(1);
            self.later(wait, On::<S>::Tick(line));
        }
    }
}
