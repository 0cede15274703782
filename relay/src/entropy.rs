//! Randomness, as something that can be handed in.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// Draws random bytes. Tokens, salts and ids all come from one of these, so that a test can replay
/// what a relay drew.
pub trait Entropy: Send + Sync + 'static {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// Sixteen random bytes, as the random part of an id.
    fn bits(&self) -> u128 {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        u128::from_be_bytes(bytes)
    }

    /// Thirty-two random bytes, as a secret.
    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        bytes
    }
}

/// The operating system's randomness.
#[derive(Debug)]
pub struct OsEntropy(());

impl OsEntropy {
    /// Makes sure that the system has randomness to give.
    ///
    /// # Errors
    /// If it has none; a relay cannot run then.
    pub fn open() -> Result<Self, getrandom::Error> {
        getrandom::fill(&mut [0; 32]).map(|()| Self(()))
    }
}

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // A source that worked once does not stop; were it to, going on without it would not be
        // safe.
        getrandom::fill(bytes).expect("the system's randomness worked when the relay started");
    }
}

/// The same bytes for the same seed; for tests alone.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    drawn: AtomicU64,
}

impl SeededEntropy {
    /// A source that starts at its beginning.
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            drawn: AtomicU64::new(0),
        }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let turn = self.drawn.fetch_add(1, Ordering::SeqCst);
            let block = Sha256::new()
                .chain_update(self.seed.to_be_bytes())
                .chain_update(turn.to_be_bytes())
                .finalize();
            let (block, _) = block.split_at(chunk.len());
            chunk.copy_from_slice(block);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_replays() {
        let draw = |seed| {
            let source = SeededEntropy::new(seed);
            (source.bits(), source.secret(), source.bits())
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let (first, _, third) = draw(1);
        assert_ne!(first, third);
    }

    #[test]
    fn the_system_draws_something_else_each_time() {
        let source = OsEntropy::open().unwrap();
        assert_ne!(source.secret(), source.secret());
    }

    #[test]
    fn odd_lengths_are_filled() {
        let mut bytes = [0_u8; 70];
        SeededEntropy::new(3).fill(&mut bytes);
        assert!(bytes[64..].iter().any(|&byte| byte != 0));
    }
}
