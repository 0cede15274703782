//! How words look on the wire between nodes.

use bytes::Bytes;
use heard_protocol::codec::{from_postcard, to_postcard};
use heard_protocol::{ContactId, ConversationId, StaffNotice, VisitorNotice};
use serde::{Deserialize, Serialize};

use crate::node::NodeId;
use crate::store::{Audience, Fact};

/// The version of what follows it: a sum of the samples in `words.golden`, which a test holds
/// against what is written now. Nodes of two versions run side by side while a cluster is brought
/// up to date; they do not understand each other and count what they hear as a hole.
pub(super) const VERSION: [u8; 4] = sum(include_bytes!("words.golden"));

/// FNV-1a, of 32 bits.
const fn sum(mut bytes: &[u8]) -> [u8; 4] {
    let mut sum = 0x811c_9dc5_u32;
    while let [first, rest @ ..] = bytes {
        sum = (sum ^ *first as u32).wrapping_mul(0x0100_0193);
        bytes = rest;
    }
    sum.to_be_bytes()
}

/// Something another node should hear of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Word {
    /// Nothing happened.
    Here,
    /// This is on disk.
    Facts(Vec<Parcel>),
    /// In passing, for a visitor's tabs.
    ToVisitor(ContactId, VisitorNotice),
    /// In passing, for whoever reads a conversation.
    ToFollowers(ConversationId, StaffNotice),
    /// Somebody reads this visitor's conversation: whoever has the visitor, say so.
    WhoHas(ContactId, ConversationId),
}

/// A fact that is only read by a node that has somebody it is for: most have not, and to read one
/// is most of what hearing it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parcel {
    pub(super) audience: Audience,
    fact: Bytes,
}

impl Parcel {
    /// `None` if the fact cannot be written.
    pub(super) fn new(fact: &Fact) -> Option<Self> {
        let written = to_postcard(fact).inspect_err(|error| {
            tracing::error!(%error, "a fact for other nodes could not be written");
        });
        Some(Self {
            audience: fact.audience(),
            fact: written.ok()?.into(),
        })
    }

    /// What is in it; `None` if that can't be read.
    pub(super) fn open(&self) -> Option<Fact> {
        from_postcard(&self.fact).ok()
    }
}

/// A word, whose it is, and which of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Post {
    pub(super) from: NodeId,
    pub(super) number: u64,
    pub(super) word: Word,
}

impl Post {
    /// As it is sent; `None` if it cannot be written, which a hole in the numbers then tells.
    pub(super) fn bytes(&self) -> Option<Bytes> {
        match to_postcard(&(VERSION, self)) {
            Ok(bytes) => Some(bytes.into()),
            Err(error) => {
                tracing::error!(%error, "a word for other nodes could not be written");
                None
            }
        }
    }

    /// As it was; `None` if it is of another version, or is not one at all.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        from_postcard(bytes.strip_prefix(&VERSION)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::SiteId;

    use super::*;

    #[test]
    fn a_word_reads_back_and_another_versions_does_not() {
        let fact = Fact::Dispatch {
            site: SiteId::from_bits(1),
        };
        let parcel = Parcel::new(&fact).unwrap();
        assert_eq!(parcel.open(), Some(fact));
        let post = Post {
            from: NodeId::from_bits(7),
            number: 3,
            word: Word::Facts(vec![parcel]),
        };
        let bytes = post.bytes().unwrap();
        assert_eq!(Post::read(&bytes), Some(post));
        let mut later = bytes.to_vec();
        later[0] = VERSION[0].wrapping_add(1);
        assert_eq!(Post::read(&later), None);
        assert_eq!(Post::read(&bytes[..bytes.len() - 1]), None);
        assert_eq!(Post::read(&[]), None);
    }
}
