//! What a connection waits for: the store, mostly.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use heard_desk::callback;
use heard_protocol::{CommandId, RefusalCode};

use super::Line;
use crate::socket::context::Caller;
use crate::socket::greet::Served;
use crate::socket::peer::{Effect, Input};
use crate::socket::seat::Seat;
use crate::store::{Answer, Request};

/// What a piece of work that was waited for has led to.
pub(super) enum Done<S: Served> {
    Input(Input<S>),
    Seated(Input<S>, Box<Seat<S>>),
    Nothing,
}

pub(super) type Work<S> = FuturesUnordered<BoxFuture<'static, Done<S>>>;

/// The next piece of work that is done; what is left when none is, is given back.
pub(super) async fn next<S: Served>(work: &mut Option<Work<S>>) -> Option<Done<S>> {
    let done = match work {
        Some(under_way) => under_way.next().await,
        None => None,
    };
    if done.is_none() {
        *work = None;
    }
    done
}

impl<S: Served> Line<S> {
    /// Begins what an effect asks for.
    pub(super) fn start(&mut self, effect: Effect<S>) {
        let context = Arc::clone(&self.context);
        match effect {
            Effect::Send(_) | Effect::Close(_) => {}
            Effect::Greet(hello) => {
                let mailbox = Arc::clone(&self.mailbox);
                let caller = Caller {
                    cookie: self.caller.cookie.take(),
                    ..self.caller.clone()
                };
                self.begin(Box::pin(async move {
                    match S::greet(&context, *hello, caller, &mailbox).await {
                        Ok((greeting, seat)) => {
                            Done::Seated(Input::Greeted(Ok(Box::new(greeting))), Box::new(seat))
                        }
                        Err(code) => Done::Input(Input::Greeted(Err(code))),
                    }
                }));
            }
            Effect::Command(id, request) => self.execute(id, request),
            Effect::Write(request) => {
                let written = context.store.execute(request);
                self.begin(Box::pin(async move {
                    // Read marks are said again on the next connection.
                    let _ = written.await;
                    Done::Nothing
                }));
            }
            Effect::Read(cursor) => {
                let work = async move {
                    match S::read(&*context.store, cursor).await {
                        Ok(slice) => Done::Input(Input::Read(cursor.conversation, slice)),
                        Err(error) => {
                            tracing::error!(%error, "a log could not be read");
                            Done::Input(Input::Broken)
                        }
                    }
                };
                self.begin(Box::pin(work));
            }
            Effect::Own => {
                if let Some(seat) = &self.seat {
                    let seat = seat.place();
                    self.begin(Box::pin(async move {
                        match S::own(&*context.store, &seat.identity).await {
                            Ok(own) => Done::Input(Input::Own(own)),
                            Err(error) => {
                                tracing::error!(%error, "a visitor's log could not be looked up");
                                Done::Input(Input::Broken)
                            }
                        }
                    }));
                }
            }
            Effect::Lists => {
                if let Some(seat) = &self.seat {
                    let seat = seat.place();
                    self.begin(Box::pin(async move {
                        match S::lists(&context, &seat.identity).await {
                            Ok(rows) => Done::Input(Input::Lists(rows)),
                            Err(error) => {
                                tracing::error!(%error, "an agent's lists could not be read");
                                Done::Input(Input::Broken)
                            }
                        }
                    }));
                }
            }
            Effect::Follow(conversation) => {
                if let Some(seat) = &self.seat {
                    seat.follow(conversation);
                    let seat = seat.place();
                    self.begin(Box::pin(async move {
                        S::followed(&context, &seat, conversation).await;
                        Done::Nothing
                    }));
                }
            }
            Effect::Unfollow(conversation) => {
                if let Some(seat) = &self.seat {
                    seat.unfollow(conversation);
                }
            }
            Effect::Signal(signal) => {
                if let Some(seat) = &self.seat {
                    let seat = seat.place();
                    if S::about(&signal).is_none_or(|about| self.peer.follows(about)) {
                        self.begin(Box::pin(async move {
                            S::signal(&context, &seat, signal).await;
                            Done::Nothing
                        }));
                    }
                }
            }
        }
    }

    fn begin(&mut self, work: BoxFuture<'static, Done<S>>) {
        self.work.get_or_insert_default().push(work);
    }

    fn execute(&mut self, id: CommandId, request: Request) {
        if asks_for_a_call(&request) && !self.may_ask() {
            // Not "later": what the visitor writes meanwhile would wait for it.
            let refused = Answer::Refused(RefusalCode::TooManyCalls.into());
            let refused = Done::Input(Input::Answered(id, Some(refused)));
            self.begin(Box::pin(std::future::ready(refused)));
            return;
        }
        // Now and not when the work is first polled: then a later command could come before it.
        let answer = self.context.store.execute(request);
        self.begin(Box::pin(async move {
            Done::Input(Input::Answered(id, answer.await.ok()))
        }));
    }

    /// Whether somebody from there may ask to be called once more.
    fn may_ask(&self) -> bool {
        let now = self.context.clock.now();
        self.context
            .callbacks
            .take(self.caller.address, now)
            .is_ok()
    }
}

fn asks_for_a_call(request: &Request) -> bool {
    matches!(request, Request::Visitor { command, .. } if callback::is_request(command))
}
