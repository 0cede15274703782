//! What is said about the connection.

use heard_client::LinkState;
use heard_protocol::NextMove;

/// After this many failed attempts, some eight seconds, another way to reach the shop is offered.
const PATIENCE: u32 = 5;

/// What a person should know about the connection. Nothing while it works, or while it opens for
/// the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It is being opened again; what is written meanwhile is kept.
    Reconnecting,
    /// It does not come back soon: there is another way.
    NoConnection,
}

/// What to say about a state of the connection.
pub fn trouble(link: LinkState) -> Option<Trouble> {
    match link {
        LinkState::Idle | LinkState::Live | LinkState::Connecting { attempt: 0 } => None,
        LinkState::Connecting { attempt }
        | LinkState::Waiting { attempt, .. }
        | LinkState::Offline { attempt } => Some(if attempt < PATIENCE {
            Trouble::Reconnecting
        } else {
            Trouble::NoConnection
        }),
        // The widget gets itself another token, or another version of itself, without a word.
        LinkState::Stopped(NextMove::Reauthenticate | NextMove::Reload) => {
            Some(Trouble::Reconnecting)
        }
        LinkState::Stopped(NextMove::Stop | NextMove::Reconnect) => Some(Trouble::NoConnection),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_protocol::UnixMillis;

    #[test]
    fn the_first_attempt_is_silent_and_patience_ends() {
        assert_eq!(trouble(LinkState::Connecting { attempt: 0 }), None);
        let waiting = |attempt| {
            trouble(LinkState::Waiting {
                retry_at: UnixMillis(0),
                attempt,
            })
        };
        assert_eq!(waiting(0), Some(Trouble::Reconnecting));
        assert_eq!(waiting(4), Some(Trouble::Reconnecting));
        assert_eq!(waiting(5), Some(Trouble::NoConnection));
        assert_eq!(trouble(LinkState::Live), None);
    }

    #[test]
    fn a_refusal_for_good_offers_another_way_at_once() {
        assert_eq!(
            trouble(LinkState::Stopped(NextMove::Stop)),
            Some(Trouble::NoConnection)
        );
    }
}
