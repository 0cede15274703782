//! The machine's clock, and random bits.

use std::hash::{BuildHasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

use heard_protocol::UnixMillis;

/// The machine's clock.
pub fn now() -> UnixMillis {
    let passed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixMillis(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX))
}

/// Random bits, good enough for ids: the standard library's keyed hash, with fresh keys.
pub fn random_bits() -> u128 {
    let half = || u128::from(RandomState::new().hash_one(SystemTime::now()));
    half() << 64 | half()
}
