//! Ids: 128-bit ULIDs under one newtype per kind.
//!
//! A person or a JSON client sees `cnv_01J…` (prefix, underscore, 26 characters of Crockford base
//! 32); postcard carries the sixteen bytes. ULIDs sort by the millisecond they were made in, which
//! keeps database indexes append-only.

use core::fmt;
use core::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use ulid::Ulid;

use crate::time::UnixMillis;
use crate::wire::Wire;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text starts with another kind's prefix, or with none.
    #[error("expected an id that starts with `{expected}_`")]
    Prefix {
        /// The prefix this kind of id has.
        expected: &'static str,
    },
    /// What follows the prefix is not a ULID.
    #[error("what follows the prefix is not 26 characters of base 32")]
    Ulid,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// What the written form starts with, before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Makes an id from the moment it is made in and 80 random bits (the upper 48 bits of
            /// `random` are ignored).
            pub fn from_parts(at: UnixMillis, random: u128) -> Self {
                Self(Ulid::from_parts(at.0, random).0)
            }

            /// The id with exactly these bits, as a store keeps it.
            pub const fn from_bits(bits: u128) -> Self {
                Self(bits)
            }

            /// The sixteen bytes of the id, most significant first.
            pub const fn to_bytes(self) -> [u8; 16] {
                self.0.to_be_bytes()
            }

            /// The id of these sixteen bytes, most significant first.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(u128::from_be_bytes(bytes))
            }

            /// When the id was made, by the clock of whoever made it.
            pub const fn made_at(self) -> UnixMillis {
                UnixMillis(Ulid(self.0).timestamp_ms())
            }
        }

        impl Wire for $name {
            fn known_to(self, _: u16) -> Option<Self> {
                Some(self)
            }

            /// The written form with its quotes.
            fn weight(&self) -> usize {
                32
            }
        }

        #[cfg(feature = "samples")]
        impl crate::wire::Sample for $name {
            fn samples() -> Vec<Self> {
                let at = UnixMillis(1_767_261_690_000);
                vec![Self::from_parts(at, 42), Self::from_bits(u128::MAX)]
            }

            fn any(draw: &mut dyn FnMut() -> u64) -> Self {
                Self::from_bits(u128::from(draw()) << 64 | u128::from(draw()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_id(f, Self::PREFIX, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_id(f, Self::PREFIX, self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_id(Self::PREFIX, text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.to_bytes().serialize(serializer)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    deserializer.deserialize_str(Text(Self::PREFIX)).map(Self)
                } else {
                    <[u8; 16]>::deserialize(deserializer).map(Self::from_bytes)
                }
            }
        }
    )+};
}

ids! {
    /// A site: one shop's widget, its team and its settings.
    SiteId = "sit";
    /// A person who answers, or a bot that does.
    AgentId = "agt";
    /// A visitor as the site knows them, across conversations.
    ContactId = "con";
    /// One conversation: one log.
    ConversationId = "cnv";
    /// A command, picked by its sender. A retry carries the same id and is answered with the same
    /// receipt. A message's command id is the message's id for good.
    CommandId = "cmd";
    /// A request to be called.
    CallbackId = "cal";
    /// A call between a visitor's page and an agent's.
    VoiceId = "vce";
}

fn write_id(f: &mut fmt::Formatter<'_>, prefix: &str, bits: u128) -> fmt::Result {
    write!(f, "{prefix}_{}", Ulid(bits))
}

fn parse_id(prefix: &'static str, text: &str) -> Result<u128, IdError> {
    let rest = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or(IdError::Prefix { expected: prefix })?;
    Ulid::from_string(rest)
        .map(|ulid| ulid.0)
        .map_err(|_| IdError::Ulid)
}

/// Reads an id from a JSON string; shared by every kind so that the code is there once.
struct Text(&'static str);

impl Visitor<'_> for Text {
    type Value = u128;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an id that starts with `{}_`", self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<u128, E> {
        parse_id(self.0, text).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_form_reads_back() {
        let id = ConversationId::from_parts(UnixMillis(1_700_000_000_000), 42);
        let text = id.to_string();
        assert!(text.starts_with("cnv_"), "{text}");
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(id.made_at(), UnixMillis(1_700_000_000_000));
    }

    #[test]
    fn another_kind_is_refused() {
        let agent = AgentId::from_bits(7).to_string();
        assert_eq!(
            agent.parse::<ConversationId>(),
            Err(IdError::Prefix { expected: "cnv" })
        );
        assert_eq!("cnv_short".parse::<ConversationId>(), Err(IdError::Ulid));
    }
}
