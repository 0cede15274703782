//! Agents' sessions: a random token, of which the store keeps the hash alone.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use heard_protocol::{Secret, UnixMillis};
use sha2::{Digest, Sha256};

use super::cookie::cookie_token;
use super::origin::{OriginVerdict, allowed};
use crate::clock::Clock;
use crate::config::Config;
use crate::entropy::Entropy;
use crate::store::{AgentRecord, Store, StoreError};

/// How long a person's session lasts, in milliseconds: a working day and then some.
pub const SESSION_MS: u64 = 12 * 3_600_000;
/// How long a bot's token lasts, in milliseconds: ten years.
pub const BOT_SESSION_MS: u64 = 10 * 365 * 24 * 3_600_000;
/// The longest text that is looked at as a token, in bytes.
const LONGEST_TOKEN: usize = 256;

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// No token, a wrong one, or one whose time is over.
    #[error("sign in first, or again: the session is missing or has ended")]
    Unauthorised,
    /// A cookie came along with a request that a page of the relay would not send.
    #[error("a request that is signed in by cookie must come from a page of the relay's own")]
    Origin,
    /// It could not be looked up.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A session that has just been made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// What the agent keeps.
    pub token: Secret,
    /// What the store keeps.
    pub hash: [u8; 32],
    /// Until when it holds.
    pub expires_at: UnixMillis,
}

impl NewSession {
    /// Draws a session that lasts so many milliseconds.
    pub fn draw(entropy: &dyn Entropy, now: UnixMillis, lasts_ms: u64) -> Self {
        let token = Secret(URL_SAFE_NO_PAD.encode(entropy.secret()));
        Self {
            hash: hash_token(&token),
            token,
            expires_at: now.plus(lasts_ms),
        }
    }
}

/// What the store knows a token by.
pub fn hash_token(token: &Secret) -> [u8; 32] {
    Sha256::digest(token.0.as_bytes()).into()
}

/// What a request is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Read something over plain GET, for which browsers name no origin.
    Read,
    /// Change something, or open a socket.
    Act,
}

/// The agent whose session this is, if it is one and still holds.
///
/// # Errors
/// [`StoreError`] if it could not be looked up.
pub async fn staff_by_token(
    store: &dyn Store,
    clock: &dyn Clock,
    token: &Secret,
) -> Result<Option<AgentRecord>, StoreError> {
    if token.0.is_empty() || token.0.len() > LONGEST_TOKEN {
        return Ok(None);
    }
    store.agent_by_session(hash_token(token), clock.now()).await
}

/// The token a request presents: the one handed over, else the `Authorization` header's, else the
/// cookie's.
///
/// A token that was handed over on purpose proves that its sender knows it. A cookie is added by
/// the browser whoever's page is asking, so it counts only if the page is the relay's own.
///
/// # Errors
/// [`AuthError::Unauthorised`] if there is none; [`AuthError::Origin`] if there is a cookie that
/// does not count.
pub fn presented(
    headers: &HeaderMap,
    bearer: Option<&Secret>,
    intent: Intent,
    config: &Config,
) -> Result<Secret, AuthError> {
    if let Some(token) = bearer.cloned().or_else(|| authorization(headers)) {
        return Ok(token);
    }
    let token = cookie_token(headers, config).ok_or(AuthError::Unauthorised)?;
    match (allowed(headers, config), intent) {
        (OriginVerdict::Own, _) => Ok(token),
        (OriginVerdict::Absent, Intent::Read) if !is_cross_site(headers) => Ok(token),
        _ => Err(AuthError::Origin),
    }
}

/// The agent a request is signed in as, by any of the ways of [`presented`].
///
/// # Errors
/// [`AuthError`].
pub async fn authenticate(
    headers: &HeaderMap,
    bearer: Option<&Secret>,
    intent: Intent,
    config: &Config,
    store: &dyn Store,
    clock: &dyn Clock,
) -> Result<AgentRecord, AuthError> {
    let token = presented(headers, bearer, intent, config)?;
    staff_by_token(store, clock, &token)
        .await?
        .ok_or(AuthError::Unauthorised)
}

fn authorization(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| Secret(token.trim().to_owned()))
}

/// Whether the browser says that another site's page is asking.
fn is_cross_site(headers: &HeaderMap) -> bool {
    let site = headers
        .get("sec-fetch-site")
        .and_then(|value| value.to_str().ok());
    !matches!(site, None | Some("same-origin" | "none"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "127.0.0.1:8080".parse().unwrap());
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        headers
    }

    fn shown(
        pairs: &[(&'static str, &'static str)],
        intent: Intent,
    ) -> Result<String, &'static str> {
        match presented(&headers(pairs), None, intent, &Config::default()) {
            Ok(token) => Ok(token.0),
            Err(AuthError::Unauthorised) => Err("unauthorised"),
            Err(AuthError::Origin) => Err("origin"),
            Err(AuthError::Store(_)) => Err("store"),
        }
    }

    const COOKIE: (&str, &str) = ("cookie", "heard_session=c");
    const OWN: (&str, &str) = ("origin", "http://127.0.0.1:8080");
    const FOREIGN: (&str, &str) = ("origin", "http://shop.example");

    #[test]
    fn a_cookie_counts_from_our_own_pages_alone() {
        assert_eq!(shown(&[COOKIE, OWN], Intent::Act), Ok("c".to_owned()));
        assert_eq!(shown(&[COOKIE, FOREIGN], Intent::Act), Err("origin"));
        assert_eq!(shown(&[COOKIE, FOREIGN], Intent::Read), Err("origin"));
        assert_eq!(shown(&[COOKIE], Intent::Act), Err("origin"));
        assert_eq!(shown(&[COOKIE], Intent::Read), Ok("c".to_owned()));
        let other = ("sec-fetch-site", "same-site");
        assert_eq!(shown(&[COOKIE, other], Intent::Read), Err("origin"));
        assert_eq!(shown(&[OWN], Intent::Act), Err("unauthorised"));
    }

    #[test]
    fn a_token_handed_over_needs_no_origin() {
        let bearer = ("authorization", "Bearer b");
        assert_eq!(shown(&[bearer], Intent::Act), Ok("b".to_owned()));
        assert_eq!(
            shown(&[("authorization", "bearer  b ")], Intent::Act),
            Ok("b".to_owned())
        );
        assert_eq!(
            shown(&[bearer, COOKIE, FOREIGN], Intent::Act),
            Ok("b".to_owned())
        );
        assert_eq!(
            shown(&[("authorization", "Basic b")], Intent::Act),
            Err("unauthorised")
        );
    }

    #[test]
    fn sessions_are_drawn_and_kept_by_hash() {
        let entropy = SeededEntropy::new(4);
        let one = NewSession::draw(&entropy, UnixMillis(10), 5);
        let other = NewSession::draw(&entropy, UnixMillis(10), 5);
        assert_ne!(one.token, other.token);
        assert_eq!(one.token.0.len(), 43);
        assert_eq!(one.hash, hash_token(&one.token));
        assert_eq!(one.expires_at, UnixMillis(15));
    }
}
