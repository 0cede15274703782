//! Leaving phones in peace that were rung, or picked up, for nothing.

use std::time::Duration;

use bytes::Bytes;
use ezk_sip_core::Request;
use ezk_sip_core::transaction::{ClientInvTsx, TsxResponse};
use ezk_sip_core::transport::OutgoingRequest;
use ezk_sip_types::header::typed::{CSeq, MaxForwards};
use ezk_sip_types::{Method, Name};
use tokio::time::{Instant, timeout, timeout_at};

use super::peer::{Peer, is_final};
use crate::sdp::Session;

/// How long a withdrawn invitation is followed, so that whoever picks up all the same is hung up on
/// (RFC 3261, 64 times T1).
const WITHDRAWING: Duration = Duration::from_secs(32);
/// The pause before a withdrawal is said again, and the longest one.
const AGAIN: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(4));

/// Withdraws it. Before anything was heard there is nothing to withdraw, but something may still
/// come.
pub(super) async fn withdraw(mut transaction: ClientInvTsx, peer: Peer, cseq: u32, seen: bool) {
    let offered = !transaction.request().msg.body.is_empty();
    let end = Instant::now() + WITHDRAWING;
    if !seen {
        let patience = peer.station.patience().silence;
        match timeout(patience, transaction.receive()).await {
            Ok(Ok(Some(response))) if is_final(&response) => {
                return too_late(&response, peer, cseq, offered).await;
            }
            Ok(Ok(Some(_))) => {}
            _ => return,
        }
    }
    let mut cancel = cancel(&transaction);
    let endpoint = peer.station.endpoint().clone();
    let mut pause = AGAIN.0;
    while Instant::now() < end {
        if let Some(cancel) = &mut cancel
            && let Err(error) = endpoint.send_outgoing_request(cancel).await
        {
            tracing::debug!(%error, "an invitation could not be withdrawn");
        }
        let next = (Instant::now() + pause).min(end);
        loop {
            match timeout_at(next, transaction.receive()).await {
                Ok(Ok(Some(response))) if is_final(&response) => {
                    return too_late(&response, peer, cseq, offered).await;
                }
                Ok(Ok(Some(_))) => {}
                Ok(_) => return,
                Err(_) => break,
            }
        }
        pause = (pause * 2).min(AGAIN.1);
    }
}

/// A final answer to what was withdrawn: if somebody picked up, they are hung up on.
async fn too_late(response: &TsxResponse, peer: Peer, cseq: u32, offered: bool) {
    if (200..300).contains(&response.line.code.into_u16())
        && let Some(peer) = peer.learn(response)
    {
        let offer = (!offered).then(|| response.body.clone());
        hang_up(peer, cseq, offer).await;
    }
}

/// Acknowledges an answer that nobody wants, and hangs up. If the answer carries an offer, that is
/// declined.
pub(super) async fn hang_up(peer: Peer, cseq: u32, offer: Option<Bytes>) {
    let body = offer.map_or_else(Bytes::new, |offer| {
        let mut session = Session::new("0.0.0.0", 1);
        let _ = session.hear(&offer);
        session.decline()
    });
    if let Err(error) = peer.acknowledge(cseq, body, None).await {
        tracing::debug!(%error, "an answer could not be acknowledged");
    }
    peer.bye(cseq + 1).await;
}

/// What withdraws an invitation: it carries the branch of what it withdraws (RFC 3261, section
/// 9.1), so it is no transaction of the library's.
fn cancel(transaction: &ClientInvTsx) -> Option<OutgoingRequest> {
    let invite = transaction.request();
    let mut request = Request::new(Method::CANCEL, invite.msg.line.uri.clone());
    let (from, headers) = (&invite.msg.headers, &mut request.headers);
    for name in [Name::VIA, Name::FROM, Name::TO, Name::CALL_ID] {
        from.clone_into(headers, name).ok()?;
    }
    let cseq: CSeq = from.get_named().ok()?;
    headers.insert_named(&CSeq::new(cseq.cseq, Method::CANCEL));
    headers.insert_named(&MaxForwards(70));
    let mut parts = invite.parts.clone();
    parts.buffer = Bytes::new();
    Some(OutgoingRequest {
        msg: request,
        parts,
    })
}
