//! A store moved into another one.

mod content;
mod killed;
mod program;
mod refused;
mod same;
mod whole;
