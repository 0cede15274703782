//! What the console knows and how it changes, without a page: plain values, tested natively.

pub(crate) mod act;
pub(crate) mod board;
pub(crate) mod calls;
pub(crate) mod draft;
#[cfg(test)]
pub(crate) mod fixtures;
pub(crate) mod follow;
pub(crate) mod keys;
pub(crate) mod links;
pub(crate) mod lists;
pub(crate) mod log;
pub(crate) mod route;
pub(crate) mod rows;
pub(crate) mod title;
pub(crate) mod voice;
pub(crate) mod wait;
