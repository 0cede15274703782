//! What the panel knows and shows.
//!
//! [`Model::apply`] takes what the session tells, the other methods take what the person does.
//! [`rows`](rows::rows) and the small questions ([`Model::unread`], [`Model::partner`],
//! [`link::trouble`]) answer what is on the screen.

pub mod callback;
mod change;
pub mod link;
pub mod links;
pub mod rows;
mod state;

pub use change::{Answer, News};
pub use heard_fold::{Offer, Stage, VoiceCall};
pub use state::{BadText, Delivery, Log, Model, Partner, Pending, Queue, Said, sendable};
