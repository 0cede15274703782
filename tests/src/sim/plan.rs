//! What kind of run a seed stands for.

use heard_client::Limits;
use heard_desk::Policy;
use heard_desk::pace::Rate;
use heard_protocol::Codec;
use heard_relay::socket::Bounds;

use super::faults::Fault;
use crate::Rng;

/// The settings of one run.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) visitors: usize,
    pub(super) agents: usize,
    /// How long people act and things break, in milliseconds.
    pub(super) storm_ms: u64,
    /// How long a frame is under way at most, in milliseconds.
    pub(super) delay_ms: u64,
    /// How long a commit takes at most, in milliseconds.
    pub(super) commit_ms: u64,
    /// How long a person pauses at most before they do something else, in milliseconds.
    pub(super) pause_ms: u64,
    /// How long nothing breaks at most, in milliseconds.
    pub(super) fault_ms: u64,
    /// What breaks, by weight.
    pub(super) faults: Vec<(Fault, u64)>,
    /// How many announcements in a thousand get lost, and again how many come twice.
    pub(super) mail_lost: u64,
    pub(super) mail_doubled: u64,
    /// How often, in a thousand, a commit is the last thing the relay does.
    pub(super) crash_at_commit: u64,
    /// The most requests in one commit.
    pub(super) batch: usize,
    /// Whether frames are written and read back on their way, and how.
    pub(super) codec: Option<Codec>,
    pub(super) bounds: Bounds,
    pub(super) mailbox: usize,
    pub(super) limits: Limits,
    pub(super) policy: Policy,
}

impl Plan {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let storm_ms = if rng.chance(20) {
            rng.between(20_000, 60_000)
        } else {
            rng.between(3_000, 14_000)
        };
        let quiet = rng.chance(60);
        let all = [
            Fault::Reset,
            Fault::ClientLearns,
            Fault::RelayLearns,
            Fault::NobodyLearns,
            Fault::DeafRelay,
            Fault::DeafClient,
            Fault::Stall,
            Fault::StallAndLeave,
            Fault::Reload,
            Fault::Sleep,
            Fault::Offline,
            Fault::Hint,
            Fault::ClockStep,
            Fault::Crash,
            Fault::Restart,
            Fault::StoreFails,
        ];
        let faults = all
            .into_iter()
            .map(|fault| {
                let weight = if rng.chance(400) {
                    0
                } else {
                    rng.between(1, 9)
                };
                (fault, weight)
            })
            .collect();
        let patient = rng.chance(150);
        Self {
            visitors: if rng.chance(100) { 4 } else { 1 + rng.place(3) },
            agents: if rng.chance(200) { 3 } else { 1 + rng.place(2) },
            storm_ms,
            delay_ms: [2, 30, 200, 900][rng.place(4)],
            commit_ms: [1, 10, 60, 700][rng.place(4)],
            pause_ms: rng.between(500, 5_000),
            fault_ms: if quiet {
                u64::MAX
            } else {
                rng.between(400, 4_000)
            },
            faults,
            mail_lost: if rng.chance(250) { 150 } else { 0 },
            mail_doubled: if rng.chance(150) { 100 } else { 0 },
            crash_at_commit: if !quiet && rng.chance(200) { 12 } else { 0 },
            batch: if rng.chance(300) {
                1 + rng.place(4)
            } else {
                512
            },
            codec: match rng.place(8) {
                0 => Some(Codec::Postcard),
                1 => Some(Codec::Json),
                _ => None,
            },
            bounds: Bounds {
                hello_ms: 5_000,
                idle_ms: if patient { 75_000 } else { 18_000 },
                check_ms: if patient { 75_000 } else { 18_000 },
                rate: if rng.chance(300) {
                    Rate {
                        per_second: 3,
                        burst: 4,
                    }
                } else {
                    Rate::default()
                },
            },
            mailbox: if rng.chance(100) { 6 } else { 4_096 },
            limits: Limits {
                window: if rng.chance(300) {
                    1 + rng.place(3)
                } else {
                    32
                },
                ..Limits::default()
            },
            policy: Policy {
                offer_ms: rng.between(3_000, 30_000),
                grace_ms: rng.between(2_000, 60_000),
                reopen_ms: if rng.chance(400) { 3_000 } else { 3_600_000 },
                ..Policy::default()
            },
        }
    }
}
