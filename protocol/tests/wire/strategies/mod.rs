//! Any value of the wire's types.

mod frames;
mod parts;

pub(crate) use frames::{client_staff, client_visitor, relay_staff, relay_visitor};
