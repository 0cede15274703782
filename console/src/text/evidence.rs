//! On what grounds writing is found not to work.

use heard_protocol::TalkEvidence;

use super::Text;

impl Text {
    /// The evidence as a clause.
    pub(crate) fn evidence(&self, evidence: TalkEvidence) -> String {
        let words = &self.trouble.evidence;
        match evidence {
            TalkEvidence::AskedAgain(count) => (words.asked_again)(&self.times(count)),
            TalkEvidence::ToldAgain(count) => (words.told_again)(&self.times(count)),
            TalkEvidence::NotUnderstood => words.not_understood.to_owned(),
            TalkEvidence::Already => words.already.to_owned(),
            TalkEvidence::NoHelp => words.no_help.to_owned(),
            TalkEvidence::Impatience => words.impatience.to_owned(),
            TalkEvidence::Silence(0) => words.anybody.to_owned(),
            TalkEvidence::Silence(ms) => (words.silence)(&self.span(ms)),
            TalkEvidence::Long(count) => (words.long)(count.into()),
            TalkEvidence::Laborious(count) => (words.laborious)(count.into()),
            TalkEvidence::Languages => words.languages.to_owned(),
            TalkEvidence::Unanswered(ms) => (words.unanswered)(&self.span(ms)),
            TalkEvidence::Said => words.said.to_owned(),
            TalkEvidence::Expected(ms) => (words.expected)(&self.span(ms)),
            TalkEvidence::Broken(count) => (words.broken)(count.into()),
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
        let again = TalkEvidence::AskedAgain;
        assert_eq!(said(Lang::En, again(2)), "asked the same thing twice");
        assert_eq!(said(Lang::En, again(5)), "asked the same thing 5 times");
        assert_eq!(said(Lang::Ru, again(3)), "об одном спросили трижды");
        assert_eq!(said(Lang::Ru, again(21)), "об одном спросили 21 раз");
        assert_eq!(
            said(Lang::Ru, TalkEvidence::Long(22)),
            "уже 22 сообщения без продвижения"
        );
        assert_eq!(
            said(Lang::En, TalkEvidence::Silence(89_999)),
            "89 s of silence"
        );
        assert_eq!(
            said(Lang::En, TalkEvidence::Silence(90_000)),
            "1 min of silence"
        );
    }
}
