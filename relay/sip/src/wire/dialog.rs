//! A phone that was picked up.

use std::time::Duration;

use bytes::Bytes;
use ezk_sip_core::IncomingRequest;
use ezk_sip_core::transaction::ServerInvTsx;
use ezk_sip_core::transport::OutgoingResponse;
use ezk_sip_types::{Headers, Method, Name, StatusCode};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::digest::{Challenges, with_description};
use super::peer::{Peer, target};
use super::post::Letters;
use crate::outcome::Failure;

/// RFC 3261's T1, T2 and 64 times T1, for what the library does not send again by itself.
const AGAIN: (Duration, Duration, Duration) = (
    Duration::from_millis(500),
    Duration::from_secs(4),
    Duration::from_secs(32),
);

/// A dialog with a phone. Dropping it hangs up, unless the phone has.
#[derive(Debug)]
pub(crate) struct Dialog {
    peer: Peer,
    letters: Letters,
    cseq: u32,
    peer_cseq: u32,
    over: bool,
    /// The last offer of the phone's that we answered, until it has heard that.
    unheard: Option<(u32, CancellationToken)>,
}

/// What a phone says of its own accord.
#[derive(Debug)]
pub(crate) enum Said {
    /// It hung up.
    Bye,
    /// It wants something else: to hold, another codec. Has to be [accepted](Dialog::accept) or
    /// [refused](Dialog::refuse).
    Offer(Box<Offer>),
}

/// An offer in the middle of a call.
#[derive(Debug)]
pub(crate) struct Offer {
    /// What it says; empty if the phone wants to be offered something.
    pub(crate) body: Bytes,
    request: IncomingRequest,
    transaction: ServerInvTsx,
}

impl Dialog {
    pub(super) fn new(peer: Peer, letters: Letters, cseq: u32) -> Self {
        Self {
            peer,
            letters,
            cseq,
            peer_cseq: 0,
            over: false,
            unheard: None,
        }
    }

    /// What the phone says next. May be given up while it waits.
    pub(crate) async fn next(&mut self) -> Said {
        loop {
            let mut request = self.letters.next().await;
            let (cseq, method) = (request.base_headers.cseq.cseq, request.line.method.clone());
            if method == Method::ACK {
                self.heard(cseq);
                continue;
            }
            if request.base_headers.from.tag != self.peer.remote.tag {
                self.reply(request, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST);
                continue;
            }
            if cseq < self.peer_cseq {
                self.reply(request, StatusCode::SERVER_INTERNAL_ERROR);
                continue;
            }
            self.peer_cseq = cseq;
            match method {
                Method::BYE => {
                    self.over = true;
                    self.reply(request, StatusCode::OK);
                    return Said::Bye;
                }
                Method::INVITE => {
                    let transaction = self
                        .peer
                        .station
                        .endpoint()
                        .create_server_inv_tsx(&mut request);
                    if let Some(target) = target(&request.headers) {
                        self.peer.target = target;
                    }
                    return Said::Offer(Box::new(Offer {
                        body: request.body.clone(),
                        request,
                        transaction,
                    }));
                }
                // An offer that is taken back while we answer it is answered first.
                Method::OPTIONS | Method::CANCEL => self.reply(request, StatusCode::OK),
                _ => self.reply(request, StatusCode::METHOD_NOT_ALLOWED),
            }
        }
    }

    /// Whether the phone has hung up, as far as has been heard.
    pub(crate) async fn has_left(&mut self) -> bool {
        // What is there already is read without waiting.
        while let Ok(said) = timeout(Duration::ZERO, self.next()).await {
            match said {
                Said::Bye => return true,
                Said::Offer(offer) => self.refuse(offer, StatusCode::REQUEST_PENDING.into_u16()),
            }
        }
        self.over
    }

    fn reply(&self, mut request: IncomingRequest, code: StatusCode) {
        let endpoint = self.peer.station.endpoint();
        let mut response = endpoint.create_response(&request, code, None);
        if code == StatusCode::METHOD_NOT_ALLOWED || code == StatusCode::OK {
            response.msg.headers.insert_named(endpoint.allowed());
        }
        let transaction = endpoint.create_server_tsx(&mut request);
        self.peer.station.spawn(async move {
            if let Err(error) = transaction.respond(response).await {
                tracing::debug!(%error, "a phone was not answered");
            }
        });
    }

    /// Says that what the phone wants has arrived and is looked into.
    pub(crate) async fn is_trying(&self, offer: &mut Offer) {
        let mut response = self.response(&offer.request, StatusCode::TRYING);
        let transaction = &mut offer.transaction;
        if let Err(error) = transaction.respond_provisional(&mut response).await {
            tracing::debug!(%error, "a phone was not told that it has been heard");
        }
    }

    /// Accepts what the phone wants, with an answer to it.
    pub(crate) fn accept(&mut self, offer: Box<Offer>, body: Bytes) {
        let mut response = self.response(&offer.request, StatusCode::OK);
        let headers = &mut response.msg.headers;
        headers.insert_named(&self.peer.contact);
        headers.insert_named(self.peer.station.endpoint().allowed());
        headers.insert(Name::CONTENT_TYPE, "application/sdp");
        response.msg.body = body;
        let heard = CancellationToken::new();
        let cseq = offer.request.base_headers.cseq.cseq;
        if let Some((_, earlier)) = self.unheard.replace((cseq, heard.clone())) {
            earlier.cancel();
        }
        let repeat = repeat(offer.transaction, response, heard);
        self.peer.station.spawn(repeat);
    }

    /// Refuses what the phone wants; everything stays as it is.
    pub(crate) fn refuse(&self, offer: Box<Offer>, code: u16) {
        let response = self.response(&offer.request, StatusCode::from(code));
        let transaction = offer.transaction;
        self.peer.station.spawn(async move {
            let patience = AGAIN.1;
            let refused = timeout(patience, transaction.respond_failure(response)).await;
            if !matches!(refused, Ok(Ok(()))) {
                tracing::debug!("a phone did not hear that it was refused something");
            }
        });
    }

    fn response(&self, request: &IncomingRequest, code: StatusCode) -> OutgoingResponse {
        let endpoint = self.peer.station.endpoint();
        endpoint.create_response(request, code, None)
    }

    fn heard(&mut self, cseq: u32) {
        if let Some((_, heard)) = self.unheard.take_if(|(of, _)| *of == cseq) {
            heard.cancel();
        }
    }

    /// Offers the phone something else, and returns its answer. Not to be given up while it waits:
    /// that would leave its answer unacknowledged.
    ///
    /// # Errors
    /// [`Failure`] if it won't, or does not answer.
    pub(crate) async fn offer(&mut self, body: Bytes) -> Result<Bytes, Failure> {
        let patience = self.peer.station.patience().settling;
        let end = Instant::now() + patience;
        let mut challenges = Challenges::default();
        let mut credentials: Option<Headers> = None;
        loop {
            self.cseq += 1;
            let mut request = self.peer.request(&Method::INVITE, self.cseq);
            let endpoint = self.peer.station.endpoint().clone();
            request.headers.insert_named(endpoint.allowed());
            with_description(&mut request, body.clone());
            let plain = request.clone();
            if let Some(credentials) = &credentials {
                credentials.clone().drain_into(&mut request.headers);
            }
            let send = async {
                let mut target = self.peer.flow().await?.target;
                let mut transaction = endpoint.send_invite(request, &mut target).await?;
                loop {
                    match transaction.receive().await? {
                        Some(response) if super::peer::is_final(&response) => {
                            return Ok(Some((transaction, response)));
                        }
                        Some(_) => {}
                        None => return Ok(None),
                    }
                }
            };
            let sent: Result<_, ezk_sip_core::Error> = match timeout_at(end, send).await {
                Ok(sent) => sent,
                Err(_) => return Err(Failure::Silent),
            };
            let (mut transaction, response) = match sent {
                Ok(Some(answer)) => answer,
                Ok(None) => return Err(Failure::Broken),
                Err(error) => {
                    tracing::debug!(%error, "a phone could not be offered anything");
                    return Err(Failure::Silent);
                }
            };
            match response.line.code.into_u16() {
                200..=299 => {
                    if let Some(target) = target(&response.headers) {
                        self.peer.target = target;
                    }
                    let acknowledged = self
                        .peer
                        .acknowledge(self.cseq, Bytes::new(), credentials.as_ref())
                        .await;
                    let Ok(mut request) = acknowledged else {
                        return Err(Failure::Silent);
                    };
                    // Whoever says it twice has not heard us.
                    self.peer.station.spawn_apart(async move {
                        while let Ok(Some(_)) = transaction.receive().await {
                            let _ = endpoint.send_outgoing_request(&mut request).await;
                        }
                    });
                    return Ok(response.body);
                }
                code @ (401 | 407) => {
                    let trunk = self.peer.station.trunk();
                    let answer = self
                        .peer
                        .known
                        .then(|| challenges.answer(trunk, &plain, &response));
                    credentials = answer.flatten();
                    if credentials.is_none() {
                        return Err(Failure::Unknown { code });
                    }
                }
                code => {
                    let known = challenges.known();
                    return Err(Failure::Status { code, known });
                }
            }
        }
    }
}

/// Answers until the phone has heard it.
async fn repeat(transaction: ServerInvTsx, response: OutgoingResponse, heard: CancellationToken) {
    let end = Instant::now() + AGAIN.2;
    let Ok(mut accepted) = transaction.respond_success(response).await else {
        return;
    };
    let mut pause = AGAIN.0;
    while Instant::now() < end {
        if timeout(pause, heard.cancelled()).await.is_ok() {
            return;
        }
        if accepted.retransmit().await.is_err() {
            return;
        }
        pause = (pause * 2).min(AGAIN.1);
    }
}

impl Drop for Dialog {
    fn drop(&mut self) {
        if let Some((_, heard)) = self.unheard.take() {
            heard.cancel();
        }
        if !self.over {
            self.peer
                .station
                .spawn(self.peer.clone().bye(self.cseq + 1));
        }
    }
}
