//! The other end of one dialog: what has to be known to say something to it.

use bytes::Bytes;
use ezk_sip_core::Request;
use ezk_sip_core::transaction::{TsxKey, TsxResponse};
use ezk_sip_core::transport::{OutgoingRequest, TransportState};
use ezk_sip_types::header::typed::{CSeq, CallID, Contact, FromTo, MaxForwards, Routing};
use ezk_sip_types::uri::SipUri;
use ezk_sip_types::{CodeKind, Headers, Method, Name};
use tokio::time::timeout;

use super::digest::{Challenges, with_description};
use super::station::{Flow, Station};
use crate::settings::Transport;

/// An established dialog's other end (RFC 3261, section 12).
#[derive(Debug, Clone)]
pub(super) struct Peer {
    pub(super) station: Station,
    pub(super) call_id: CallID,
    pub(super) local: FromTo,
    pub(super) remote: FromTo,
    pub(super) contact: Contact,
    /// Where the peer says it is.
    pub(super) target: SipUri,
    /// The proxies that want to be on the way, ours first.
    pub(super) routes: Vec<Routing>,
    /// The way the invitation went.
    pub(super) flow: Flow,
    /// Whether it may be told who we are.
    pub(super) known: bool,
}

impl Peer {
    /// What an answer to an invitation says about who answered. `None` if it cannot be read.
    pub(super) fn learn(mut self, response: &TsxResponse) -> Option<Self> {
        self.remote = response.base_headers.to.clone();
        // It has to say where it is, but one that does not can still be hung up on the way it was
        // rung.
        if let Some(target) = target(&response.headers) {
            self.target = target;
        }
        let recorded: Option<Result<Vec<Routing>, _>> =
            response.headers.try_get(Name::RECORD_ROUTE);
        self.routes = recorded.transpose().ok()?.unwrap_or_default();
        // The first was added by the proxy next to the peer.
        self.routes.reverse();
        Some(self)
    }

    /// A request within the dialog.
    pub(super) fn request(&self, method: &Method, cseq: u32) -> Request {
        let mut request = Request::new(method.clone(), self.target.clone());
        let headers = &mut request.headers;
        headers.insert_named(&MaxForwards(70));
        headers.insert_type(Name::FROM, &self.local);
        headers.insert_type(Name::TO, &self.remote);
        headers.insert_named(&self.call_id);
        headers.insert_named(&CSeq::new(cseq, method.clone()));
        if *method == Method::INVITE {
            headers.insert_named(&self.contact);
        }
        if !self.routes.is_empty() {
            headers.insert_type(Name::ROUTE, &self.routes);
        }
        request
    }

    /// The way to it. A connection is kept as long as it stands: few phones can be connected to.
    pub(super) async fn flow(&self) -> Result<Flow, ezk_sip_core::Error> {
        if self.station.transport() == Transport::Tcp
            && let Some((handle, _)) = &self.flow.target.transport
            && matches!(*handle.watch_state().borrow(), TransportState::Ok)
        {
            return Ok(self.flow.clone());
        }
        let hop = self
            .routes
            .first()
            .map_or(&self.target, |route| &route.uri.uri);
        self.station.reach(hop).await
    }

    /// Acknowledges an answer; what is returned may have to be sent again. `credentials` are those
    /// of what was answered.
    pub(super) async fn acknowledge(
        &self,
        cseq: u32,
        body: Bytes,
        credentials: Option<&Headers>,
    ) -> Result<OutgoingRequest, ezk_sip_core::Error> {
        let endpoint = self.station.endpoint();
        let mut target = self.flow().await?.target;
        let mut request = self.request(&Method::ACK, cseq);
        if let Some(credentials) = credentials {
            credentials.clone().drain_into(&mut request.headers);
        }
        with_description(&mut request, body);
        let mut outgoing = endpoint.create_outgoing(request, &mut target).await?;
        let key = TsxKey::client(&Method::ACK);
        let via = endpoint.create_via(&outgoing.parts.transport, &key, target.via_host_port);
        outgoing.msg.headers.insert_named_front(&via);
        endpoint.send_outgoing_request(&mut outgoing).await?;
        Ok(outgoing)
    }

    /// Hangs up, and waits until the peer has heard it, but not for long.
    pub(super) async fn bye(self, cseq: u32) {
        let patience = self.station.patience().settling;
        match timeout(patience, self.say_bye(cseq)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "a phone could not be told to hang up"),
            Err(_) => tracing::debug!("a phone did not say that it hung up"),
        }
    }

    async fn say_bye(&self, mut cseq: u32) -> Result<(), ezk_sip_core::Error> {
        let mut challenges = Challenges::default();
        let mut credentials = None;
        loop {
            let mut target = self.flow().await?.target;
            let mut request = self.request(&Method::BYE, cseq);
            if let Some(mut credentials) = credentials.take() {
                Headers::drain_into(&mut credentials, &mut request.headers);
            }
            let plain = request.clone();
            let endpoint = self.station.endpoint();
            let mut transaction = endpoint.send_request(request, &mut target).await?;
            let response = transaction.receive_final().await?;
            if !matches!(response.line.code.into_u16(), 401 | 407) || !self.known {
                return Ok(());
            }
            credentials = challenges.answer(self.station.trunk(), &plain, &response);
            if credentials.is_none() {
                return Ok(());
            }
            cseq += 1;
        }
    }
}

/// Where a message says its sender is.
pub(super) fn target(headers: &Headers) -> Option<SipUri> {
    let contact: Vec<Contact> = headers.get_named().ok()?;
    Some(contact.into_iter().next()?.uri.uri)
}

/// Whether this is an answer that ends a transaction.
pub(super) fn is_final(response: &TsxResponse) -> bool {
    response.line.code.kind() != CodeKind::Provisional
}
