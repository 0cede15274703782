//! The rules of a support desk, as pure functions.
//!
//! Nothing here does IO, awaits, reads a clock or draws randomness: who waits, who can answer and
//! what time it is come in as arguments, and what follows comes out as data. A store carries the
//! result out in one transaction.
//!
//! * [`conversation`]: what a command does to a conversation.
//! * [`routing`]: who is offered which waiting conversation.
//! * [`estimate`]: how long a wait is likely to be.
//! * [`lease`]: when a node counts as gone.
//! * [`callback`]: whether a request to be called can be taken.
//! * [`consent`]: what people agree to when they ask to be called.
//! * [`text`]: what may be said.
//! * [`pace`]: how fast one socket may talk.
//! * [`talk`]: offering to talk, in one conversation.
//! * [`voice`]: a call from page to page, in one conversation.
//! * [`trouble`]: whether writing still gets these two anywhere.
//! * [`account`]: what an agent's account may hold.
//! * [`policy`]: what a site can set.

pub mod account;
pub mod callback;
pub mod consent;
pub mod conversation;
pub mod estimate;
pub mod lease;
pub mod pace;
pub mod policy;
pub mod routing;
pub mod skill;
pub mod talk;
pub mod text;
pub mod trouble;
pub mod voice;

pub use conversation::{Change, Conversation, Write};
pub use policy::Policy;
pub use skill::Skills;
pub use talk::{Stance, Talk};
pub use voice::{Voice, Voiced};
