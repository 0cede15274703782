//! Why a socket was closed, and what the client does next.
//!
//! WebSocket leaves 4000–4999 to applications (RFC 6455, section 7.4.2). The hundreds carry the
//! policy, so that a client knows what to do with a code it has never heard of.

/// What a client does after a close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NextMove {
    /// Connect again after a back-off; nothing is wrong with the client.
    Reconnect,
    /// Get a new token or sign in again, then connect.
    Reauthenticate,
    /// The program is too old for the relay: reload the page.
    Reload,
    /// Connecting again would end the same way: stop, and offer another way to reach the shop.
    Stop,
}

macro_rules! close_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $reason:literal;)+) => {
        /// A reason the relay closes a socket for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum CloseCode {$(
            $(#[$doc])*
            $name,
        )+}

        impl CloseCode {
            /// Every code, in the order of the numbers.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The number on the wire.
            pub const fn code(self) -> u16 {
                match self { $(Self::$name => $code),+ }
            }

            /// The sentence that goes with it on the wire: for whoever debugs a client, at most 123
            /// bytes.
            pub const fn reason(self) -> &'static str {
                match self { $(Self::$name => $reason),+ }
            }

            /// The code of this number, if this version knows it.
            pub const fn from_code(code: u16) -> Option<Self> {
                match code { $($code => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

close_codes! {
    /// The relay is stopping or restarting.
    Restarting = 4000, "the relay is restarting: reconnect";
    /// The client did not take what was sent to it fast enough; a new connection resumes from its
    /// cursors.
    SlowConsumer = 4001, "the client reads too slowly: reconnect and resume";
    /// No greeting came in time.
    HelloTimeout = 4002, "no hello frame arrived in time";
    /// Nothing came for too long.
    Idle = 4003, "nothing was heard from the client for too long";
    /// Far more frames than the limit.
    Flooding = 4004, "far too many frames in too short a time: slow down and reconnect";
    /// Something failed inside the relay.
    Internal = 4005, "something failed inside the relay: reconnect";
    /// The node has as many connections as it may.
    Full = 4006, "this node has as many connections as it may: try again later";
    /// The token is not one the relay gave out, or the session has ended.
    Unauthorised = 4100, "the token is not valid or the session has ended";
    /// The client speaks a version the relay no longer (or does not yet) speak.
    Version = 4200, "the client's version is not served: reload";
    /// A frame could not be read as one of this role's frames.
    BadFrame = 4300, "a frame could not be understood";
    /// A frame was over the size limit.
    TooBig = 4301, "a frame was over the size limit";
    /// There is no such site.
    NoSuchSite = 4302, "there is no such site";
    /// The page's origin may not talk to this site.
    Origin = 4303, "this origin may not talk to this site";
    /// The greeting came twice, or something came before it.
    OutOfOrder = 4304, "hello must be the first frame, once";
}

impl CloseCode {
    /// What the client does next.
    pub const fn next_move(self) -> NextMove {
        next_move(self.code())
    }
}

/// What a client does after any close code, its own or the transport's (1000–1015), known or not.
pub const fn next_move(code: u16) -> NextMove {
    match code {
        4100..=4199 => NextMove::Reauthenticate,
        4200..=4299 => NextMove::Reload,
        // 1007 to 1010 are the transport's own words for a client's fault: too big, not text.
        4300..=4399 | 1007..=1010 => NextMove::Stop,
        _ => NextMove::Reconnect,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_fits_a_close_frame() {
        for &close in CloseCode::ALL {
            assert_eq!(CloseCode::from_code(close.code()), Some(close));
            assert!((4000..5000).contains(&close.code()));
            assert!(close.reason().len() <= 123, "{close:?}");
        }
    }

    #[test]
    fn a_code_of_the_future_still_says_what_to_do() {
        assert_eq!(next_move(4099), NextMove::Reconnect);
        assert_eq!(next_move(4150), NextMove::Reauthenticate);
        assert_eq!(next_move(4299), NextMove::Reload);
        assert_eq!(next_move(4398), NextMove::Stop);
        assert_eq!(next_move(1006), NextMove::Reconnect);
    }
}
