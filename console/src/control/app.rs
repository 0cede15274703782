//! The signals everything else reads, made once at the root and passed down by context.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use heard_client::LinkState;
use heard_client::web::WebClient;
use heard_protocol::{CommandId, ConversationId, Staff, UnixMillis, VoiceId};
use leptos::prelude::*;

use super::send::Errand;
use super::voice::OnCall;
use crate::browser::{self, Shelf};
use crate::lang::Lang;
use crate::model::act::{Moment, Place};
use crate::model::board::Board;
use crate::model::draft::{Drafts, Tab};
use crate::model::lists::Lists;
use crate::model::log::Logs;
use crate::model::route::Route;
use crate::text::Text;

const LANG_KEY: &str = "heard.lang";
const SOUND_KEY: &str = "heard.sound";

/// Where the agent stands with the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Asking whether there is a session.
    Checking,
    /// There is none.
    SignedOut,
    /// There is one.
    SignedIn,
    /// There was one. The page stays as it is until they are back.
    Expired,
}

/// What lies over the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialog {
    /// Everything that can be done.
    Palette,
    /// The keys.
    Keys,
    /// To whom to hand over.
    Transfer(ConversationId),
    /// Why not to take it.
    Decline(ConversationId),
    /// Offer to talk.
    Offer(ConversationId),
    /// What to do with a begun answer before resolving.
    Unsent(ConversationId),
}

/// Whether the person's column is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Where there is room for it.
    Auto,
    /// Over the rest, where there isn't.
    Shown,
    /// Nowhere.
    Hidden,
}

/// A sentence that goes away by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toast {
    /// Which, counted from 1.
    pub(crate) number: u32,
    /// What it says.
    pub(crate) words: &'static str,
}

/// All of the page's state. A handle: copies are the same page, which lasts until the tab is
/// closed.
#[derive(Clone, Copy)]
pub(crate) struct App(&'static Signals);

impl Deref for App {
    type Target = Signals;

    fn deref(&self) -> &Signals {
        self.0
    }
}

/// What an [`App`] is a handle to.
pub(crate) struct Signals {
    pub(crate) stage: RwSignal<Stage>,
    pub(crate) lang: RwSignal<Lang>,
    pub(crate) sound: RwSignal<bool>,
    pub(crate) board: RwSignal<Board>,
    pub(crate) logs: RwSignal<Logs>,
    pub(crate) lists: Memo<Lists>,
    pub(crate) moment: Memo<Moment>,
    pub(crate) drafts: RwSignal<Drafts>,
    pub(crate) tab: RwSignal<Tab>,
    pub(crate) route: RwSignal<Route>,
    pub(crate) side: RwSignal<Side>,
    pub(crate) dialog: RwSignal<Option<Dialog>>,
    pub(crate) link: RwSignal<LinkState>,
    /// Whether the relay has asked to slow down.
    pub(crate) held: RwSignal<bool>,
    /// The relay's clock, by the second.
    pub(crate) now: RwSignal<UnixMillis>,
    /// Whether the person has the page before their eyes.
    pub(crate) looking: RwSignal<bool>,
    /// What a screen reader says.
    pub(crate) aloud: RwSignal<String>,
    pub(crate) toasts: RwSignal<Vec<Toast>>,
    /// What was asked of the relay and isn't answered yet.
    pub(crate) errands: RwSignal<BTreeMap<CommandId, Errand>>,
    /// Which logs are read.
    pub(super) followed: StoredValue<BTreeSet<ConversationId>>,
    /// By how many milliseconds the relay's clock is ahead.
    pub(super) ahead: StoredValue<i64>,
    /// Where the visitor was last told that an answer is being typed, and when.
    pub(super) typed: StoredValue<Option<(ConversationId, UnixMillis)>>,
    /// The conversation that was asked for and is to be answered once it is there.
    pub(crate) taking: RwSignal<Option<ConversationId>>,
    /// The call from page to page that this page is on.
    pub(crate) on_call: RwSignal<Option<OnCall>>,
    /// The call that the agent would rather not say anything of.
    pub(crate) unsummed: RwSignal<Option<VoiceId>>,
    client: StoredValue<Option<WebClient<Staff>>, LocalStorage>,
}

impl App {
    /// The state of a page that has just been opened.
    pub(crate) fn new() -> Self {
        let board = RwSignal::new(Board::default());
        let route = RwSignal::new(Route::read(&browser::hash()));
        let link = RwSignal::new(LinkState::Idle);
        let sound = browser::kept(Shelf::Browser, SOUND_KEY).is_none_or(|kept| kept != "off");
        let signals = Signals {
            stage: RwSignal::new(Stage::Checking),
            lang: RwSignal::new(first_language()),
            sound: RwSignal::new(sound),
            board,
            logs: RwSignal::new(Logs::default()),
            lists: Memo::new(move |_| board.with(Lists::of)),
            moment: Memo::new(move |_| {
                let Route { place, open } = route.get();
                let live = link.get() == LinkState::Live;
                board.with(|board| Moment::of(board, place, open, live))
            }),
            drafts: RwSignal::new(kept_drafts()),
            tab: RwSignal::new(Tab::Answer),
            route,
            side: RwSignal::new(Side::Auto),
            dialog: RwSignal::new(None),
            link,
            held: RwSignal::new(false),
            now: RwSignal::new(browser::clock()),
            looking: RwSignal::new(browser::is_looking()),
            aloud: RwSignal::new(String::new()),
            toasts: RwSignal::new(Vec::new()),
            errands: RwSignal::new(BTreeMap::new()),
            followed: StoredValue::new(BTreeSet::new()),
            ahead: StoredValue::new(0),
            typed: StoredValue::new(None),
            taking: RwSignal::new(None),
            on_call: RwSignal::new(None),
            unsummed: RwSignal::new(None),
            client: StoredValue::new_local(None),
        };
        Self(Box::leak(Box::new(signals)))
    }

    /// The words of the language of the moment, for what is said outside of any component.
    pub(crate) fn words(self) -> &'static Text {
        self.lang.get_untracked().text()
    }

    /// Which conversation is open, if the conversations are shown.
    pub(crate) fn open(self) -> Option<ConversationId> {
        self.route.with(|route| route.open)
    }

    /// Goes to a place; the address follows, and with it the browser's way back.
    pub(crate) fn go(self, place: Place, open: Option<ConversationId>) {
        let route = Route { place, open };
        if self.route.get_untracked() != route {
            if self.route.with_untracked(|was| was.open != open) {
                self.tab.set(Tab::Answer);
                if self.side.get_untracked() == Side::Shown {
                    self.side.set(Side::Auto);
                }
            }
            self.route.set(route);
            browser::set_hash(&route.write());
        }
    }

    /// Shows the console in a language, from now on and next time.
    pub(crate) fn speak(self, lang: Lang) {
        browser::keep(Shelf::Browser, LANG_KEY, lang.tag());
        self.lang.set(lang);
    }

    /// Turns the sound on or off, from now on and next time.
    pub(crate) fn set_sound(self, on: bool) {
        browser::keep(Shelf::Browser, SOUND_KEY, if on { "on" } else { "off" });
        self.sound.set(on);
    }

    /// Keeps what is being written, here and in the tab's storage.
    pub(crate) fn draft(self, conversation: ConversationId, tab: Tab, text: String) {
        let key = Drafts::storage_key(conversation, tab);
        if text.is_empty() {
            browser::forget(Shelf::Tab, &key);
        } else {
            browser::keep(Shelf::Tab, &key, &text);
        }
        self.drafts
            .update(|drafts| drafts.set(conversation, tab, text));
    }

    /// Learns the relay's clock.
    pub(crate) fn set_relay_clock(self, now: UnixMillis) {
        let ahead = now.0.cast_signed() - browser::clock().0.cast_signed();
        self.ahead.set_value(ahead);
        self.now.set(now);
    }

    /// Shows a sentence for a while.
    pub(crate) fn toast(self, words: &'static str) {
        self.toasts.update(|toasts| {
            let number = toasts.last().map_or(1, |toast| toast.number + 1);
            toasts.retain(|toast| toast.words != words);
            toasts.push(Toast { number, words });
        });
    }

    /// The running session, if there is one.
    pub(crate) fn client(self) -> Option<WebClient<Staff>> {
        self.client.get_value()
    }

    /// Takes a session that has just been started.
    pub(crate) fn adopt(self, client: WebClient<Staff>) {
        self.followed.set_value(BTreeSet::new());
        self.client.set_value(Some(client));
        // What was listed before there was a session is followed now.
        self.board.notify();
    }

    /// Forgets everything of the agent who leaves: the next one at this device is somebody else.
    pub(crate) fn forget(self) {
        if let Some(client) = self.client.try_update_value(Option::take).flatten() {
            client.stop();
        }
        for key in browser::keys(Shelf::Tab) {
            if Drafts::from_storage_key(&key).is_some() {
                browser::forget(Shelf::Tab, &key);
            }
        }
        if self.on_call.get_untracked().is_some() {
            browser::tell_voice("left", "");
            self.on_call.set(None);
        }
        self.drafts.set(Drafts::default());
        self.errands.update(BTreeMap::clear);
        self.logs.set(Logs::default());
        self.board.set(Board::default());
        self.toasts.update(Vec::clear);
        self.dialog.set(None);
        self.go(Place::Chats, None);
    }
}

fn first_language() -> Lang {
    browser::kept(Shelf::Browser, LANG_KEY)
        .and_then(|code| Lang::from_tag(&code))
        .or_else(|| {
            browser::prefers()
                .iter()
                .find_map(|tag| Lang::from_tag(tag))
        })
        .unwrap_or(Lang::En)
}

fn kept_drafts() -> Drafts {
    let mut drafts = Drafts::default();
    for key in browser::keys(Shelf::Tab) {
        if let (Some((conversation, tab)), Some(text)) = (
            Drafts::from_storage_key(&key),
            browser::kept(Shelf::Tab, &key),
        ) {
            drafts.set(conversation, tab, text);
        }
    }
    drafts
}
