//! What a catalogue holds.

/// A phrase in the forms a language has for numbers, by the names of `Intl.PluralRules`; a form the
/// language lacks repeats the last one.
#[derive(Debug, Clone, Copy)]
pub struct Plural {
    /// 1 in English; 1, 21, 31… in Russian.
    pub one: &'static str,
    /// 2–4, 22–24… in Russian.
    pub few: &'static str,
    /// Everything else.
    pub many: &'static str,
}

impl Plural {
    /// The form of a category.
    pub fn of(&self, category: &str) -> &'static str {
        match category {
            "one" => self.one,
            "few" => self.few,
            _ => self.many,
        }
    }
}

macro_rules! strings {
    ($($(#[$doc:meta])* $name:ident: $kind:ty,)+) => {
        /// Every word on the screen in one language. A `{}` is a gap for [`fill`](super::fill).
        #[derive(Debug, Clone, Copy)]
        pub struct Strings {$(
            $(#[$doc])*
            pub $name: $kind,
        )+}

        #[cfg(test)]
        impl Strings {
            /// How many gaps each phrase has, by name.
            pub(super) fn gaps(&self) -> Vec<(&'static str, usize)> {
                vec![$((stringify!($name), Gaps::gaps(&self.$name))),+]
            }
        }
    };
}

#[cfg(test)]
trait Gaps {
    fn gaps(&self) -> usize;
}

#[cfg(test)]
impl Gaps for &'static str {
    fn gaps(&self) -> usize {
        assert!(!self.trim().is_empty());
        self.matches("{}").count()
    }
}

#[cfg(test)]
impl Gaps for Plural {
    fn gaps(&self) -> usize {
        let gaps = self.many.gaps();
        assert_eq!((self.one.gaps(), self.few.gaps()), (gaps, gaps));
        gaps
    }
}

strings! {
    /// The label of a program that answers.
    bot: &'static str,
    /// Before one's own messages, for those who listen.
    you: &'static str,

    /// The first words of an empty chat.
    intro_title: &'static str,
    /// Under them.
    intro: &'static str,
    /// Under them when nobody is at the desk.
    intro_closed: &'static str,

    /// State line: the first connection is being opened.
    state_connecting: &'static str,
    /// State line: somebody is at the desk.
    state_open: &'static str,
    /// State line: nobody is.
    state_closed: &'static str,
    /// State line: in the queue.
    state_waiting: &'static str,
    /// State line: a person has the conversation.
    state_person: &'static str,
    /// State line: a program has it.
    state_bot: &'static str,
    /// State line: settled.
    state_resolved: &'static str,
    /// Who is typing.
    typing: &'static str,

    /// Banner: the connection is being opened again.
    reconnecting: &'static str,
    /// Banner: it does not come back.
    no_connection: &'static str,
    /// The button beside it, and in the queue.
    call_instead: &'static str,

    /// An agent took the conversation.
    joined: &'static str,
    /// A program took the conversation.
    joined_bot: &'static str,
    /// Back in the queue.
    waiting: &'static str,
    /// Settled.
    resolved: &'static str,
    /// Not settled after all.
    reopened: &'static str,
    /// A call was asked for.
    callback_requested: &'static str,
    /// They talked.
    call_answered: &'static str,
    /// The line was busy.
    call_busy: &'static str,
    /// Nobody picked up.
    call_no_answer: &'static str,
    /// A machine picked up.
    call_voicemail: &'static str,
    /// Somebody else's number.
    call_wrong_number: &'static str,
    /// The visitor no longer wants it.
    call_refused: &'static str,
    /// It could not be made.
    call_technical: &'static str,

    /// It is at another time, which follows.
    call_moved: &'static str,
    /// It is as soon as possible instead.
    call_moved_soon: &'static str,
    /// The visitor called it off.
    call_cancelled: &'static str,
    /// Nobody made it in time.
    call_expired: &'static str,
    /// An agent is calling.
    calling: &'static str,
    /// They were not reached; when it is tried again.
    call_tried: &'static str,
    /// The outcome of a call, by the agent.
    call_summed: &'static str,
    /// How the visitor found a call, out of five.
    call_rated: &'static str,

    /// An agent offered to talk, and why.
    talk_offered: &'static str,
    /// The visitor would rather write.
    talk_no: &'static str,
    /// The visitor would rather talk.
    talk_yes: &'static str,
    /// Over an offer to talk.
    talk_title: &'static str,
    /// Why talking is offered: the chat does not hold.
    why_connection: &'static str,
    /// Nobody answers.
    why_nobody: &'static str,
    /// They go in circles.
    why_circles: &'static str,
    /// Writing is hard.
    why_hard: &'static str,
    /// The agent thinks so.
    why_agent: &'static str,
    /// The visitor wants to.
    why_visitor: &'static str,
    /// The two answers: call me, ...
    talk_call: &'static str,
    /// Talk from page to page, at once.
    talk_here: &'static str,
    /// The visitor calls.
    voice_asked: &'static str,
    /// They talk.
    voice_answered: &'static str,
    /// It is over.
    voice_ended: &'static str,
    /// ... or let us write.
    talk_write: &'static str,

    /// Delivery: waits for a connection.
    kept: &'static str,
    /// Delivery: on its way.
    sending: &'static str,
    /// Delivery: on the relay's disk.
    sent: &'static str,
    /// Delivery: staff have seen it.
    seen: &'static str,
    /// A message was refused as too long.
    failed_long: &'static str,
    /// A message was refused for any other reason.
    failed: &'static str,
    /// Send it again.
    retry: &'static str,
    /// Throw it away.
    discard: &'static str,

    /// Behind the number of people before the visitor.
    ahead: Plural,
    /// Nobody is before the visitor.
    next: &'static str,
    /// The wait, from and to, in minutes.
    wait_range: &'static str,
    /// The wait, in minutes.
    wait_about: &'static str,
    /// The wait is not known.
    wait_unknown: &'static str,

    /// Name of the text field.
    message: &'static str,
    /// The text field's hint while waiting.
    message_waiting: &'static str,
    /// The button that sends.
    send: &'static str,
    /// The text is too long, by about so many characters.
    too_long: &'static str,

    /// Name of the list of messages.
    conversation: &'static str,
    /// The button that leads to the end of it.
    newest: &'static str,
    /// The button that closes the panel.
    close: &'static str,

    /// Title of the form that asks for a call.
    call_title: &'static str,
    /// The same when nobody is at the desk.
    call_title_closed: &'static str,
    /// Under it.
    call_hint: &'static str,
    /// Field: the number.
    phone: &'static str,
    /// Field: the name.
    name: &'static str,
    /// Field: when.
    when: &'static str,
    /// As soon as possible.
    asap: &'static str,
    /// At another time.
    later: &'static str,
    /// Field: the moment.
    moment: &'static str,
    /// What the visitor agrees to; stored with the request word for word.
    consent: &'static str,
    /// Sends the form.
    call_me: &'static str,
    /// Closes the form.
    not_now: &'static str,
    /// Problem: the number.
    bad_phone: &'static str,
    /// Problem: the moment.
    bad_time: &'static str,
    /// Problem: the last place at that time is gone.
    slot_taken: &'static str,
    /// Problem: a number that is not called.
    not_called: &'static str,
    /// Field: the day.
    day: &'static str,
    /// Field: the time of that day.
    time: &'static str,
    /// The first line of a choice.
    choose: &'static str,
    /// An agent is being found for the call.
    call_ringing: &'static str,
    /// The phone rings.
    call_now: &'static str,
    /// They talk.
    call_talking: &'static str,
    /// It will be tried again; when.
    call_again: &'static str,
    /// Has the call at another time.
    call_move: &'static str,
    /// Calls it off.
    call_off: &'static str,
    /// Leads to the call's own page.
    call_page: &'static str,
    /// Keeps the other time.
    save: &'static str,
    /// It can't be changed any more.
    call_late: &'static str,
    /// Asks how the call was.
    rate_title: &'static str,
    /// Before the number of stars.
    rate_of: &'static str,

    /// Problem: the box.
    no_consent: &'static str,
    /// Problem: asked already.
    call_exists: &'static str,
    /// Problem: too many at once.
    too_fast: &'static str,
    /// Problem: the relay can't be reached.
    unreachable: &'static str,
    /// The link to the form without scripts.
    plain_form: &'static str,
    /// The request is booked.
    booked_title: &'static str,
    /// For as soon as possible, with the number.
    booked_asap: &'static str,
    /// For a moment, with the moment and the number.
    booked_at: &'static str,
}

#[cfg(test)]
mod tests {
    use super::super::{ENGLISH, RUSSIAN};

    #[test]
    fn the_catalogues_have_the_same_gaps() {
        assert_eq!(ENGLISH.gaps(), RUSSIAN.gaps());
    }

    #[test]
    fn the_machine_does_not_shout() {
        for (name, text) in [
            ("en", format!("{ENGLISH:?}")),
            ("ru", format!("{RUSSIAN:?}")),
        ] {
            assert!(!text.contains('!'), "{name}");
        }
    }

    #[test]
    fn russian_counts_people_in_three_forms() {
        let ahead = RUSSIAN.ahead;
        assert_eq!(ahead.of("one"), "человек перед вами");
        assert_eq!(ahead.of("few"), "человека перед вами");
        assert_eq!(ahead.of("many"), "человек перед вами");
        assert_eq!(ENGLISH.ahead.of("other"), "people before you");
    }
}
