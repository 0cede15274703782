//! Who is offered which waiting conversation.
//!
//! A round looks at one site: who waits, who can answer, what is offered. It is run whenever
//! something happened that could change the answer, and at [`Round::wake_at`]; running it again
//! right away moves nothing.
//!
//! The rule: the visitor at the head of the queue first; conversations given back go before new
//! ones. Among agents who are online, available and below their capacity, the least loaded; among
//! those, the one who has been idle longest. One offer at a time per agent, and none to an agent
//! who has just declined or missed that same conversation.
//!
//! A [`Floor`] stands: it is told what changed and keeps everything in the order a round asks for,
//! so that a round costs what it moves and not what waits. [`round`] is for those who have read
//! everything afresh.

mod afresh;
mod agent;
mod floor;
mod offers;
mod placing;
mod queue;
mod round;
mod team;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod scan;
#[cfg(test)]
mod sequences;

pub use afresh::round;
pub use agent::Agent;
pub use floor::Floor;
pub use queue::PASSED_MS;
pub use round::{Move, Round};
