//! Whether two people are getting nowhere: small signs, each worth points, that add up and are
//! forgotten when something is settled.
//!
//! | sign | points |
//! |---|---|
//! | the visitor asks again what they asked before an answer | 2 |
//! | the agent writes again what they wrote before | 2 |
//! | "I don't understand", "that is not what I asked" | 1 |
//! | "I told you already", "for the third time" | 1 |
//! | "that did not help", once something was advised | 1 |
//! | impatience, in words | 2 |
//! | impatience, in capitals or rows of marks | 1 |
//! | a long silence of the agent's, or asking whether anybody is there | 1 |
//! | a long conversation, and every four messages after that | 1 |
//!
//! "Thank you, that works" takes [`SETTLED`] away, unless the same message has a sign too.

use std::collections::VecDeque;

use super::phrases::Heard;
use super::sameness::Subject;
use super::{Evidence, Limits};

/// How many points are forgotten when something is settled.
const SETTLED: u32 = 3;
/// Every so many messages after `Limits::long` there is another point.
const LONGER: u32 = 4;
/// How many stems two messages of an agent's share at least, if one is the other again: agents are
/// polite in the same words.
const AGENT_SHARED: usize = 2;
/// How many messages of each side are compared with what comes.
const COMPARED: usize = 64;
/// How many letters in capitals are shouting.
const CAPITALS: usize = 10;

/// What was noticed so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Circles {
    points: u32,
    /// The weightiest sign.
    evidence: Option<(u32, Evidence)>,
    /// What the visitor wrote, and how often the agent had spoken by then.
    asked: VecDeque<(Subject, u32)>,
    asked_again: u32,
    answered: VecDeque<Subject>,
    answered_again: u32,
    /// How often the agent has spoken, and the visitor.
    answers: u32,
    messages: u32,
}

impl Circles {
    /// The visitor wrote.
    pub(super) fn visitor(&mut self, heard: &Heard, text: &str, lasted: u64, limits: &Limits) {
        self.messages += 1;
        let before = self.points;
        let subject = Subject::of(heard.sentences());
        let again = self
            .asked
            .iter()
            .any(|(asked, answers)| *answers < self.answers && subject.is(asked, 0));
        keep(&mut self.asked, (subject, self.answers));
        if again {
            self.asked_again += 1;
            self.sign(2, Evidence::AskedAgain(self.asked_again + 1));
        }
        if self.answers > 0 {
            if heard.is_lost() {
                self.sign(1, Evidence::NotUnderstood);
            }
            if heard.has_already() {
                self.sign(1, Evidence::Already);
            }
            if heard.was_not_helped() {
                self.sign(1, Evidence::NoHelp);
            }
            if heard.is_impatient() {
                self.sign(2, Evidence::Impatience);
            }
            if heard.nudges() {
                self.sign(1, Evidence::Silence(0));
            }
        }
        if shouts(text) {
            self.sign(1, Evidence::Impatience);
        }
        let over = self.messages.checked_sub(limits.long);
        if over.is_some_and(|over| over.is_multiple_of(LONGER)) && lasted >= limits.long_ms {
            self.sign(1, Evidence::Long(self.messages));
        }
        if self.points == before && heard.is_settled() {
            self.points = self.points.saturating_sub(SETTLED);
        }
    }

    /// The agent wrote, after the visitor had waited for so long.
    pub(super) fn agent(&mut self, heard: &Heard, waited: u64, limits: &Limits) {
        if self.answers > 0 && waited >= limits.silence_ms {
            self.sign(1, Evidence::Silence(waited));
        }
        self.answers += 1;
        let subject = Subject::of(heard.sentences());
        if self
            .answered
            .iter()
            .any(|one| subject.is(one, AGENT_SHARED))
        {
            self.answered_again += 1;
            self.sign(2, Evidence::ToldAgain(self.answered_again + 1));
        }
        keep(&mut self.answered, subject);
    }

    /// The weightiest sign, once there are enough of them.
    pub(super) fn found(&self, limits: &Limits) -> Option<Evidence> {
        let (_, evidence) = self.evidence?;
        (self.points >= limits.circles).then_some(evidence)
    }

    fn sign(&mut self, points: u32, evidence: Evidence) {
        self.points += points;
        if self.evidence.is_none_or(|(most, _)| points >= most) {
            self.evidence = Some((points, evidence));
        }
    }
}

/// Remembers one more; the oldest is forgotten for it.
fn keep<T>(kept: &mut VecDeque<T>, one: T) {
    if kept.len() == COMPARED {
        kept.pop_front();
    }
    kept.push_back(one);
}

/// Capitals throughout, or rows of marks.
fn shouts(text: &str) -> bool {
    let letters = text.chars().filter(|one| one.is_alphabetic());
    let (all, large) = letters.fold((0, 0), |(all, large), one| {
        (all + 1, large + usize::from(one.is_uppercase()))
    });
    let row = ["!!", "??", "?!", "!?"]
        .iter()
        .any(|row| text.contains(row));
    row || large >= CAPITALS && large * 10 >= all * 6
}
