//! Calls: asked for, booked, made, tried again, ended.
//!
//! ```text
//!                 ring              take
//!   Waiting ────────────► Ringing ───────► Calling ──answered, wrong number, refused──► Ended
//!      ▲  ◄──miss, decline───┘               │  │
//!      │ ◄──────busy, no answer, voicemail, technical (while there are attempts left)
//!      │ ◄──────────agent gone───────────────┘
//!      └──cancel, expire, closed by hand──────────────────────────────────────────────► Ended
//! ```
//!
//! * [`number`]: which numbers are called.
//! * [`hours`]: which times can be booked, and when nobody is called.
//! * [`booking`]: whether a request can be taken.
//! * [`life`]: what becomes of it.
//! * [`mod@round`]: who is asked to make which call.
//! * [`policy`]: what a site can set.
//! * [`report`]: what came of many.

mod act;
pub mod booking;
mod clock;
pub mod hours;
pub mod life;
pub mod number;
pub mod policy;
pub mod report;
pub mod round;
#[cfg(test)]
mod sequences;

pub use booking::{Asked, Desk, is_request};
pub use hours::{free_slots, zone};
pub use life::{Callback, DialEvent, Ending, Life, Stage, Try, view};
pub use number::{agent_phone, is_sip_address, without_extension};
pub use policy::{CallPolicy, Dialer};
pub use round::{CallMove, CallRound, Caller, round};
