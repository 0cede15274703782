//! What came of a call.

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The agent's phone was busy.
    AgentBusy,
    /// The agent did not pick up in time.
    AgentNoAnswer,
    /// The agent declined, or their phone did.
    AgentRefused,
    /// The agent's phone could not be reached.
    AgentUnreachable,
    /// The agent hung up before the visitor had answered.
    AgentLeft,
    /// They talked.
    Answered,
    /// The visitor was busy.
    Busy,
    /// The visitor did not pick up in time, or was switched off.
    NoAnswer,
    /// The visitor declined.
    Refused,
    /// There is no such number.
    WrongNumber,
    /// The trunk does not know us, or does not let us make this call.
    TrunkRefusedUs,
    /// The trunk did not answer, or could not carry the call.
    TrunkDown,
    /// Something else went wrong between machines.
    Technical,
    /// We were told to hang up before they talked.
    HungUp,
}

/// Why an invitation came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It was answered so.
    Status {
        /// The SIP status, 300 to 699.
        code: u16,
        /// Whether we had said who we are.
        known: bool,
    },
    /// We were asked who we are, again, or in a way that we cannot answer.
    Unknown {
        /// The SIP status, 401 or 407.
        code: u16,
    },
    /// It rang until our time was up.
    RungOut,
    /// Nothing came back, or nothing could be sent.
    Silent,
    /// What came back made no sense.
    Broken,
}

impl Failure {
    /// The status that decided, if one did.
    pub(crate) const fn status(self) -> Option<u16> {
        match self {
            Self::Status { code, .. } | Self::Unknown { code } => Some(code),
            Self::RungOut | Self::Silent | Self::Broken => None,
        }
    }

    /// What it means on the visitor's leg.
    pub(crate) const fn of_visitor(self) -> Outcome {
        match self {
            Self::Status { code, known } => visitor(code, known),
            Self::Unknown { .. } => Outcome::TrunkRefusedUs,
            Self::RungOut => Outcome::NoAnswer,
            Self::Silent => Outcome::TrunkDown,
            Self::Broken => Outcome::Technical,
        }
    }

    /// What it means on the agent's.
    pub(crate) const fn of_agent(self) -> Outcome {
        match self {
            Self::Status { code, .. } => agent(code),
            Self::RungOut => Outcome::AgentNoAnswer,
            Self::Unknown { .. } | Self::Silent => Outcome::AgentUnreachable,
            Self::Broken => Outcome::Technical,
        }
    }
}

/// What a status of the visitor's leg means; `known` is whether we had said who we are.
const fn visitor(code: u16, known: bool) -> Outcome {
    match code {
        486 | 600 => Outcome::Busy,
        408 | 480 | 487 => Outcome::NoAnswer,
        // From a trunk that knows who we are it is about us, or about what we may dial.
        403 if known => Outcome::TrunkRefusedUs,
        403 | 603 | 607 | 608 => Outcome::Refused,
        404 | 410 | 484 | 485 | 604 => Outcome::WrongNumber,
        401 | 407 | 402 => Outcome::TrunkRefusedUs,
        500 | 502 | 503 | 504 => Outcome::TrunkDown,
        _ => Outcome::Technical,
    }
}

/// What a status of the agent's leg means.
const fn agent(code: u16) -> Outcome {
    match code {
        486 | 600 => Outcome::AgentBusy,
        408 | 480 | 487 => Outcome::AgentNoAnswer,
        403 | 603 | 607 | 608 => Outcome::AgentRefused,
        // A phone that cannot take what we offer, or talks another SIP.
        400 | 415 | 420 | 421 | 488 | 606 => Outcome::Technical,
        _ => Outcome::AgentUnreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_means_one_thing_on_each_leg() {
        use Outcome as O;
        let table = [
            (300, O::Technical, O::AgentUnreachable),
            (302, O::Technical, O::AgentUnreachable),
            (400, O::Technical, O::Technical),
            (401, O::TrunkRefusedUs, O::AgentUnreachable),
            (402, O::TrunkRefusedUs, O::AgentUnreachable),
            (403, O::Refused, O::AgentRefused),
            (404, O::WrongNumber, O::AgentUnreachable),
            (407, O::TrunkRefusedUs, O::AgentUnreachable),
            (408, O::NoAnswer, O::AgentNoAnswer),
            (410, O::WrongNumber, O::AgentUnreachable),
            (480, O::NoAnswer, O::AgentNoAnswer),
            (484, O::WrongNumber, O::AgentUnreachable),
            (486, O::Busy, O::AgentBusy),
            (487, O::NoAnswer, O::AgentNoAnswer),
            (488, O::Technical, O::Technical),
            (500, O::TrunkDown, O::AgentUnreachable),
            (503, O::TrunkDown, O::AgentUnreachable),
            (504, O::TrunkDown, O::AgentUnreachable),
            (600, O::Busy, O::AgentBusy),
            (603, O::Refused, O::AgentRefused),
            (604, O::WrongNumber, O::AgentUnreachable),
            (606, O::Technical, O::Technical),
        ];
        for (code, of_visitor, of_agent) in table {
            let failure = Failure::Status { code, known: false };
            assert_eq!(failure.of_visitor(), of_visitor, "{code}");
            assert_eq!(failure.of_agent(), of_agent, "{code}");
            assert_eq!(failure.status(), Some(code));
        }
    }

    #[test]
    fn who_we_are_decides_what_a_refusal_is_about() {
        let known = Failure::Status {
            code: 403,
            known: true,
        };
        assert_eq!(known.of_visitor(), Outcome::TrunkRefusedUs);
        let asked_again = Failure::Unknown { code: 407 };
        assert_eq!(asked_again.of_visitor(), Outcome::TrunkRefusedUs);
        assert_eq!(asked_again.status(), Some(407));
    }

    #[test]
    fn silence_is_the_trunks_and_ringing_the_visitors() {
        assert_eq!(Failure::Silent.of_visitor(), Outcome::TrunkDown);
        assert_eq!(Failure::Silent.of_agent(), Outcome::AgentUnreachable);
        assert_eq!(Failure::RungOut.of_visitor(), Outcome::NoAnswer);
        assert_eq!(Failure::RungOut.of_agent(), Outcome::AgentNoAnswer);
        assert_eq!(Failure::RungOut.status(), None);
    }
}
