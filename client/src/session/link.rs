//! Coming and going of connections.

use heard_protocol::close::next_move;
use heard_protocol::limits::MAX_CURSORS;
use heard_protocol::{ClientFrame, CloseCode, Hello, NextMove, Resume, VERSION, Welcome};

use super::backoff::ceiling;
use super::clock::Tick;
use super::heartbeat::{Beat, Heartbeat};
use super::machine::{Effects, Live, Phase, Session};
use super::{ClientRole, Effect, LinkState, SocketId, Update};

/// After a close that says "too much", the wait is at least drawn as after this many failures.
const BUSY_FAILURES: u32 = 4;

impl<R: ClientRole> Session<R> {
    pub(super) fn start(&mut self, out: &mut Effects<R>) {
        if matches!(self.phase, Phase::Idle) {
            self.connect(out);
        }
    }

    pub(super) fn stop(&mut self, out: &mut Effects<R>) {
        self.drop_socket(out);
        self.lose();
        self.phase = Phase::Idle;
    }

    pub(super) fn retry_now(&mut self, out: &mut Effects<R>) {
        if matches!(self.phase, Phase::Stopped(_)) {
            self.connect(out);
        } else {
            self.look_again(out);
        }
    }

    pub(super) fn set_credential(&mut self, credential: R::Credential, out: &mut Effects<R>) {
        self.credential = credential;
        if matches!(self.phase, Phase::Stopped(NextMove::Reauthenticate)) {
            self.connect(out);
        }
    }

    pub(super) fn network(&mut self, online: bool, out: &mut Effects<R>) {
        let was_offline = std::mem::replace(&mut self.offline, !online);
        match self.phase {
            // The news may be of the very loss that an attempt under way is stuck in.
            Phase::Opening { .. } | Phase::Greeting { .. } if online && was_offline => {
                self.drop_socket(out);
                self.connect(out);
            }
            Phase::Waiting { .. } if !online => {}
            _ if online == was_offline => self.look_again(out),
            _ => {}
        }
    }

    /// A good moment to see whether the relay is there: at once if the session waits, with a ping
    /// if it believes to be live.
    pub(super) fn look_again(&mut self, out: &mut Effects<R>) {
        match &mut self.phase {
            Phase::Waiting { .. } => self.connect(out),
            Phase::Live(live) => {
                live.heartbeat.probe(self.limits.probe_ms, self.clock.now());
                self.transmit(ClientFrame::Ping, out);
            }
            _ => {}
        }
    }

    /// Whether this is the socket in use.
    pub(super) fn is_current(&self, socket: SocketId) -> bool {
        socket == self.socket && self.has_socket()
    }

    const fn has_socket(&self) -> bool {
        matches!(
            self.phase,
            Phase::Opening { .. } | Phase::Greeting { .. } | Phase::Live(_)
        )
    }

    fn connect(&mut self, out: &mut Effects<R>) {
        self.socket = SocketId(self.socket.0.wrapping_add(1));
        self.phase = Phase::Opening {
            until: self.after(self.limits.connect_ms),
        };
        out.push(Effect::Connect {
            socket: self.socket,
        });
    }

    pub(super) fn opened(&mut self, out: &mut Effects<R>) {
        if !matches!(self.phase, Phase::Opening { .. }) {
            return;
        }
        self.phase = Phase::Greeting {
            until: self.after(self.limits.connect_ms),
        };
        let resume = self.epoch.map(|epoch| Resume {
            epoch,
            cursors: self.cursors().take(MAX_CURSORS).collect(),
        });
        let cursors = resume.iter().flat_map(|resume| &resume.cursors);
        self.resumed = cursors.map(|cursor| cursor.conversation).collect();
        out.push(Effect::Transmit(ClientFrame::Hello(Hello {
            version: VERSION,
            credential: self.credential.clone(),
            resume,
        })));
    }

    pub(super) fn welcomed(&mut self, welcome: Box<Welcome<R>>, out: &mut Effects<R>) {
        let now = self.clock.now();
        R::adopt(&mut self.credential, &welcome.body);
        self.phase = Phase::Live(Live {
            since: now,
            heartbeat: Heartbeat::new(welcome.idle_ms, now),
            catch_up: None,
        });
        self.offline = false;
        self.tell_link(out);

        let other_life = self
            .epoch
            .replace(welcome.epoch)
            .is_some_and(|epoch| epoch != welcome.epoch);
        if other_life {
            self.forget_positions(out);
        }
        let current = R::current(&welcome.body);
        out.push(Effect::Update(Update::Welcome(welcome)));
        self.follow_again(other_life, current, out);
        self.say_marks_again(out);
        self.send_what_waits(out);
    }

    pub(super) fn closed(&mut self, code: u16) {
        let busy = matches!(
            CloseCode::from_code(code),
            Some(CloseCode::Full | CloseCode::Flooding)
        );
        self.lost(next_move(code), if busy { BUSY_FAILURES } else { 0 });
    }

    /// Closes the socket from this side.
    pub(super) fn hang_up(&mut self, next: NextMove, out: &mut Effects<R>) {
        self.drop_socket(out);
        self.lost(next, 0);
    }

    fn drop_socket(&mut self, out: &mut Effects<R>) {
        if self.has_socket() {
            out.push(Effect::Disconnect {
                socket: self.socket,
            });
        }
    }

    /// What was known of the connection is void.
    fn lose(&mut self) {
        self.outbox.disconnected();
        self.logs.disconnected();
    }

    fn lost(&mut self, next: NextMove, at_least: u32) {
        let now = self.clock.now();
        let was_good = match &self.phase {
            Phase::Live(live) => now >= live.since.saturating_add(self.limits.stable_ms),
            _ => false,
        };
        self.failures = if was_good {
            0
        } else {
            self.failures.saturating_add(1)
        };
        self.lose();
        self.phase = match next {
            NextMove::Reconnect => {
                let limits = &self.limits;
                let longest = ceiling(
                    limits.backoff_base_ms,
                    limits.backoff_cap_ms,
                    self.failures.max(at_least),
                );
                let wait = self.jitter.up_to(longest);
                Phase::Waiting {
                    until: self.after(wait),
                }
            }
            stop => Phase::Stopped(stop),
        };
    }

    /// Does what the clock calls for.
    pub(super) fn do_what_is_due(&mut self, out: &mut Effects<R>) {
        let now = self.clock.now();
        match &mut self.phase {
            Phase::Idle | Phase::Stopped(_) => {}
            Phase::Waiting { until } => {
                if *until <= now {
                    self.connect(out);
                }
            }
            Phase::Opening { until } | Phase::Greeting { until } => {
                if *until <= now {
                    self.hang_up(NextMove::Reconnect, out);
                }
            }
            Phase::Live(live) => match live.heartbeat.beat(now) {
                Beat::Dead => self.hang_up(NextMove::Reconnect, out),
                beat => {
                    if beat == Beat::Ping {
                        self.transmit(ClientFrame::Ping, out);
                    }
                    self.catch_up(out);
                    self.send_what_waits(out);
                }
            },
        }
    }

    /// When the clock will next call for something.
    pub(super) fn deadline(&self) -> Option<Tick> {
        match &self.phase {
            Phase::Idle | Phase::Stopped(_) => None,
            Phase::Waiting { until } | Phase::Opening { until } | Phase::Greeting { until } => {
                Some(*until)
            }
            Phase::Live(live) => {
                let outbox = self.outbox.deadline(self.limits.answer_ms);
                let others = [live.catch_up, outbox].into_iter().flatten();
                Some(others.fold(live.heartbeat.deadline(), Tick::min))
            }
        }
    }

    pub(super) fn link_state(&self) -> LinkState {
        let attempt = self.failures;
        match &self.phase {
            Phase::Idle => LinkState::Idle,
            Phase::Stopped(next) => LinkState::Stopped(*next),
            _ if self.offline => LinkState::Offline { attempt },
            Phase::Waiting { until } => LinkState::Waiting {
                retry_at: self.clock.outside(*until),
                attempt,
            },
            Phase::Opening { .. } | Phase::Greeting { .. } => LinkState::Connecting { attempt },
            Phase::Live(_) => LinkState::Live,
        }
    }

    pub(super) fn after(&self, wait: u64) -> Tick {
        self.clock.now().saturating_add(wait)
    }
}
