//! What the entries of a conversation's log come to.
//!
//! A fold takes the entries of a log one by one, in their order, and holds what follows from them:
//! who answers, whether a call is offered, booked or going on, whether it was rated. The relay's
//! rules, the console, the widget and bots run the same folds, so that they never disagree.
//!
//! * [`stage`]: who answers the conversation.
//! * [`call_offer`]: the offer of a call that waits for its answer, and the trouble behind it.
//! * [`callback`]: whether a request to be called is open.
//! * [`voice`]: the voice call that goes on, and those there have been.
//! * [`wrap_up`]: what is still to be said of a call that is over.
//! * [`thread`]: all of them for a reader of the visitor's face.

pub mod call_offer;
pub mod callback;
pub mod stage;
pub mod thread;
pub mod voice;
pub mod wrap_up;

pub use call_offer::{Offer, Trouble};
pub use stage::Stage;
pub use thread::Thread;
pub use voice::{VoiceCall, VoiceRecord};
