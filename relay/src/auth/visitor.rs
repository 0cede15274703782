//! Visitors' tokens: signed, not stored, so that opening the panel writes nothing.
//!
//! A token is `base64url(1 ‖ contact ‖ HMAC-SHA256(key, "heard visitor token 1" ‖ site ‖
//! contact))`. It is worth something on its own site alone, and whoever does not have the store's
//! key cannot make one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use heard_protocol::{CommandId, ContactId, Secret, SiteId, UnixMillis};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::entropy::Entropy;

/// What kind of token this is; another kind will have another number.
const VERSION: u8 = 1;
/// Keeps signatures for one purpose from being used for another.
const TOKEN_DOMAIN: &[u8] = b"heard visitor token 1";
const CONTACT_DOMAIN: &[u8] = b"heard contact of command 1";
const CONTACT_BYTES: usize = 16;
const SIGNATURE_BYTES: usize = 32;
const TOKEN_BYTES: usize = 1 + CONTACT_BYTES + SIGNATURE_BYTES;

/// A visitor nobody has seen before.
pub fn new_contact(now: UnixMillis, entropy: &dyn Entropy) -> ContactId {
    ContactId::from_parts(now, entropy.bits())
}

/// The visitor who sent this command without a token. A retry of the same command comes from the
/// same visitor, so it is answered with the same receipt; without the key nobody can tell which
/// visitor that is.
pub fn contact_of_command(key: &[u8; 32], site: SiteId, id: CommandId) -> ContactId {
    let mac = keyed(key)
        .chain_update(CONTACT_DOMAIN)
        .chain_update(site.to_bytes())
        .chain_update(id.to_bytes())
        .finalize()
        .into_bytes();
    let mut random = [0; CONTACT_BYTES];
    for (to, from) in random.iter_mut().zip(mac) {
        *to = from;
    }
    ContactId::from_parts(id.made_at(), u128::from_be_bytes(random))
}

/// The token of a visitor on a site.
pub fn mint(key: &[u8; 32], site: SiteId, contact: ContactId) -> Secret {
    let mut token = Vec::with_capacity(TOKEN_BYTES);
    token.push(VERSION);
    token.extend(contact.to_bytes());
    token.extend(signed(key, site, contact).finalize().into_bytes());
    Secret(URL_SAFE_NO_PAD.encode(token))
}

/// Whose token this is, if it was minted with this key for this site. Takes the same time for every
/// wrong signature.
pub fn verify(key: &[u8; 32], site: SiteId, token: &Secret) -> Option<ContactId> {
    let mut bytes = [0; TOKEN_BYTES];
    let length = URL_SAFE_NO_PAD.decode_slice(&token.0, &mut bytes).ok()?;
    if length != TOKEN_BYTES || bytes.first() != Some(&VERSION) {
        return None;
    }
    let (head, signature) = bytes.split_at(1 + CONTACT_BYTES);
    let contact = ContactId::from_bytes(head.get(1..)?.try_into().ok()?);
    signed(key, site, contact).verify_slice(signature).ok()?;
    Some(contact)
}

fn signed(key: &[u8; 32], site: SiteId, contact: ContactId) -> Hmac<Sha256> {
    keyed(key)
        .chain_update(TOKEN_DOMAIN)
        .chain_update(site.to_bytes())
        .chain_update(contact.to_bytes())
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::entropy::SeededEntropy;

    const KEY: [u8; 32] = [7; 32];

    fn site(n: u128) -> SiteId {
        SiteId::from_bits(n)
    }

    #[test]
    fn a_token_says_who() {
        let contact = new_contact(UnixMillis(5), &SeededEntropy::new(1));
        let token = mint(&KEY, site(1), contact);
        assert_eq!(verify(&KEY, site(1), &token), Some(contact));
        assert_eq!(token.0.len(), 66);
    }

    #[test]
    fn a_token_is_for_one_site_and_one_key() {
        let contact = ContactId::from_bits(9);
        let token = mint(&KEY, site(1), contact);
        assert_eq!(verify(&KEY, site(2), &token), None);
        assert_eq!(verify(&[8; 32], site(1), &token), None);
    }

    #[test]
    fn a_token_changed_anywhere_is_not_one() {
        let token = mint(&KEY, site(1), ContactId::from_bits(9));
        let bytes = URL_SAFE_NO_PAD.decode(&token.0).unwrap();
        for place in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[place] ^= 1;
            let forged = Secret(URL_SAFE_NO_PAD.encode(forged));
            assert_eq!(verify(&KEY, site(1), &forged), None, "{place}");
        }
        for text in [
            "",
            "x",
            "é",
            "====",
            token.0.strip_prefix('A').unwrap(),
            &format!("{}AAAA", token.0),
        ] {
            assert_eq!(
                verify(&KEY, site(1), &Secret(text.to_owned())),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn a_retry_without_a_token_comes_from_the_same_visitor() {
        let id = CommandId::from_parts(UnixMillis(77), 3);
        let contact = contact_of_command(&KEY, site(1), id);
        assert_eq!(contact_of_command(&KEY, site(1), id), contact);
        assert_eq!(contact.made_at(), UnixMillis(77));
        assert_ne!(contact_of_command(&KEY, site(2), id), contact);
        assert_ne!(contact_of_command(&[8; 32], site(1), id), contact);
    }

    proptest! {
        #[test]
        fn any_text_is_a_token_or_not(text in ".{0,90}") {
            prop_assert_eq!(verify(&KEY, site(1), &Secret(text)), None);
        }
    }
}
