//! What is being written and isn't sent: one answer and one note per conversation.

use std::collections::BTreeMap;

use heard_protocol::ConversationId;

/// Which of the composer's two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) enum Tab {
    /// To the visitor.
    #[default]
    Answer,
    /// To colleagues.
    Note,
}

impl Tab {
    /// A short name for storage.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Note => "note",
        }
    }
}

/// Every draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Drafts(BTreeMap<(ConversationId, Tab), String>);

impl Drafts {
    /// What is being written there; empty if nothing is.
    pub(crate) fn get(&self, conversation: ConversationId, tab: Tab) -> &str {
        self.0.get(&(conversation, tab)).map_or("", String::as_str)
    }

    /// Keeps a text; an empty one is forgotten.
    pub(crate) fn set(&mut self, conversation: ConversationId, tab: Tab, text: String) {
        if text.is_empty() {
            self.0.remove(&(conversation, tab));
        } else {
            self.0.insert((conversation, tab), text);
        }
    }

    /// Whether an answer is begun there.
    pub(crate) fn has_answer(&self, conversation: ConversationId) -> bool {
        !self.get(conversation, Tab::Answer).trim().is_empty()
    }

    /// The name a draft is stored under.
    pub(crate) fn storage_key(conversation: ConversationId, tab: Tab) -> String {
        format!("heard.draft.{}.{conversation}", tab.key())
    }

    /// The draft a stored name belongs to.
    pub(crate) fn from_storage_key(key: &str) -> Option<(ConversationId, Tab)> {
        let rest = key.strip_prefix("heard.draft.")?;
        let (tab, id) = rest.split_once('.')?;
        let tab = [Tab::Answer, Tab::Note]
            .into_iter()
            .find(|it| it.key() == tab)?;
        Some((id.parse().ok()?, tab))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixtures::conversation;

    #[test]
    fn answer_and_note_are_kept_apart() {
        let mut drafts = Drafts::default();
        drafts.set(conversation(1), Tab::Answer, "to you".to_owned());
        drafts.set(conversation(1), Tab::Note, "to us".to_owned());
        assert_eq!(drafts.get(conversation(1), Tab::Answer), "to you");
        assert_eq!(drafts.get(conversation(2), Tab::Note), "");
        drafts.set(conversation(1), Tab::Answer, " ".to_owned());
        assert!(!drafts.has_answer(conversation(1)));
        drafts.set(conversation(1), Tab::Answer, String::new());
        drafts.set(conversation(1), Tab::Note, String::new());
        assert_eq!(drafts, Drafts::default());
    }

    #[test]
    fn a_stored_name_reads_back() {
        for tab in [Tab::Answer, Tab::Note] {
            let key = Drafts::storage_key(conversation(5), tab);
            assert_eq!(Drafts::from_storage_key(&key), Some((conversation(5), tab)));
        }
        assert_eq!(Drafts::from_storage_key("heard.draft.other.cnv_1"), None);
        assert_eq!(Drafts::from_storage_key("heard.lang"), None);
    }
}
