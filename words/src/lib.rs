//! The sentences that people read, in every language.
//!
//! `en.toml`, `ru.toml` and their like in this folder are the only place where they stand. The
//! build scripts of `desk`, `relay`, `console` and `widget`, and `cargo xtask wasm` for the scripts
//! and for the widget's own file, make code of them with `build` and refuse a language that lacks
//! a sentence, a gap or a plural form. What that code calls when it runs is the rest of this crate.

mod fill;
mod lookup;
mod plural;

#[cfg(feature = "build")]
pub mod build;

pub use fill::fill;
pub use lookup::lookup;
pub use plural::{Category, Plural, rules};
