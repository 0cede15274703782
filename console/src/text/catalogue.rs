//! The shape of a catalogue: every word a person reads, once. A language that lacks one does not
//! compile.

use heard_protocol::QueueReason;
use heard_protocol::{
    Availability, CallAnswer, CallEvidence, CallLeg, CallReason, Disposition, RefusalCode,
    VoiceEnding,
};

use crate::model::act::Act;
use crate::model::wait::Wait;
use heard_fold::call_offer::Hurdle;

/// The words of one language. Texts with a gap are functions, so that each language orders its own
/// sentence.
pub(crate) struct Text {
    /// The BCP 47 tag that times and names of languages are written in.
    pub(crate) tag: &'static str,
    /// What the language calls itself.
    pub(crate) own_name: &'static str,
    /// The tab's title when nothing waits.
    pub(crate) title: &'static str,
    /// The tab's title while so many offers wait.
    pub(crate) title_offers: fn(usize) -> String,
    /// The tab's title while so many messages are unread.
    pub(crate) title_unread: fn(usize) -> String,

    pub(crate) sign_in: SignIn,
    pub(crate) link: Link,
    pub(crate) lists: Lists,
    pub(crate) talk: Talk,
    pub(crate) trouble: Trouble,
    pub(crate) voice: Voice,
    pub(crate) composer: Composer,
    pub(crate) person: Person,
    pub(crate) calls: Calls,
    pub(crate) dialog: Dialog,
    pub(crate) menu: Menu,

    /// The agent's own word.
    pub(crate) availability: fn(Availability) -> &'static str,
    /// What that word means for the agent.
    pub(crate) availability_hint: fn(Availability) -> &'static str,
    /// What came of a call.
    pub(crate) disposition: fn(Disposition) -> &'static str,
    /// Why the relay would not do something.
    pub(crate) refusal: fn(RefusalCode) -> &'static str,
    /// What can be done.
    pub(crate) act: fn(Act) -> &'static str,
    /// How long something takes, short: `0:41`, `1 h 05 min`.
    pub(crate) wait: fn(Wait) -> String,
    /// How long something takes, as a screen reader should say it.
    pub(crate) wait_words: fn(Wait) -> String,
}

/// The page before anybody is signed in.
pub(crate) struct SignIn {
    pub(crate) heading: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) email: &'static str,
    pub(crate) password: &'static str,
    pub(crate) submit: &'static str,
    pub(crate) busy: &'static str,
    pub(crate) bad_credentials: &'static str,
    pub(crate) too_fast: &'static str,
    pub(crate) unreachable: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) loading: &'static str,
    pub(crate) language: &'static str,
}

/// How the connection is.
pub(crate) struct Link {
    pub(crate) connecting: &'static str,
    pub(crate) reconnecting: &'static str,
    pub(crate) retry_in: fn(u64) -> String,
    pub(crate) offline: &'static str,
    pub(crate) retry_now: &'static str,
    pub(crate) reload_needed: &'static str,
    pub(crate) reload: &'static str,
    pub(crate) stopped: &'static str,
    pub(crate) expired_heading: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) held: &'static str,
}

/// The first column and the rail.
pub(crate) struct Lists {
    pub(crate) region: &'static str,
    pub(crate) rail: &'static str,
    pub(crate) chats: &'static str,
    pub(crate) callbacks: &'static str,
    pub(crate) offered: &'static str,
    pub(crate) mine: &'static str,
    pub(crate) queue: &'static str,
    pub(crate) others: &'static str,
    pub(crate) resolved: &'static str,
    pub(crate) load: fn(u16, u16) -> String,
    pub(crate) waits: fn(&str) -> String,
    pub(crate) waits_longest: fn(usize, &str) -> String,
    pub(crate) left: fn(u64) -> String,
    pub(crate) no_mine: &'static str,
    pub(crate) no_mine_unavailable: &'static str,
    pub(crate) no_queue: &'static str,
    pub(crate) no_others: &'static str,
    pub(crate) no_resolved: &'static str,
    pub(crate) draft: &'static str,
    pub(crate) unread: fn(usize) -> String,
    pub(crate) awaiting_reply: &'static str,
    pub(crate) with_them: &'static str,
    pub(crate) asked: fn(&str) -> String,
    pub(crate) typing: &'static str,
    pub(crate) look: &'static str,
    pub(crate) take: &'static str,
    pub(crate) take_named: fn(&str) -> String,
    pub(crate) accept: &'static str,
    pub(crate) decline: &'static str,
    pub(crate) visitor: &'static str,
    pub(crate) from_page: fn(&str) -> String,
    pub(crate) be_available: &'static str,
}

/// When writing does not work, and a call is offered.
pub(crate) struct Trouble {
    /// Before the reason.
    pub(crate) head: &'static str,
    /// Instead of it, where the agent thought so.
    pub(crate) suggested: &'static str,
    /// Why talking would be better than writing.
    pub(crate) reason: fn(CallReason) -> &'static str,
    /// On what grounds.
    pub(crate) evidence: fn(CallEvidence) -> String,
    /// The offer has not been answered.
    pub(crate) open: &'static str,
    /// What the visitor said to it.
    pub(crate) answered: fn(CallAnswer) -> &'static str,
    /// In the log: a reason and its evidence.
    pub(crate) seen: fn(&str, &str) -> String,
    /// In the log: that it was offered, for a reason.
    pub(crate) offered: fn(&str) -> String,
    pub(crate) offer: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) why: &'static str,
    /// Why an offer would come to nothing.
    pub(crate) hurdle: fn(Hurdle) -> &'static str,
}

/// The conversation column.
pub(crate) struct Talk {
    pub(crate) region: &'static str,
    pub(crate) log: &'static str,
    pub(crate) nothing_open: &'static str,
    pub(crate) nothing_open_hint: &'static str,
    pub(crate) gone: &'static str,
    pub(crate) gone_hint: &'static str,
    pub(crate) loading: &'static str,
    pub(crate) issue: &'static str,
    pub(crate) back: &'static str,
    pub(crate) person: &'static str,
    pub(crate) transfer: &'static str,
    pub(crate) give_back: &'static str,
    pub(crate) resolve: &'static str,
    pub(crate) reopen: &'static str,
    pub(crate) on_page: fn(&str) -> String,
    pub(crate) with_you: &'static str,
    pub(crate) with: fn(&str) -> String,
    pub(crate) in_queue: fn(&str) -> String,
    pub(crate) offered_to_you: &'static str,
    pub(crate) offered_to: fn(&str) -> String,
    pub(crate) resolved_at: fn(&str) -> String,
    pub(crate) somebody: &'static str,
    pub(crate) visitor_wrote: &'static str,
    pub(crate) you_wrote: &'static str,
    pub(crate) wrote: fn(&str) -> String,
    pub(crate) staff_only: &'static str,
    pub(crate) sending: &'static str,
    pub(crate) sent: &'static str,
    pub(crate) seen: &'static str,
    pub(crate) not_sent: &'static str,
    pub(crate) retry: &'static str,
    pub(crate) discard: &'static str,
    pub(crate) visitor_typing: fn(&str) -> String,
    pub(crate) agent_typing: fn(&str) -> String,
    pub(crate) new_below: &'static str,
    pub(crate) assigned_you: &'static str,
    pub(crate) assigned: fn(&str) -> String,
    pub(crate) transferred: fn(&str, &str) -> String,
    pub(crate) queued: fn(QueueReason) -> &'static str,
    pub(crate) resolved: &'static str,
    pub(crate) reopened: &'static str,
    pub(crate) declined: fn(&str) -> String,
    pub(crate) missed: fn(&str) -> String,
    pub(crate) callback_requested: &'static str,
    pub(crate) callback_closed: fn(&str) -> String,
    pub(crate) you: &'static str,
    pub(crate) bot: &'static str,
    pub(crate) today: &'static str,
    pub(crate) yesterday: &'static str,
    pub(crate) announce_offer: fn(&str) -> String,
    pub(crate) announce_message: fn(&str, &str) -> String,
    pub(crate) announce_handed: fn(&str) -> String,
    pub(crate) announce_callback: fn(&str) -> String,
}

/// Where one writes.
pub(crate) struct Composer {
    pub(crate) region: &'static str,
    pub(crate) answer: &'static str,
    pub(crate) note: &'static str,
    pub(crate) answer_placeholder: &'static str,
    pub(crate) note_placeholder: &'static str,
    pub(crate) send: &'static str,
    pub(crate) save_note: &'static str,
    pub(crate) newline: &'static str,
    pub(crate) everything_else: &'static str,
    pub(crate) too_long: &'static str,
    pub(crate) bytes_left: fn(usize) -> String,
    pub(crate) take_first: &'static str,
    pub(crate) accept_first: &'static str,
    pub(crate) asked_first: fn(&str) -> String,
    pub(crate) others_answer: fn(&str) -> String,
    pub(crate) reopen_first: &'static str,
}

/// The third column.
pub(crate) struct Person {
    pub(crate) region: &'static str,
    pub(crate) online: &'static str,
    pub(crate) offline: &'static str,
    pub(crate) unknown: &'static str,
    pub(crate) language: &'static str,
    pub(crate) page: &'static str,
    pub(crate) no_page: &'static str,
    pub(crate) opened: &'static str,
    pub(crate) waits: &'static str,
    pub(crate) not_waiting: &'static str,
    pub(crate) id: &'static str,
    pub(crate) copy: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) calls: &'static str,
    pub(crate) earlier: &'static str,
    pub(crate) no_earlier: &'static str,
    pub(crate) new_window: &'static str,
    pub(crate) close: &'static str,
}

/// Requests to be called.
pub(crate) struct Calls {
    pub(crate) heading: &'static str,
    pub(crate) open: &'static str,
    pub(crate) closed: &'static str,
    pub(crate) none_open: &'static str,
    pub(crate) none_open_hint: &'static str,
    pub(crate) none_closed: &'static str,
    pub(crate) unnamed: &'static str,
    pub(crate) call: fn(&str) -> String,
    pub(crate) asap: &'static str,
    pub(crate) asked: fn(&str) -> String,
    pub(crate) due: fn(&str) -> String,
    pub(crate) overdue: fn(&str) -> String,
    pub(crate) your_time: fn(&str) -> String,
    pub(crate) their_time: fn(&str, &str) -> String,
    pub(crate) when: &'static str,
    pub(crate) topic: &'static str,
    pub(crate) consent: &'static str,
    pub(crate) consent_given: fn(&str) -> String,
    pub(crate) conversation: &'static str,
    pub(crate) open_conversation: &'static str,
    pub(crate) no_conversation: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) note: &'static str,
    pub(crate) note_hint: &'static str,
    pub(crate) save: &'static str,
    pub(crate) saving: &'static str,
    pub(crate) pick_outcome: &'static str,
    pub(crate) closed_by: fn(&str, &str) -> String,
    pub(crate) announce_ring: fn(&str) -> String,
    pub(crate) rings: &'static str,
    pub(crate) rings_for: fn(&str) -> String,
    pub(crate) make: &'static str,
    pub(crate) decline: &'static str,
    pub(crate) making: fn(&str) -> String,
    pub(crate) leg: fn(CallLeg) -> &'static str,
    pub(crate) summary: &'static str,
    pub(crate) summary_hint: &'static str,
    pub(crate) again: fn(u8, &str) -> String,
    pub(crate) moved: fn(&str) -> String,
    pub(crate) moved_soon: &'static str,
    pub(crate) cancelled: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) dials: fn(&str) -> String,
    pub(crate) tried: fn(&str, &str) -> String,
    pub(crate) summed: fn(&str) -> String,
    pub(crate) rated: fn(u8) -> String,
    pub(crate) rang: fn(&str) -> String,
    pub(crate) missed: fn(&str) -> String,
    pub(crate) declined: fn(&str) -> String,
    pub(crate) released: fn(&str) -> String,
    pub(crate) my_phone: &'static str,
    pub(crate) takes: &'static str,
    pub(crate) address: &'static str,
    pub(crate) address_hint: &'static str,
}

/// Dialogs.
pub(crate) struct Dialog {
    pub(crate) close: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) transfer: &'static str,
    pub(crate) transfer_to: &'static str,
    pub(crate) transfer_comment: &'static str,
    pub(crate) transfer_comment_hint: &'static str,
    pub(crate) transfer_submit: &'static str,
    pub(crate) transfer_nobody: &'static str,
    pub(crate) colleague_load: fn(u16, u16) -> String,
    pub(crate) decline: &'static str,
    pub(crate) decline_lead: &'static str,
    pub(crate) decline_reason: &'static str,
    pub(crate) decline_submit: &'static str,
    pub(crate) unsent: &'static str,
    pub(crate) unsent_lead: &'static str,
    pub(crate) unsent_send: &'static str,
    pub(crate) unsent_keep: &'static str,
    pub(crate) unsent_back: &'static str,
    pub(crate) palette: &'static str,
    pub(crate) palette_field: &'static str,
    pub(crate) palette_none: &'static str,
    pub(crate) keys: &'static str,
    pub(crate) keys_lead: &'static str,
    pub(crate) keys_anywhere: &'static str,
    pub(crate) keys_while_writing: &'static str,
    pub(crate) keys_send: &'static str,
    pub(crate) keys_newline: &'static str,
    pub(crate) keys_leave: &'static str,
    pub(crate) dismiss: &'static str,
}

/// Talking to visitors from page to page.
pub(crate) struct Voice {
    pub(crate) rings: &'static str,
    pub(crate) answer: &'static str,
    pub(crate) decline: &'static str,
    pub(crate) headset: &'static str,
    pub(crate) headset_hint: &'static str,
    pub(crate) asked: &'static str,
    pub(crate) answered: fn(&str) -> String,
    pub(crate) ended: fn(VoiceEnding) -> &'static str,
    /// What the call came to, for the visitor.
    pub(crate) sum: &'static str,
    pub(crate) sum_hint: &'static str,
    pub(crate) sum_skip: &'static str,
}

/// The account menu.
pub(crate) struct Menu {
    pub(crate) account: &'static str,
    pub(crate) availability: &'static str,
    pub(crate) language: &'static str,
    pub(crate) sound: &'static str,
    pub(crate) on: &'static str,
    pub(crate) off: &'static str,
    pub(crate) keys: &'static str,
    pub(crate) sign_out: &'static str,
}
