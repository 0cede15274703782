//! Ringing a phone.

use std::time::Duration;

use bytes::Bytes;
use ezk_sip_core::Request;
use ezk_sip_core::transaction::{ClientInvTsx, TsxResponse};
use ezk_sip_core::transport::OutgoingRequest;
use ezk_sip_types::header::typed::{CSeq, CallID, Contact, FromTo, MaxForwards};
use ezk_sip_types::uri::{NameAddr, SipUri};
use ezk_sip_types::{Headers, Method, Name};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::dialog::Dialog;
use super::digest::{Challenges, with_description};
use super::peer::{Peer, is_final};
use super::post::Letters;
use super::station::Station;
use crate::outcome::Failure;
use crate::sdp::Session;

/// How long a withdrawn invitation is followed, so that whoever picks up all the same is hung up on (RFC 3261, 64 times T1).
const WITHDRAWING: Duration = Duration::from_secs(32);
/// The pause before a withdrawal is said again, and the longest one.
const AGAIN: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(4));

/// Whom to ring.
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

/// What is heard of an invitation.
#[derive(Debug)]
pub(crate) enum Heard {
    /// It rings. Said once.
    Ringing,
    /// Somebody picked up.
    Answered(Answer),
    /// Nobody will. Said last.
    Failed(Failure),
}

/// An invitation under way. Dropping it withdraws it.
#[derive(Debug)]
pub(crate) struct Invitation {
    heard: mpsc::UnboundedReceiver<Heard>,
    _withdrawn: DropGuard,
}

/// Somebody picked up. Dropping this hangs up.
#[derive(Debug)]
pub(crate) struct Answer {
    /// What they say of their session.
    pub(crate) body: Bytes,
    take: oneshot::Sender<(Bytes, oneshot::Sender<Dialog>)>,
}

impl Invitation {
    /// What is heard next.
    pub(crate) async fn next(&mut self) -> Heard {
        let heard = self.heard.recv().await;
        heard.unwrap_or(Heard::Failed(Failure::Broken))
    }
}

impl Answer {
    /// Acknowledges it, with an answer to what it offers if it does. Nothing if that cannot be sent.
    pub(crate) async fn take(self, body: Bytes) -> Option<Dialog> {
        let (give, taken) = oneshot::channel();
        self.take.send((body, give)).ok()?;
        taken.await.ok()
    }
}

impl Station {
    /// Rings a phone for `ring` at most, with an offer or without. `call` is the order's id, `leg` tells its two dialogs apart.
    pub(crate) fn invite(
        &self,
        invitee: Invitee,
        call: (&str, &str),
        offer: Bytes,
        ring: Duration,
    ) -> Invitation {
        let (say, heard) = mpsc::unbounded_channel();
        let withdrawn = CancellationToken::new();
        let attempt = Attempt::new(self, invitee, call, offer, say);
        let run = attempt.run(Instant::now() + ring, withdrawn.clone());
        // It says itself how long it is to be waited for.
        self.spawn_apart(run);
        Invitation {
            heard,
            _withdrawn: withdrawn.drop_guard(),
        }
    }
}

/// The sender's side of an invitation.
struct Attempt {
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
    fn new(
        station: &Station,
        invitee: Invitee,
        (call, leg): (&str, &str),
        offer: Bytes,
        say: mpsc::UnboundedSender<Heard>,
    ) -> Self {
        let call_id = format!("{call}-{leg}-{}", random());
        let tag = random();
        Self {
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
        }
    }

    async fn run(mut self, deadline: Instant, withdrawn: CancellationToken) {
        loop {
            let silence = Instant::now() + self.station.patience().silence;
            let sent = tokio::select! {
                biased;
                () = withdrawn.cancelled() => return,
                sent = tokio::time::timeout_at(silence, self.send()) => sent,
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

    /// Sends it. Also returned are the request without its credentials, and the peer as far as it is known.
    async fn send(&mut self) -> Result<(ClientInvTsx, Request, Peer), ezk_sip_core::Error> {
        let mut flow = self.station.reach(&self.invitee.hop).await?;
        let mut contact = SipUri::new(flow.own.clone()).user("heard".into());
        if self.station.transport() == crate::settings::Transport::Tcp {
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
                    Box::pin(self.withdraw(transaction, peer, seen)).await;
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

    /// Says that somebody picked up, acknowledges as told, and again whenever the acknowledgement was lost.
    async fn answered(self, mut transaction: ClientInvTsx, response: &TsxResponse, peer: Peer) {
        let (take, taken) = oneshot::channel();
        let body = response.body.clone();
        let _ = self.say.send(Heard::Answered(Answer { body, take }));
        let cseq = self.cseq;
        let mut taken = Some(taken);
        let mut letters = Some(self.letters);
        let mut busy = Some(self.busy);
        let mut sent: Option<OutgoingRequest> = None;
        loop {
            let again = tokio::select! {
                order = taken_of(&mut taken) => {
                    taken = None;
                    let Some((body, give)) = order else {
                        return hang_up(peer, cseq, &response.body).await;
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
                return hang_up(peer, cseq, &response.body).await;
            };
            if again.base_headers.to.tag != peer.remote.tag {
                // The trunk rang two phones at once, and both picked up.
                if let Some(other) = peer.clone().learn(&again) {
                    hang_up(other, cseq, &again.body).await;
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

    /// Withdraws it. Before anything was heard there is nothing to withdraw, but something may still come.
    async fn withdraw(&self, mut transaction: ClientInvTsx, peer: Peer, seen: bool) {
        let end = Instant::now() + WITHDRAWING;
        if !seen {
            let patience = self.station.patience().silence;
            match timeout(patience, transaction.receive()).await {
                Ok(Ok(Some(response))) if is_final(&response) => {
                    return self.too_late(&response, peer).await;
                }
                Ok(Ok(Some(_))) => {}
                _ => return,
            }
        }
        let mut cancel = cancel(&transaction);
        let endpoint = self.station.endpoint();
        let mut pause = AGAIN.0;
        while Instant::now() < end {
            if let Some(cancel) = &mut cancel
                && let Err(error) = endpoint.send_outgoing_request(cancel).await
            {
                tracing::debug!(%error, "an invitation could not be withdrawn");
            }
            let next = (Instant::now() + pause).min(end);
            loop {
                match tokio::time::timeout_at(next, transaction.receive()).await {
                    Ok(Ok(Some(response))) if is_final(&response) => {
                        return self.too_late(&response, peer).await;
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
    async fn too_late(&self, response: &TsxResponse, peer: Peer) {
        if (200..300).contains(&response.line.code.into_u16())
            && let Some(peer) = peer.learn(response)
        {
            hang_up(peer, self.cseq, &response.body).await;
        }
    }
}

/// What the one who was told decides; nothing if they are gone.
async fn taken_of(
    taken: &mut Option<oneshot::Receiver<(Bytes, oneshot::Sender<Dialog>)>>,
) -> Option<(Bytes, oneshot::Sender<Dialog>)> {
    match taken {
        Some(taken) => taken.await.ok(),
        None => std::future::pending().await,
    }
}

/// Acknowledges an answer that nobody wants, and hangs up.
async fn hang_up(peer: Peer, cseq: u32, offer: &[u8]) {
    let mut session = Session::new("0.0.0.0", 1);
    let _ = session.hear(offer);
    let body = session.decline();
    if let Err(error) = peer.acknowledge(cseq, body, None).await {
        tracing::debug!(%error, "an answer could not be acknowledged");
    }
    peer.bye(cseq + 1).await;
}

/// What withdraws an invitation: it carries the branch of what it withdraws (RFC 3261, section 9.1), so it is no transaction of the library's.
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

/// A name that nobody else draws.
fn random() -> String {
    let mut bytes = [0; 12];
    if getrandom::fill(&mut bytes).is_err() {
        // The system has no randomness: what tells dialogs apart is then the order's id alone.
        tracing::error!("the system gives no random bytes");
    }
    hex::encode(bytes)
}
