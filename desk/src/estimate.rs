//! How long a wait is likely to be, from how fast the queue has moved lately. No figure without
//! evidence.

use heard_protocol::{UnixMillis, WaitEstimate};

/// How far back the queue's pace is looked at, in milliseconds.
pub const WINDOW_MS: u64 = 30 * 60_000;

/// The fewest conversations taken from the queue that make a pace.
const FEWEST: usize = 3;

/// Estimates the wait of somebody with `ahead` visitors before them.
///
/// `taken` are the moments at which agents took conversations from the queue, oldest first; those
/// older than [`WINDOW_MS`] are ignored. `anybody` says whether any agent takes conversations at
/// all now. The range is three quarters to one and a half of the mean interval times the place, in
/// whole minutes.
pub fn wait(ahead: u32, taken: &[UnixMillis], anybody: bool, now: UnixMillis) -> WaitEstimate {
    if !anybody {
        return WaitEstimate::NobodyHere;
    }
    let recent: Vec<UnixMillis> = taken
        .iter()
        .copied()
        .filter(|at| now.since(*at) <= WINDOW_MS)
        .collect();
    let (Some(first), Some(last)) = (recent.first(), recent.last()) else {
        return WaitEstimate::Unknown;
    };
    if recent.len() < FEWEST {
        return WaitEstimate::Unknown;
    }
    let intervals = u64::try_from(recent.len() - 1).unwrap_or(1);
    // A queue that has just stopped moving must not look as fast as it was.
    let mean = (last.since(*first) / intervals).max(now.since(*last) / 2);
    let expected = mean.saturating_mul(u64::from(ahead) + 1);
    let low = minutes(expected * 3 / 4 / 60_000).max(1);
    let high = minutes((expected * 3 / 2).div_ceil(60_000)).max(low);
    WaitEstimate::Minutes { low, high }
}

fn minutes(count: u64) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every(step_ms: u64, count: u64) -> Vec<UnixMillis> {
        (0..count).map(|n| UnixMillis(n * step_ms)).collect()
    }

    #[test]
    fn without_evidence_there_is_no_figure() {
        let now = UnixMillis(60_000);
        assert_eq!(wait(0, &every(60_000, 2), true, now), WaitEstimate::Unknown);
        assert_eq!(
            wait(0, &every(60_000, 9), false, now),
            WaitEstimate::NobodyHere
        );
    }

    #[test]
    fn the_pace_times_the_place() {
        let taken = every(120_000, 5);
        let now = UnixMillis(480_000);
        assert_eq!(
            wait(0, &taken, true, now),
            WaitEstimate::Minutes { low: 1, high: 3 }
        );
        assert_eq!(
            wait(2, &taken, true, now),
            WaitEstimate::Minutes { low: 4, high: 9 }
        );
    }

    #[test]
    fn a_queue_that_stopped_looks_slower() {
        let taken = every(60_000, 5);
        let WaitEstimate::Minutes { high: before, .. } = wait(0, &taken, true, UnixMillis(240_000))
        else {
            panic!("a figure was due");
        };
        let WaitEstimate::Minutes { high: after, .. } =
            wait(0, &taken, true, UnixMillis(1_440_000))
        else {
            panic!("a figure was due");
        };
        assert!(after > before);
    }
}
