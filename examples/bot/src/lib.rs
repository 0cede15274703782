//! A bot that answers in Heard's chats.
//!
//! It is an agent like any other: it signs on with a bearer token, says that it is available, takes
//! what it is offered, reads the log and answers. What it may be copied for:
//!
//! * [`brain`]: what a message is about and what to say. The part to replace, by a model or a
//!   search.
//! * [`agent`]: an agent's manners without any IO. Says that it is a bot, hands over to a person
//!   when asked, leaves a note.
//! * [`chat`]: what the bot needs to know of a conversation, all of it read from the log. A bot
//!   that was restarted in the middle of a sentence goes on where it stopped.
//! * [`ids`]: an answer's id follows from its question's, so that a question is never answered
//!   twice.
//! * [`run`]: the connection.

pub mod agent;
pub mod brain;
pub mod chat;
pub mod ids;
pub mod run;
pub mod words;
