//! A phone call as a whole, from the booking to the log: a visitor asks for it, an agent takes it
//! in the console, the relay's own process rings the agent's phone and then the visitor's through a
//! trunk, and both sides read what came of it.

mod agent;
mod answered;
mod attempt;
mod people;
mod rig;
mod steps;
mod trunk;
mod unanswered;
