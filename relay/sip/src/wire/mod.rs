//! SIP dialogs over the library's transactions.
//!
//! Three things, each of which ends what it stands for when it is dropped: an
//! [`invitation`](invitation::Invitation) is withdrawn, an [`answer`](invitation::Answer) that was
//! not taken is acknowledged, declined and hung up on, and a [`dialog`](dialog::Dialog) is hung up.
//! So there is no way out of a call that leaves a phone behind.

mod attempt;
pub(crate) mod dialog;
mod digest;
pub(crate) mod invitation;
mod invitee;
mod parsed;
mod peer;
mod post;
mod ring;
pub(crate) mod start;
pub(crate) mod station;
mod withdrawal;
