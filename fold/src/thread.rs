//! The visitor's face of a conversation's log, read from its start.

use heard_protocol::PublicBody;

use crate::call_offer::{self, Offer};
use crate::stage::Stage;
use crate::voice::{self, VoiceCall};
use crate::{callback, wrap_up};

/// What the entries that have been read come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thread {
    /// Who answers.
    pub stage: Stage,
    /// The offer of a call that waits for its answer.
    pub offer: Option<Offer>,
    /// The voice call that goes on.
    pub voice: Option<VoiceCall>,
    /// Whether a request to be called is open.
    pub booked: bool,
    /// Whether a call has taken place that the visitor has not rated.
    pub unrated: bool,
}

impl Thread {
    /// Takes the next entry in.
    pub fn follow(&mut self, body: &PublicBody) {
        self.stage.follow(body);
        call_offer::follow(&mut self.offer, body);
        callback::follow(&mut self.booked, body);
        wrap_up::follow(&mut self.unrated, self.voice, body);
        voice::follow(&mut self.voice, body);
    }
}
