//! How long something takes, in the fewest figures that still say it.

/// A stretch of time as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Under an hour.
    Short {
        /// Whole minutes.
        minutes: u64,
        /// Seconds past them.
        seconds: u64,
    },
    /// Under a day.
    Hours {
        /// Whole hours.
        hours: u64,
        /// Minutes past them.
        minutes: u64,
    },
    /// A day and more.
    Days(u64),
}

impl Wait {
    /// The wait of this many milliseconds.
    pub(crate) const fn of(millis: u64) -> Self {
        let seconds = millis / 1_000;
        match seconds {
            0..3_600 => Self::Short {
                minutes: seconds / 60,
                seconds: seconds % 60,
            },
            3_600..86_400 => Self::Hours {
                hours: seconds / 3_600,
                minutes: seconds / 60 % 60,
            },
            _ => Self::Days(seconds / 86_400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_grows_with_the_wait() {
        assert_eq!(
            Wait::of(41_999),
            Wait::Short {
                minutes: 0,
                seconds: 41
            }
        );
        assert_eq!(
            Wait::of(3_599_000),
            Wait::Short {
                minutes: 59,
                seconds: 59
            }
        );
        assert_eq!(
            Wait::of(3_660_000),
            Wait::Hours {
                hours: 1,
                minutes: 1
            }
        );
        assert_eq!(Wait::of(86_400_000 * 3 + 5), Wait::Days(3));
    }
}
