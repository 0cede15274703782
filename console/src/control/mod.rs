//! What happens when an agent, the clock or the relay does something: the signals of the page, and
//! who changes them.

mod acts;
mod alerts;
mod app;
mod effects;
mod send;
mod voice;

pub(crate) use app::{App, Dialog, Side, Stage};
pub(crate) use effects::keep_in_step;
pub(crate) use send::Errand;
