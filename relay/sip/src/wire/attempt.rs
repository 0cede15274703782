//! Sending an invitation, and following it to the end.

use bytes::Bytes;
use ezk_sip_core::Request;
use ezk_sip_core::transaction::{ClientInvTsx, TsxResponse};
use ezk_sip_core::transport::OutgoingRequest;
use ezk_sip_types::header::typed::{CallID, Contact, FromTo};
use ezk_sip_types::uri::{NameAddr, SipUri};
use ezk_sip_types::{Headers, Method};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::dialog::Dialog;
use super::digest::{Challenges, with_description};
use super::invitation::{Answer, Heard, Taken};
use super::invitee::Invitee;
use super::peer::Peer;
use super::post::Letters;
use super::station::Station;
use super::withdrawal::{hang_up, withdraw};
use crate::outcome::Failure;
use crate::settings::Transport;

/// The sender's side of an invitation.
pub(super) struct Attempt {
    station: Station,
    invitee: Invitee,
    call: String,
    call_id: CallID,
    local: FromTo,
    letters: Letters,
    cseq: u32,
    offer: Bytes,
    challenges: Challenges,
    credentials: Option<Headers>,
    say: mpsc::UnboundedSender<Heard>,
    /// Keeps a stopping gateway waiting until nothing is left to be said.
    busy: TaskTrackerToken,
}

/// What a transaction came to.
enum Turn {
    /// Said what was to be said.
    Over,
    /// Nobody picks up.
    Failed(Failure),
    /// We are asked who we are.
    Challenged(Box<TsxResponse>),
    /// Somebody picked up.
    Answered(Box<(ClientInvTsx, TsxResponse, Peer)>),
}

impl Attempt {
    pub(super) fn new(
        station: &Station,
        invitee: Invitee,
        (call, leg): (&str, &str),
        offer: Bytes,
        say: mpsc::UnboundedSender<Heard>,
    ) -> Result<Self, getrandom::Error> {
        let call_id = format!("{call}-{leg}-{}", random()?);
        let tag = random()?;
        Ok(Self {
            letters: station.post().open(&call_id, &tag),
            call: call.to_owned(),
            call_id: CallID::new(call_id),
            local: FromTo::new(invitee.from.clone(), Some(tag.into())),
            busy: station.tasks().token(),
            station: station.clone(),
            invitee,
            cseq: 0,
            offer,
            challenges: Challenges::default(),
            credentials: None,
            say,
        })
    }

    /// Rings until `deadline` at most.
    pub(super) async fn run(mut self, deadline: Instant, withdrawn: CancellationToken) {
        loop {
            let silence = Instant::now() + self.station.patience().silence;
            let sent = tokio::select! {
                biased;
                () = withdrawn.cancelled() => return,
                sent = timeout_at(silence, self.send()) => sent,
            };
            let (transaction, request, peer) = match sent {
                Ok(Ok(sent)) => sent,
                Ok(Err(error)) => {
                    tracing::debug!(%error, "an invitation could not be sent");
                    return self.fail(Failure::Silent);
                }
                Err(_) => return self.fail(Failure::Silent),
            };
            let turn = self.follow(transaction, peer, silence, deadline, &withdrawn);
            let turn = Box::pin(turn).await;
            match turn {
                Turn::Over => return,
                Turn::Failed(failure) => return self.fail(failure),
                Turn::Answered(answer) => {
                    let (transaction, response, peer) = *answer;
                    return Box::pin(self.answered(transaction, &response, peer)).await;
                }
                Turn::Challenged(response) => {
                    let code = response.line.code.into_u16();
                    let trunk = self.station.trunk();
                    let answer = self
                        .invitee
                        .known
                        .then(|| self.challenges.answer(trunk, &request, &response));
                    match answer.flatten() {
                        Some(credentials) => self.credentials = Some(credentials),
                        None => return self.fail(Failure::Unknown { code }),
                    }
                }
            }
        }
    }

    fn fail(&self, failure: Failure) {
        let _ = self.say.send(Heard::Failed(failure));
    }

    /// Sends it. Also returned are the request without its credentials, and the peer as far as it
    /// is known.
    async fn send(&mut self) -> Result<(ClientInvTsx, Request, Peer), ezk_sip_core::Error> {
        let mut flow = self.station.reach(&self.invitee.hop).await?;
        let mut contact = SipUri::new(flow.own.clone()).user("heard".into());
        if self.station.transport() == Transport::Tcp {
            contact.uri_params.push_or_edit("transport", "tcp");
        }
        let contact = Contact::new(NameAddr::uri(contact));
        self.cseq += 1;
        let peer = Peer {
            station: self.station.clone(),
            call_id: self.call_id.clone(),
            local: self.local.clone(),
            remote: FromTo::new(NameAddr::uri(self.invitee.uri.clone()), None),
            contact,
            target: self.invitee.uri.clone(),
            routes: Vec::new(),
            flow: flow.clone(),
            known: self.invitee.known,
        };
        let mut request = peer.request(&Method::INVITE, self.cseq);
        let endpoint = self.station.endpoint();
        request.headers.insert_named(endpoint.allowed());
        request
            .headers
            .insert("X-Heard-Call".to_owned(), self.call.as_str());
        with_description(&mut request, self.offer.clone());
        let plain = request.clone();
        if let Some(credentials) = &self.credentials {
            credentials.clone().drain_into(&mut request.headers);
        }
        let transaction = endpoint.send_invite(request, &mut flow.target).await?;
        Ok((transaction, plain, peer))
    }

    /// Follows it until something has to be decided.
    async fn follow(
        &self,
        mut transaction: ClientInvTsx,
        peer: Peer,
        silence: Instant,
        deadline: Instant,
        withdrawn: &CancellationToken,
    ) -> Turn {
        let (mut seen, mut rang) = (false, false);
        loop {
            let limit = if seen {
                deadline
            } else {
                silence.min(deadline)
            };
            let received = tokio::select! {
                biased;
                () = withdrawn.cancelled() => None,
                received = transaction.receive() => Some(received),
                () = sleep_until(limit) => {
                    self.fail(if seen { Failure::RungOut } else { Failure::Silent });
                    None
                }
            };
            let response = match received {
                None => {
                    Box::pin(withdraw(transaction, peer, self.cseq, seen)).await;
                    return Turn::Over;
                }
                Some(Ok(Some(response))) => response,
                Some(Ok(None)) => return Turn::Failed(Failure::Broken),
                // Over a connection that broke, or the library's own limits.
                Some(Err(error)) => {
                    tracing::debug!(%error, "an invitation is over");
                    let rung = seen && matches!(error, ezk_sip_core::Error::RequestTimedOut);
                    return Turn::Failed(if rung {
                        Failure::RungOut
                    } else {
                        Failure::Silent
                    });
                }
            };
            seen = true;
            match response.line.code.into_u16() {
                ..=100 => {}
                101..=199 if rang => {}
                101..=199 => {
                    rang = true;
                    let _ = self.say.send(Heard::Ringing);
                }
                200..=299 => {
                    return match peer.clone().learn(&response) {
                        Some(peer) => Turn::Answered(Box::new((transaction, response, peer))),
                        None => Turn::Failed(Failure::Broken),
                    };
                }
                401 | 407 => return Turn::Challenged(Box::new(response)),
                code => {
                    let known = self.challenges.known();
                    return Turn::Failed(Failure::Status { code, known });
                }
            }
        }
    }

    /// Says that somebody picked up, acknowledges as told, and again whenever the acknowledgement
    /// was lost.
    async fn answered(self, mut transaction: ClientInvTsx, response: &TsxResponse, peer: Peer) {
        let (take, taken) = oneshot::channel();
        let body = response.body.clone();
        let _ = self.say.send(Heard::Answered(Answer { body, take }));
        let (cseq, offered) = (self.cseq, !self.offer.is_empty());
        let mut taken = Some(taken);
        let mut letters = Some(self.letters);
        let mut busy = Some(self.busy);
        let mut sent: Option<OutgoingRequest> = None;
        loop {
            let again = tokio::select! {
                order = taken_of(&mut taken) => {
                    taken = None;
                    let Some((body, give)) = order else {
                        let offer = (!offered).then(|| response.body.clone());
                        return hang_up(peer, cseq, offer).await;
                    };
                    match peer.acknowledge(cseq, body, self.credentials.as_ref()).await {
                        Ok(request) => sent = Some(request),
                        Err(error) => {
                            tracing::debug!(%error, "an answer could not be acknowledged");
                            return peer.bye(cseq + 1).await;
                        }
                    }
                    if let Some(letters) = letters.take() {
                        let dialog = Dialog::new(peer.clone(), letters, cseq);
                        // Nobody waits for it any more: dropping it hangs up.
                        let _ = give.send(dialog);
                    }
                    busy = None;
                    continue;
                }
                again = transaction.receive() => again,
            };
            let Ok(Some(again)) = again else {
                // It can no longer be answered twice; whoever has to decide may still need time.
                if taken.is_none() {
                    break;
                }
                if let Some((_, give)) = taken_of(&mut taken).await {
                    drop(give);
                }
                let offer = (!offered).then(|| response.body.clone());
                return hang_up(peer, cseq, offer).await;
            };
            if again.base_headers.to.tag != peer.remote.tag {
                // The trunk rang two phones at once, and both picked up.
                if let Some(other) = peer.clone().learn(&again) {
                    let station = peer.station.clone();
                    let offer = (!offered).then_some(again.body);
                    station.spawn(hang_up(other, cseq, offer));
                }
            } else if let Some(request) = &mut sent {
                let endpoint = peer.station.endpoint();
                if let Err(error) = endpoint.send_outgoing_request(request).await {
                    tracing::debug!(%error, "an acknowledgement could not be sent again");
                }
            }
        }
        drop(busy);
    }
}

/// What the one who was told decides; nothing if they are gone.
async fn taken_of(taken: &mut Option<oneshot::Receiver<Taken>>) -> Option<Taken> {
    match taken {
        Some(taken) => taken.await.ok(),
        None => std::future::pending().await,
    }
}

/// A name that nobody else draws.
fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}
