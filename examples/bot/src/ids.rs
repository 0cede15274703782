//! Ids of what the bot does.
//!
//! The relay carries a command out once, whoever sends its id again and however often. So an id
//! that follows from what the command answers makes the answer happen once: after a crash, a
//! restart, or with two bots of the same account.

use heard_protocol::{CommandId, ConversationId};

/// What a command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Answer a message.
    Answer,
    /// Leave a note about it.
    Note,
    /// Hand the conversation over because of it.
    Transfer,
    /// Put it back because of it.
    Return,
    /// Settle it after it.
    Resolve,
}

/// The id of what is done about a message. Its time is the message's, its random bits are the
/// message's turned.
pub fn about(message: CommandId, purpose: Purpose) -> CommandId {
    turned(message.to_bytes(), 1 + purpose as u64)
}

/// The id of the greeting that follows the bot's joining at this position of the log.
pub fn greeting(conversation: ConversationId, joined: u64) -> CommandId {
    turned(conversation.to_bytes(), (1 << 60) | joined)
}

/// The id of what is said to an offer that ends at this moment.
pub fn offer(conversation: ConversationId, until: u64) -> CommandId {
    turned(conversation.to_bytes(), (2 << 60) | until)
}

/// Flips bits below an id's time, so that different `by` give different ids.
fn turned(bytes: [u8; 16], by: u64) -> CommandId {
    CommandId::from_bits(u128::from_be_bytes(bytes) ^ u128::from(by))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use heard_protocol::UnixMillis;

    use super::*;

    #[test]
    fn every_purpose_has_its_own_id_and_always_the_same() {
        let bits = 0xABCD_EF01_2345_6789_ABCD;
        let message = CommandId::from_parts(UnixMillis(5), bits);
        let conversation = ConversationId::from_bytes(message.to_bytes());
        let ids = || {
            [
                message,
                about(message, Purpose::Answer),
                about(message, Purpose::Note),
                about(message, Purpose::Transfer),
                about(message, Purpose::Return),
                about(message, Purpose::Resolve),
                greeting(conversation, 1),
                greeting(conversation, 7),
                offer(conversation, 1),
                offer(conversation, 1_767_261_600_000),
            ]
        };
        assert_eq!(HashSet::from(ids()).len(), ids().len());
        assert_eq!(ids(), ids());
        assert!(ids().iter().all(|id| id.made_at() == UnixMillis(5)));
    }
}
