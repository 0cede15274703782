//! The features of the product, one module each: what can be asked for, and what the log says.
//!
//! A feature has up to four enums. `…Ask` is what a visitor can ask for and `…Act` what staff can;
//! `…Told` is what both faces of the log show and `…Noted` what only staff read.

pub mod assignment;
pub mod call_offer;
pub mod callback;
pub mod me;
pub mod resolution;
pub mod voice;
pub mod wrap_up;
