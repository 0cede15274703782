//! One connection's state, without its IO.
//!
//! [`Peer::handle`] takes what came (a frame, an answer from the store, mail from the hub, time) and returns what to do. The socket's task does it;
//! the simulation does it too, with thousands of peers against one engine and no socket at all.
//!
//! Delivery is by cursor: for every log it follows, a peer knows how far the client has been sent. An announcement that continues there is
//! passed on; anything else makes it read the store from the cursor. So an announcement may be lost, doubled or late; and since the last
//! one before a silence may be lost too, a peer looks at its logs by itself now and then.

use std::sync::Arc;

use heard_desk::pace::{Pace, Rate, Verdict};
use heard_protocol::limits::{MAX_CURSORS, MAX_ENTRIES_PER_FRAME};
use heard_protocol::{
    ClientFrame, CloseCode, CommandId, ConversationId, Cursor, Envelope, Epoch, Hello, LogEntry,
    OLDEST_VERSION, Refusal, RefusalCode, RelayFrame, Resume, Seq, UnixMillis, VERSION, Welcome,
};

use super::side::Side;
use crate::hub::Mail;
use crate::store::{Answer, Fact, Head, LogSlice, Request, Unseen};

/// How much text one `Entries` frame carries before the next begins, in bytes.
const FRAME_TEXT_BYTES: usize = 48 * 1024;

/// How many frames other than commands a client may send in a second: a returning agent follows every log they had open at once.
const CHATTER: usize = 2 * MAX_CURSORS;

/// What came.
#[derive(Debug)]
pub enum Input<S: Side> {
    /// A frame from the client.
    Frame(ClientFrame<S>),
    /// The greeting was looked at: let them in, or not.
    Greeted(Result<Box<Greeting<S>>, CloseCode>),
    /// A write was carried out, or could not be (`None`).
    Answered(CommandId, Option<Answer>),
    /// A log was read; `None` if it is not there or not theirs.
    Read(ConversationId, Option<(Head, LogSlice<S::Entry>)>),
    /// The log this client follows unasked was looked up; none if there is none.
    Own(Option<Head>),
    /// The rows of this client's lists were read.
    Lists(Vec<S::Notice>),
    /// A look into the store failed.
    Broken,
    /// From the hub.
    Mail(Mail),
    /// Time has passed.
    Tick,
}

/// What to do.
#[derive(Debug)]
pub enum Effect<S: Side> {
    /// Send a frame.
    Send(RelayFrame<S>),
    /// Find out who this is and what they see; answer with [`Input::Greeted`].
    Greet(Box<Hello<S>>),
    /// Carry a command out; answer with [`Input::Answered`].
    Command(CommandId, Request),
    /// Carry a write out that nobody waits for.
    Write(Request),
    /// Read a log after a cursor, if they may; answer with [`Input::Read`].
    Read(Cursor),
    /// Find out which log this client follows unasked; answer with [`Input::Own`].
    Own,
    /// Read the rows of this client's lists; answer with [`Input::Lists`].
    Lists,
    /// Have the hub send what concerns this conversation.
    Follow(ConversationId),
    /// Have the hub stop.
    Unfollow(ConversationId),
    /// Pass a signal on.
    Signal(S::Signal),
    /// Close the connection.
    Close(CloseCode),
}

/// A greeting that was accepted.
#[derive(Debug)]
pub struct Greeting<S: Side> {
    /// Who it is.
    pub identity: S::Identity,
    /// What they are told.
    pub welcome: S::Welcome,
    /// The log this side follows unasked.
    pub own: Option<Head>,
    /// A piece of that log, if it was read already.
    pub unseen: Option<Unseen<S::Entry>>,
    /// The epoch of all positions.
    pub epoch: Epoch,
}

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How long it may take to greet, in milliseconds.
    pub hello_ms: u64,
    /// How long it may be silent, in milliseconds.
    pub idle_ms: u64,
    /// How often it looks for what no announcement has told of, in milliseconds.
    pub check_ms: u64,
    /// How fast it may talk.
    pub rate: Rate,
}

/// One connection's state.
#[derive(Debug)]
pub struct Peer<S: Side> {
    bounds: Bounds,
    heard_at: UnixMillis,
    phase: Phase<S>,
}

#[derive(Debug)]
enum Phase<S: Side> {
    /// Nothing has come yet.
    Silent,
    /// The greeting is being looked at.
    Greeting {
        version: u16,
        resume: Option<Resume>,
    },
    /// Let in.
    Live(Box<Live<S>>),
    /// Closed; whatever comes is ignored.
    Over,
}

#[derive(Debug)]
struct Live<S: Side> {
    identity: S::Identity,
    logs: Vec<Log>,
    pace: Pace,
    /// Frames other than commands in the second that began then.
    chatter: (UnixMillis, usize),
    /// When the logs were last looked at without an announcement.
    checked_at: UnixMillis,
    /// The lists are being read.
    listing: Option<Box<Listing<S>>>,
}

/// Lists that are being read.
#[derive(Debug)]
struct Listing<S: Side> {
    /// Rows that were told since. They may be newer than what is read, which comes after them.
    since: Vec<S::Notice>,
    /// Something may have been missed again meanwhile.
    again: bool,
}

/// How far the client has been sent a log.
#[derive(Debug, Clone, Copy)]
struct Log {
    conversation: ConversationId,
    sent: Seq,
    /// The end of the log as far as it was heard of.
    head: Seq,
    /// A read is under way.
    reading: bool,
    /// The store has said that the client may read it.
    allowed: bool,
    /// How far the visitor and staff have read, as the client was told last.
    told: Option<(Seq, Seq)>,
}

impl<S: Side> Peer<S> {
    /// A connection that has just opened.
    pub fn new(bounds: Bounds, now: UnixMillis) -> Self {
        Self {
            bounds,
            heard_at: now,
            phase: Phase::Silent,
        }
    }

    /// Who it is, once they were let in.
    pub fn identity(&self) -> Option<&S::Identity> {
        match &self.phase {
            Phase::Live(live) => Some(&live.identity),
            Phase::Silent | Phase::Greeting { .. } | Phase::Over => None,
        }
    }

    /// When [`Input::Tick`] is due next.
    pub fn due(&self) -> UnixMillis {
        let limit = match self.phase {
            Phase::Live(_) => self.bounds.idle_ms,
            Phase::Silent | Phase::Greeting { .. } | Phase::Over => self.bounds.hello_ms,
        };
        self.heard_at.plus(limit)
    }

    /// Whether the client may read this conversation, as far as is known.
    pub fn follows(&self, conversation: ConversationId) -> bool {
        match &self.phase {
            Phase::Live(live) => live
                .logs
                .iter()
                .any(|log| log.conversation == conversation && log.allowed),
            Phase::Silent | Phase::Greeting { .. } | Phase::Over => false,
        }
    }

    /// Takes what came; appends what to do.
    pub fn handle(&mut self, input: Input<S>, now: UnixMillis, out: &mut Vec<Effect<S>>) {
        match input {
            Input::Frame(frame) => self.frame(frame, now, out),
            Input::Greeted(Ok(greeting)) => self.let_in(*greeting, now, out),
            Input::Greeted(Err(code)) => self.close(code, out),
            Input::Broken => self.close(CloseCode::Internal, out),
            Input::Tick => self.tick(now, out),
            Input::Answered(id, answer) => {
                if let Phase::Live(live) = &mut self.phase {
                    live.pace.answered();
                    out.push(Effect::Send(answer_frame(id, answer.as_ref())));
                }
            }
            Input::Read(conversation, slice) => {
                if let Phase::Live(live) = &mut self.phase {
                    live.slice(conversation, slice, out);
                }
            }
            Input::Own(own) => {
                if let (Phase::Live(live), Some(own)) = (&mut self.phase, own) {
                    live.own(&own, out);
                }
            }
            Input::Lists(rows) => {
                if let Phase::Live(live) = &mut self.phase {
                    live.listed(rows, out);
                }
            }
            Input::Mail(mail) => {
                if let Phase::Live(live) = &mut self.phase {
                    live.mail(mail, out);
                }
            }
        }
    }

    /// Ends the connection from this side.
    pub fn close(&mut self, code: CloseCode, out: &mut Vec<Effect<S>>) {
        if !matches!(self.phase, Phase::Over) {
            self.phase = Phase::Over;
            out.push(Effect::Close(code));
        }
    }

    fn frame(&mut self, frame: ClientFrame<S>, now: UnixMillis, out: &mut Vec<Effect<S>>) {
        // Every client says something within this time, if only a ping.
        if let Phase::Live(live) = &mut self.phase
            && now.since(live.checked_at) >= self.bounds.check_ms
        {
            live.checked_at = now;
            live.check(out);
        }
        match (&mut self.phase, frame) {
            (Phase::Over, _) => {}
            (Phase::Silent, ClientFrame::Hello(hello)) => self.hello(hello, out),
            (Phase::Silent | Phase::Greeting { .. }, _) | (_, ClientFrame::Hello(_)) => {
                self.close(CloseCode::OutOfOrder, out);
            }
            (Phase::Live(live), ClientFrame::Command(envelope)) => {
                self.heard_at = now;
                if live.command(envelope, now, out) == Verdict::Flood {
                    self.close(CloseCode::Flooding, out);
                }
            }
            (Phase::Live(live), frame) => {
                self.heard_at = now;
                if live.chatters(now) {
                    self.close(CloseCode::Flooding, out);
                } else {
                    live.other(frame, out);
                }
            }
        }
    }

    fn hello(&mut self, hello: Hello<S>, out: &mut Vec<Effect<S>>) {
        if !(OLDEST_VERSION..=VERSION).contains(&hello.version) {
            self.close(CloseCode::Version, out);
        } else if hello
            .resume
            .as_ref()
            .is_some_and(|one| one.cursors.len() > MAX_CURSORS)
        {
            self.close(CloseCode::BadFrame, out);
        } else {
            self.phase = Phase::Greeting {
                version: hello.version,
                resume: hello.resume.clone(),
            };
            out.push(Effect::Greet(Box::new(hello)));
        }
    }

    fn let_in(&mut self, greeting: Greeting<S>, now: UnixMillis, out: &mut Vec<Effect<S>>) {
        let Phase::Greeting { version, resume } = &mut self.phase else {
            return;
        };
        let resume = resume.take();
        out.push(Effect::Send(RelayFrame::Welcome(Box::new(Welcome {
            version: *version,
            epoch: greeting.epoch,
            now,
            idle_ms: u32::try_from(self.bounds.idle_ms).unwrap_or(u32::MAX),
            body: greeting.welcome,
        }))));
        let mut live = Box::new(Live {
            identity: greeting.identity,
            // A visitor has one.
            logs: Vec::with_capacity(1),
            pace: Pace::new(self.bounds.rate, now),
            chatter: (now, 0),
            checked_at: now,
            listing: None,
        });
        if let Some(own) = greeting.own {
            let seen = |resume: &Resume| resume.seen(greeting.epoch, own.conversation);
            let after = resume.as_ref().map_or(Seq::START, seen);
            live.follow_known(&own, after, greeting.unseen, out);
        }
        let resume = resume.filter(|resume| resume.epoch == greeting.epoch);
        for cursor in resume.map(|resume| resume.cursors).unwrap_or_default() {
            if greeting
                .own
                .is_none_or(|own| own.conversation != cursor.conversation)
            {
                live.follow(cursor, out);
            }
        }
        self.heard_at = now;
        self.phase = Phase::Live(live);
    }

    fn tick(&mut self, now: UnixMillis, out: &mut Vec<Effect<S>>) {
        if now < self.due() {
            return;
        }
        match self.phase {
            Phase::Live(_) => self.close(CloseCode::Idle, out),
            Phase::Silent | Phase::Greeting { .. } => self.close(CloseCode::HelloTimeout, out),
            Phase::Over => {}
        }
    }
}

fn answer_frame<S: Side>(id: CommandId, answer: Option<&Answer>) -> RelayFrame<S> {
    match answer {
        Some(Answer::Receipt(receipt)) => RelayFrame::Ack {
            id,
            receipt: *receipt,
        },
        Some(Answer::Refused(refusal)) => RelayFrame::Refused {
            id,
            refusal: *refusal,
        },
        Some(Answer::Round { .. } | Answer::Beat { .. } | Answer::Done) | None => {
            RelayFrame::Refused {
                id,
                refusal: Refusal::from(RefusalCode::Unavailable),
            }
        }
    }
}

impl<S: Side> Live<S> {
    /// Whether the client sends more frames other than commands than any honest one would.
    fn chatters(&mut self, now: UnixMillis) -> bool {
        let (began, count) = self.chatter;
        self.chatter = if now.since(began) < 1_000 {
            (began, count + 1)
        } else {
            (now, 1)
        };
        self.chatter.1 > CHATTER
    }

    fn command(
        &mut self,
        envelope: Envelope<S>,
        now: UnixMillis,
        out: &mut Vec<Effect<S>>,
    ) -> Verdict {
        let id = envelope.id;
        let verdict = self.pace.judge(now);
        match verdict {
            Verdict::Go => {
                let request = S::request(&self.identity, envelope, now);
                out.push(Effect::Command(id, request));
            }
            Verdict::Wait { retry_after_ms } => {
                let refusal = Refusal {
                    code: RefusalCode::TooFast,
                    retry_after_ms,
                };
                out.push(Effect::Send(RelayFrame::Refused { id, refusal }));
            }
            Verdict::Flood => {}
        }
        verdict
    }

    fn other(&mut self, frame: ClientFrame<S>, out: &mut Vec<Effect<S>>) {
        match frame {
            ClientFrame::Follow(cursor) => self.follow(cursor, out),
            ClientFrame::Unfollow { conversation } => {
                self.logs.retain(|log| log.conversation != conversation);
                out.push(Effect::Unfollow(conversation));
            }
            ClientFrame::Read(upto) => {
                out.push(Effect::Write(S::read_mark(&self.identity, upto)));
            }
            ClientFrame::Signal(signal) => out.push(Effect::Signal(signal)),
            ClientFrame::Ping => out.push(Effect::Send(RelayFrame::Pong)),
            ClientFrame::Hello(_) | ClientFrame::Command(_) => {}
        }
    }

    fn log(&mut self, conversation: ConversationId) -> Option<&mut Log> {
        self.logs
            .iter_mut()
            .find(|log| log.conversation == conversation)
    }

    /// Follows a log the client asks for; whether it may is found out by reading it.
    fn follow(&mut self, cursor: Cursor, out: &mut Vec<Effect<S>>) {
        let Cursor {
            conversation,
            after,
        } = cursor;
        if let Some(log) = self.log(conversation) {
            log.sent = after;
            if log.reading {
                return;
            }
            log.reading = true;
        } else {
            if self.logs.len() >= MAX_CURSORS {
                out.push(Effect::Send(RelayFrame::NoSuchLog { conversation }));
                return;
            }
            let (sent, head) = (after, Seq::START);
            self.logs.push(Log {
                conversation,
                sent,
                head,
                reading: true,
                allowed: false,
                told: None,
            });
        }
        out.push(Effect::Read(cursor));
    }

    /// Follows the client's own log, whose end is known, and perhaps a piece of it.
    fn follow_known(
        &mut self,
        own: &Head,
        after: Seq,
        unseen: Option<Unseen<S::Entry>>,
        out: &mut Vec<Effect<S>>,
    ) {
        let head = S::end(own.staff, own.public);
        let conversation = own.conversation;
        out.push(Effect::Follow(conversation));
        let mut log = Log {
            conversation,
            sent: after,
            head,
            reading: false,
            allowed: true,
            told: Some((Seq::START, Seq::START)),
        };
        if after > head {
            out.push(Effect::Send(RelayFrame::Reset { conversation }));
            log.sent = Seq::START;
        }
        log.tell_marks::<S>(own.visitor_read, own.staff_read, out);
        let sent = log.sent;
        log.reading = sent < head;
        self.logs.push(log);
        match unseen.filter(|(from, _)| *from == sent) {
            Some((_, slice)) => self.slice(conversation, Some((*own, slice)), out),
            None if sent < head => out.push(Effect::Read(Cursor {
                conversation,
                after: sent,
            })),
            None => {}
        }
    }

    /// Looks for what no announcement has told of.
    fn check(&mut self, out: &mut Vec<Effect<S>>) {
        if S::HAS_OWN_LOG {
            out.push(Effect::Own);
            // Where that log ends is in the answer: nearly always all there is to know.
            if self.logs.len() <= 1 {
                return;
            }
        }
        for log in &mut self.logs {
            if log.allowed && !log.reading {
                log.reading = true;
                out.push(Effect::Read(Cursor {
                    conversation: log.conversation,
                    after: log.sent,
                }));
            }
        }
    }

    /// Begins with the client's own log, or goes on with it if it has grown.
    fn own(&mut self, own: &Head, out: &mut Vec<Effect<S>>) {
        let conversation = own.conversation;
        if let Some(log) = self.log(conversation) {
            if !log.allowed {
                return;
            }
            log.head = log.head.max(S::end(own.staff, own.public));
            log.tell_marks::<S>(own.visitor_read, own.staff_read, out);
            if log.sent < log.head && !log.reading {
                log.reading = true;
                out.push(Effect::Read(Cursor {
                    conversation,
                    after: log.sent,
                }));
            }
        } else {
            out.extend(
                S::adopted(conversation).map(|notice| Effect::Send(RelayFrame::Notice(notice))),
            );
            self.follow_known(own, Seq::START, None, out);
        }
    }

    /// A piece of a log was read.
    fn slice(
        &mut self,
        conversation: ConversationId,
        slice: Option<(Head, LogSlice<S::Entry>)>,
        out: &mut Vec<Effect<S>>,
    ) {
        let Some((owner, slice)) = slice.filter(|(head, _)| S::may_read(&self.identity, head))
        else {
            self.logs.retain(|log| log.conversation != conversation);
            out.push(Effect::Unfollow(conversation));
            out.push(Effect::Send(RelayFrame::NoSuchLog { conversation }));
            return;
        };
        let Some(log) = self.log(conversation) else {
            return;
        };
        log.reading = false;
        log.head = log.head.max(slice.head);
        // They may have moved between the read before and the hub's promise to tell.
        log.tell_marks::<S>(owner.visitor_read, owner.staff_read, out);
        if !log.allowed {
            log.allowed = true;
            out.push(Effect::Follow(conversation));
            // Something may have been written between the read and the hub's promise to tell: look once more.
            log.reading = true;
        }
        if log.sent > log.head {
            out.push(Effect::Send(RelayFrame::Reset { conversation }));
            log.sent = Seq::START;
            log.reading = true;
        }
        let fresh: Vec<_> = slice
            .entries
            .into_iter()
            .filter(|entry| entry.seq() > log.sent)
            .collect();
        // The client may have asked from an earlier position meanwhile: then this piece does not continue there.
        if fresh
            .first()
            .is_some_and(|first| first.seq() == log.sent.next())
        {
            log.send::<S>(fresh, out);
        }
        if log.reading || log.sent < log.head {
            log.reading = true;
            out.push(Effect::Read(Cursor {
                conversation,
                after: log.sent,
            }));
        }
    }

    fn mail(&mut self, mail: Mail, out: &mut Vec<Effect<S>>) {
        let fact = match mail {
            Mail::Fact(fact) => fact,
            Mail::CatchUp => {
                self.check(out);
                if S::HAS_LISTS {
                    self.list(out);
                }
                return;
            }
            Mail::ToVisitor(_) | Mail::ToStaff(_) => {
                out.extend(S::passing(mail).map(|notice| Effect::Send(RelayFrame::Notice(notice))));
                return;
            }
        };
        match &*fact {
            Fact::Entries {
                contact,
                conversation,
                entries,
                head,
                public_head,
                ..
            } => {
                let end = S::end(*head, *public_head);
                self.grown(*conversation, *contact, entries, end, out);
            }
            Fact::Reads {
                conversation,
                visitor,
                staff,
                contact,
            } => {
                let mine = S::reads_unasked(&self.identity, *contact);
                match self.log(*conversation) {
                    Some(log) if log.allowed => log.tell_marks::<S>(*visitor, *staff, out),
                    None if mine => out.push(Effect::Send(RelayFrame::Reads {
                        conversation: *conversation,
                        visitor: *visitor,
                        staff: *staff,
                    })),
                    Some(_) | None => {}
                }
            }
            other => {
                if let Some(row) = S::row(other) {
                    if let Some(listing) = &mut self.listing {
                        listing.since.push(row.clone());
                    }
                    out.push(Effect::Send(RelayFrame::Notice(row)));
                }
            }
        }
    }

    /// Has the lists read, after what is under way.
    fn list(&mut self, out: &mut Vec<Effect<S>>) {
        if let Some(listing) = &mut self.listing {
            listing.again = true;
            return;
        }
        self.listing = Some(Box::new(Listing {
            since: Vec::new(),
            again: false,
        }));
        out.push(Effect::Lists);
    }

    /// The lists were read. What was told meanwhile is told once more, so that it is not an older row that the client is left with.
    fn listed(&mut self, rows: Vec<S::Notice>, out: &mut Vec<Effect<S>>) {
        let listing = self.listing.take();
        let (since, again) = listing.map_or_else(Default::default, |one| (one.since, one.again));
        let rows = rows.into_iter().chain(since);
        out.extend(rows.map(|row| Effect::Send(RelayFrame::Notice(row))));
        if again {
            self.list(out);
        }
    }

    /// A log grew.
    fn grown(
        &mut self,
        conversation: ConversationId,
        contact: heard_protocol::ContactId,
        entries: &Arc<[heard_protocol::StaffEntry]>,
        end: Seq,
        out: &mut Vec<Effect<S>>,
    ) {
        if self.log(conversation).is_none() {
            if !S::reads_unasked(&self.identity, contact) {
                return;
            }
            out.extend(
                S::adopted(conversation).map(|notice| Effect::Send(RelayFrame::Notice(notice))),
            );
            let (sent, head) = (Seq::START, Seq::START);
            self.logs.push(Log {
                conversation,
                sent,
                head,
                reading: false,
                allowed: true,
                told: Some((Seq::START, Seq::START)),
            });
        }
        let Some(log) = self.log(conversation) else {
            return;
        };
        log.head = log.head.max(end);
        if log.reading || !log.allowed {
            return;
        }
        let fresh: Vec<S::Entry> = entries
            .iter()
            .filter_map(S::face)
            .filter(|entry| entry.seq() > log.sent)
            .collect();
        match fresh.first() {
            Some(first) if first.seq() == log.sent.next() => log.send::<S>(fresh, out),
            _ => {}
        }
        if log.sent < log.head {
            log.reading = true;
            out.push(Effect::Read(Cursor {
                conversation,
                after: log.sent,
            }));
        }
    }
}

impl Log {
    /// Tells how far people have read, if that is news. Marks only go forward, so what comes late is not.
    fn tell_marks<S: Side>(&mut self, visitor: Seq, staff: Seq, out: &mut Vec<Effect<S>>) {
        let (visitor_before, staff_before) = self.told.unwrap_or_default();
        let marks = (visitor.max(visitor_before), staff.max(staff_before));
        if self.told.replace(marks) != Some(marks) {
            out.push(Effect::Send(RelayFrame::Reads {
                conversation: self.conversation,
                visitor: marks.0,
                staff: marks.1,
            }));
        }
    }

    /// Sends consecutive entries that continue where the client is.
    fn send<S: Side>(&mut self, entries: Vec<S::Entry>, out: &mut Vec<Effect<S>>) {
        let mut frame = Vec::new();
        let mut size = 0;
        for entry in entries {
            if frame.len() >= MAX_ENTRIES_PER_FRAME || size >= FRAME_TEXT_BYTES {
                self.push_frame::<S>(std::mem::take(&mut frame), out);
                size = 0;
            }
            size += entry.text_bytes();
            self.sent = entry.seq();
            frame.push(entry);
        }
        if !frame.is_empty() {
            self.push_frame::<S>(frame, out);
        }
    }

    fn push_frame<S: Side>(&self, entries: Vec<S::Entry>, out: &mut Vec<Effect<S>>) {
        let (conversation, head) = (self.conversation, self.head);
        out.push(Effect::Send(RelayFrame::Entries {
            conversation,
            entries,
            head,
        }));
    }
}
