//! On what grounds writing is found not to work.

use heard_protocol::CallEvidence;

use super::Text;

impl Text {
    /// The evidence as a clause.
    pub(crate) fn evidence(&self, evidence: CallEvidence) -> String {
        let words = &self.trouble.evidence;
        match evidence {
            CallEvidence::AskedAgain(count) => (words.asked_again)(&self.times(count)),
            CallEvidence::ToldAgain(count) => (words.told_again)(&self.times(count)),
            CallEvidence::NotUnderstood => words.not_understood.to_owned(),
            CallEvidence::Already => words.already.to_owned(),
            CallEvidence::NoHelp => words.no_help.to_owned(),
            CallEvidence::Impatience => words.impatience.to_owned(),
            CallEvidence::Silence(0) => words.anybody.to_owned(),
            CallEvidence::Silence(ms) => (words.silence)(&self.span(ms)),
            CallEvidence::Long(count) => (words.long)(count.into()),
            CallEvidence::Laborious(count) => (words.laborious)(count.into()),
            CallEvidence::Languages => words.languages.to_owned(),
            CallEvidence::Unanswered(ms) => (words.unanswered)(&self.span(ms)),
            CallEvidence::Said => words.said.to_owned(),
            CallEvidence::Expected(ms) => (words.expected)(&self.span(ms)),
            CallEvidence::Broken(count) => (words.broken)(count.into()),
            CallEvidence::Other => words.other.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    #[test]
    fn counts_are_words_as_long_as_people_say_them() {
        let said = |lang: Lang, evidence| lang.text().evidence(evidence);
        let again = CallEvidence::AskedAgain;
        assert_eq!(said(Lang::En, again(2)), "asked the same thing twice");
        assert_eq!(said(Lang::En, again(5)), "asked the same thing 5 times");
        assert_eq!(said(Lang::Ru, again(3)), "об одном спросили трижды");
        assert_eq!(said(Lang::Ru, again(21)), "об одном спросили 21 раз");
        assert_eq!(
            said(Lang::Ru, CallEvidence::Long(22)),
            "уже 22 сообщения без продвижения"
        );
        assert_eq!(
            said(Lang::En, CallEvidence::Silence(89_999)),
            "89 s of silence"
        );
        assert_eq!(
            said(Lang::En, CallEvidence::Silence(90_000)),
            "1 min of silence"
        );
    }
}
