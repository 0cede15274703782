//! Rings an agent's SIP phone and then a visitor's number, and joins the two: third-party call
//! control (RFC 3725) over UDP or TCP.
//!
//! The two phones send each other their sound directly; this crate carries none. It keeps one
//! dialog with each of them, follows both to the end, and hangs up on one when the other is gone.
//!
//! # The order of things
//!
//! RFC 3725's flow IV, with one change:
//!
//! 1. The agent is offered a line on which nothing is sent. Flow IV offers no line at all, which
//!    many phones refuse; one that is inactive they take like a call on hold.
//! 2. Once the agent has picked up, and is acknowledged at once, the visitor is rung through the
//!    trunk without an offer.
//! 3. The visitor's answer carries the trunk's offer. It is offered to the agent, whose answer is
//!    what acknowledges the visitor.
//!
//! A visitor who lets it ring for a minute costs nothing: the agent's dialog is settled before the
//! visitor is rung. Flow I would leave the agent's answer unacknowledged all that time, and the
//! agent's phone would give up after 32 seconds. Flow III settles it too, but has to answer
//! whatever the agent's phone offers before anybody knows what the visitor's can take. What flow IV
//! asks for is a trunk that rings without an offer, and a phone that takes a second one.
//!
//! Where a trunk [wants an offer](Trunk::wants_offer) with the invitation, it gets what the
//! agent's phone said of itself in the first step. When the visitor has answered, the agent's phone
//! is told so as in the third. A phone may then want its sound elsewhere than it said before, which
//! few do; if so, the visitor's side is offered that in turn.
//!
//! # What is below
//!
//! Messages, their transactions (with all that is sent again because it may be lost) and digests
//! are those of the `ezk-sip` crates. They were chosen over `rsipstack` because of one message: in
//! this flow a visitor's answer is acknowledged only when the agent's phone has answered too, with
//! what that one said. `rsipstack` acknowledges by itself and without a body, or else forgets the
//! transaction, and then an acknowledgement that is lost cannot be sent again. The dialogs (`wire`)
//! are ours in any case, as is CANCEL: theirs does not carry the branch of what it cancels.
//!
//! Whoever can reach the port can talk to it, and is answered once; only a phone that was rung, and
//! knows both names that were drawn for its dialog, changes anything. A message whose `Via` is
//! empty makes the library panic in the task that reads this one message, which is seen on standard
//! error and nowhere else. Still, the port is best open to the trunk and the phones alone.
//!
//! # What is not here
//!
//! * Early media: what a trunk plays before somebody picks up is not heard by the agent, who hears
//!   nothing meanwhile.
//! * A trunk that wants us to register first. Transport over TLS.
//! * Offers without a description, UPDATE and INFO within a call: they are refused, and the call
//!   goes on as it was.
//! * Asking phones that talk whether they are still there. If both lose the network, a call lasts
//!   until its longest.
//! * A proxy that asks who we are behind another that has.

mod call;
mod gateway;
mod order;
mod outcome;
mod progress;
mod sdp;
mod settings;
mod wire;

/// Where the library logs. It quotes what it could not read, which may be somebody's number:
/// whoever collects logs should leave these out.
pub const LOUD: [&str; 2] = ["ezk_sip_core", "ezk_sip_auth"];

pub use gateway::{Gateway, StartError};
pub use order::{BadOrder, Order};
pub use outcome::Outcome;
pub use progress::{Call, Ending, Progress};
pub use settings::{Patience, Secret, Settings, Transport, Trunk};
