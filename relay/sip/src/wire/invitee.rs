//! Whom to ring.

use ezk_sip_types::uri::{NameAddr, SipUri};

/// Somebody with a phone.
#[derive(Debug, Clone)]
pub(crate) struct Invitee {
    /// Who it is.
    pub(crate) uri: SipUri,
    /// Where the invitation is sent.
    pub(crate) hop: SipUri,
    /// Who is said to call.
    pub(crate) from: NameAddr,
    /// Whether it may be told who we are.
    pub(crate) known: bool,
}
