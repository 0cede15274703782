//! Whether the other side is still there.

use super::clock::Tick;

/// The relay's patience is at least taken for this, so that a mad value does not make a client
/// flood it. In milliseconds.
const SHORTEST_EVERY: u64 = 1_000;

/// When to ping, and when to believe that nobody will answer.
#[derive(Debug)]
pub(super) struct Heartbeat {
    every: u64,
    sent: Tick,
    heard: Tick,
    /// Set while a ping is unanswered.
    overdue: Option<Tick>,
}

/// What a [`Heartbeat`] finds when its moment comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beat {
    /// It is not the moment yet.
    Wait,
    /// Ask whether the relay is there.
    Ping,
    /// It is not.
    Dead,
}

impl Heartbeat {
    /// For a relay that gives a silent client up after `idle_ms`, greeted now.
    pub(super) fn new(idle_ms: u32, now: Tick) -> Self {
        Self {
            every: u64::from(idle_ms / 3).max(SHORTEST_EVERY),
            sent: now,
            heard: now,
            overdue: None,
        }
    }

    /// Something was sent.
    pub(super) fn sent(&mut self, now: Tick) {
        self.sent = now;
    }

    /// Something came.
    pub(super) fn heard(&mut self, now: Tick) {
        self.heard = now;
        self.overdue = None;
    }

    /// A ping is sent that must be answered within `patience`.
    pub(super) fn probe(&mut self, patience: u64, now: Tick) {
        let overdue = now.saturating_add(patience);
        self.overdue = Some(self.overdue.map_or(overdue, |other| other.min(overdue)));
    }

    /// When to look again.
    pub(super) fn deadline(&self) -> Tick {
        // Silence on either side calls for a ping: the relay must hear from us, and we from it.
        self.overdue
            .unwrap_or_else(|| self.sent.min(self.heard).saturating_add(self.every))
    }

    /// What is to be done now. Having said `Ping`, it waits for the answer.
    pub(super) fn beat(&mut self, now: Tick) -> Beat {
        if now < self.deadline() {
            Beat::Wait
        } else if self.overdue.is_some() {
            Beat::Dead
        } else {
            self.probe(self.every, now);
            Beat::Ping
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_brings_a_ping_and_more_silence_the_end() {
        let mut heart = Heartbeat::new(30_000, 0);
        assert_eq!(heart.beat(9_999), Beat::Wait);
        assert_eq!(heart.beat(10_000), Beat::Ping);
        heart.sent(10_000);
        assert_eq!(heart.beat(19_999), Beat::Wait);
        assert_eq!(heart.beat(20_000), Beat::Dead);
    }

    #[test]
    fn any_frame_is_an_answer() {
        let mut heart = Heartbeat::new(30_000, 0);
        assert_eq!(heart.beat(10_000), Beat::Ping);
        heart.sent(10_000);
        heart.heard(19_000);
        assert_eq!(heart.beat(19_999), Beat::Wait);
        assert_eq!(heart.deadline(), 20_000);
    }

    #[test]
    fn a_client_that_only_talks_still_asks_whether_anybody_listens() {
        let mut heart = Heartbeat::new(30_000, 0);
        for now in [3_000, 6_000, 9_000] {
            heart.sent(now);
        }
        assert_eq!(heart.beat(10_000), Beat::Ping);
    }

    #[test]
    fn a_late_timer_pings_before_it_gives_up() {
        // A machine that slept: both moments passed unseen, and the relay was never asked.
        let mut heart = Heartbeat::new(30_000, 0);
        assert_eq!(heart.beat(500_000), Beat::Ping);
        assert_eq!(heart.deadline(), 510_000);
    }

    #[test]
    fn a_second_probe_never_lengthens_the_first() {
        let mut heart = Heartbeat::new(30_000, 0);
        heart.probe(5_000, 1_000);
        heart.probe(10_000, 2_000);
        assert_eq!(heart.beat(6_000), Beat::Dead);
    }
}
