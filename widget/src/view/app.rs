//! What the components share: what is known, and what a person can do.

use std::cell::{Cell, OnceCell};

use heard_client::web::{Options, WebClient};
use heard_client::{Config, Input, Update};
use heard_protocol::{
    CallAnswer, CallOfferAsk, CommandId, Envelope, NextMove, Page, RefusalCode, Secret, SiteId,
    Visitor, VisitorCommand, VisitorCredential, VisitorSignal,
};

use super::kit::Watched;
use super::voice::{self, Mine};
use crate::host::{DRAFT, Host, HostKeeper, RELOADED, TOKEN, kept_messages};
use crate::model::callback::{Draft, Step};
use crate::model::{Answer, BadText, Model, News, Offer, sendable};
use crate::text::Strings;

/// The relay is told of typing at most this often; it believes it a little longer.
const TYPING_EVERY_MS: f64 = 3_000.0;

/// A pause longer than this is no typing, in milliseconds.
const PAUSE_MS: f64 = 5_000.0;

/// The panel's parts, by the ids of their elements.
pub(super) mod part {
    pub(in crate::view) const PANEL: &str = "panel";
    pub(in crate::view) const LOG: &str = "log";
    pub(in crate::view) const TEXT: &str = "text";
    pub(in crate::view) const PHONE: &str = "phone";
}

/// What is being written.
#[derive(Default)]
pub(super) struct Writing {
    /// What is in the text field.
    pub(super) text: String,
    /// It is too long by this many characters.
    pub(super) over: Option<usize>,
    /// For how long it was typed, pauses left out, in milliseconds.
    typed_ms: f64,
    /// When it was last typed at.
    touched: f64,
    /// How many characters were deleted on the way.
    deleted: u32,
}

/// The form that asks for a call.
#[derive(Default)]
pub(super) struct Form {
    /// The visitor asked for it.
    pub(super) asked: bool,
    /// The visitor sent it away.
    pub(super) dismissed: bool,
    /// What is filled in.
    pub(super) draft: Draft,
    /// What the field for another time holds.
    pub(super) local: String,
    /// Where it is.
    pub(super) step: Step,
    /// Which day of the calendar a time is chosen for.
    pub(super) day: Option<i32>,
    /// The call that is booked is being moved.
    pub(super) moving: bool,
    /// What was asked about a call that is booked, and has not been answered.
    pub(super) changing: Option<CommandId>,
    /// Why that was not done.
    pub(super) unchanged: Option<RefusalCode>,
    /// A request that may have gone through: the same form is sent again under the same id.
    pub(super) sent: Option<(Draft, CommandId)>,
}

/// What is heard and seen of the list of messages.
#[derive(Default)]
pub(super) struct Log {
    /// What the live region says.
    pub(super) said: String,
    /// The newest message is far below what is on the screen.
    pub(super) far: bool,
}

/// The app lives as long as the page; every component holds this.
pub(super) type App = &'static Shared;

/// What the components share.
pub(super) struct Shared {
    /// The page around.
    pub(super) host: Host,
    /// The words.
    pub(super) words: &'static Strings,
    /// What is known.
    pub(super) model: Watched<Model>,
    pub(super) writing: Watched<Writing>,
    pub(super) form: Watched<Form>,
    pub(super) log: Watched<Log>,
    client: OnceCell<WebClient<Visitor>>,
    typed_at: Cell<f64>,
    /// Which typing notice is the last one.
    typing: Cell<u32>,
    reauthenticated: Cell<bool>,
    /// The call that this page is on.
    pub(super) voice: Mine,
}

impl Shared {
    pub(super) fn new(host: Host, words: &'static Strings) -> App {
        let draft = Draft {
            phone: host.person_phone(),
            name: host.person_name(),
            ..Draft::default()
        };
        let app = Self {
            words,
            model: Watched::new(Model::new(host.name(), kept_messages(&host))),
            writing: Watched::new(Writing {
                text: host.kept(DRAFT).unwrap_or_default(),
                ..Writing::default()
            }),
            form: Watched::new(Form {
                draft,
                ..Form::default()
            }),
            log: Watched::new(Log::default()),
            client: OnceCell::new(),
            typed_at: Cell::new(0.0),
            typing: Cell::new(0),
            reauthenticated: Cell::new(false),
            voice: Mine::default(),
            host,
        };
        Box::leak(Box::new(app))
    }

    /// Connects, and listens to the page.
    pub(super) fn connect(&'static self, site: SiteId) {
        let config = Config::new(self.credential(site, self.host.kept(TOKEN)));
        let keeper = HostKeeper(self.host.clone());
        let client = WebClient::start(Options::same_origin(config), keeper, |update| {
            self.take(update);
        });
        // Connecting happens once.
        let _ = self.client.set(client);
        self.host.listen(
            |watched, focus| {
                if watched {
                    self.look();
                }
                if focus {
                    self.take_focus();
                }
            },
            move |token| self.adopt(site, token),
        );
    }

    fn credential(&self, site: SiteId, token: Option<String>) -> VisitorCredential {
        VisitorCredential {
            site,
            token: token.map(Secret),
            locale: self.host.lang(),
            page: Some(Page {
                url: self.host.page_url(),
                title: self.host.page_title(),
            }),
        }
    }

    pub(super) fn give(&self, input: Input<Visitor>) {
        if let Some(client) = self.client.get() {
            client.give(input);
        }
    }

    /// Takes what the session tells.
    fn take(&'static self, update: Update<Visitor>) {
        let host = &self.host;
        let before = self.model.peek(|model| model.thread.voice);
        let news = self.model.change(|model| model.apply(update));
        if let Some(Secret(token)) = &news.token
            && host.kept(TOKEN).as_ref() != Some(token)
        {
            host.keep(TOKEN, Some(token), false);
        }
        // This version is served: another day it may be too old again.
        if self.model.peek(|model| model.greeted) && host.kept(RELOADED).is_some() {
            host.keep(RELOADED, None, true);
        }
        if news.greeted {
            self.ask_calls();
        }
        if news.sent.is_some() {
            host.event("message:sent");
        }
        self.settle(&news);
        voice::attend(self, before, &news);
        if let Some(for_ms) = news.typing_for {
            self.expect_silence(for_ms);
        }
        if let Some(next) = news.next_move {
            self.recover(next);
        }
        self.hear(&news.answers);
        if host.watched() {
            self.look();
        } else {
            host.unread(self.model.peek(Model::unread));
        }
    }

    /// What was asked about a call has been done, or has not; or the call that was booked here is
    /// over.
    fn settle(&self, news: &News) {
        let over = self.model.peek(|model| {
            let call = model.call.as_ref()?;
            model.open_call().is_none().then_some(call.id.to_bytes())
        });
        let booked = self.form.peek(|form| {
            let sent = form.sent.as_ref().map(|(_, id)| id.to_bytes());
            sent.filter(|_| matches!(form.step, Step::Booked(_)))
        });
        if booked.is_some() && booked == over {
            self.form.change(|form| form.step = Step::Filling);
        }
        let answered = |id| self.form.peek(|form| form.changing == Some(id));
        if let Some((id, code)) = news.refused
            && answered(id)
        {
            self.form.change(|form| {
                form.changing = None;
                form.unchanged = Some(code);
            });
            self.ask_calls();
        }
        if let Some(id) = news.sent
            && answered(id)
        {
            self.form.change(|form| {
                form.changing = None;
                form.moving = false;
                form.step = Step::Filling;
            });
        }
    }

    /// Asks which times there are for a call, and how the visitor's own stands.
    pub(super) fn ask_calls(&self) {
        let zone = self.host.zone();
        self.give(Input::Signal(VisitorSignal::WatchCalls { zone }));
    }

    /// Asks for something about a call.
    pub(super) fn change_call(&self, command: VisitorCommand) {
        if let Some(id) = self.new_id() {
            self.form.change(|form| {
                form.changing = Some(id);
                form.unchanged = None;
            });
            self.give(Input::Submit(Envelope::new(id, command)));
        }
    }

    /// Answers the offer to talk; the card goes at once, whenever the answer arrives.
    pub(super) fn answer_talk(&self, answer: CallAnswer) {
        let offer = self.model.change(|model| model.thread.offer.take());
        if let (Some(Offer { reason, .. }), Some(id)) = (offer, self.new_id()) {
            let command = VisitorCommand::CallOffer(CallOfferAsk::Answer { reason, answer });
            self.give(Input::Submit(Envelope::new(id, command)));
        }
    }

    /// Reads answers out and tells the page of them.
    fn hear(&self, answers: &[Answer]) {
        let Some(last) = answers.last() else { return };
        for _ in answers {
            self.host.event("message:received");
        }
        self.log
            .change(|log| log.said = [&*last.name, ": ", &*last.text].concat());
    }

    /// The visitor looks at the conversation.
    fn look(&self) {
        if self.model.peek(Model::is_seen) {
            self.host.unread(0);
            return;
        }
        if let Some(cursor) = self.model.change(Model::look) {
            self.give(Input::Read(cursor));
        }
        self.host.unread(0);
    }

    /// Ends a typing notice that nothing followed.
    fn expect_silence(&'static self, for_ms: u16) {
        let number = self.typing.get().wrapping_add(1);
        self.typing.set(number);
        self.host.later(for_ms, move || {
            if self.typing.get() == number {
                self.model.change(|model| model.typing = None);
            }
        });
    }

    /// Does what the relay's close code asks for; once each, so that two faults can't chase each
    /// other.
    fn recover(&self, next: NextMove) {
        match next {
            NextMove::Reload if self.host.kept(RELOADED).is_none() => {
                self.host.keep(RELOADED, Some("1"), true);
                self.host.reload();
            }
            NextMove::Reauthenticate if !self.reauthenticated.replace(true) => {
                self.host.keep(TOKEN, None, false);
                if let Some(client) = self.client.get() {
                    let mut credential = client.credential();
                    credential.token = None;
                    client.set_credential(credential);
                }
            }
            _ => {}
        }
    }

    /// Another tab was given a token: if nothing was said here yet, go on as the same visitor.
    fn adopt(&self, site: SiteId, token: String) {
        let fresh = self.model.peek(Model::is_empty);
        if !fresh || self.host.kept(TOKEN).as_ref() == Some(&token) {
            return;
        }
        self.give(Input::SetCredential(self.credential(site, Some(token))));
        self.give(Input::Stop);
        self.give(Input::Start);
    }

    /// Puts the focus where the visitor goes on.
    pub(super) fn take_focus(&self) {
        self.host.focus(if self.host.coarse() {
            part::PANEL
        } else {
            part::TEXT
        });
    }

    /// The visitor types.
    pub(super) fn type_text(&self, text: String) {
        let kept = Some(&*text).filter(|text| !text.is_empty());
        self.host.keep(DRAFT, kept, true);
        let now = js_sys::Date::now();
        if kept.is_some() && now - self.typed_at.get() > TYPING_EVERY_MS {
            self.typed_at.set(now);
            self.give(Input::Signal(VisitorSignal::Typing));
        }
        self.writing.change(|writing| {
            let gap = now - writing.touched;
            writing.touched = now;
            if gap < PAUSE_MS {
                writing.typed_ms += gap;
            }
            let count = |text: &str| text.chars().count();
            let gone = count(&writing.text).saturating_sub(count(&text));
            writing.deleted = writing
                .deleted
                .saturating_add(u32::try_from(gone).unwrap_or(u32::MAX));
        });
        let over = match sendable(&text) {
            Err(BadText::TooLong(over)) => Some(over),
            Ok(_) | Err(BadText::Empty) => None,
        };
        self.writing.change(|writing| {
            writing.text = text;
            writing.over = over;
        });
    }

    /// The visitor sends what is in the text field.
    pub(super) fn send_text(&self) {
        let text = self
            .writing
            .peek(|writing| sendable(&writing.text).ok().map(str::to_owned));
        if let Some(text) = text {
            let (typed_ms, deleted) = self
                .writing
                .peek(|writing| (writing.typed_ms, writing.deleted));
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a sum of short, positive spans; a cast keeps within the type"
            )]
            let typed_ms = typed_ms as u32;
            self.give(Input::Signal(VisitorSignal::Effort { typed_ms, deleted }));
            self.send(text);
            self.writing.change(|writing| *writing = Writing::default());
            self.type_text(String::new());
            self.typed_at.set(0.0);
        }
        self.host.focus(part::TEXT);
    }

    /// Sends a failed message again, under another id: the relay has answered for the first.
    pub(super) fn retry(&self, id: CommandId) {
        if let Some(text) = self.model.change(|model| model.take_back(id)) {
            self.send((*text).to_owned());
        }
    }

    /// Throws a failed message away.
    pub(super) fn discard(&self, id: CommandId) {
        self.model.change(|model| model.take_back(id));
    }

    fn send(&self, text: String) {
        if let Some(id) = self.new_id() {
            self.model.change(|model| model.say(id, &text));
            let command = VisitorCommand::Send { text };
            self.give(Input::Submit(Envelope::new(id, command)));
        }
        self.host.scroll_to_end(part::LOG);
    }

    /// A fresh command id.
    pub(super) fn new_id(&self) -> Option<CommandId> {
        self.client.get().map(WebClient::new_id)
    }

    /// The visitor wants to be called.
    pub(super) fn ask_for_call(&'static self) {
        self.form.change(|form| {
            if matches!(form.step, Step::Booked(_)) {
                form.step = Step::Filling;
            }
            form.dismissed = false;
            form.asked = true;
        });
        self.ask_calls();
        self.host.scroll_to_end(part::LOG);
        // Once the form is drawn.
        self.host.later(0, || self.host.focus(part::PHONE));
    }
}
