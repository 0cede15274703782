//! Agents' passwords: argon2id, off the async threads, so many at once and no more.

use std::sync::Arc;

use argon2::password_hash::phc::{self, Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::entropy::Entropy;

/// OWASP's first recommendation for argon2id with little memory: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// The longest password that is looked at, in bytes; a longer one is nobody's.
pub(crate) const LONGEST: usize = 1_024;
/// How many sign-ins may wait for their turn.
const WAITING: usize = 64;

/// Why a password could not be hashed or compared.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The hash function refused its input; says why.
    #[error("password hashing failed: {0}")]
    Hash(password_hash::Error),
    /// Too many sign-ins wait already.
    #[error("too many sign-ins at once")]
    Busy,
    /// Over the limit.
    #[error("a password has at most {LONGEST} bytes")]
    TooLong,
    /// The thread that did the work has died.
    #[error("the hashing thread has stopped")]
    Stopped,
}

/// Hashes and compares passwords.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// How many may be worked on at once: each takes a core and [`MEMORY_KIB`].
    working: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// Compared with when there is nobody to compare with, so that the answer takes as long.
    nobody: Arc<str>,
}

impl Passwords {
    /// Prepares the work.
    ///
    /// # Errors
    /// [`PasswordError::Hash`] if hashing can't work at all.
    pub fn new(entropy: &dyn Entropy) -> Result<Self, PasswordError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            working: Arc::new(Semaphore::new(cores)),
            waiting: Arc::new(Semaphore::new(WAITING + cores)),
            nobody: nobodys(entropy)?.into(),
        })
    }

    /// The password's argon2id hash in PHC form, with a salt of its own.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn hash(
        &self,
        password: &str,
        entropy: &dyn Entropy,
    ) -> Result<String, PasswordError> {
        if password.len() > LONGEST {
            return Err(PasswordError::TooLong);
        }
        let (password, salt) = (password.to_owned(), salt(entropy));
        self.work(move || hash(password.as_bytes(), &salt)).await?
    }

    /// Whether this is the password of that hash. `None` is for an agent who does not exist or has
    /// no password: the answer is no, and takes as long as any other.
    ///
    /// # Errors
    /// [`PasswordError`]; a wrong password is not one.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, PasswordError> {
        if password.len() > LONGEST {
            return Err(PasswordError::TooLong);
        }
        let known = hash.is_some();
        let password = password.to_owned();
        let hash: Arc<str> = hash.map_or_else(|| Arc::clone(&self.nobody), Arc::from);
        let same = self
            .work(move || matches(password.as_bytes(), &hash))
            .await??;
        Ok(same && known)
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _waiting = self
            .waiting
            .try_acquire()
            .map_err(|_| PasswordError::Busy)?;
        let working = Arc::clone(&self.working);
        let turn = working
            .acquire_owned()
            .await
            .map_err(|_| PasswordError::Stopped)?;
        // The turn goes along with the job: a caller who hangs up does not make room for another
        // one.
        let job = move || {
            let done = job();
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(job)
            .await
            .map_err(|_| PasswordError::Stopped)
    }
}

fn salt(entropy: &dyn Entropy) -> [u8; 16] {
    entropy.bits().to_be_bytes()
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| PasswordError::Hash(error.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8], salt: &[u8]) -> Result<String, PasswordError> {
    let hashed: PasswordHash = argon2()?
        .hash_password_with_salt(password, salt)
        .map_err(PasswordError::Hash)?;
    Ok(hashed.to_string())
}

/// What no password's hash is, as far as anybody can tell: drawn at random instead of worked out,
/// since a start must not wait for it.
fn nobodys(entropy: &dyn Entropy) -> Result<String, PasswordError> {
    let broken = |error: phc::Error| PasswordError::Hash(error.into());
    let made = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2()?.params()).map_err(PasswordError::Hash)?,
        salt: Some(Salt::new(&salt(entropy)).map_err(broken)?),
        hash: Some(Output::new(&entropy.secret()).map_err(broken)?),
    };
    Ok(made.to_string())
}

fn matches(password: &[u8], hash: &str) -> Result<bool, PasswordError> {
    match argon2()?.verify_password(password, hash) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(PasswordError::Hash(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[tokio::test]
    async fn the_right_password_and_no_other() {
        let entropy = SeededEntropy::new(1);
        let passwords = Passwords::new(&entropy).unwrap();
        let hash = passwords.hash("correct horse", &entropy).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(
            passwords
                .verify("correct horse", Some(&hash))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("correct horsf", Some(&hash))
                .await
                .unwrap()
        );
        assert!(!passwords.verify("correct horse", None).await.unwrap());
        let alike = |hash: &str| hash.rsplitn(3, '$').map(str::len).collect::<Vec<_>>();
        assert_eq!(
            alike(&passwords.nobody),
            alike(&hash),
            "the same work, told by the same words"
        );
        let again = passwords.hash("correct horse", &entropy).await.unwrap();
        assert_ne!(hash, again, "every hash has its own salt");
    }

    #[tokio::test]
    async fn a_password_beyond_reason_is_refused_unhashed() {
        let entropy = SeededEntropy::new(1);
        let passwords = Passwords::new(&entropy).unwrap();
        let long = "x".repeat(LONGEST + 1);
        assert!(matches!(
            passwords.verify(&long, None).await,
            Err(PasswordError::TooLong)
        ));
    }

    #[tokio::test]
    async fn a_crowd_is_turned_away_rather_than_queued_for_ever() {
        let passwords = Passwords::new(&SeededEntropy::new(1)).unwrap();
        let all = u32::try_from(passwords.waiting.available_permits()).unwrap();
        let _crowd = passwords.waiting.acquire_many(all).await.unwrap();
        assert!(matches!(
            passwords.verify("x", None).await,
            Err(PasswordError::Busy)
        ));
    }
}
