//! Links to a booked call: whoever has one may see it, move it and call it off, without a chat and
//! without signing in.
//!
//! A link's secret is `base64url(1 ‖ callback ‖ HMAC-SHA256(key, "heard call link 1" ‖ callback))`.
//! It can be used as often as one likes for as long as the call is to come; what it allows is
//! decided by where the call is, so an old link does nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use heard_protocol::CallbackId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const VERSION: u8 = 1;
/// Keeps signatures for one purpose from being used for another.
const DOMAIN: &[u8] = b"heard call link 1";
const ID_BYTES: usize = 16;
const TOKEN_BYTES: usize = 1 + ID_BYTES + 32;

/// The path of a call's page.
pub fn call_path(key: &[u8; 32], callback: CallbackId) -> String {
    let mut token = Vec::with_capacity(TOKEN_BYTES);
    token.push(VERSION);
    token.extend(callback.to_bytes());
    token.extend(signed(key, callback).finalize().into_bytes());
    format!("/call/{}", URL_SAFE_NO_PAD.encode(token))
}

/// Which call a link's secret is for, if it was made with this key. Takes the same time for every
/// wrong signature.
pub fn call_of(key: &[u8; 32], token: &str) -> Option<CallbackId> {
    let mut bytes = [0; TOKEN_BYTES];
    let length = URL_SAFE_NO_PAD.decode_slice(token, &mut bytes).ok()?;
    if length != TOKEN_BYTES || bytes.first() != Some(&VERSION) {
        return None;
    }
    let (head, signature) = bytes.split_at(1 + ID_BYTES);
    let callback = CallbackId::from_bytes(head.get(1..)?.try_into().ok()?);
    signed(key, callback).verify_slice(signature).ok()?;
    Some(callback)
}

fn signed(key: &[u8; 32], callback: CallbackId) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key)
        .expect("HMAC takes a key of any length")
        .chain_update(DOMAIN)
        .chain_update(callback.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    #[test]
    fn a_link_is_for_its_call_and_cannot_be_made_up() {
        let call = CallbackId::from_bits(5);
        let path = call_path(&KEY, call);
        let token = path.strip_prefix("/call/").unwrap();
        assert_eq!(call_of(&KEY, token), Some(call));
        assert_eq!(call_of(&[8; 32], token), None);
        for at in 0..token.len() {
            let mut forged = token.as_bytes().to_vec();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(call_of(&KEY, &forged), None, "{at}");
        }
        let (_, cut) = token.split_at(1);
        for nothing in ["", "AAAA", cut, "../../etc/passwd"] {
            assert_eq!(call_of(&KEY, nothing), None, "{nothing}");
        }
    }
}
