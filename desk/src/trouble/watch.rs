//! Listening to one conversation.

use std::collections::VecDeque;

use heard_protocol::UnixMillis;

use super::circles::Circles;
use super::phrases::Heard;
use super::writing::{self, Scripts};
use super::{Evidence, Limits, Reason, Said, Speaker, Trouble};
use crate::talk::Stance;

/// Over how many of the visitor's messages hard ones are counted.
const LABOUR_WITHIN: usize = 5;
/// One conversation, as far as it was listened to.
#[derive(Debug, Clone)]
pub struct Watch {
    limits: Limits,
    began: Option<u64>,
    /// The first message of the visitor's that is not yet answered.
    waiting_since: Option<u64>,
    answered: bool,
    circles: Circles,
    labour: VecDeque<u32>,
    hiccups: u32,
    /// How many messages each wrote in which letters.
    visitor_scripts: Scripts,
    agent_scripts: Scripts,
    just: Just,
    refused: bool,
    stance: Option<Stance>,
    found: Vec<Reason>,
    made: Vec<Reason>,
}

/// What the agent's last message did, until the visitor answers.
#[derive(Debug, Clone, Copy, Default)]
struct Just {
    /// It offered to talk.
    offered: bool,
    /// It asked for a phone number, or for any.
    asked_number: bool,
}

impl Watch {
    /// Nothing has been said yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            began: None,
            waiting_since: None,
            answered: false,
            circles: Circles::default(),
            labour: VecDeque::new(),
            hiccups: 0,
            visitor_scripts: Scripts::default(),
            agent_scripts: Scripts::default(),
            just: Just::default(),
            refused: false,
            stance: None,
            found: Vec::new(),
            made: Vec::new(),
        }
    }

    /// Takes the next message in. Returns the reasons it gave that were not there before, the
    /// plainest first.
    pub fn hear(&mut self, said: &Said<'_>) -> Vec<Trouble> {
        let heard = Heard::new(said.text);
        let began = *self.began.get_or_insert(said.at);
        let mut all = Vec::new();
        match said.by {
            Speaker::Visitor => self.visitor(said, &heard, said.at.saturating_sub(began), &mut all),
            Speaker::Agent => self.agent(said, &heard, &mut all),
        }
        if let Some(evidence) = self.circles.found(&self.limits) {
            all.push((Reason::Circles, evidence));
        }
        let mut fresh = Vec::new();
        for (reason, evidence) in all {
            if !self.found.contains(&reason) {
                self.found.push(reason);
                fresh.push(Trouble { reason, evidence });
            }
        }
        fresh
    }

    /// Every reason there has been, in the order in which they came up.
    pub fn reasons(&self) -> &[Reason] {
        &self.found
    }

    /// Whether the visitor has said that they do not want to talk.
    pub const fn refused(&self) -> bool {
        self.refused
    }

    /// What the visitor last said of talking, in words, with the moment as [`Said::at`] has it;
    /// `None` if they have said nothing of it, or answered by a button since.
    pub const fn stance(&self) -> Option<Stance> {
        self.stance
    }

    /// Whether a call may be offered for this reason: it is there, it was not offered for before,
    /// and the visitor has not said no.
    pub fn may_offer(&self, reason: Reason) -> bool {
        self.found.contains(&reason) && !self.made.contains(&reason) && !self.refused
    }

    /// A call was offered for this reason. A "no" in the visitor's next words is an answer to that.
    pub fn offered(&mut self, reason: Reason) {
        self.made.push(reason);
        self.just.offered = true;
    }

    /// The visitor said no to an offer, by a button or in any way but words.
    pub const fn refuse(&mut self) {
        self.refused = true;
        self.stance = None;
    }

    /// The visitor took an offer, or asked to be called, by a button or in any way but words.
    pub const fn agree(&mut self) {
        self.refused = false;
        self.stance = None;
    }

    fn visitor(
        &mut self,
        said: &Said<'_>,
        heard: &Heard,
        lasted: u64,
        all: &mut Vec<(Reason, Evidence)>,
    ) {
        let refuses = heard.refuses(self.just.offered);
        let just = std::mem::take(&mut self.just);
        let stance = |wants| {
            let at = UnixMillis(said.at);
            Some(Stance { wants, at })
        };
        if refuses {
            self.refused = true;
            self.stance = stance(false);
        } else if heard.wishes() || !just.asked_number && heard.gives_number() {
            // Whoever said no may change their mind; nobody else may change it for them.
            self.refused = false;
            self.stance = stance(true);
            all.push((Reason::Visitor, Evidence::Said));
        }
        self.hiccups += u32::from(heard.hiccups());
        if heard.is_broken() || self.hiccups > 1 {
            all.push((Reason::Connection, Evidence::Said));
        }
        self.labour.push_back(writing::labour(said));
        if self.labour.len() > LABOUR_WITHIN {
            self.labour.pop_front();
        }
        let labour = self.labour.iter().sum();
        if heard.lacks_language() {
            all.push((Reason::HardToWrite, Evidence::Languages));
        } else if heard.is_hard() {
            all.push((Reason::HardToWrite, Evidence::Said));
        } else if labour >= self.limits.laborious {
            all.push((Reason::HardToWrite, Evidence::Laborious(labour)));
        }
        self.visitor_scripts.add(said.text);
        self.compare(all);
        let waited = said
            .at
            .saturating_sub(*self.waiting_since.get_or_insert(said.at));
        if !self.answered && waited >= self.limits.wait_ms {
            all.push((Reason::NobodyFree, Evidence::Unanswered(waited)));
        }
        self.circles.visitor(heard, said.text, lasted, &self.limits);
    }

    fn agent(&mut self, said: &Said<'_>, heard: &Heard, all: &mut Vec<(Reason, Evidence)>) {
        self.just = Just {
            offered: heard.offers(),
            asked_number: heard.asks_number(),
        };
        if self.just.offered {
            all.push((Reason::Agent, Evidence::Said));
        }
        if heard.lacks_language() {
            all.push((Reason::HardToWrite, Evidence::Languages));
        }
        self.agent_scripts.add(said.text);
        self.compare(all);
        let since = self.waiting_since.take();
        let waited = since.map_or(0, |since| said.at.saturating_sub(since));
        self.circles.agent(heard, waited, &self.limits);
        self.answered = true;
    }

    /// Whether they write in different letters, and neither has used the other's.
    fn compare(&self, all: &mut Vec<(Reason, Evidence)>) {
        if self.visitor_scripts.are_foreign_to(self.agent_scripts) {
            all.push((Reason::HardToWrite, Evidence::Languages));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(by: Speaker, at: u64, text: &str) -> Said<'_> {
        Said {
            by,
            at: at * 1_000,
            text,
            typed_ms: None,
            deleted: None,
        }
    }

    /// Every reason that came up, and the place of the message.
    fn hear(messages: &[(Speaker, u64, &str)]) -> (Vec<(usize, Reason)>, Watch) {
        let mut watch = Watch::new(Limits::default());
        let mut all = Vec::new();
        for (place, (by, at, text)) in messages.iter().enumerate() {
            let found = watch.hear(&said(*by, *at, text));
            all.extend(found.into_iter().map(|trouble| (place, trouble.reason)));
        }
        (all, watch)
    }

    use Speaker::{Agent, Visitor};

    #[test]
    fn a_wish_is_a_wish_and_a_topic_is_none() {
        let (found, watch) = hear(&[(Visitor, 0, "Could somebody just ring me?")]);
        assert_eq!(found, [(0, Reason::Visitor)]);
        assert!(watch.may_offer(Reason::Visitor) && !watch.may_offer(Reason::Circles));
        for text in [
            "The courier called me twice this morning",
            "Пусть курьер позвонит за час до доставки",
            "Please don't call me, I prefer to write",
        ] {
            assert_eq!(hear(&[(Visitor, 0, text)]).0, [], "{text}");
        }
    }

    #[test]
    fn a_no_ends_all_offers_and_only_the_visitor_can_take_it_back() {
        let offer = (Agent, 10, "Может, проще созвониться?");
        let no = (Visitor, 20, "Нет, давайте здесь");
        let (found, watch) = hear(&[(Visitor, 0, "Не включается плита"), offer, no]);
        assert_eq!(found, [(1, Reason::Agent)]);
        assert!(watch.refused() && !watch.may_offer(Reason::Agent));
        let (_, watch) = hear(&[offer, no, (Visitor, 90, "Ладно, перезвоните мне")]);
        assert!(watch.may_offer(Reason::Visitor));
        assert_eq!(
            watch.stance().map(|it| (it.wants, it.at)),
            Some((true, UnixMillis(90_000)))
        );
        // A "no" to something else is not one.
        let other = (Agent, 10, "Горит ли лампочка?");
        assert!(!hear(&[other, (Visitor, 20, "Нет, не горит")]).1.refused());
    }

    #[test]
    fn a_no_in_words_answers_a_card() {
        let mut watch = Watch::new(Limits::default());
        watch.hear(&said(Visitor, 0, "Could somebody just ring me?"));
        watch.offered(Reason::Visitor);
        watch.hear(&said(Visitor, 9, "No, here is fine after all"));
        assert!(watch.refused() && watch.stance().is_some_and(|it| !it.wants));
        watch.agree();
        assert!(!watch.refused() && watch.stance().is_none());
    }

    #[test]
    fn the_same_question_after_two_answers_is_a_circle() {
        let (found, _) = hear(&[
            (Visitor, 0, "How do I move my booking to another Saturday?"),
            (Agent, 40, "You can find all rules in our help centre."),
            (
                Visitor,
                70,
                "But how can the booking be moved to another Saturday",
            ),
            (Agent, 120, "Our cancellation rules are explained there."),
            (
                Visitor,
                150,
                "I want to move the booking to a different Saturday, how?",
            ),
        ]);
        assert_eq!(found, [(4, Reason::Circles)]);
    }

    #[test]
    fn nobody_answers() {
        let (found, _) = hear(&[
            (Visitor, 0, "Hello"),
            (Visitor, 100, "Hello?"),
            (Visitor, 200, "Anybody?"),
        ]);
        assert_eq!(found, [(2, Reason::NobodyFree)]);
    }

    proptest! {
        #[test]
        fn every_reason_comes_up_once_and_nothing_is_offered_after_a_no(
            messages in proptest::collection::vec((any::<bool>(), 0..400_u64, 0..9_usize), 0..40),
        ) {
            const TEXTS: [&str; 9] = [
                "Перезвоните мне", "Нет", "не звоните мне", "I told you already!!", "Shall we talk over the phone?",
                "the chat keeps disconnecting", "I can't type well", "спасибо, помогло", "Where is it?",
            ];
            let mut watch = Watch::new(Limits::default());
            let mut at = 0;
            for (visitor, later, text) in messages {
                at += later;
                let by = if visitor { Visitor } else { Agent };
                let before = watch.clone();
                let found = watch.hear(&said(by, at, TEXTS[text]));
                for trouble in &found {
                    prop_assert!(!before.reasons().contains(&trouble.reason));
                }
                if before.refused() && !(visitor && matches!(text, 0 | 4)) {
                    prop_assert!(watch.refused());
                }
                for reason in watch.reasons() {
                    prop_assert!(!(watch.refused() && watch.may_offer(*reason)));
                }
                if let Some(trouble) = found.first() {
                    watch.offered(trouble.reason);
                    prop_assert!(!watch.may_offer(trouble.reason));
                }
            }
        }
    }
}
