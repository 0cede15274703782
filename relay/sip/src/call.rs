//! One call from its order to its end.
//!
//! Whatever is dropped on the way out is withdrawn or hung up (see [`wire`](crate::wire)), so every
//! `return` leaves both phones in peace.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::order::Checked;
use crate::outcome::{Failure, Outcome};
use crate::progress::{Ending, Progress, Reports};
use crate::sdp::{Session, Sound};
use crate::wire::dialog::{Dialog, Said};
use crate::wire::invitation::{Answer, Heard};
use crate::wire::station::Station;

/// The phone has something under way itself, or we have (RFC 3261, section 14.2).
const PENDING: u16 = 491;
/// What a phone wants cannot be had (section 21.4.26).
const NOT_HERE: u16 = 488;

/// How long what may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) ring_agent: Duration,
    pub(crate) ring_visitor: Duration,
    pub(crate) longest: Duration,
}

/// A phone that was picked up, and what was agreed with it.
struct Leg {
    dialog: Dialog,
    session: Session,
}

/// A visitor who picked up, and what they were offered if they were.
struct Picked {
    answer: Answer,
    session: Session,
    offered: Option<Sound>,
}

/// A call under way.
pub(crate) struct Conduct {
    pub(crate) station: Station,
    pub(crate) order: Checked,
    pub(crate) limits: Limits,
    pub(crate) hung_up: CancellationToken,
    pub(crate) reports: Reports,
}

impl Conduct {
    /// Makes the call, and says how it goes and ends.
    pub(crate) async fn run(mut self) {
        let ending = match self.call().await {
            Ok(ending) | Err(ending) => ending,
        };
        tracing::info!(
            call.id = %self.order.id,
            outcome = ?ending.outcome,
            status = ending.status,
            talked_ms = u64::try_from(ending.talked.as_millis()).unwrap_or(u64::MAX),
            "a call is over"
        );
        self.reports.say(Progress::Ended(ending));
    }

    /// The whole of it. An `Err` is a call that ended before they talked.
    async fn call(&mut self) -> Result<Ending, Ending> {
        let (mut agent, sound) = self.ring_agent().await?;
        self.reports.say(Progress::AgentAnswered);
        let picked = self.ring_visitor(&mut agent, sound).await?;
        let visitor = match self.join(&mut agent, picked).await {
            Ok(visitor) => visitor,
            // That may be why it did not work.
            Err(_) if agent.dialog.has_left().await => return Err(agent_left()),
            Err(ending) => return Err(ending),
        };
        self.reports.say(Progress::Joined);
        Ok(self.talk(agent, visitor).await)
    }

    /// Also returned is what their phone says of itself.
    async fn ring_agent(&mut self) -> Result<(Leg, Sound), Ending> {
        let mut session = self.session(1);
        let invitee = self
            .station
            .agent(self.order.agent.clone(), &self.order.visitor);
        let mut invitation = self.station.invite(
            invitee,
            (&self.order.id, "agent"),
            session.hold(),
            self.limits.ring_agent,
        );
        let answer = loop {
            let heard = tokio::select! {
                () = self.hung_up.cancelled() => return Err(hung_up()),
                heard = invitation.next() => heard,
            };
            match heard {
                Heard::Ringing => self.reports.say(Progress::RingingAgent),
                Heard::Answered(answer) => break answer,
                Heard::Failed(failure) => return Err(of_agent(failure)),
            }
        };
        let sound = session.hear(&answer.body);
        let dialog = answer.take(Bytes::new()).await;
        let (Some(sound), Some(dialog)) = (sound, dialog) else {
            return Err(of_agent(Failure::Broken));
        };
        Ok((Leg { dialog, session }, sound))
    }

    async fn ring_visitor(&mut self, agent: &mut Leg, sound: Sound) -> Result<Picked, Ending> {
        let invitee = self.station.visitor(&self.order.visitor);
        let mut session = self.session(2);
        let offered = self.station.trunk().wants_offer.then(|| sound.both_ways());
        let offer = offered.as_ref().map(|sound| session.propose(sound));
        let mut invitation = self.station.invite(
            invitee,
            (&self.order.id, "visitor"),
            offer.unwrap_or_default(),
            self.limits.ring_visitor,
        );
        loop {
            let heard = tokio::select! {
                () = self.hung_up.cancelled() => return Err(hung_up()),
                said = agent.dialog.next() => match said {
                    Said::Bye => return Err(agent_left()),
                    Said::Offer(offer) => {
                        agent.dialog.refuse(offer, PENDING);
                        continue;
                    }
                },
                heard = invitation.next() => heard,
            };
            match heard {
                Heard::Ringing => self.reports.say(Progress::RingingVisitor),
                Heard::Answered(answer) => {
                    return Ok(Picked {
                        answer,
                        session,
                        offered,
                    });
                }
                Heard::Failed(failure) => {
                    let outcome = failure.of_visitor();
                    return Err(Ending::without_talk(outcome, failure.status()));
                }
            }
        }
    }

    /// Hands each phone what the other said.
    async fn join(&self, agent: &mut Leg, picked: Picked) -> Result<Leg, Ending> {
        let Picked {
            answer,
            mut session,
            offered,
        } = picked;
        let visitors = session.hear(&answer.body).ok_or_else(technical)?;
        let Some(offered) = offered else {
            let agents = redirect(agent, &visitors).await?;
            let body = session.tell(&agents);
            let dialog = answer.take(body).await.ok_or_else(technical)?;
            return Ok(Leg { dialog, session });
        };
        let dialog = answer.take(Bytes::new()).await.ok_or_else(technical)?;
        let mut visitor = Leg { dialog, session };
        let agents = redirect(agent, &visitors).await?;
        if !agents.is_where(&offered) {
            redirect(&mut visitor, &agents).await?;
        }
        Ok(visitor)
    }

    /// Until one hangs up, or we are told to, or it has been long enough.
    async fn talk(&self, mut agent: Leg, mut visitor: Leg) -> Ending {
        let joined = Instant::now();
        let end = joined + self.limits.longest;
        loop {
            let (mut offer, from, to) = tokio::select! {
                () = self.hung_up.cancelled() => break,
                () = sleep_until(end) => break,
                said = agent.dialog.next() => match said {
                    Said::Bye => break,
                    Said::Offer(offer) => (offer, &mut agent, &mut visitor),
                },
                said = visitor.dialog.next() => match said {
                    Said::Bye => break,
                    Said::Offer(offer) => (offer, &mut visitor, &mut agent),
                },
            };
            // Holding, another codec, a sign of life: between the two phones, we only carry it
            // over.
            let Some(sound) = from.session.hear(&offer.body) else {
                from.dialog.refuse(offer, NOT_HERE);
                continue;
            };
            from.dialog.is_trying(&mut offer).await;
            let body = to.session.tell(&sound);
            match to.dialog.offer(body).await {
                Ok(body) => match to.session.hear(&body) {
                    Some(sound) => {
                        let body = from.session.tell(&sound);
                        from.dialog.accept(offer, body);
                    }
                    None => from.dialog.refuse(offer, NOT_HERE),
                },
                Err(failure) => {
                    let code = failure.status().unwrap_or(NOT_HERE);
                    from.dialog.refuse(offer, code);
                }
            }
        }
        Ending {
            outcome: Outcome::Answered,
            talked: joined.elapsed(),
            status: None,
        }
    }

    fn session(&self, leg: u64) -> Session {
        Session::new(&self.station.host(), leg)
    }
}

/// Has a phone send its sound there, and returns where it wants its own.
async fn redirect(leg: &mut Leg, sound: &Sound) -> Result<Sound, Ending> {
    let offer = leg.session.tell(sound);
    match leg.dialog.offer(offer).await {
        Ok(body) => leg.session.hear(&body).ok_or_else(technical),
        Err(failure) => Err(Ending::without_talk(Outcome::Technical, failure.status())),
    }
}

const fn hung_up() -> Ending {
    Ending::without_talk(Outcome::HungUp, None)
}

const fn agent_left() -> Ending {
    Ending::without_talk(Outcome::AgentLeft, None)
}

const fn technical() -> Ending {
    Ending::without_talk(Outcome::Technical, None)
}

const fn of_agent(failure: Failure) -> Ending {
    Ending::without_talk(failure.of_agent(), failure.status())
}
